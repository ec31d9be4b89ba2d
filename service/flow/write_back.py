"""What the reporter hears after every letter: a receipt of what was read, or numbered questions. Checks begin when no question is left."""

from datetime import datetime

from service.database.unit_of_work import Work
from service.domain.case import Case
from service.domain.delivery import Lane
from service.domain.notice import Notice, NoticeEvent, NoticeKind
from service.domain.people import IssuingAuthority
from service.domain.policy import Policy
from service.flow.house import House
from service.flow.post import sender_of, write
from service.flow.rulebook import policy_of
from service.flow.shown import rows_of
from service.mail import compose
from service.mail.tokens import digest
from service.mail.wording import Row


async def after_reading(
    work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, now: datetime, *, note: str = ""
) -> None:
    """Write back to whoever sent the notice in; with a *note*, said first in the receipt, nothing is asked: what waits is to be stopped."""
    await work.sessions.give(
        digest(house.tokens.issue("c", case.id)), purpose="correct", subject_id=case.id, not_after=now.replace(year=now.year + 2, day=1)
    )
    if notice.questions and not note:
        await _return_with_questions(work, house, authority, case, notice, now)
        return
    policy = await policy_of(work, case)
    context = compose.receipt(
        sender=sender_of(authority),
        reference=case.reference,
        kind=notice.letter_name,
        read=rows_of(notice),
        next_step=f"{note} {next_step(policy)}".strip(),
        reminders=reminders_of(policy, notice.kind),
        helplines=helplines_of(policy),
    )
    await _write(work, house, authority, case, notice, "submission_receipt", context, now)


async def _return_with_questions(work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, now: datetime) -> None:
    returned = notice.after(NoticeEvent.RETURNED)
    await work.notices.save(returned, read_version=notice.version)
    questions = [
        compose.Question(number=number, label=one.label or one.field_path or "", why=one.says, source=one.source)
        for number, one in enumerate(notice.questions, start=1)
    ]
    context = compose.questions(sender=sender_of(authority), reference=case.reference, questions=questions)
    await _write(work, house, authority, case, notice, "submission_questions", context, now)
    work.audit.add("questions_sent", at=now, case_id=case.id, subject_id=notice.id, count=len(questions))


async def _write(
    work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, kind: str, context: compose.Context, now: datetime
) -> None:
    await write(
        work,
        house,
        authority,
        kind,
        context,
        to_name="",
        to_address=notice.submitted_by,
        lane=Lane.RECEIPT,
        now=now,
        case=case,
        token=("c", case.id),
    )


def next_step(policy: Policy) -> str:
    """Say who looks at a notice next, by the posts of the policy."""
    posts = [stage.title for stage in policy.quality if stage.title]
    checked = f"Quality assurance ({', then '.join(posts)}) checks it next" if posts else "Quality assurance checks it next"
    approver = policy.approver_title or "A named approver"
    return f"{checked}. Then the {approver} decides." if policy.approver_title else f"{checked}. Then a named approver decides."


def reminders_of(policy: Policy, kind: NoticeKind) -> tuple[str, ...]:
    """Return what the policy asks the worker to record in their own system about a notice of *kind*."""
    recording = policy.recording
    return (recording.says,) if recording and kind.value in recording.kinds else ()


def helplines_of(policy: Policy) -> tuple[Row, ...]:
    """Return the helplines of the policy as rows."""
    return tuple((one.name, one.contact) for one in policy.helplines)
