"""Children in care who are missing: when the hours that the policy names are reached, the inbox that it names is told.

A child who has not been missing that long yet leaves a row that waits. When its moment comes, the letters are read again: what a worker has
reported found since, plainly the same children, is not passed on; in any doubt it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from service.database.local_notices import MISSING_FROM_CARE, LocalNotice
from service.database.unit_of_work import Work
from service.domain.children import same_child
from service.domain.due import hours_from_day
from service.domain.fields import full_date
from service.domain.people import IssuingAuthority, Role
from service.domain.policy import PassOn, Policy
from service.flow.house import House, today, uk_time
from service.flow.passing import Handover, hand_over, receivers_of
from service.forms.case_alert import CaseAlert, case_alert_of
from service.forms.reading import Reading
from service.mail.wording import day, rows
from service.policies import policy_named

log = structlog.get_logger()
FOUND_SINCE = "found"
LATER_WITHOUT_CASE = "later_without_case"  # what triage calls a found report that names no case


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    hours: int
    pass_on: PassOn
    sentence: str


def _rule(policy: Policy) -> _Rule | None:
    hours, pass_on = policy.clocks.care_missing_hours, policy.passes_on.get("missing_from_care")
    return (
        _Rule(hours=hours, pass_on=pass_on, sentence=f"{policy.sentence('care_missing')} ({policy.document('care_missing')})")
        if hours and pass_on
        else None
    )


async def note(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    policy: Policy,
    reading: Reading,
    alert: CaseAlert,
    *,
    came_from: str,
    email_id: str,
    whole: bool,
    now: datetime,
) -> str:
    """Take note of a case alert about a child missing from care, and return what the sender is told of it; empty when it is none."""
    rule = _rule(policy)
    if rule is None or alert.ends or not alert.missing_from_care:
        return ""
    since = full_date(reading.fields.get("date_went_missing"))
    reached = hours_from_day(since, rule.hours) if since else now + timedelta(hours=rule.hours)
    row = {"authority_id": authority.id, "kind": MISSING_FROM_CARE, "reporter_address": came_from, "received_email_id": email_id}
    if reached > now:
        await work.local_notices.add(**row, at=reached, in_care=True)
        counted = "" if since else " The form gives no full date, so we count from now."
        then = f"If the child is still missing on {uk_time(reached)}, we tell the {rule.pass_on.to_title}."
        return f"{then}{counted} Tell us when the child is found."
    waiting = await work.local_notices.add(**row, at=now, in_care=True)
    told = await _pass_on(
        work, house, authority, rule, reading, waiting, came_from=came_from, email_id=email_id, whole=whole, doubt="", now=now
    )
    who = "We have told" if told else "Quality assurance tells"
    return f"The child has been missing for {rule.hours} hours. {who} the {rule.pass_on.to_title}."


async def look_at_children_in_care(house: House, *, now: datetime) -> int:
    """Pass on every child in care who has now been missing for the hours of the policy, and return how many."""
    async with house.read() as work:
        waiting = await work.local_notices.waiting(MISSING_FROM_CARE, until=now)
    told = 0
    for one in waiting:
        try:
            told += await _look_at(house, one, now)
        except Exception as error:
            log.error("care_failed", notice_id=one.id, error=type(error).__name__)
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    reading: Reading | None = field(repr=False)
    whole: bool


async def _look_at(house: House, one: LocalNotice, now: datetime) -> bool:
    async with house.read() as work:
        authority = await work.people.authority(one.issuing_authority_id)
        later = [row.received_email_id for row in await work.local_notices.later(one, kind="case_alert")]
        later += await work.received.of_kind(LATER_WITHOUT_CASE, authority.mailbox, after=one.received_email_id)
    rule = _rule(policy_named(authority.policy))
    read = await _read(house, one.received_email_id, now)
    ended = [each for email_id in later if _says_found(each := (await _read(house, email_id, now)).reading)]
    plainly = read.reading is not None and any(each is not None and _same_children(read.reading, each) for each in ended)
    async with house.begin() as work:
        if plainly or rule is None:
            work.audit.add("care_notice_ended", at=now, subject_id=one.received_email_id)
            return not await work.local_notices.settle(one.id, category=FOUND_SINCE)
        doubt = (
            "A report that a child was found came in since. We could not tell whether it is this child: ask the sender." if ended else ""
        )
        return await _pass_on(
            work,
            house,
            authority,
            rule,
            read.reading,
            one.id,
            came_from=one.reporter_address,
            email_id=one.received_email_id,
            whole=read.whole,
            doubt=doubt,
            now=now,
        )


async def _read(house: House, email_id: str, now: datetime) -> _Read:
    async with house.read() as work:
        raw = await work.received.raw(email_id)
    said = await house.sandbox.understand(raw, today(now))
    return _Read(reading=said.reading, whole=said.refused_file is None)


def _says_found(reading: Reading | None) -> bool:
    return reading is not None and (reading.kind == "found" or (reading.kind == "case_alert" and case_alert_of(reading).ends))


def _same_children(missing: Reading, found: Reading) -> bool:
    """Say whether every child who was missing is plainly among those found."""
    children: Sequence[dict[str, object]] = missing.fields.get("children") or ()
    back: Sequence[dict[str, object]] = found.fields.get("children") or ()
    return bool(children) and all(any(same_child(child, other) for other in back) for child in children)


async def _pass_on(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    rule: _Rule,
    reading: Reading | None,
    notice_id: str,
    *,
    came_from: str,
    email_id: str,
    whole: bool,
    doubt: str,
    now: datetime,
) -> bool:
    """Tell whom the policy names, or give it to quality assurance where nobody is set; False when another worker was first."""
    to = await receivers_of(work, authority, rule.pass_on)
    if not await work.local_notices.settle(
        notice_id, passed_to="; ".join(one.address for one in to)[:320], category="" if to else "nobody"
    ):
        return False
    work.audit.add("care_notice_passed_on", at=now, subject_id=email_id, people=len(to))
    if not to:
        await work.tasks.add(
            kind="missing_from_care",
            role=Role.QUALITY,
            at=now,
            subject_id=email_id,
            says=f"A child in care has been missing for {rule.hours} hours. Tell the {rule.pass_on.to_title}: nobody here holds that post.",
        )
        return False
    fields = reading.fields if reading else {}
    what = Handover(
        what=f"a child in care missing for {rule.hours} hours",
        title=f"A child in care has been missing for {rule.hours} hours",
        why=f"is told of children in care who are missing for {rule.hours} hours",
        source=rule.sentence,
        came_from=came_from,
        email_id=email_id,
        facts=tuple(rows(("Missing since", day(fields.get("date_went_missing"))))),
        read=tuple((one.label or path, one.text) for path, one in reading.provenance.items() if one.text) if reading else (),
        whole=whole,
        note=doubt,
    )
    await hand_over(work, house, authority, to, what, now)
    return True
