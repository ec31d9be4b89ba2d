"""Exercises: prepared by a directory administrator, let go by an approver, and who answered, on the map and by name."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.domain.people import Role
from service.flow import exercise
from service.web.directory_lists import OPEN_UP_TO
from service.web.hexmap import SIGNS, draw
from service.web.proof import require_fresh_proof
from service.web.render import page
from service.web.session import SignedIn, TheSite, need, read_form

router = APIRouter(prefix="/exercises")
_LOOKS = {"answered": "seen", "elsewhere": "read", "silent": "sent", "lost": "trouble", "waiting": "waiting"}


@router.get("")
async def listed(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """List the exercises there were."""
    need(visitor.sees_directory)
    async with site.house.read() as work:
        found = [await exercise.results_of(work, one.id) for one in (await work.exercises.all())[:20]]
    return page(request.state.nonce, "exercises.html", visitor=visitor, found=found, may_prepare=visitor.may(Role.DIRECTORY))


@router.post("")
async def prepared(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Prepare an exercise for an approver."""
    await read_form(request, visitor)
    need(visitor.may(Role.DIRECTORY))
    person = visitor.person
    exercise_id = await exercise.prepare(site.house, person.issuing_authority_id, by=person.id, now=site.clock())
    return RedirectResponse(f"/exercises/{exercise_id}", status_code=303)


@router.get("/{exercise_id}")
async def show(request: Request, exercise_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show the letter, and how every authority stands."""
    need(visitor.sees_directory)
    async with site.house.read() as work:
        results = await exercise.results_of(work, exercise_id)
    states = {one.gss_code: exercise.WORDS[one.state] for one in results.places}
    looks = {one.gss_code: _LOOKS[one.state] for one in results.places}
    may_approve = visitor.may(Role.APPROVER) and results.exercise.started_by != visitor.person.id
    return page(
        request.state.nonce,
        "exercise.html",
        visitor=visitor,
        results=results,
        words=exercise.WORDS,
        looks=_LOOKS,
        signs=SIGNS,
        open_up_to=OPEN_UP_TO,
        map=draw(looks, states),
        may_approve=may_approve and results.exercise.approved_at is None and results.exercise.closed_at is None,
        may_close=visitor.may(Role.DIRECTORY) and results.exercise.closed_at is None,
    )


@router.post("/{exercise_id}/approve")
async def approved(request: Request, exercise_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Let the exercise go to everybody, after a fresh proof of who approves."""
    form = await read_form(request, visitor)
    need(visitor.may(Role.APPROVER))
    async with site.house.read() as work:
        await exercise.results_of(work, exercise_id)
    require_fresh_proof(request, visitor, "Send the exercise", form)
    await exercise.approve(site.house, exercise_id, by=visitor.person.id, now=site.clock())
    return RedirectResponse(f"/exercises/{exercise_id}", status_code=303)


@router.post("/{exercise_id}/close")
async def closed(request: Request, exercise_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Close the exercise; who did not answer becomes a task."""
    await read_form(request, visitor)
    need(visitor.may(Role.DIRECTORY))
    await exercise.close(site.house, exercise_id, by=visitor.person.id, now=site.clock())
    return RedirectResponse(f"/exercises/{exercise_id}", status_code=303)
