"""Room 3: a form becomes a case and a notice; an answer, an update or a found report becomes the next step of a case that is there."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from service.database.ids import new_id
from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState
from service.domain.delivery import Lane
from service.domain.errors import IllegalTransition
from service.domain.notice import Finding, Notice, NoticeEvent, NoticeKind, NoticeState
from service.domain.people import IssuingAuthority
from service.domain.threshold import findings_for, full_date
from service.flow.house import House, today
from service.flow.post import sender_of, write
from service.flow.shown import rows_of
from service.forms.corrections import apply_answers
from service.forms.reading import Reading
from service.mail import compose
from service.mail.tokens import digest
from service.policies import policy_named

_ELSEWHERE = {
    "placement_notification": ("a placement notice", "the team that receives placement notices in your authority"),
    "case_alert": ("a local case alert", "the team that receives local alerts in your authority"),
    "received_alert": ("another authority's national alert", "your own custodian, for local checks"),
}
_OPEN = (NoticeState.CHECKING, NoticeState.RETURNED, NoticeState.AWAITING_APPROVAL)


async def open_case(
    work: Work, house: House, authority: IssuingAuthority, reading: Reading, *, reporter: str, email_id: str, now: datetime
) -> Case:
    """Open a case from a form, in the caller's transaction, and write back what was read and what is missing."""
    policy = policy_named(authority.policy)
    seal_case_id = new_id()
    seal = await work.keys.new(seal_case_id)
    case = Case(
        id=seal_case_id,
        reference=await work.cases.next_reference(authority.code, today(now).year),
        issuing_authority_id=authority.id,
        state=CaseState.DRAFT,
        outcome=None,
        missing_since=full_date(reading.fields.get("date_went_missing")),
        policy=policy.name,
        policy_version=policy.version,
        reporter_address=reporter,
        key_id=seal.key_id,
        opened_at=now,
        closed_at=None,
        version=1,
    )
    await work.cases.add(case)
    work.audit.add("case_opened", at=now, case_id=case.id, subject_id=email_id)
    await add_notice(work, house, authority, case, NoticeKind.ALERT, reading, reporter=reporter, email_id=email_id, now=now)
    return case


async def add_notice(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    kind: NoticeKind,
    reading: Reading,
    *,
    reporter: str,
    email_id: str,
    now: datetime,
) -> Notice:
    """Add the next notice of a case: what the form says, on top of what the last notice said."""
    fields = dict(reading.fields)
    if kind is not NoticeKind.ALERT:
        fields = with_the_story_so_far(await _last_sent(work, case), fields)
    notice = Notice(
        id=new_id(),
        case_id=case.id,
        kind=kind,
        number=await work.notices.next_number(case.id),
        state=NoticeState.CHECKING,
        version=1,
        fields=fields,
        provenance={path: asdict(one) for path, one in reading.provenance.items()},
        findings=(),
        submitted_by=reporter,
        received_email_id=email_id,
        created_at=now,
    )
    notice = replace(notice, findings=all_findings(case, notice, reading, now))
    await work.notices.add(notice)
    work.audit.add("notice_received", at=now, case_id=case.id, subject_id=notice.id, kind=kind, findings=len(notice.findings))
    await after_reading(work, house, authority, case, notice, now)
    return notice


def all_findings(case: Case, notice: Notice, reading: Reading, now: datetime) -> tuple[Finding, ...]:
    """Put together what the reader found and what the policy finds, each with the form's own label."""
    labels = {path: one.label for path, one in reading.provenance.items() if one.label}
    read = [
        Finding(
            rule="form",
            outcome="contradiction" if one.problem == "contradiction" else one.problem,
            says=one.says,
            source="The form itself.",
            field_path=one.field or None,
            label=one.label or labels.get(one.field),
        )
        for one in reading.findings
    ]
    ruled = findings_for(policy_named(case.policy), notice.kind, notice.fields, today(now))
    return tuple(read) + tuple(replace(one, label=labels.get(one.field_path or "", one.label)) for one in ruled)


async def after_reading(work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, now: datetime) -> None:
    """Write back to the reporter: a receipt, or numbered questions. Quality assurance is asked once there are no questions left."""
    await work.sessions.give(
        digest(house.tokens.issue("c", case.id)),
        purpose="correct",
        subject_id=case.id,
        not_after=now.replace(year=now.year + 2),
    )
    if notice.questions:
        await _return_with_questions(work, house, authority, case, notice, now)
        return
    context = compose.receipt(
        sender=sender_of(authority),
        reference=case.reference,
        read=rows_of(notice),
        next_step="Quality assurance checks it next; then a named approver decides.",
    )
    await write(
        work,
        house,
        authority,
        "submission_receipt",
        context,
        to_name="",
        to_address=case.reporter_address,
        lane=Lane.RECEIPT,
        now=now,
        case=case,
        token=("c", case.id),
    )


