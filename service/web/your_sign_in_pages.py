"""One's own second factors and sessions, and the page on which a system administrator helps somebody who lost theirs."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.domain.people import Role
from service.flow import second_factor, sign_in
from service.web.proof import require_fresh_proof
from service.web.render import page
from service.web.session import SignedIn, TheSite, need, read_form

router = APIRouter(prefix="/your-sign-in")


@router.get("")
async def show(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show by what and where the person is signed in."""
    now, person = site.clock(), visitor.person
    async with site.house.read() as work:
        factors = await second_factor.confirmed(work, person.id)
    sessions = await sign_in.sessions_of(site.house, person.id, now)
    return page(request.state.nonce, "your_sign_in.html", visitor=visitor, factors=factors, sessions=sessions, links=site.links)


@router.post("/end-all")
async def end_all(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Sign out everywhere, here too."""
    await read_form(request, visitor)
    await sign_in.sign_out_everywhere(site.house, visitor.person.id, site.clock())
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(site.cookie, path="/", secure=site.secure, httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


@router.get("/of-others")
async def of_others(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show a system administrator who has which second factor."""
    need(visitor.may(Role.SYSTEM))
    async with site.house.read() as work:
        everyone = [one for one in await work.people.everyone() if one.issuing_authority_id == visitor.person.issuing_authority_id]
        kinds = await work.credentials.people_with()
    people = [(one, sorted(kinds.get(one.id, ()))) for one in everyone if one.active]
    return page(request.state.nonce, "sign_in_of_others.html", visitor=visitor, people=people)


@router.post("/of-others/{person_id}/take-away")
async def take_away(request: Request, person_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Take away the second factors of somebody who lost theirs."""
    form = await read_form(request, visitor)
    need(visitor.may(Role.SYSTEM))
    require_fresh_proof(request, visitor, "Take away", form)
    await second_factor.remove_all(site.house, person_id, visitor.person, site.clock())
    return RedirectResponse("/your-sign-in/of-others", status_code=303)
