"""Room 3 for a case that is there: an update, a renewal, a found report or a withdrawal becomes its next notice.

Every one of them is checked and approved at the same strength as an alert: a forged "found" stops a search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from service.database.ids import new_id
from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState
from service.domain.errors import IllegalTransition
from service.domain.notice import OPEN, Finding, Notice, NoticeEvent, NoticeKind, NoticeState
from service.domain.people import IssuingAuthority
from service.domain.standing import about_the_children, with_original_date
from service.domain.story import carried_on
from service.flow import correct, drift
from service.flow.findings import moved_path, read_findings, with_findings
from service.flow.found_children import own_words, take_found_report
from service.flow.house import House, today
from service.flow.open_case import add_notice
from service.forms.reading import Reading

_SENT = (NoticeState.CASCADED, NoticeState.APPROVED)


async def follow_up(
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
    answers: Mapping[int, str] | None = None,
) -> None:
    """Take what a worker sends about a case, in the caller's transaction; raises IllegalTransition when the case has ended.

    *answers* are numbered answers in the same letter: they go to the found report or withdrawal that asked.
    """
    kind = _meant(kind, reading.fields)
    notices = await work.notices.of_case(case.id)
    if case.state is CaseState.CLOSED:
        raise IllegalTransition("This case has ended, so nothing more goes out about it. If the child is missing again, send a new form.")
    if case.state is CaseState.DRAFT:
        await correct.before_it_left(work, house, authority, case, kind, reading, reporter=reporter, email_id=email_id, now=now)
        return
    # What was stopped half way stays as it is: whoever has it already must read the same as those who get it later.
    same = [one for one in notices if one.state in OPEN and kind.ends_the_case and _is_about_an_end(one, kind) and not one.stopped_at]
    if same and (same[-1].kind is kind or answers):
        into = same[-1]
        asked = answers if into.state is NoticeState.RETURNED else None
        await correct.correct(work, house, authority, case, asked or {}, reading, reporter=reporter, email_id=email_id, now=now, into=into)
        return
    notice, replaced = _next(case, notices, kind, reading, now)
    notice = replace(notice, number=await work.notices.next_number(case.id), submitted_by=reporter, received_email_id=email_id)
    for earlier in replaced:
        await supersede(work, case, earlier, now, by=notice.id)
    notice = await with_findings(work, authority, case, notice, notice.findings, now)
    await drift.note(work, authority, reading, now)
    await add_notice(work, house, authority, case, notice, now)


async def answer(
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
    """Take answers to our questions or a whole form; a whole form for a case that is out, when nothing of it waits, is an update."""
    waits = await correct.waiting_notice(work, case, answers)
    if reading is not None and waits is None:
        kind = NoticeKind(reading.kind)
        await follow_up(work, house, authority, case, kind, reading, reporter=reporter, email_id=email_id, now=now)
        return
    await correct.correct(work, house, authority, case, answers, reading, reporter=reporter, email_id=email_id, now=now)


def _meant(kind: NoticeKind, form: Mapping[str, Any]) -> NoticeKind:
    """An update that says when a child was found, or by whom seen, is a found report (Medway calls its found notice an update)."""
    found = form.get("found") or {}
    says_found = found.get("date") or found.get("physically_seen") or found.get("deceased")
    return NoticeKind.FOUND if says_found and kind in (NoticeKind.UPDATE, NoticeKind.RENEWAL, NoticeKind.ALERT) else _later(kind)


def _is_about_an_end(notice: Notice, kind: NoticeKind) -> bool:
    return notice.kind is kind or (kind is NoticeKind.FOUND and notice.is_found_in_part)


def _later(kind: NoticeKind) -> NoticeKind:
    return NoticeKind.UPDATE if kind is NoticeKind.ALERT else kind  # a whole form for a case that is out is news about it


def _next(case: Case, notices: Sequence[Notice], kind: NoticeKind, reading: Reading, now: datetime) -> tuple[Notice, list[Notice]]:
    """Make the next notice, and return which open ones it takes in: what they say is in it, so they need not go out as well."""
    waiting = [one for one in notices if one.state in OPEN and not one.kind.ends_the_case]
    sent = [one for one in notices if one.state in _SENT]
    base = (waiting or sent)[-1]
    moved: Mapping[str, str] = {}
    first: tuple[Finding, ...] = ()
    if kind is NoticeKind.WITHDRAWAL:
        fields: dict[str, Any] = {**_without_found(sent[-1].fields), "withdrawal_reason": own_words(reading)}
    elif kind is NoticeKind.FOUND:
        kind, fields, first = take_found_report(_without_found(base.fields), reading)
    else:
        told = carried_on(_without_found(base.fields, unless=base in waiting), {**reading.fields, "found": None}, today=today(now))
        fields, dated = with_original_date(told.fields, case.missing_since)
        moved, first = told.moved, (*dated, *about_the_children(told))
        kind = _kind_over(kind, base) if base in waiting else kind
    replaced = [one for one in waiting if one is base] if not kind.ends_the_case else []
    provenance = {path: asdict(one) for path, one in reading.provenance.items()}
    notice = Notice(
        id=new_id(),
        case_id=case.id,
        kind=kind,
        number=0,
        state=NoticeState.CHECKING,
        version=1,
        fields=fields,
        provenance={**base.provenance, **{moved_path(path, moved): one for path, one in provenance.items()}},
        findings=(*first, *read_findings(reading, moved)),
        submitted_by="",
        received_email_id=None,
        created_at=now,
    )
    return notice, replaced


def _kind_over(kind: NoticeKind, waiting: Notice) -> NoticeKind:
    """An update that comes in while a renewal waits is taken into the renewal, which is what is due."""
    return NoticeKind.RENEWAL if waiting.kind is NoticeKind.RENEWAL and not waiting.is_found_in_part else kind


def _without_found(fields: Mapping[str, Any], *, unless: bool = False) -> dict[str, Any]:
    """What was said of a child who was found belongs to that notice; who was found stays with the child."""
    return dict(fields) if unless else {name: value for name, value in fields.items() if name not in ("found", "withdrawal_reason")}


async def supersede(work: Work, case: Case, notice: Notice, now: datetime, *, by: str) -> None:
    """Let a later notice take the place of one that has not left; nobody needs to check or decide it any more."""
    await work.notices.save(notice.after(NoticeEvent.SUPERSEDED), read_version=notice.version)
    await correct.call_off(work, notice, now)
    work.audit.add("notice_superseded", at=now, case_id=case.id, subject_id=notice.id, by=by)
