"""Cover: a notice that waits too long for its decision is brought to others, and to the telephone. Nothing here decides.

Whoever's mailbox says that they are away has their deputies asked at once. The rows say what was done, so no round does it twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from service.database.unit_of_work import Work
from service.domain.approval import Approval, duties_refusal
from service.domain.case import Case
from service.domain.cover import alive, due, hands_on_after, must_phone, phones_after
from service.domain.errors import ChangedMeanwhile
from service.domain.notice import Notice, NoticeState
from service.domain.people import IssuingAuthority, Person, Role
from service.flow.approvers import ask, ask_approvers, requests_of, time_to_decide, write_with_link
from service.flow.house import House, today
from service.flow.post import sender_of
from service.flow.rulebook import policy_of
from service.flow.stepping_up import reasons_for
from service.mail import compose_cover

log = structlog.get_logger()
PHONE = "phone_approvers"
_MANY = 1000


async def look_at_waiting_decisions(house: House, *, now: datetime) -> int:
    """Remind, hand on and give out the telephone list where a decision is late; returns about how many notices something was done."""
    async with house.read() as work:
        waiting = await work.notices.in_state(NoticeState.AWAITING_APPROVAL, _MANY)
    done = 0
    for notice_id in waiting:
        try:
            done += await _cover(house, notice_id, now)
        except ChangedMeanwhile:
            log.info("notice_taken_by_another", notice_id=notice_id)
        except Exception as error:
            log.error("cover_failed", notice_id=notice_id, error=type(error).__name__)
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A notice that waits, with the requests about it."""

    case: Case
    notice: Notice
    authority: IssuingAuthority
    requests: tuple[Approval, ...]


async def _cover(house: House, notice_id: str, now: datetime) -> int:
    # Looked at without holding anybody up; written only where there is something to do.
    async with house.read() as work:
        if not await _steps(work, house, notice_id, now, act=False):
            return 0
    async with house.begin() as work:
        return await _steps(work, house, notice_id, now, act=True)


async def _steps(work: Work, house: House, notice_id: str, now: datetime, *, act: bool) -> int:
    """Take every step that is due and return 1, or 0 when none is."""
    notice = await work.notices.get(notice_id)
    if notice.state is not NoticeState.AWAITING_APPROVAL:
        return 0
    case = await work.cases.get(notice.case_id)
    requests = await requests_of(work, notice)
    within = await time_to_decide(work, case, notice)
    away = [one.approver_id for one in requests if (await work.people.person(one.approver_id)).away_since is not None]
    steps = due(requests, away=away, within=within, now=now)
    phone = must_phone(requests, within=within, now=now) and not await work.tasks.exists(kind=PHONE, subject_id=_subject(notice))
    if not (steps.remind or steps.hand_on or steps.ask_anew or phone):
        return 0
    if not act:
        return 1
    waiting = _Waiting(case=case, notice=notice, authority=await work.people.authority(case.issuing_authority_id), requests=requests)
    if steps.ask_anew:
        work.audit.add("approval_asked_anew", at=now, case_id=case.id, subject_id=notice.id)
        await ask_approvers(work, house, waiting.authority, case, notice, now)
    for approval in steps.remind:
        await _remind(work, house, waiting, approval, now)
    for approval in steps.hand_on:
        await _hand_on(work, house, waiting, approval, now, away=approval.approver_id in away)
    await _give_telephone_list(work, waiting, now)
    return 1


async def _remind(work: Work, house: House, waiting: _Waiting, approval: Approval, now: datetime) -> None:
    if not await work.approvals.reminded(approval.id, at=now):
        return
    case, notice, within = waiting.case, waiting.notice, await time_to_decide(work, waiting.case, waiting.notice)
    approver = await work.people.person(approval.approver_id)
    others = [one for one in alive(waiting.requests, now) if one.approver_id != approver.id]
    context = compose_cover.approval_reminder(
        sender=sender_of(waiting.authority),
        reference=case.reference,
        kind=notice.letter_name,
        since=approval.asked_at,
        also_asked=await _names(work, [one.approver_id for one in others]),
        deputies_at=approval.asked_at + hands_on_after(within),
        phone_at=approval.asked_at + phones_after(within),
        on_the_page=bool(await reasons_for(work, case, notice, approval, approver, now)),
    )
    await write_with_link(work, house, waiting.authority, case, "approval_reminder", context, approver, approval, now)
    work.audit.add("approver_reminded", at=now, case_id=case.id, subject_id=notice.id, person=approver.id)


