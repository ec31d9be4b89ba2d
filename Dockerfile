# National Alerts in a container: the same steps as on a desk (make), then only what runs.

FROM python:3.13-slim AS tools
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /app

FROM tools AS assets
COPY Makefile package.json package-lock.json requirements-build.lock requirements-node.lock ./
RUN make assets

FROM tools AS packages
COPY Makefile pyproject.toml README.md LICENSE requirements-build.lock requirements.lock ./
# The installed package only points at /app, so its two top folders are enough here.
COPY service/__init__.py service/
COPY directory/__init__.py directory/
RUN make runtime

FROM python:3.13-slim
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# antiword reads old Word documents (.doc); without it their senders are told how to save them.
RUN apt-get update && apt-get install -y --no-install-recommends antiword && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --home-dir /data --no-create-home alerts \
    && mkdir /data && chown alerts:alerts /data
WORKDIR /app
COPY --from=packages /app/.venv .venv/
COPY pyproject.toml README.md LICENSE ./
COPY mail_templates/ mail_templates/
COPY migrations/ migrations/
COPY examples/ examples/
COPY directory/ directory/
COPY service/ service/
COPY --from=assets /app/service/web/static/vendor/ service/web/static/vendor/
# The file system may be read-only: everything the service writes goes to /data, and to a tmpfs on /tmp.
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
ENTRYPOINT ["national-alerts"]
CMD ["web"]
