"""What is due about a case, and when it has to be said: each prompt carries its date and the sentence it rests on.

Nothing is done or ended by a prompt. What was done since is seen in the facts, and then the prompt is not there any more.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.domain.calendar import LONDON, WorkingCalendar
from service.domain.notice import NoticeKind
from service.domain.policy import Policy

_OURS = "No source document says what follows. This reminder is the service's own."


class PromptKind(StrEnum):
    """What somebody has to do."""

    UPDATE = "update_due"
    RENEWAL = "renewal_due"
    FOUND = "found_due"
    STRATEGY = "strategy_due"
    INTERVIEW = "interview_due"
    BIRTH = "birth_due"
    ADULT = "adult_due"
    PLAN = "plan_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFacts:
    """One child of a case, as far as a date hangs on it."""

    status: str = "missing"
    unborn: bool = False
    born: date | None = field(default=None, repr=False)
    expected: date | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One notice that went out."""

    kind: NoticeKind
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReport:
    """A report that a child was found. *waiting*: authorities were not told yet. *interview*: somebody can be interviewed."""

    received_at: datetime
    found_on: date | None
    waiting: bool
    interview: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rows say about one case. *done* holds the keys of the prompts that a person ticked off."""

    live: bool
    closed: bool
    opened_at: datetime
    sent: tuple[Sent, ...] = ()
    found: tuple[FoundReport, ...] = ()
    strategy_discussed: bool = False
    children: tuple[ChildFacts, ...] = ()
    episodes: int = 1
    done: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One thing to be said now. *by* is the exact moment where the rule counts hours; *lapses_on* when others may delete the alert."""

    kind: PromptKind
    due: date
    stage: str
    source: str
    by: datetime | None = None
    lapses_on: date | None = None

    @property
    def late(self) -> bool:
        """Whether its date has passed."""
        return self.stage.startswith("late")

    @property
    def head(self) -> str:
        """Name what is due, whatever the stage."""
        return f"{self.kind} {self.due:%Y%m%d}"

    @property
    def key(self) -> str:
        """Name this prompt among those of its case: what is due, its date, and how near it is."""
        return f"{self.head} {self.stage}"


@dataclass(frozen=True, slots=True)
class _Pace:
    """On which days before the date it is said, how long after it the first reminder follows, and how often again (0: never)."""

    leads: tuple[int, ...]
    late_after: int = 1
    again: int = 7


_PACES = {
    PromptKind.UPDATE: _Pace((7, 0)),
    PromptKind.RENEWAL: _Pace((30, 14, 7, 0)),
    PromptKind.FOUND: _Pace((1, 0), again=1),
    PromptKind.STRATEGY: _Pace((2, 0)),
    PromptKind.BIRTH: _Pace((14, 0), late_after=14, again=28),
    PromptKind.ADULT: _Pace((30, 7, 0), late_after=7, again=0),
}
# What no row can tell, so that a person's tick counts: for good, or for a date only once it has come.
_TICKED_OFF = (PromptKind.INTERVIEW, PromptKind.STRATEGY, PromptKind.PLAN)
_TICKED_WHEN_REACHED = (PromptKind.BIRTH, PromptKind.ADULT)


def due_prompts(policy: Policy, facts: Facts, calendar: WorkingCalendar, now: datetime) -> tuple[Prompt, ...]:
    """Return what has to be said by *now*, each in its latest stage only: after a standstill nobody gets four reminders at once."""
    today = local_date(now)
    found = [*_found(policy, facts, calendar, today), *_interviews(policy, facts, now)]
    others = () if facts.closed else (*_follow_ups(policy, facts, today), *_meetings(policy, facts, calendar, today))
    return tuple(one for one in (*found, *others, *_births(facts, today), *_birthdays(facts, today)) if not _ticked(one, facts.done))


def _ticked(prompt: Prompt, done: frozenset[str]) -> bool:
    stages = {key.removeprefix(prompt.head).strip() for key in done if key.startswith(prompt.head)}
    if prompt.kind in _TICKED_OFF:
        return bool(stages)
    return prompt.kind in _TICKED_WHEN_REACHED and any(one == "0" or one.startswith("late") for one in stages)


def local_date(moment: datetime) -> date:
    """Return the calendar date in the United Kingdom."""
    return moment.astimezone(LONDON).date()