async def _hand_on(work: Work, house: House, waiting: _Waiting, approval: Approval, now: datetime, *, away: bool) -> None:
    """Ask the deputies of one approver. A deputy who is away, was asked already or may not decide on this notice is left out."""
    if not await work.approvals.handed_on(approval.id, at=now):
        return
    case, notice = waiting.case, waiting.notice
    absent = await work.people.person(approval.approver_id)
    asked = {one.approver_id for one in alive(await requests_of(work, notice), now)}
    deputies = [await work.people.person(one) for one in await work.deputies.of(absent.id, on=today(now)) if one not in asked]
    policy = await policy_of(work, case)
    able = [one for one in deputies if one.away_since is None and duties_refusal(notice, one, policy) is None]
    for deputy in able:
        await ask(work, house, waiting.authority, case, notice, deputy, now, instead_of=absent)
    work.audit.add("approval_handed_on", at=now, case_id=case.id, subject_id=notice.id, person=absent.id, deputies=len(able), away=away)


async def _give_telephone_list(work: Work, waiting: _Waiting, now: datetime) -> None:
    case, notice, subject = waiting.case, waiting.notice, _subject(waiting.notice)
    requests, within = await requests_of(work, notice), await time_to_decide(work, waiting.case, waiting.notice)
    if not must_phone(requests, within=within, now=now) or await work.tasks.exists(kind=PHONE, subject_id=subject):
        return
    says = f"Nobody has decided on the {notice.kind} of {case.reference}. Phone the approvers: their numbers are on the first page."
    await work.tasks.add(kind=PHONE, role=Role.QUALITY, at=now, case_id=case.id, subject_id=subject, says=says)
    work.audit.add("telephone_list_given", at=now, case_id=case.id, subject_id=notice.id)


async def note_away(work: Work, house: House, approval: Approval, now: datetime) -> None:
    """Note that an approver's mailbox says they are away, and ask their deputies at once about every notice that waits for them."""
    await work.people.away(approval.approver_id, since=now)
    work.audit.add("approver_away", at=now, subject_id=approval.approver_id)
    for notice_id in await work.notices.in_state(NoticeState.AWAITING_APPROVAL, _MANY):
        if approval.approver_id in {one.approver_id for one in await work.approvals.of_notice(notice_id)}:
            await _steps(work, house, notice_id, now, act=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPhone:
    """One person to phone about a decision that is late; *instead_of* names the approvers a deputy stands in for."""

    person: Person
    instead_of: tuple[str, ...]


async def telephone_list(work: Work, authority_id: str, now: datetime) -> tuple[ToPhone, ...]:
    """Return whom to phone for a decision: the approvers of an authority, then those who stand in for them today."""
    approvers = await work.people.with_role(authority_id, Role.APPROVER)
    stand_ins: dict[str, list[str]] = {}
    for one in approvers:
        for deputy_id in await work.deputies.of(one.id, on=today(now)):
            stand_ins.setdefault(deputy_id, []).append(one.name)
    for one in approvers:
        stand_ins.pop(one.id, None)
    deputies = [ToPhone(person=await work.people.person(one), instead_of=tuple(names)) for one, names in stand_ins.items()]
    return (*(ToPhone(person=one, instead_of=()) for one in approvers), *deputies)


async def _names(work: Work, ids: Sequence[str]) -> list[str]:
    return [(await work.people.person(one)).name for one in dict.fromkeys(ids)]


def _subject(notice: Notice) -> str:
    return f"{notice.id}-{notice.version}"
