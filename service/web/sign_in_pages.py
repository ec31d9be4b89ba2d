"""Signing in by a link sent to a registered address, and signing out. Opening a link changes nothing; the button does."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.domain.errors import UnknownToken
from service.flow import decide, sign_in
from service.web.errors import after_cookie, remember_way, way_back
from service.web.rates import SIGN_INS_AS, rates_of
from service.web.render import page
from service.web.session import SignedIn, TheSite, keep_session, perhaps_signed_in, read_form

router = APIRouter()


@router.get("/sign-in")
async def ask(request: Request, site: TheSite) -> Response:
    """Ask for the address, or lead to the work account."""
    return page(request.state.nonce, "sign_in.html", accounts=site.accounts, links=site.links)


@router.post("/sign-in")
async def send_link(request: Request, site: TheSite) -> Response:
    """Send a link, and say the same whoever asks."""
    address = (await read_form(request)).get("address", "")
    await rates_of(request).spend(SIGN_INS_AS, address)
    if site.links and 3 <= len(address) <= 320:
        await sign_in.ask_for_link(site.house, address, site.clock())
    return page(request.state.nonce, "sign_in_sent.html")


@router.get("/sign-in/{token}")
async def confirm(request: Request, token: str) -> Response:
    """Show the button; mail scanners open links, people press buttons."""
    return page(request.state.nonce, "sign_in_confirm.html", token=token)


@router.post("/sign-in/{token}")
async def use(request: Request, token: str, site: TheSite) -> Response:
    """Use the link up and start a session."""
    await read_form(request)
    session = await sign_in.use_link(site.house, token, site.clock()) if site.links else None
    if session is None:
        raise UnknownToken("This sign-in link was used before, or it has run out. Ask for a new one on the sign-in page.")
    old = request.cookies.get(site.cookie)
    if old:
        await sign_in.sign_out(site.house, old, site.clock())
    seat = await sign_in.who(site.house, session, site.clock())
    after = after_cookie(secure=site.secure)
    if seat is None or not seat.complete:
        answer = RedirectResponse("/second-factor", status_code=303)
    else:
        answer = RedirectResponse(way_back(request.cookies.get(after, "")) or "/", status_code=303)
        answer.delete_cookie(after, secure=site.secure, httponly=True, samesite="lax")
    keep_session(answer, site, session)
    return answer


@router.post("/sign-out")
async def leave(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """End the session."""
    await read_form(request, visitor)
    await sign_in.sign_out(site.house, request.cookies[site.cookie], site.clock())
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(site.cookie, path="/", secure=site.secure, httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


@router.get("/decide/{token}")
async def to_the_case(request: Request, token: str, site: TheSite) -> Response:
    """Lead an approver from their letter to the case, after signing in; the link itself decides nothing."""
    behind = await decide.notice_behind_token(site.house, token)
    if behind is None:
        raise UnknownToken
    visitor = await perhaps_signed_in(request)
    answer = RedirectResponse(f"/cases/{behind[0]}" if visitor else "/sign-in", status_code=303)
    if visitor is None:
        remember_way(answer, f"/cases/{behind[0]}", secure=site.secure)
    return answer