async def _return_with_questions(work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, now: datetime) -> None:
    returned = notice.after(NoticeEvent.RETURNED)
    await work.notices.save(returned, read_version=notice.version)
    questions = [
        compose.Question(number=number, label=one.label or one.field_path or "", why=one.says, source=one.source)
        for number, one in enumerate(notice.questions, start=1)
    ]
    context = compose.questions(sender=sender_of(authority), reference=case.reference, questions=questions)
    await write(
        work,
        house,
        authority,
        "submission_questions",
        context,
        to_name="",
        to_address=case.reporter_address,
        lane=Lane.RECEIPT,
        now=now,
        case=case,
        token=("c", case.id),
    )
    work.audit.add("questions_sent", at=now, case_id=case.id, subject_id=notice.id, count=len(questions))


async def correct(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    answers: Mapping[int, str],
    reading: Reading | None,
    *,
    reporter: str,
    email_id: str,
    now: datetime,
) -> None:
    """Take the answers to our questions, or a corrected form, into the notice that waits for them."""
    waiting = [notice for notice in await work.notices.of_case(case.id) if notice.state in _OPEN]
    if not waiting:
        raise IllegalTransition("There is no notice of this case that waits for answers.")
    notice = waiting[-1]
    fields, provenance, extra = dict(notice.fields), dict(notice.provenance), list[Finding]()
    if reading is not None:
        fields = on_top_of(fields, reading.fields)
        provenance |= {path: asdict(one) for path, one in reading.provenance.items()}
    asked = dict(enumerate(notice.questions, start=1))
    by_path = {asked[number].field_path: text for number, text in answers.items() if number in asked}
    if by_path:
        fields, told, unread = apply_answers(fields, {path: text for path, text in by_path.items() if path}, today=today(now))
        provenance |= {path: asdict(one) for path, one in told.items()}
        extra = [
            Finding(rule="form", outcome="contradiction", says=one.says, source="Your answer.", field_path=one.field, label=one.label)
            for one in unread
        ]
    labels = {finding.field_path: finding.label for finding in notice.findings}
    ruled = findings_for(policy_named(case.policy), notice.kind, fields, today(now))
    kept = [one for one in notice.findings if one.rule == "form" and one.field_path not in by_path and reading is None]
    findings = (*kept, *extra, *(replace(one, label=labels.get(one.field_path, one.label)) for one in ruled))
    corrected = replace(notice.after(NoticeEvent.CORRECTED), fields=fields, provenance=provenance, findings=findings, submitted_by=reporter)
    await work.notices.save(corrected, read_version=notice.version)
    if since := full_date(fields.get("date_went_missing")):
        await work.cases.note_missing_since(case.id, since)
    work.audit.add("notice_corrected", at=now, case_id=case.id, subject_id=notice.id, letter=email_id)
    await after_reading(work, house, authority, case, corrected, now)


def with_the_story_so_far(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Lay an update over the last notice; how the child went missing stays readable below what is new."""
    merged = on_top_of(before, after)
    old, new = before.get("circumstances"), after.get("circumstances")
    if old and new and old not in new:
        merged["circumstances"] = f"{new}\n\nBefore: {old}"
    return merged


def on_top_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Lay new answers over old ones; what the new form does not answer stays as it was."""
    merged = dict(before)
    for name, value in after.items():
        if value in (None, "", [], {}):
            continue
        old = merged.get(name)
        merged[name] = on_top_of(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


async def _last_sent(work: Work, case: Case) -> Mapping[str, Any]:
    sent = [notice for notice in await work.notices.of_case(case.id) if notice.state in (NoticeState.CASCADED, NoticeState.APPROVED)]
    return sent[-1].fields if sent else {}


async def answer_not_ours(
    work: Work, house: House, authority: IssuingAuthority, kind: str, refused_file: str | None, *, reporter: str, now: datetime
) -> None:
    """Tell a person we know why their letter cannot go out as a national alert; quality assurance looks at it too."""
    looks_like, goes_to = _ELSEWHERE.get(kind, ("something we cannot read", "nobody yet: send it again as a Word document"))
    if refused_file:
        looks_like, goes_to = refused_file, "nobody yet: send it again as a Word document (.docx) or as plain text"
    context = compose.not_ours(sender=sender_of(authority), reference="", looks_like=looks_like, goes_to=goes_to)
    await write(work, house, authority, "submission_not_ours", context, to_name="", to_address=reporter, lane=Lane.RECEIPT, now=now)
