"""Room 9: walks round and looks at what is due. Every question is asked of the rows, so a missed round loses nothing.

The dates of cases are looked at once an hour, in a turn that one worker takes: only then are sealed notices opened, those of open cases
and of cases that ended lately. What a worker that dies leaves undone is taken up in the next hour. A prompt is given once: its task names
the case, what is due, the date and how near it is.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from service.database.unit_of_work import Work
from service.domain.case import Case
from service.domain.delivery import STUCK_AFTER, Lane
from service.domain.due import Prompt, PromptKind, due_prompts, local_date
from service.domain.people import IssuingAuthority, Role
from service.domain.policy import Policy
from service.flow.canary import CANARY
from service.flow.facts import BY_THE_CLOCK, facts_of
from service.flow.house import House
from service.flow.post import sender_of, write
from service.flow.renewal import draft_renewal
from service.flow.rulebook import calendar_for, policy_of
from service.mail import compose_due

log = structlog.get_logger()
EVERY = timedelta(hours=1)
_STILL_WATCHED = timedelta(days=14)  # a return interview is due after the case has ended


async def look_for_stuck_letters(house: House, *, now: datetime) -> int:
    """Give a person the letters that have waited too long to leave, and return how many there are."""
    async with house.begin() as work:
        stuck = [one for one in await work.deliveries.stuck(before=now - STUCK_AFTER) if one.kind != CANARY]
        for delivery in stuck:
            await work.tasks.add(
                kind="letter_stuck",
                role=Role.DIRECTORY,
                at=now,
                case_id=delivery.case_id,
                subject_id=delivery.id,
                says=f"A letter to {delivery.gss_code or 'a member of staff'} has waited for half an hour. Call them.",
            )
    return len(stuck)


async def look_at_dates(house: House, *, now: datetime) -> int:
    """Give every prompt that has come due and return how many; once an hour, nothing in between."""
    async with house.begin() as work:
        if not await work.signals.take_turn("dates", before=now - EVERY, at=now):
            return 0
    async with house.read() as work:
        watched = await work.cases.watched(closed_since=now - _STILL_WATCHED)
    given = 0
    for case_id in watched:
        try:
            given += await _look_at(house, case_id, now)
        except Exception as error:
            log.error("dates_failed", case_id=case_id, error=type(error).__name__)
    return given


async def prompts_of(work: Work, case: Case, now: datetime) -> tuple[tuple[Prompt, ...], Policy]:
    """Return what is due about a case at *now*, given or not, with the policy it rests on."""
    policy = await policy_of(work, case)
    facts = await facts_of(work, case, count_episodes=policy.repeat_missing is not None)
    authority = await work.people.authority(case.issuing_authority_id)
    return due_prompts(policy, facts, calendar_for(authority, policy, local_date(now)), now), policy


async def _look_at(house: House, case_id: str, now: datetime) -> int:
    async with house.read() as work:
        case = await work.cases.get(case_id)
        prompts, policy = await prompts_of(work, case, now)
        open_kinds = await work.tasks.open_kinds(case_id)
        new = [one for one in prompts if not await work.tasks.exists(kind=one.kind, subject_id=_subject(case, one))]
    over = [kind for kind in PromptKind if kind in open_kinds and kind not in {one.kind for one in prompts}]
    if not new and not over:
        return 0
    async with house.begin() as work:
        authority = await work.people.authority(case.issuing_authority_id)
        for kind in over:
            await work.tasks.settle(case_id=case.id, kind=kind, by=BY_THE_CLOCK, at=now)
        for prompt in new:
            await _give(work, house, authority, case, policy, prompt, now)
    return len(new)


def _subject(case: Case, prompt: Prompt) -> str:
    return f"{case.id} {prompt.key}"


async def _give(work: Work, house: House, authority: IssuingAuthority, case: Case, policy: Policy, prompt: Prompt, now: datetime) -> None:
    """Write to the worker and to quality assurance, to the approvers too once it is late, and leave a task; for a renewal also a draft."""
    if prompt.kind is PromptKind.RENEWAL:
        await draft_renewal(work, authority, case, now)
    await work.tasks.settle(case_id=case.id, kind=prompt.kind, by=BY_THE_CLOCK, at=now)  # the earlier reminder of the same thing
    await work.tasks.add(
        kind=prompt.kind,
        role=Role.QUALITY,
        at=now,
        case_id=case.id,
        subject_id=_subject(case, prompt),
        says=compose_due.in_short(prompt.kind, prompt.due, late=prompt.late, reference=case.reference),
    )
    context = compose_due.due(
        sender=sender_of(authority),
        reference=case.reference,
        kind=prompt.kind,
        date=prompt.due,
        late=prompt.late,
        source=prompt.source,
        by=prompt.by,
        lapses_on=prompt.lapses_on,
        missing_since=case.missing_since,
        helplines=[(one.name, one.contact) for one in policy.helplines],
    )
    for address, name in (await _told(work, authority, case, late=prompt.late)).items():
        await write(
            work,
            house,
            authority,
            "due",
            context,
            to_name=name,
            to_address=address,
            lane=Lane.CHASER,
            now=now,
            case=case,
            token=("c", case.id),
            link_path=f"/cases/{case.id}",
        )
    work.audit.add("prompt_given", at=now, case_id=case.id, subject_id=prompt.key, kind=prompt.kind, late=prompt.late)


async def _told(work: Work, authority: IssuingAuthority, case: Case, *, late: bool) -> dict[str, str]:
    roles: Sequence[Role] = (Role.QUALITY, Role.APPROVER) if late else (Role.QUALITY,)
    people = [person for role in roles for person in await work.people.with_role(authority.id, role)]
    return {case.reporter_address: "", **{one.address: one.name for one in people}}
