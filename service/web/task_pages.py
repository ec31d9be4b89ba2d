"""The tick behind a task that only a person can call done, and the word of whoever takes an answer on."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.flow.owning import take_on
from service.flow.to_do import tick_off
from service.web.session import SignedIn, TheSite, read_form

router = APIRouter(prefix="/tasks")


@router.post("/{task_id}/done")
async def done(request: Request, task_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Mark a task as done."""
    await read_form(request, visitor)
    await tick_off(site.house, task_id, visitor.person, site.clock())
    return RedirectResponse("/", status_code=303)


@router.post("/{task_id}/own")
async def own(request: Request, task_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Say "I am on it"."""
    await read_form(request, visitor)
    await take_on(site.house, task_id, visitor.person, site.clock())
    return RedirectResponse("/", status_code=303)
