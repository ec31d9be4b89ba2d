"""Room 4: quality assurance looks at a notice and passes it, or returns it with a question. Passing freezes exactly what will go out."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypedDict

from directory.authority import find_by_name, neighbours_of
from service.database.ids import new_id
from service.database.unit_of_work import Work
from service.domain.approval import LIFE_OF_A_REQUEST, Approval
from service.domain.audience import Addressee, bound_content, fingerprint, in_order
from service.domain.case import Case
from service.domain.delivery import Lane
from service.domain.errors import ChangedMeanwhile, IllegalTransition, NotAllowed
from service.domain.notice import Finding, Notice, NoticeEvent, NoticeKind, NoticeState
from service.domain.people import IssuingAuthority, Person, Role
from service.domain.threshold import days_missing
from service.flow.house import House, today
from service.flow.open_case import after_reading
from service.flow.post import freeze_letter, sender_of, write
from service.flow.shown import changes, lines_of, rows_of
from service.mail import compose
from service.mail.decision import Check, QualityAnswer
from service.mail.prefab import readable
from service.mail.tokens import digest

DECIDE_WITHIN = timedelta(hours=4)
ANSWER_WITHIN = timedelta(hours=24)


async def ask_quality(house: House, notice_id: str, *, now: datetime) -> None:
    """Ask every quality assurance person to look at a notice that is ready; each gets their own letter and token."""
    async with house.begin() as work:
        notice = await work.notices.get(notice_id)
        case = await work.cases.get(notice.case_id)
        authority = await work.people.authority(case.issuing_authority_id)
        checkers = await work.people.with_role(authority.id, Role.QUALITY)
        await work.sessions.withdraw(purpose="check", subject_id=notice.id)  # an earlier PASS was about other words
        for person in checkers:
            await _ask_one(work, house, authority, case, notice, person, now)
        if not checkers:
            await work.tasks.add(
                kind="nobody_checks",
                role=Role.SYSTEM,
                at=now,
                case_id=case.id,
                subject_id=notice.id,
                says="A notice waits, and nobody here has the quality assurance role.",
            )
        await work.tasks.add(
            kind="check_notice",
            role=Role.QUALITY,
            at=now,
            case_id=case.id,
            subject_id=_of_version(notice),
            says=f"Check the {notice.kind} of {case.reference}.",
        )
        work.audit.add("quality_asked", at=now, case_id=case.id, subject_id=notice.id, people=len(checkers), version=notice.version)


async def _ask_one(
    work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, person: Person, now: datetime
) -> None:
    subject = new_id()
    await work.sessions.give(
        digest(house.tokens.issue("q", subject)),
        purpose="check",
        subject_id=notice.id,
        holder_id=person.id,
        not_after=now + LIFE_OF_A_REQUEST,
    )
    context = compose.quality_request(
        sender=sender_of(authority), reference=case.reference, kind=notice.kind, read=rows_of(notice), findings=lines_of(notice)
    )
    await write(
        work,
        house,
        authority,
        "quality_request",
        context,
        to_name=person.name,
        to_address=person.address,
        lane=Lane.DECISION,
        now=now,
        case=case,
        token=("q", subject),
        link_path=f"/cases/{case.id}",
    )


def _of_version(notice: Notice) -> str:
    return f"{notice.id} version {notice.version}"


async def notices_to_check(house: House) -> tuple[str, ...]:
    """Return the notices in the tray: ready to be checked, and nobody asked yet about this version."""
    async with house.read() as work:
        waiting = []
        for notice_id in await work.notices.in_state(NoticeState.CHECKING):
            notice = await work.notices.get(notice_id)
            if not await work.tasks.exists(kind="check_notice", subject_id=_of_version(notice)):
                waiting.append(notice_id)
    return tuple(waiting)


async def pass_notice(house: House, notice_id: str, person: Person, version: int, now: datetime) -> None:
    """Pass a notice on the web page: what will go out is frozen, and the approvers are asked."""
    async with house.begin() as work:
        await passed(work, house, notice_id, person, version, "web", now)


async def return_notice(house: House, notice_id: str, person: Person, question: str, version: int, now: datetime) -> None:
    """Return a notice on the web page with a question to the reporter."""
    async with house.begin() as work:
        await returned(work, house, notice_id, person, question, version, now)


async def by_reply(work: Work, house: House, notice_id: str, person: Person, check: QualityAnswer, now: datetime) -> bool:
    """Take a PASS or RETURN that came by reply; False when the words were not plain."""
    notice = await work.notices.get(notice_id)
    if check.answer is Check.PASS:
        await passed(work, house, notice_id, person, notice.version, "mail", now)
        return True
    if check.answer is Check.RETURN and check.question:
        await returned(work, house, notice_id, person, check.question, notice.version, now)
        return True
    return False


async def passed(work: Work, house: House, notice_id: str, person: Person, version: int, way: str, now: datetime) -> None:
    """Pass a notice, in the caller's transaction; raises NotAllowed, ChangedMeanwhile or IllegalTransition."""
    notice, case, authority = await _checked(work, notice_id, person, version)
    if notice.submitted_by == person.address:
        raise NotAllowed("You sent this notice in, so somebody else has to check it.")
    notice = replace(notice.after(NoticeEvent.PASSED), passed_by=person.id)
    notice = await freeze_notice(work, house, authority, case, notice, now)
    await work.notices.save(notice, read_version=version)
    await work.tasks.settle(case_id=case.id, kind="check_notice", by=person.id, at=now)
    work.audit.add("notice_passed", at=now, actor=person.id, case_id=case.id, subject_id=notice.id, way=way, content=notice.content_sha256)
    await ask_approvers(work, house, authority, case, notice, now)


