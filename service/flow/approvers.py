"""Puts the question to the approvers: each singly, with exactly the letter that will go out, what was found, and what differs."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from service.database.ids import new_id
from service.database.unit_of_work import Work
from service.domain.approval import LIFE_OF_A_REQUEST, Approval, Verdict
from service.domain.assessment import against
from service.domain.case import Case
from service.domain.cover import decide_within
from service.domain.delivery import Lane
from service.domain.fields import days_missing
from service.domain.notice import OPEN, Notice, NoticeState
from service.domain.people import IssuingAuthority, Person, Role
from service.flow.freeze import last_sent
from service.flow.house import House, today, uk_time
from service.flow.post import sender_of, write
from service.flow.rulebook import policy_of
from service.flow.shown import differences, lines_of
from service.flow.stepping_up import reasons_for
from service.mail import compose
from service.mail.prefab import readable
from service.mail.tokens import digest


async def ask_approvers(work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, now: datetime) -> None:
    """Put the question to each approver singly, with exactly the text that will go out."""
    assert notice.content_sha256 is not None
    approvers = list(await work.people.with_role(authority.id, Role.APPROVER))
    for person_id in await work.borrowed.holders(authority.id, Role.APPROVER, at=now):
        if person_id not in {one.id for one in approvers}:
            approvers.append(await work.people.person(person_id))
    for person in approvers:
        await ask(work, house, authority, case, notice, person, now)
    await work.tasks.add(
        kind="decide_notice",
        role=Role.APPROVER,
        at=now,
        case_id=case.id,
        subject_id=notice.id,
        says=f"Decide on the {notice.kind} of {case.reference}.",
    )
    if not approvers:
        await work.tasks.add(
            kind="nobody_approves",
            role=Role.SYSTEM,
            at=now,
            case_id=case.id,
            subject_id=notice.id,
            says="A notice waits for a decision, and nobody here has the approver role.",
        )
    work.audit.add("approval_asked", at=now, case_id=case.id, subject_id=notice.id, people=len(approvers), content=notice.content_sha256)


async def ask(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    notice: Notice,
    person: Person,
    now: datetime,
    *,
    instead_of: Person | None = None,
) -> None:
    """Put the question to one person under a token of their own; with *instead_of* as the deputy of that approver."""
    assert notice.content_sha256 is not None
    approval = Approval(
        id=new_id(),
        notice_id=notice.id,
        approver_id=person.id,
        notice_version=notice.version,
        content_sha256=notice.content_sha256,
        number=f"{secrets.randbelow(9000) + 1000}",
        token_hash="",
        asked_at=now,
        not_after=now + LIFE_OF_A_REQUEST,
        used_at=None,
        verdict=None,
        way=None,
        as_deputy=instead_of is not None,
    )
    approval = replace(approval, token_hash=digest(house.tokens.issue("d", approval.id)))
    await work.approvals.ask(approval)
    await _write_request(work, house, authority, case, notice, person, approval, now, instead_of)


async def _write_request(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    notice: Notice,
    person: Person,
    approval: Approval,
    now: datetime,
    instead_of: Person | None,
) -> None:
    frozen = await work.notices.cascade(notice.id)
    assert frozen is not None
    subject, text, _ = readable((await work.letters.get(frozen.letter_id)).wire)
    told = await last_sent(work, notice)
    before = told if told is not None else notice.earlier[0].fields if notice.earlier else None
    context = compose.approval_request(
        sender=sender_of(authority),
        reference=case.reference,
        kind=notice.letter_name,
        letter_subject=subject,
        letter_text=text,
        recipients=len(frozen.recipients),
        decide_by=now + await time_to_decide(work, case, notice),
        expires_at=approval.not_after,
        findings=lines_of(notice),
        against=len(against(notice.findings)),
        days_missing=days_missing(notice.fields, today(now)),
        left_out=[one.name for one in await work.register.without_address()],
        differences=differences(before, notice),
        since="the last notice" if told is not None else "what the worker first sent",
        checked_by=await _checkers(work, notice),
        on_the_page=await reasons_for(work, case, notice, approval, person, now),
        instead_of=instead_of.name if instead_of else "",
    )
    await write_with_link(
        work, house, authority, case, "approval_handed_on" if instead_of else "approval_request", context, person, approval, now
    )


async def write_with_link(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    template: str,
    context: compose.Context,
    person: Person,
    approval: Approval,
    now: datetime,
) -> None:
    """Write to somebody who was asked, with the link and the number of their own request."""
    await write(
        work,
        house,
        authority,
        template,
        context,
        to_name=person.name,
        to_address=person.address,
        lane=Lane.DECISION,
        now=now,
        case=case,
        token=("d", approval.id),
        link_path="/decide/{token}",
        number=approval.number,
    )


async def _checkers(work: Work, notice: Notice) -> list[str]:
    people = [await work.people.person(one.person_id) for one in await work.checks.newest(notice.id)]
    return [", ".join(filter(None, (person.name, person.title))) for person in people]


async def time_to_decide(work: Work, case: Case, notice: Notice) -> timedelta:
    """Return how long a decision on this notice may take before others are asked, by the policy and the level of risk."""
    return decide_within((await policy_of(work, case)).decide_within_hours, notice.fields.get("risk_level"))


async def requests_of(work: Work, notice: Notice) -> tuple[Approval, ...]:
    """Return the requests about a notice as it stands now, oldest first."""
    every = await work.approvals.of_notice(notice.id)
    return tuple(one for one in every if (one.notice_version, one.content_sha256) == (notice.version, notice.content_sha256))


async def everyone_asked(work: Work, notice: Notice) -> tuple[Person, ...]:
    """Return the active people who were ever asked to decide on a notice, deputies too."""
    ids = dict.fromkeys(one.approver_id for one in await work.approvals.of_notice(notice.id))
    return tuple([person for one in ids if (person := await work.people.person(one)).active])


async def stands_in_for_somebody(work: Work, person: Person, now: datetime) -> bool:
    """Say whether a person stands in for an approver today."""
    return bool(await work.deputies.stood_in_for(person.id, on=today(now)))


async def already_decided(work: Work, notice: Notice) -> str | None:
    """Say by whom and when a notice was decided, or sent back with a question that is not answered yet; None when it was not."""
    given = [one for one in await work.approvals.of_notice(notice.id) if one.used_at is not None]
    if not given:
        return None
    last = max(given, key=lambda one: (one.used_at, one.id))
    assert last.used_at is not None
    who, when = (await work.people.person(last.approver_id)).name, uk_time(last.used_at)
    if notice.state not in OPEN:
        return f"Already decided by {who} on {when}."
    if last.verdict is Verdict.RETURN and notice.state is not NoticeState.AWAITING_APPROVAL:
        return f"{who} returned it with a question on {when}. You are asked anew once it is answered and checked."
    return None
