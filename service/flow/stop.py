"""STOP: one press or one word halts what has not left of an approved notice; only a new approval sets it going again."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.database.ids import new_id
from service.database.unit_of_work import Work
from service.domain.case import Case, CaseEvent, CaseState
from service.domain.delivery import DeliveryState, Lane
from service.domain.errors import IllegalTransition, NotAllowed
from service.domain.notice import Notice, NoticeEvent, NoticeState
from service.domain.people import IssuingAuthority, Person, Role
from service.flow.approvers import ask_approvers
from service.flow.house import House
from service.flow.post import sender_of, write
from service.mail import compose
from service.mail.tokens import digest

STOPPABLE = (NoticeState.APPROVED, NoticeState.CASCADED)
TOKEN_LIVES = timedelta(days=7)
MAY_STOP = (Role.APPROVER, Role.QUALITY)
_WORD = re.compile(r"[\s*_\"'“”‘’]*(?:stop|stopio|atal)[\s*_\"'“”‘’.!]*", re.IGNORECASE)
_NEVER_LEFT = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.WITHDRAWN, DeliveryState.SUPERSEDED, DeliveryState.FAILED)
_WAYS = {"mail": "email reply", "web": "web page"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """How many letters had left, or may have, and how many were halted."""

    left: int
    halted: int


def says_stop(words: str) -> bool:
    """Say whether the first line that is not empty is the single word STOP, or its Welsh."""
    first = next((line for line in words.splitlines() if line.strip()), "")
    return _WORD.fullmatch(first[:100]) is not None


async def stop_token(work: Work, house: House, notice: Notice, person: Person | None, now: datetime) -> tuple[str, str]:
    """Give out a token whose holder stops the notice by a reply; without *person* it is whoever sent the notice in."""
    subject = new_id()
    await work.sessions.give(
        digest(house.tokens.issue("h", subject)),
        purpose="stop",
        subject_id=notice.id,
        holder_id=person.id if person else None,
        not_after=now + TOKEN_LIVES,
    )
    return "h", subject


async def stop_on_web(house: House, notice_id: str, person: Person, now: datetime) -> Stopped:
    """Stop a notice from its page; raises NotAllowed, and IllegalTransition when there is nothing to stop."""
    async with house.begin() as work:
        notice = await work.notices.get(notice_id)
        case = await work.cases.get(notice.case_id)
        if person.issuing_authority_id != case.issuing_authority_id or not person.has(*MAY_STOP):
            raise NotAllowed("Only quality assurance and the approvers can stop a notice.")
        return await stop(work, house, notice, by=person, way="web", now=now)


async def stop(work: Work, house: House, notice: Notice, *, by: Person | None, way: str, now: datetime, why: str = "") -> Stopped:
    """Halt every letter of a notice that has not begun to leave, in the caller's transaction, and tell everyone concerned once.

    The approvers are asked anew. A case that this notice had ended is open again. Raises IllegalTransition when it was not approved.
    """
    if notice.state not in STOPPABLE:
        raise IllegalTransition("Nothing of this notice is being sent, so there is nothing to stop.")
    case = await work.cases.get(notice.case_id)
    authority = await work.people.authority(case.issuing_authority_id)
    await work.deliveries.withdraw_unsent(notice.id, at=now)
    board = await work.deliveries.of_notice(notice.id)
    stopped = Stopped(left=sum(one.state not in _NEVER_LEFT for one in board), halted=await _halted(work, notice))
    if notice.state is NoticeState.CASCADED and not stopped.halted:
        await _too_late(work, house, authority, case, notice, stopped, by, way, now)
        return stopped
    halted = replace(notice.after(NoticeEvent.STOPPED), stopped_at=now, release_at=None, decided_at=None)
    await work.notices.save(halted, read_version=notice.version)
    if notice.state is NoticeState.CASCADED and notice.kind.ends_the_case and case.state is CaseState.CLOSED:
        case = await work.cases.save(case.after(CaseEvent.REOPENED))
        await work.deliveries.revive(case.id, at=now)
    work.audit.add(
        "sending_stopped", at=now, actor=by.id if by else "reporter", case_id=case.id, subject_id=notice.id, way=way,
        left=stopped.left, halted=stopped.halted,
    )  # fmt: skip
    await _tell(work, house, authority, case, notice, stopped, by, way, why, now)
    if stopped.left:
        await work.tasks.add(
            kind="sending_stopped",
            role=Role.QUALITY,
            at=now,
            case_id=case.id,
            subject_id=f"{notice.id}-{halted.version}",
            says=f"The {notice.kind} of {case.reference} was stopped after {stopped.left} letters had left. "
            "Decide whether those authorities need an update or a withdrawal.",
        )
    await ask_approvers(work, house, authority, case, halted, now)
    return stopped


async def object_to(work: Work, house: House, notice: Notice, approver: Person, reason: str, now: datetime) -> Stopped:
    """Take a rejection that came after another approver's approval: sending pauses, and somebody has to bring the two together."""
    stopped = await stop(work, house, notice, by=approver, way="mail", now=now, why=reason)
    await differ(work, await work.cases.get(notice.case_id), notice, now)
    return stopped


