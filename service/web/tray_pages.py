"""The trays: letters that a person has to read, and what came in that is not ours to cascade."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.database import trays
from service.database.local_notices import LocalNotice
from service.database.unit_of_work import Work
from service.domain.errors import NotFound
from service.policies import policy_named
from service.web.beside import letter_views
from service.web.case_pages import hand_out
from service.web.notice_view import open_letter
from service.web.render import page
from service.web.session import SignedIn, TheSite, Visitor, need, read_form
from service.web.tray_view import KINDS, chart_of, first_monday, local_line

BY_HAND = {
    "read_by_hand": "Read the file, and call who sent it",
    "file_refused": "See to it that a file comes that can be read",
    "which_case": "Find out which case it is about, then release it for that case",
}
router = APIRouter(prefix="/trays")


@router.get("")
async def show(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show both trays and the numbers of the last weeks."""
    need(visitor.sees_cases)
    now = site.clock()
    async with site.house.read() as work:
        authority = await work.people.authority(visitor.person.issuing_authority_id)
        found = await trays.local_notices_of(work, authority.id)
        moments = await trays.local_moments(work, authority.id, first_monday(now))
        by_hand = await trays.letters_by_hand(work, authority.mailbox, BY_HAND)
    policy = policy_named(authority.policy)
    return page(
        request.state.nonce,
        "trays.html",
        visitor=visitor,
        by_hand=by_hand,
        notices=[local_line(one, policy) for one in found],
        chart=chart_of(moments, now),
        kinds=KINDS,
        rules=policy.passes_on,
    )


@router.get("/{notice_id}")
async def show_one(request: Request, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show one local notice with the letter that brought it."""
    async with site.house.read() as work:
        found = await _local(work, notice_id, visitor)
        authority = await work.people.authority(visitor.person.issuing_authority_id)
        raw = await work.received.raw(found.received_email_id)
    policy = policy_named(authority.policy)
    line = local_line(found, policy)
    return page(
        request.state.nonce,
        "tray_notice.html",
        visitor=visitor,
        found=found,
        kind=line.kind,
        category=line.category,
        passed=line.passed,
        rule=policy.passes_on.get(found.kind),
        letters=letter_views([await open_letter(found.received_email_id, raw, site.viewer)], "local", {}),
    )


@router.post("/{notice_id}/letters/{email_id}/files/{number}")
async def save_file(request: Request, notice_id: str, email_id: str, number: int, visitor: SignedIn, site: TheSite) -> Response:
    """Hand one file of the letter out to be saved, and write down who took it."""
    await read_form(request, visitor)
    async with site.house.read() as work:
        found = await _local(work, notice_id, visitor)
        if email_id != found.received_email_id:
            raise NotFound
        raw = await work.received.raw(email_id)
    return await hand_out(site, visitor, raw, number, email_id=email_id, case_id=None)


async def _local(work: Work, notice_id: str, visitor: Visitor) -> LocalNotice:
    if not visitor.sees_cases:
        raise NotFound
    return await trays.local_notice(work, notice_id, visitor.person.issuing_authority_id)
