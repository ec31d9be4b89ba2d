"""The first page: what needs this person, and whether the service itself is well."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.database import pages
from service.domain.notice import NoticeState
from service.domain.people import Role
from service.flow.answer_letters import MATTERS
from service.flow.cover import PHONE, telephone_list
from service.flow.repair import MAY_REPAIR
from service.flow.to_do import SEEN_BY_THE_SERVICE
from service.web.render import page
from service.web.session import SignedIn, TheSite

SILENT_AFTER = timedelta(minutes=10)
router = APIRouter()


@router.get("/")
async def show(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show what needs this person."""
    person, now = visitor.person, site.clock()
    async with site.house.read() as work:
        authority = await work.people.authority(person.issuing_authority_id)
        waiting = await pages.notices_waiting(work, authority.id) if visitor.sees_cases else ()
        tasks = await pages.tasks_for(work, authority.id, authority.mailbox, person.roles)
        numbers = await pages.numbers(work, authority.id, authority.mailbox)
        to_phone = await telephone_list(work, authority.id, now) if visitor.sees_cases and any(one.kind == PHONE for one in tasks) else ()
        repairs = await pages.came_back(work, [one.subject_id for one in tasks if one.subject_id]) if visitor.may(*MAY_REPAIR) else ()
        beats = await work.signals.all()
    mine = {NoticeState.CHECKING} if visitor.may(Role.QUALITY) else set()
    mine |= {NoticeState.AWAITING_APPROVAL} if visitor.may(Role.APPROVER) else set()
    return page(
        request.state.nonce,
        "home.html",
        visitor=visitor,
        authority=authority,
        mine=[notice for notice in waiting if notice.state in mine],
        others=[notice for notice in waiting if notice.state not in mine],
        tasks=[one for one in tasks if one.kind != MATTERS],
        unowned=[one for one in tasks if one.kind == MATTERS],
        to_phone=to_phone,
        repairs=repairs,
        seen_by_the_service=SEEN_BY_THE_SERVICE,
        numbers=numbers,
        troubles=[beat for beat in beats if beat.trouble or beat.at < now - SILENT_AFTER],
    )
