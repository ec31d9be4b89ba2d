"""The call list: which authorities are silent, how to telephone them, and what they said when somebody did."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.database.delivery_rows import ENDING
from service.domain.chasing import Step
from service.domain.delivery import Answer
from service.domain.errors import NotFound
from service.flow.chase import Owes, owing, spoke_to
from service.mail.compose_chaser import what_is_owed
from service.web.render import page
from service.web.session import SignedIn, Site, TheSite, Visitor, need, read_form

SAID = {
    Answer.ACKNOWLEDGED: "They have it, and it has gone to the right team",
    Answer.CHECKS_UNDER_WAY: "They are searching their records",
    Answer.NOT_KNOWN: "They have searched: the family is not known there",
    Answer.POSSIBLE_MATCH: "There may be a match",
    Answer.KNOWN_CONTACT_US: "The family is known there",
    Answer.NOT_FOR_US: "It is not for them",
}
SAID_WHEN_ENDED = {
    Answer.ACKNOWLEDGED: "They know that the search is over, and have closed their record",
    Answer.NOT_FOR_US: SAID[Answer.NOT_FOR_US],
}
_MOST_WORDS = 5000
router = APIRouter(prefix="/calls")


@router.get("")
async def show(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show who has to be called now, and who is still asked by letter."""
    need(visitor.sees_cases)
    every = await _owing(site, visitor)
    return page(
        request.state.nonce,
        "calls.html",
        visitor=visitor,
        to_call=[one for one in every if one.step is Step.CALL],
        by_letter=[one for one in every if one.step is not Step.CALL],
    )


@router.get("/{gss_code}")
async def show_one(request: Request, gss_code: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show how to reach one silent authority, what it owes an answer to, and a form for each."""
    need(visitor.sees_cases)
    return await _call_page(request, gss_code, visitor, site)


@router.post("/{gss_code}/{delivery_id}")
async def record(request: Request, gss_code: str, delivery_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Record what they said; it counts as their answer."""
    need(visitor.sees_cases)
    form = await read_form(request, visitor)
    chosen = next((one for one in SAID if one == form.get("answer")), None)
    faults = [] if chosen else [(f"answer-{delivery_id}", "Choose what they said")]
    faults += [] if 2 <= len(form.get("who", "")) <= 200 else [(f"who-{delivery_id}", "Write whom you spoke to")]
    if chosen is None or faults:
        return await _call_page(request, gss_code, visitor, site, typed=dict(form), about=delivery_id, faults=faults)
    words = form.get("words", "")[:_MOST_WORDS]
    await spoke_to(site.house, delivery_id, visitor.person, who=form["who"], answer=chosen, words=words, now=site.clock())
    return RedirectResponse("/calls", status_code=303)


async def _call_page(
    request: Request,
    gss_code: str,
    visitor: Visitor,
    site: Site,
    *,
    typed: dict[str, str] | None = None,
    about: str = "",
    faults: list[tuple[str, str]] | None = None,
) -> Response:
    found = next((one for one in await _owing(site, visitor) if one.gss_code == gss_code), None)
    if found is None or (about and about not in {one.id for one in found.letters}):
        raise NotFound
    return page(
        request.state.nonce,
        "call.html",
        status=400 if faults else 200,
        visitor=visitor,
        found=found,
        letters=[
            (one, what_is_owed(one.kind), [(said.value, words) for said, words in _choices(one.kind).items()]) for one in found.letters
        ],
        typed=typed or {},
        about=about,
        faults=faults or [],
    )


def _choices(kind: str) -> dict[Answer, str]:
    return SAID_WHEN_ENDED if kind in ENDING else SAID


async def _owing(site: Site, visitor: Visitor) -> tuple[Owes, ...]:
    async with site.house.read() as work:
        authority = await work.people.authority(visitor.person.issuing_authority_id)
        return await owing(work, authority, site.clock())
