"""The weekly report: on Monday morning, for the week before, to those who answer for alerts; once, whatever is restarted."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import structlog

from service.database import weekly
from service.database.local_notices import Counted
from service.database.unit_of_work import Work
from service.domain.calendar import LONDON
from service.domain.children import ChildStatus, children_of, status_of
from service.domain.delivery import Lane
from service.domain.due import local_date
from service.domain.people import IssuingAuthority, Role
from service.domain.policy import Policy
from service.flow.clock import prompts_of
from service.flow.house import House
from service.flow.post import sender_of, write
from service.mail import compose_due, compose_weekly
from service.mail.compose_weekly import Figure, Week
from service.mail.prefab import Attachment
from service.mail.wording import Row
from service.policies import policy_named

log = structlog.get_logger()
AT = time(7)
WEEKS_BEFORE = 4
SILENT_AFTER = timedelta(days=1)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")  # ASVS 1.2.10
_SENT = {
    "alert": "Alerts sent",
    "update": "Updates sent",
    "renewal": "Renewals sent",
    "found": "Found notices sent",
    "withdrawal": "Withdrawals sent",
}
_ENDED = {
    "found": "Cases ended: found",
    "deceased": "Cases ended: death",
    "withdrawn": "Cases ended: sent in error",
    "refused": "Cases ended: refused",
}
_LOCAL = {
    "case_alert": "Local case alerts",
    "placement_notification": "Placement notices",
    "received_alert": "National alerts of other authorities",
}


def last_sunday(today: date) -> date:
    """Return the last day of the week before this one; a week runs from Monday to Sunday."""
    return today - timedelta(days=today.isoweekday())


async def send_reports(house: House, *, now: datetime) -> int:
    """Send each authority its report for the week before, from Monday morning on, and return how many went out."""
    last_day = last_sunday(local_date(now))
    monday = datetime.combine(last_day + timedelta(days=1), AT, LONDON)
    if now < monday:
        return 0
    async with house.read() as work:
        authorities = await work.people.authorities()
    sent = 0
    for authority in authorities:
        try:
            sent += await _send(house, authority, last_day, monday.astimezone(UTC), now)
        except Exception as error:
            log.error("report_failed", authority_id=authority.id, error=type(error).__name__)
    return sent


async def _send(house: House, authority: IssuingAuthority, last_day: date, monday: datetime, now: datetime) -> bool:
    async with house.begin() as work:
        if not await weekly.anything_before(work, authority.id, _end_of(last_day)):
            return False
        if not await work.signals.take_turn(f"weekly report {authority.id}", before=monday, at=now):
            return False
        week = await week_of(work, authority, last_day, now)
        policy = policy_named(authority.policy)
        context = compose_weekly.weekly_report(week, sender=sender_of(authority), rules=[f"{one.source}" for one in policy.reports])
        attached = Attachment(name=f"national-alerts-week-to-{last_day:%Y-%m-%d}.csv", media_type="text/csv", content=as_csv(week))
        people = await _managers(work, authority)
        for address, name in people.items():
            await write(
                work,
                house,
                authority,
                "weekly_report",
                context,
                to_name=name,
                to_address=address,
                lane=Lane.CHASER,
                now=now,
                attachments=[attached],
            )
        work.audit.add("weekly_report_sent", at=now, subject_id=authority.id, week=last_day.isoformat(), people=len(people))
    return True


async def _managers(work: Work, authority: IssuingAuthority) -> dict[str, str]:
    people = [one for role in (Role.APPROVER, Role.QUALITY) for one in await work.people.with_role(authority.id, role)]
    return {one.address: one.name for one in people}


async def week_of(work: Work, authority: IssuingAuthority, last_day: date, now: datetime) -> Week:
    """Gather the week that ended on *last_day*, beside the four before it. What is due and who is silent is as things stand *now*."""
    policy = policy_named(authority.policy)
    spans = [(_end_of(last_day - timedelta(weeks=back + 1)), _end_of(last_day - timedelta(weeks=back))) for back in range(WEEKS_BEFORE + 1)]
    moved = [await weekly.movements(work, authority.id, since=since, until=until) for since, until in spans]
    local = [await work.local_notices.count(authority.id, since=since, until=until) for since, until in spans]
    figures = [
        *(_figure("National alerts", words, [one.sent.get(kind, 0) for one in moved]) for kind, words in _SENT.items()),
        _figure("Cases", "Cases begun", [one.opened for one in moved]),
        *(_figure("Cases", words, [one.ended.get(outcome, 0) for one in moved]) for outcome, words in _ENDED.items()),
        *_local_figures(policy, local),
        _figure("Not for national alert", "About a child in care", [one.in_care for one in local]),
        _figure("Not for national alert", "Passed on as long missing from care", [one.missing_from_care for one in local]),
    ]
    overdue, due = await _due(work, authority, now)
    return Week(
        authority=authority.name,
        last_day=last_day,
        figures=tuple(figures),
        children=await _children(work, authority, *spans[0]),
        due=due,
        overdue=overdue,
        silent=_rows(await weekly.silent(work, authority.id, before=now - SILENT_AFTER)),
        not_reached=_rows(await weekly.not_reached(work, authority.id)),
    )


def as_csv(week: Week) -> bytes:
    """Write the report as a table that Excel opens in columns (a byte order mark, RFC 4180 line ends) and calculates nothing in."""
    sheet = io.StringIO()
    rows = ([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in compose_weekly.table_of(week))
    csv.writer(sheet, lineterminator="\r\n").writerows(rows)
    return b"\xef\xbb\xbf" + sheet.getvalue().encode()


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)


def _figure(section: str, what: str, numbers: Sequence[int]) -> Figure:
    return Figure(section=section, what=what, now=numbers[0], before=tuple(numbers[1:]))


def _local_figures(policy: Policy, weeks: Sequence[Counted]) -> list[Figure]:
    """Count by kind, and by category where the policy names some; a category that nobody used in these weeks is left out."""
    figures = []
    for kind, words in _LOCAL.items():
        figures.append(_figure("Not for national alert", words, [_of_kind(one.by_kind, kind) for one in weeks]))
        named = policy.passes_on[kind].categories if kind in policy.passes_on else {}
        used = dict.fromkeys(category for one in weeks for of_kind, category in one.by_kind if of_kind == kind and category)
        figures += [
            _figure(
                "Not for national alert",
                f"{words}: {named.get(category, category.replace('_', ' '))}",
                [one.by_kind.get((kind, category), 0) for one in weeks],
            )
            for category in [*(one for one in named if one in used), *(one for one in used if one not in named)]
        ]
    return figures


def _of_kind(by_kind: Mapping[tuple[str, str], int], kind: str) -> int:
    return sum(number for (of_kind, _), number in by_kind.items() if of_kind == kind)


async def _children(work: Work, authority: IssuingAuthority, since: datetime, until: datetime) -> tuple[Row, ...]:
    """Count the children of the cases that were open in the week; each case is one episode, and a child is counted once in each."""
    ids = await weekly.open_between(work, authority.id, since=since, until=until)
    by_status: Counter[ChildStatus] = Counter()
    unborn = 0
    for case_id in ids:
        notices = await work.notices.of_case(case_id)
        children = children_of(notices[-1].fields) if notices else ()
        by_status.update(status_of(child) for child in children)
        unborn += sum(1 for child in children if child.get("unborn"))
    return (
        ("Episodes (cases open in the week)", str(len(ids))),
        ("Children in them, each counted once in each episode", str(sum(by_status.values()))),
        ("Of these, unborn", str(unborn)),
        ("Of these, found in an episode that goes on", str(by_status[ChildStatus.FOUND])),
    )


async def _due(work: Work, authority: IssuingAuthority, now: datetime) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    late, soon = list[Row](), list[Row]()
    for case_id in await work.cases.watched(closed_since=now - timedelta(days=14)):
        case = await work.cases.get(case_id)
        if case.issuing_authority_id == authority.id:
            for prompt in (await prompts_of(work, case, now))[0]:
                row = (case.reference, compose_due.in_short(prompt.kind, prompt.due, late=prompt.late))
                (late if prompt.late else soon).append(row)
    return tuple(late), tuple(soon)


def _rows(standing: Sequence[weekly.Standing]) -> tuple[Row, ...]:
    return tuple((one.name, f"{one.cases} open case{'' if one.cases == 1 else 's'}") for one in standing)