def add_months(day: date, months: int) -> date:
    """Add calendar months; a day the month does not have becomes its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def eighteenth_birthday(born: date) -> date:
    """Return the day somebody turns 18; who was born on 29 February does so on 1 March of a common year."""
    year = born.year + 18
    return date(year, 3, 1) if (born.month, born.day) == (2, 29) and monthrange(year, 2)[1] == 28 else born.replace(year=year)


def hours_from_day(day: date, hours: int) -> datetime:
    """Count *hours* from the first moment of a day in the United Kingdom.

    Only the date is known, so the earliest moment is taken: what is done by then is in time at whatever hour it began.
    """
    return datetime.combine(day, time(), LONDON).astimezone(ZoneInfo("UTC")) + timedelta(hours=hours)


def _follow_ups(policy: Policy, facts: Facts, today: date) -> Iterator[Prompt]:
    """Updates and renewals, both where a policy has both: an update counts from the last notice, a renewal from the last full one."""
    told = [one for one in facts.sent if not one.kind.ends_the_case]
    if not facts.live or not told:
        return
    clocks, last = policy.clocks, local_date(told[-1].at)
    lapses_on = add_months(last, clocks.lapse_months) if clocks.lapse_months else None
    if len(told) == 1 and clocks.update_first_days:
        due, rule = last + timedelta(days=clocks.update_first_days), "update_first"
    elif clocks.update_every_months:
        due, rule = add_months(last, clocks.update_every_months), "update_every"
    else:
        due, rule = None, ""
    if due is not None:
        yield from _staged(PromptKind.UPDATE, due, today, _written(policy, rule), lapses_on)
    full = [one for one in told if one.kind in (NoticeKind.ALERT, NoticeKind.RENEWAL)]
    if clocks.renewal_months and full:
        due = add_months(local_date(full[-1].at), clocks.renewal_months)
        yield from _staged(PromptKind.RENEWAL, due, today, _written(policy, "renewal"), lapses_on)


def _found(policy: Policy, facts: Facts, calendar: WorkingCalendar, today: date) -> Iterator[Prompt]:
    days = policy.clocks.found_working_days
    waiting = [one for one in facts.found if one.waiting]
    if days and waiting:
        due = calendar.add_working_days(local_date(waiting[0].received_at), days)
        yield from _staged(PromptKind.FOUND, due, today, _written(policy, "found_deadline"))


def _interviews(policy: Policy, facts: Facts, now: datetime) -> Iterator[Prompt]:
    hours = policy.clocks.return_interview_hours
    for report in facts.found if hours else ():
        if not report.interview:
            continue
        assert hours is not None
        by = hours_from_day(report.found_on, hours) if report.found_on else report.received_at + timedelta(hours=hours)
        left = by - now
        stage = "late0" if left < timedelta() else "24h" if left <= timedelta(hours=24) else "start"
        # The day on which the last of the hours runs: midnight belongs to the day before it.
        due = local_date(by - timedelta(seconds=1))
        yield Prompt(kind=PromptKind.INTERVIEW, due=due, by=by, stage=stage, source=_written(policy, "return_interview"))


def _meetings(policy: Policy, facts: Facts, calendar: WorkingCalendar, today: date) -> Iterator[Prompt]:
    """The strategy discussion, counted from the day the form came in, and the plan for a child who goes missing again and again."""
    opened, days = local_date(facts.opened_at), policy.clocks.strategy_working_days
    if days and not facts.strategy_discussed:
        yield from _staged(PromptKind.STRATEGY, calendar.add_working_days(opened, days), today, _written(policy, "strategy"))
    again = policy.repeat_missing
    if again is not None and facts.episodes >= again.episodes:
        yield Prompt(kind=PromptKind.PLAN, due=opened, stage="start", source=_written(policy, "repeat_missing"))


def _written(policy: Policy, rule: str) -> str:
    return f"{policy.sentence(rule)} ({policy.document(rule)})"


def _births(facts: Facts, today: date) -> Iterator[Prompt]:
    expected = sorted({one.expected for one in _searched_for(facts) if one.unborn and one.expected})
    for day in expected:
        yield from _staged(PromptKind.BIRTH, day, today, _OURS)


def _birthdays(facts: Facts, today: date) -> Iterator[Prompt]:
    born = sorted({one.born for one in _searched_for(facts) if one.born})
    for day in born:
        yield from _staged(PromptKind.ADULT, eighteenth_birthday(day), today, _OURS)


def _searched_for(facts: Facts) -> tuple[ChildFacts, ...]:
    return tuple(one for one in facts.children if one.status == "missing") if facts.live else ()


def _staged(kind: PromptKind, due: date, today: date, source: str, lapses_on: date | None = None) -> Iterator[Prompt]:
    pace, left = _PACES[kind], (due - today).days
    if left <= -pace.late_after:
        stage = f"late{(-left - pace.late_after) // pace.again if pace.again else 0}"
    else:
        reached = [lead for lead in pace.leads if left <= lead]
        if not reached:
            return
        stage = str(reached[-1])
    yield Prompt(kind=kind, due=due, stage=stage, source=source, lapses_on=lapses_on)
