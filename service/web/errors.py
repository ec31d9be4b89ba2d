"""What a refusal looks like: each kind of error, its status, and a page that says in plain words what to do."""

import re
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service.domain.errors import ChangedMeanwhile, IllegalTransition, NotAllowed, NotFound, ServiceError, UnknownToken
from service.web.headers import add_headers
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
    409: "This has changed",
    413: "This is too long",
    422: "Something is missing in the form",
    500: "Sorry, something went wrong here",
}
_SAYS = {
    404: NotFound.says,
    405: "Go back and use the buttons of the page.",
    413: "Please send a shorter text.",
    422: "Go back, fill in the form and send it again.",
    500: "Nothing was changed. Try again in a few minutes. If it stays, tell the person who runs this service.",
}
FROM_ELSEWHERE = "The form did not come from this page, or the page was open too long. Nothing was changed. Open the page again."

AFTER = "after-sign-in"
_WAYS_BACK = re.compile(r"/(?:cases|trays|quarantine|directory|drift|policies)(?:/[A-Za-z0-9-]{1,40})?")


class SignInNeeded(Exception):  # noqa: N818
    """Nobody is signed in, or the session has ended."""


def way_back(path: str) -> str | None:
    """Return *path* when it is a page of ours to come back to after signing in."""
    return path if _WAYS_BACK.fullmatch(path) else None


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
        answer = RedirectResponse("/sign-in", status_code=303)
        back = way_back(request.url.path) if request.method == "GET" else None
        if back:
            answer.set_cookie(AFTER, back, max_age=1800, httponly=True, secure=secure, samesite="lax")
        return answer

    async def crashed(request: Request, error: Exception) -> Response:
        # This answer leaves outside the Guard, so it gets its headers here.
        answer = error_page(request.state.nonce, 500)
        add_headers(MutableHeaders(raw=answer.raw_headers), request.state.nonce, secure=secure)
        return answer

    app.add_exception_handler(ServiceError, refused)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(SignInNeeded, sign_in)
    app.add_exception_handler(Exception, crashed)
