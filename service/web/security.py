"""The guard round every page: a fresh script nonce, the answer headers, and the refusal of forms that other sites send."""

import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.errors import refusal_page
from service.web.headers import add_headers

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """ASGI middleware: gives each request its nonce, each answer its headers, and refuses forms from elsewhere."""

    def __init__(self, app: ASGIApp, *, origin: str, secure: bool) -> None:
        self._app = app
        self._origin = origin
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(18)
        scope.setdefault("state", {})["nonce"] = nonce
        static = scope["path"].startswith("/static/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), nonce, secure=self._secure, cacheable=static)
            await send(message)

        if scope["method"] not in _SAFE and not self._from_here(Headers(scope=scope)):
            await refusal_page(nonce)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)

    def _from_here(self, headers: Headers) -> bool:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site == "same-origin" and origin in (None, "null", self._origin)
        if origin == "null":
            # Under no-referrer a browser calls its own origin null; without TLS it sends no Sec-Fetch-Site that would tell more.
            return not self._secure
        return origin == self._origin


def origin_of(base_url: str) -> str:
    """Return scheme, host and port of *base_url*, as a browser writes them in Origin."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}".lower()