async def returned(work: Work, house: House, notice_id: str, person: Person, question: str, version: int, now: datetime) -> None:
    """Return a notice to the reporter with a question in the checker's words, in the caller's transaction."""
    notice, case, authority = await _checked(work, notice_id, person, version)
    asked = Finding(
        rule="quality",
        outcome="contradiction",
        says=question,
        source="Asked by quality assurance.",
        field_path="circumstances",
        label="A question about your form",
    )
    notice = replace(notice, findings=(*notice.findings, asked), edited_by=None)
    await work.tasks.settle(case_id=case.id, kind="check_notice", by=person.id, at=now)
    work.audit.add("notice_returned", at=now, actor=person.id, case_id=case.id, subject_id=notice.id)
    await after_reading(work, house, authority, case, notice, now)


async def _checked(work: Work, notice_id: str, person: Person, version: int) -> tuple[Notice, Case, IssuingAuthority]:
    notice = await work.notices.get(notice_id)
    case = await work.cases.get(notice.case_id)
    authority = await work.people.authority(case.issuing_authority_id)
    if not person.has(Role.QUALITY) or person.issuing_authority_id != authority.id:
        raise NotAllowed("Only quality assurance can check a notice.")
    if notice.version != version:
        raise ChangedMeanwhile
    if notice.state is not NoticeState.CHECKING:
        raise IllegalTransition
    return notice, case, authority


async def freeze_notice(work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, now: datetime) -> Notice:
    """Freeze the letter and the recipients; the approval binds to the hash of both."""
    context = _context(sender_of(authority), case, notice, await _before(work, case, notice), now)
    wire = freeze_letter(house, authority, notice.kind, context)
    letter = await work.letters.add(wire, kind=notice.kind, case_id=case.id, key_id=case.key_id, at=now)
    recipients = await recipients_of(work, authority, case, notice)
    recipients_sha256 = fingerprint(recipients)
    await work.notices.freeze(notice_id=notice.id, letter_id=letter.id, recipients=recipients, recipients_sha256=recipients_sha256, at=now)
    return replace(notice, letter_id=letter.id, content_sha256=bound_content(letter.sha256, recipients_sha256))


class _Who(TypedDict):
    sender: compose.Sender
    reference: str
    number: int
    as_at: datetime


def _context(sender: compose.Sender, case: Case, notice: Notice, before: dict[str, Any] | None, now: datetime) -> compose.Context:
    fields, who = notice.fields, _Who(sender=sender, reference=case.reference, number=notice.number, as_at=now)
    match notice.kind:
        case NoticeKind.ALERT:
            return compose.alert(fields, **who, answer_by=now + ANSWER_WITHIN)
        case NoticeKind.UPDATE:
            return compose.update(fields, **who, changed=changes(before, notice), answer_by=now + ANSWER_WITHIN)
        case NoticeKind.RENEWAL:
            return compose.renewal(fields, **who, done_since=changes(before, notice), answer_by=now + ANSWER_WITHIN)
        case NoticeKind.FOUND:
            return compose.found(fields, **who)
        case NoticeKind.WITHDRAWAL:
            return compose.withdrawal(**who, reason=str(fields.get("circumstances") or ""))


async def recipients_of(work: Work, authority: IssuingAuthority, case: Case, notice: Notice) -> tuple[Addressee, ...]:
    """Return who gets a notice, at today's address, in sending order. Later notices go to everyone who was alerted."""
    everyone = [Addressee(gss_code=one.gss_code, name=one.name, address=one.address) for one in await work.register.recipients()]
    if notice.kind.value in ("update", "found", "withdrawal"):
        alerted = await work.deliveries.alerted(case.id)
        everyone = [one for one in everyone if one.gss_code in alerted]
    linked = [found.gss_code for place in notice.fields.get("links_to_areas") or [] if (found := find_by_name(place.partition("(")[0]))]
    return in_order(everyone, linked=linked, neighbours=neighbours_of(authority.gss_code))


async def _before(work: Work, case: Case, notice: Notice) -> dict[str, Any] | None:
    earlier = [one for one in await work.notices.of_case(case.id) if one.number < notice.number and one.state is NoticeState.CASCADED]
    return dict(earlier[-1].fields) if earlier else None


async def ask_approvers(work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, now: datetime) -> None:
    """Put the question to each approver singly, with exactly the text that will go out."""
    frozen = await work.notices.cascade(notice.id)
    assert frozen is not None
    assert notice.content_sha256 is not None
    subject, text, _ = readable((await work.letters.get(frozen.letter_id)).wire)
    before = await _before(work, case, notice)
    left_out = [one.name for one in await work.register.without_address()]
    approvers = await work.people.with_role(authority.id, Role.APPROVER)
    for person in approvers:
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
        )
        approval = replace(approval, token_hash=digest(house.tokens.issue("d", approval.id)))
        await work.approvals.ask(approval)
        context = compose.approval_request(
            sender=sender_of(authority),
            reference=case.reference,
            kind=notice.kind,
            letter_subject=subject,
            letter_text=text,
            recipients=len(frozen.recipients),
            decide_by=now + DECIDE_WITHIN,
            expires_at=approval.not_after,
            findings=lines_of(notice),
            days_missing=days_missing(notice.fields, today(now)),
            left_out=left_out,
            differences=changes(before, notice) if before else (),
        )
        await write(
            work,
            house,
            authority,
            "approval_request",
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
