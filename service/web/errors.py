"""What a refusal looks like: each kind of error, its status, and a page that says in plain words what to do."""

import re
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service.domain.errors import ChangedMeanwhile, IllegalTransition, NotAllowed, NotFound, ServiceError, UnknownToken
from service.web.headers import add_headers
from service.web.rates import TooMany
from service.web.render import page

STATUS: dict[type[ServiceError], int] = {
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    UnknownToken: HTTPStatus.NOT_FOUND,
    ChangedMeanwhile: HTTPStatus.CONFLICT,
    IllegalTransition: HTTPStatus.CONFLICT,
}
_TITLES = {
    400: "This cannot be done",
    403: "You may not do this",
    404: "Page not found",
    405: "This cannot be done here",
    408: "This took too long",
    409: "This has changed",
    413: "This is too long",
    422: "Something is missing in the form",
    429: "Please wait a moment",
    500: "Sorry, something went wrong here",
    503: "This cannot be reached now",
}
_SAYS = {
    404: NotFound.says,
    405: "Go back and use the buttons of the page.",
    408: "The form did not arrive in time, and nothing was changed. Look at your connection and send it again.",
    413: "Please send a shorter text.",
    422: "Go back, fill in the form and send it again.",
    429: "There were too many requests; this one changed nothing. Wait {wait}, then try again. To answer an alert, reply to its letter.",
    500: "Nothing was changed. Try again in a few minutes. If it stays, tell the person who runs this service.",
}
FROM_ELSEWHERE = "The form did not come from this page, or the page was open too long. Nothing was changed. Open the page again."

_WAYS_BACK = re.compile(r"/(?:cases|trays|quarantine|directory|drift|policies)(?:/[A-Za-z0-9-]{1,40})?")


class SignInNeeded(Exception):  # noqa: N818
    """Nobody is signed in, or the session has ended."""


class SecondFactorNeeded(Exception):  # noqa: N818
    """The link was used, and the second factor is still to be proved."""


def way_back(path: str) -> str | None:
    """Return *path* when it is a page of ours to come back to after signing in."""
    return path if _WAYS_BACK.fullmatch(path) else None


def after_cookie(*, secure: bool) -> str:
    """Return the name of the cookie that holds the page to come back to; over TLS no other host can plant it."""
    return "__Host-after-sign-in" if secure else "after-sign-in"


def remember_way(answer: Response, back: str, *, secure: bool) -> None:
    """Keep the page to come back to for half an hour."""
    answer.set_cookie(after_cookie(secure=secure), back, max_age=1800, httponly=True, secure=secure, samesite="lax", path="/")


def status_of(error: ServiceError) -> int:
    """Return the HTTP status of a refusal."""
    return next((int(status) for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def error_page(nonce: str, status: int, says: str | None = None) -> HTMLResponse:
    """Write the page for an error of *status*."""
    title = _TITLES.get(status, _TITLES[400])
    return page(nonce, "error.html", status=status, title=title, says=says or _SAYS.get(status, "This cannot be done."))


def refusal_page(nonce: str) -> HTMLResponse:
    """Write the page for a form that another site sent."""
    return error_page(nonce, 403, FROM_ELSEWHERE)


def too_many_page(nonce: str, seconds: int) -> HTMLResponse:
    """Write the page for somebody who asks too often."""
    minutes = -(-seconds // 60)
    wait = f"{seconds} seconds" if seconds < 60 else f"{minutes} minute{'s' if minutes > 1 else ''}"
    answer = error_page(nonce, 429, _SAYS[429].format(wait=wait))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def install(app: FastAPI, *, secure: bool) -> None:
    """Give *app* a page for every error; no page repeats what was typed."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, ServiceError)
        return error_page(request.state.nonce, status_of(error), error.says)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        answer = error_page(request.state.nonce, error.status_code)
        answer.headers.update(error.headers or {})
        return answer

    async def invalid(request: Request, error: Exception) -> Response:
        return error_page(request.state.nonce, 422)

    async def sign_in(request: Request, error: Exception) -> Response:
        answer = RedirectResponse("/second-factor" if isinstance(error, SecondFactorNeeded) else "/sign-in", status_code=303)
        back = way_back(request.url.path) if request.method == "GET" else None
        if back:
            remember_way(answer, back, secure=secure)
        return answer

    async def too_many(request: Request, error: Exception) -> Response:
        assert isinstance(error, TooMany)
        return too_many_page(request.state.nonce, error.seconds)

    async def hung_up(request: Request, error: Exception) -> Response:
        return Response(status_code=400)  # nobody reads it, and it is no fault of ours to log

    async def crashed(request: Request, error: Exception) -> Response:
        # This answer leaves outside the Guard, so it gets its headers here.
        answer = error_page(request.state.nonce, 500)
        add_headers(MutableHeaders(raw=answer.raw_headers), request.state.nonce, secure=secure)
        return answer

    app.add_exception_handler(ServiceError, refused)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(SignInNeeded, sign_in)
    app.add_exception_handler(SecondFactorNeeded, sign_in)
    app.add_exception_handler(TooMany, too_many)
    app.add_exception_handler(ClientDisconnect, hung_up)
    app.add_exception_handler(Exception, crashed)
