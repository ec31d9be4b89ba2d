"""The way to the provider of work accounts and back. Coming back changes nothing either: the button of its page signs in."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.domain.errors import NotAllowed, NotFound
from service.flow import oidc, sign_in
from service.ports import AccountsUnavailable, WorkAccounts
from service.web.errors import after_cookie, error_page, way_back
from service.web.rates import SIGN_INS, SIGN_INS_FROM, client_of, rates_of
from service.web.render import page
from service.web.session import Site, TheSite, keep_session, perhaps_signed_in, read_form

AWAY = (
    "Your work account cannot be reached at the moment, or its answer could not be used. Start again on the sign-in page in a few minutes."
)
NOT_SIGNED_IN = "Your work account did not sign you in. Start again on the sign-in page."
_LIVES = 900
_LONGEST = 4096
router = APIRouter(prefix="/work-account")


@router.get("")
async def leave(request: Request, site: TheSite, again: int = 0) -> Response:
    """Send the browser to the provider, with a secret of its own to come back with."""
    accounts = _accounts(site)
    trip = oidc.new_trip(fresh=again == 1)
    try:
        answer = RedirectResponse(await oidc.way_there(accounts, trip), status_code=303)
    except AccountsUnavailable:
        return error_page(request.state.nonce, 503, AWAY)
    answer.set_cookie(_cookie(site), trip, max_age=_LIVES, httponly=True, secure=site.secure, samesite="lax", path="/")
    return answer


@router.get("/back")
async def back(request: Request, site: TheSite, state: str = "", code: str = "") -> Response:
    """Show the button that finishes signing in."""
    accounts = _accounts(site)
    if not (state and code and len(state) + len(code) <= _LONGEST):
        return error_page(request.state.nonce, 400, NOT_SIGNED_IN)
    return page(request.state.nonce, "work_account.html", accounts=accounts, state=state, code=code)


@router.post("/back")
async def finish(request: Request, site: TheSite) -> Response:
    """Ask the provider who it is, and sign them in."""
    accounts, trip = _accounts(site), request.cookies.get(_cookie(site), "")
    form = await read_form(request)
    await rates_of(request).spend(SIGN_INS_FROM, client_of(request))
    await rates_of(request).spend(SIGN_INS)
    visitor = await perhaps_signed_in(request)
    if not oidc.began_here(trip, form.get("state", "")):
        raise NotAllowed(oidc.ELSEWHERE)
    known = (visitor.secret, visitor.seat) if visitor else ("", None)
    try:
        secret = await oidc.come_back(
            site.house, accounts, trip, form["state"], form.get("code", "")[:_LONGEST], site.clock(), session=known[0], seat=known[1]
        )
    except AccountsUnavailable:
        return error_page(request.state.nonce, 503, AWAY)
    proved_again = visitor is not None and oidc.proves_again(trip)
    if visitor is not None and not proved_again:
        await sign_in.sign_out(site.house, visitor.secret, site.clock())
    answer = _done(request, site, proved_again=proved_again)
    answer.delete_cookie(_cookie(site), secure=site.secure, httponly=True, samesite="lax")
    keep_session(answer, site, secret)
    return answer


def _done(request: Request, site: Site, *, proved_again: bool) -> Response:
    if proved_again:
        return page(request.state.nonce, "work_account_again.html")
    after = after_cookie(secure=site.secure)
    answer = RedirectResponse(way_back(request.cookies.get(after, "")) or "/", status_code=303)
    answer.delete_cookie(after, secure=site.secure, httponly=True, samesite="lax")
    return answer


def _accounts(site: Site) -> WorkAccounts:
    if site.accounts is None:
        raise NotFound
    return site.accounts


def _cookie(site: Site) -> str:
    return "__Host-trip" if site.secure else "trip"
