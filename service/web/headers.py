"""The security headers of every answer: nothing is cached, framed or loaded from elsewhere, and no script runs without the nonce."""

from starlette.datastructures import MutableHeaders

REPORTS = "/reports"
RULES = (
    "default-src", "script-src", "style-src", "img-src", "connect-src", "font-src", "frame-src", "media-src", "object-src", "form-action",
    "frame-ancestors", "base-uri",
)  # fmt: skip


def add_headers(headers: MutableHeaders, nonce: str, *, secure: bool, cacheable: bool = False) -> None:
    """Put the security headers on one answer."""
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; report-uri {REPORTS}; report-to pages"
    )
    headers["Reporting-Endpoints"] = f'pages="{REPORTS}"'
    if headers.get("Content-Disposition", "").startswith("attachment"):
        headers["Content-Security-Policy"] = (
            "default-src 'none'; sandbox"  # a stranger's file: should a browser open it, nothing in it acts
        )
    headers["Cache-Control"] = "no-cache" if cacheable else "no-store"
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