async def differ(work: Work, case: Case, notice: Notice, now: datetime) -> None:
    """Let somebody bring together two approvers who decided differently; the first decision, or the pause, stands meanwhile."""
    await work.tasks.add(
        kind="decisions_differ",
        role=Role.QUALITY,
        at=now,
        case_id=case.id,
        subject_id=notice.id,
        says=f"Two approvers decided differently on the {notice.kind} of {case.reference}. Bring them together.",
    )


async def _halted(work: Work, notice: Notice) -> int:
    """Count what is halted: the rows, or, before there are any, everyone the notice was frozen for."""
    if notice.state is NoticeState.APPROVED:
        frozen = await work.notices.cascade(notice.id)
        return len(frozen.recipients) if frozen else 0
    return sum(one.state is DeliveryState.WITHDRAWN for one in await work.deliveries.of_notice(notice.id))


async def _too_late(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    notice: Notice,
    stopped: Stopped,
    by: Person | None,
    way: str,
    now: datetime,
) -> None:
    if await work.tasks.exists(kind="stop_too_late", subject_id=notice.id):
        return
    await work.tasks.add(
        kind="stop_too_late",
        role=Role.QUALITY,
        at=now,
        case_id=case.id,
        subject_id=notice.id,
        says=f"Somebody pressed STOP when all letters of the {notice.kind} of {case.reference} had left. Send an update or a withdrawal?",
    )
    work.audit.add("stop_too_late", at=now, actor=by.id if by else "reporter", case_id=case.id, subject_id=notice.id, way=way)
    await _tell(work, house, authority, case, notice, stopped, by, way, "", now)


async def _tell(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    notice: Notice,
    stopped: Stopped,
    by: Person | None,
    way: str,
    why: str,
    now: datetime,
) -> None:
    staff = {person.address: person.name for role in MAY_STOP for person in await work.people.with_role(authority.id, role)}
    context = compose.sending_stopped(
        sender=sender_of(authority),
        reference=case.reference,
        kind=notice.letter_name,
        by=by.name if by else "whoever sent the notification in",
        at=now,
        way=_WAYS[way],
        left=stopped.left,
        halted=stopped.halted,
        why=why,
    )
    for address, name in {notice.submitted_by: "", case.reporter_address: "", **staff}.items():
        await write(
            work,
            house,
            authority,
            "sending_stopped",
            context,
            to_name=name,
            to_address=address,
            lane=Lane.DECISION,
            now=now,
            case=case,
            link_path=f"/cases/{case.id}",
        )


async def by_reply(work: Work, house: House, notice_id: str, by: Person | None, now: datetime) -> Stopped | None:
    """Stop a notice by a reply whose sender was proved; None when there was nothing left to stop (it was stopped before, or ended)."""
    notice = await work.notices.get(notice_id)
    try:
        return await stop(work, house, notice, by=by, way="mail", now=now)
    except IllegalTransition:
        return None
