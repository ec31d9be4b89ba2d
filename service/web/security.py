"""The guard round every page: a fresh script nonce, the answer headers, rates, patience, and the refusal of what other sites send."""

import asyncio
import secrets
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web import render
from service.web.errors import error_page, refusal_page, too_many_page
from service.web.headers import add_headers
from service.web.rates import ADDRESS, EVERYBODY, LINK, SIGN_INS, SIGN_INS_FROM, Rates, TooMany, client_of

LARGEST_FORM = 64 * 1024
LARGEST_UPLOAD = 1024 * 1024  # of a list of contacts, and of the proof that goes on with one
LARGEST_HEADERS = 32 * 1024
FORM_WITHIN = 20.0  # seconds
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PARTS = frozenset({"iframe", "frame", "embed", "object", "fencedframe"})
_UPLOADS = frozenset({"/directory/import", "/directory/import/confirm", "/proof"})
_LINKS = ("/answer/", "/confirm/", "/decide/", "/sign-in/")


class Guard:
    """ASGI middleware: gives each request its nonce, each answer its headers, and refuses floods and what comes from elsewhere."""

    def __init__(self, app: ASGIApp, *, origin: str, secure: bool, rates: Rates, test_letters: bool = False) -> None:
        self._app = app
        self._origin = origin
        self._secure = secure
        self._rates = rates
        self._test_letters = test_letters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        render.test_letters.set(self._test_letters)
        nonce = secrets.token_urlsafe(18)
        scope.setdefault("state", {})["nonce"] = nonce
        static = scope["path"].startswith("/static/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), nonce, secure=self._secure, cacheable=static)
            await send(message)

        refusal = await self._refusal(scope, nonce, static=static)
        await (refusal or self._app)(scope, _in_bounds(receive, _largest(scope)), send_with_headers)

    async def _refusal(self, scope: Scope, nonce: str, *, static: bool) -> Response | None:
        try:
            await self._count(scope, static=static)
        except TooMany as often:
            return too_many_page(nonce, often.seconds)
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers and "content-length" in headers:
            # A proxy and we might read two different requests out of it (RFC 9112, 6.1).
            return error_page(nonce, HTTPStatus.BAD_REQUEST)
        if sum(len(name) + len(value) for name, value in headers.raw) > LARGEST_HEADERS:
            return error_page(nonce, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if _declared(headers) > _largest(scope):
            return error_page(nonce, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        here = self._from_here(headers) if scope["method"] not in _SAFE else _as_a_page(headers)
        return None if here else refusal_page(nonce)

    async def _count(self, scope: Scope, *, static: bool) -> None:
        path, client = scope["path"], client_of(HTTPConnection(scope))
        if static:
            return
        # The one client first: whoever is over their own rate takes nothing away from everybody's.
        await self._rates.spend(ADDRESS, client)
        if not path.startswith("/health/"):
            await self._rates.spend(EVERYBODY)
        if path.startswith(_LINKS):
            await self._rates.spend(LINK, path)
        if scope["method"] == "POST" and path.startswith("/sign-in"):
            await self._rates.spend(SIGN_INS_FROM, client)
            await self._rates.spend(SIGN_INS)

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


def _as_a_page(headers: Headers) -> bool:
    """Whether a look is one of ours, or opens a page by itself; another site may link here, not build us into its own page."""
    if headers.get("sec-fetch-dest") in _PARTS:
        return False
    return headers.get("sec-fetch-site") not in ("cross-site", "same-site") or headers.get("sec-fetch-mode") == "navigate"


def _declared(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _largest(scope: Scope) -> int:
    return LARGEST_UPLOAD if scope["path"] in _UPLOADS else LARGEST_FORM


def _in_bounds(receive: Receive, largest: int) -> Receive:
    """Hold the client to one size and one deadline for the whole body; afterwards `receive` only waits for it to hang up."""
    deadline, taken, complete = asyncio.get_running_loop().time() + FORM_WITHIN, 0, False

    async def bounded() -> Message:
        nonlocal taken, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
        taken += len(message.get("body", b""))
        if taken > largest:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        complete = not message.get("more_body", False)
        return message

    return bounded
