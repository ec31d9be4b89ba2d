"""What is new in the forms of the person's authority; labels may hold names, so it opens only for those who see cases."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.flow.drift import drift_of
from service.web.render import page
from service.web.session import SignedIn, TheSite, need

router = APIRouter(prefix="/drift")


@router.get("")
async def show(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show the labels and titles that the reader does not know."""
    need(visitor.sees_cases)
    async with site.house.read() as work:
        authority = await work.people.authority(visitor.person.issuing_authority_id)
        found = await drift_of(work, authority)
    return page(request.state.nonce, "drift.html", visitor=visitor, drift=found)
