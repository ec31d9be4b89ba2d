"""Room 3 for a notice that has not left: answers to our questions, a corrected form, or news that changes what would be sent.

What the notice said before is kept, the stages of quality assurance begin again, and an approval of the old words counts no more.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState
from service.domain.children import ChildStatus, children_of, status_of
from service.domain.errors import IllegalTransition
from service.domain.fields import full_date
from service.domain.notice import OPEN, Earlier, Finding, Notice, NoticeEvent, NoticeKind, NoticeState
from service.domain.people import IssuingAuthority, Role
from service.domain.standing import about_the_children, with_original_date
from service.domain.story import corrected
from service.flow.findings import FORM, read_findings, with_findings
from service.flow.found_children import WHICH, answer_which, own_words, take_found_report
from service.flow.freeze import last_sent
from service.flow.house import House, today
from service.flow.write_back import after_reading
from service.forms.corrections import apply_answers
from service.forms.reading import Reading

QUALITY, QUALITY_ANSWER, ASKED = "quality", "quality_answer", "question"
SERVICE = "service"  # who settles a task that nobody needs to do any more
_REPORTED = {
    NoticeKind.FOUND: "The worker has since reported that the child was found. Do not send this alert: refuse it.",
    NoticeKind.WITHDRAWAL: "The worker has since written that this was sent in error. Do not send this alert: refuse it.",
}


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
    into: Notice | None = None,
) -> None:
    """Take answers or a corrected form into the notice that waits for them; raises IllegalTransition when none does."""
    notice = into or await waiting_notice(work, case, answers)
    if notice is None:
        raise IllegalTransition("There is no notice of this case that waits for answers.")
    changed = notice
    if reading is not None:
        changed = _with_form(case, changed, reading, await last_sent(work, notice), now)
    if answers:
        changed = _with_answers(changed, dict(enumerate(notice.questions, start=1)), answers, now)
    await _save(work, house, authority, case, notice, changed, reporter=reporter, email_id=email_id, now=now)


async def before_it_left(
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
) -> None:
    """Take news about a case of which nothing has left. A found child or an error stands as a finding: people stop the alert, not we."""
    notice = await waiting_notice(work, case, {})
    if notice is None:
        raise IllegalTransition("This case was never sent out, and no notice of it waits. Send a new form.")
    if kind not in _REPORTED:
        await correct(work, house, authority, case, {}, reading, reporter=reporter, email_id=email_id, now=now, into=notice)
        return
    changed, stop = _with_news(notice, kind, reading)
    note = ""
    if stop.outcome == "contradiction":
        note = _NOTED[kind]
        says = f"{case.reference}: {stop.says}"
        await work.tasks.add(kind="stop_alert", role=Role.APPROVER, at=now, case_id=case.id, subject_id=notice.id, says=says)
    await _save(work, house, authority, case, notice, changed, reporter=reporter, email_id=email_id, now=now, note=note)


def _with_news(notice: Notice, kind: NoticeKind, reading: Reading) -> tuple[Notice, Finding]:
    """Put the news into an alert that has not left. A found child of several is no longer searched for; all found is for people to stop."""
    says, outcome, fields = _REPORTED[kind], "contradiction", dict(notice.fields)
    if kind is NoticeKind.FOUND:
        becomes, told, asked = take_found_report(notice.fields, reading)
        if asked and len(children_of(fields)) > 1:
            says = "The worker has since reported a child as found, and it cannot be told which one. Ask before this alert is sent."
        elif becomes is NoticeKind.UPDATE:
            says, outcome, fields["children"] = (
                "One of the children was found before this alert left. It is about the others.",
                "met",
                told["children"],
            )
    said = _found(reading) if kind is NoticeKind.FOUND else {"reason": own_words(reading)}
    finding = Finding(rule="reported_since", outcome=outcome, says=says, source="The worker's later letter.")
    return replace(notice, fields={**fields, "reported_since": said}, findings=(finding, *notice.findings)), finding


_NOTED = {
    NoticeKind.FOUND: "Thank you. We noted that the child was found, and told the people who check and decide. The alert has not gone out.",
    NoticeKind.WITHDRAWAL: "We have noted that it was sent in error, and told the people who check and decide. The alert has not gone out.",
}


async def call_off(work: Work, notice: Notice, now: datetime, *, by: str = SERVICE) -> None:
    """Take back what was asked about words that have changed: the letters given out for a PASS, and the tasks to check and to decide."""
    await work.sessions.withdraw(purpose="check", subject_id=notice.id)
    for kind in ("check_notice", "decide_notice", "phone_approvers", "on_hold"):
        await work.tasks.settle_notice(notice.id, kind=kind, by=by, at=now)


async def waiting_notice(work: Work, case: Case, answers: Mapping[int, str]) -> Notice | None:
    """Return the notice a letter corrects: for answers, the newest that asked; else the newest that has not left."""
    waiting = [notice for notice in await work.notices.of_case(case.id) if notice.state in OPEN]
    asking = [notice for notice in waiting if notice.state is NoticeState.RETURNED and notice.questions]
    return next(iter((asking if answers and asking else waiting)[-1:]), None)


def _with_form(case: Case, notice: Notice, reading: Reading, told_last: Mapping[str, Any] | None, now: datetime) -> Notice:
    provenance = {path: asdict(one) for path, one in reading.provenance.items()}
    if notice.kind is NoticeKind.WITHDRAWAL:
        reason = own_words(reading) or notice.fields.get("withdrawal_reason")
        return replace(notice, fields={**notice.fields, "withdrawal_reason": reason}, provenance={**notice.provenance, **provenance})
    if notice.kind is NoticeKind.FOUND or notice.is_found_in_part:
        return replace(_with_report(notice, reading, told_last or {}), provenance={**notice.provenance, **provenance})
    told = corrected(notice.fields, reading.fields, today=today(now))
    fields, dated = _dated(case, told.fields)
    return replace(
        notice,
        fields=fields,
        provenance={**notice.provenance, **{told.path(path): one for path, one in provenance.items()}},
        findings=(*dated, *about_the_children(told), *read_findings(reading, told.moved)),
    )


def _with_report(notice: Notice, reading: Reading, told_last: Mapping[str, Any]) -> Notice:
    """Take a second report into the first. Who was found is told anew; a report that names nobody leaves it as it was understood."""
    before = [status_of(child) for child in children_of(told_last)]
    blank = [
        {**child, "status": (before[place] if place < len(before) else ChildStatus.MISSING).value}
        for place, child in enumerate(children_of(notice.fields))
    ]
    said = {**(notice.fields.get("found") or {}), **{name: value for name, value in _found(reading).items() if value not in (None, "")}}
    kind, fields, asked = take_found_report({**notice.fields, "children": blank}, reading)
    understood = not any(one.field_path == WHICH for one in notice.findings)
    if asked and understood:
        kind, fields, asked = notice.kind, dict(notice.fields), ()
    fields["found"] = {**said, **({"report": fields["found"]["report"]} if fields["found"].get("report") else {})}
    return replace(notice, kind=kind, fields=fields, findings=(*asked, *read_findings(reading)))


def _found(reading: Reading) -> Mapping[str, Any]:
    return reading.fields.get("found") or {}


def _dated(case: Case, fields: dict[str, Any]) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """Nothing has left of a draft, so its date may still be put right; from the first alert on the original date stands for ever."""
    return (fields, ()) if case.state is CaseState.DRAFT else with_original_date(fields, case.missing_since)


def _with_answers(notice: Notice, asked: Mapping[int, Finding], answers: Mapping[int, str], now: datetime) -> Notice:
    given = [(asked[number], text) for number, text in answers.items() if number in asked]
    by_path = {one.field_path: text for one, text in given if one.field_path and one.field_path not in (WHICH, ASKED)}
    fields, told, unread = apply_answers(notice.fields, by_path, today=today(now)) if by_path else (dict(notice.fields), {}, ())
    kept = [one for one in notice.findings if one not in [finding for finding, _ in given] and one.field_path not in by_path]
    extra = [
        Finding(rule=FORM, outcome="contradiction", says=one.says, source="Your answer.", field_path=one.field, label=one.label)
        for one in unread
    ]
    # A question in a checker's own words has no field of the form: the answer goes to those who check and decide, not to everyone.
    extra += [
        Finding(rule=QUALITY_ANSWER, outcome="met", says=f"{one.says} Answer: {text}", source="Answered by the worker.", label=one.label)
        for one, text in given
        if one.field_path == ASKED
    ]
    kind = notice.kind
    for one, text in given:
        if one.field_path == WHICH:
            kind, fields, again = answer_which(fields, text)
            extra += again
    provenance = {**notice.provenance, **{path: asdict(one) for path, one in told.items()}}
    return replace(notice, kind=kind, fields=fields, provenance=provenance, findings=(*extra, *kept))


async def _save(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    notice: Notice,
    changed: Notice,
    *,
    reporter: str,
    email_id: str,
    now: datetime,
    note: str = "",
) -> None:
    fields, dated = _dated(case, dict(changed.fields))
    earlier = (*notice.earlier, Earlier(version=notice.version, fields=notice.fields)) if fields != notice.fields else notice.earlier
    by_hand = [one for one in changed.findings if one.rule in _KEPT and one not in dated]
    moved = replace(notice.after(NoticeEvent.CORRECTED), kind=changed.kind, fields=fields, provenance=changed.provenance)
    moved = replace(moved, submitted_by=reporter, earlier=earlier)
    moved = await with_findings(work, authority, case, moved, (*dated, *by_hand), now)
    await work.notices.save(moved, read_version=notice.version)
    if (since := full_date(fields.get("date_went_missing"))) is not None:
        await work.cases.note_missing_since(case.id, since)
    await call_off(work, notice, now)
    work.audit.add("notice_corrected", at=now, case_id=case.id, subject_id=notice.id, letter=email_id)
    await after_reading(work, house, authority, case, moved, now, note=note)


# What is found by a person, the reader or the case; everything else is found anew from the words as they are now.
_KEPT = (FORM, QUALITY, QUALITY_ANSWER, "which_child", "reported_since", "original_date", "child_added", "child_born", "child_unclear")
