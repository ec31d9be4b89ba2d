"""The tick behind a task that only a person can call done."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.flow.to_do import tick_off
from service.web.session import SignedIn, TheSite, read_form

router = APIRouter(prefix="/tasks")


@router.post("/{task_id}/done")
async def done(request: Request, task_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Mark a task as done."""
    await read_form(request, visitor)
    await tick_off(site.house, task_id, visitor.person, site.clock())
    return RedirectResponse("/", status_code=303)
