"""Counts local notices by week for the trays page, and lays out the small bar chart that stands beside its table."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from service.database.local_notices import MISSING_FROM_CARE, LocalNotice
from service.domain.calendar import LONDON
from service.domain.policy import Policy
from service.flow.house import today
from service.web.render import when, words

WEEKS = 8
KINDS = {
    "placement_notification": "Placement notices",
    "case_alert": "Local case alerts",
    "missing_from_care": "Missing from care",
    "received_alert": "Alerts of other authorities",
}
_BAR, _GAP, _HEIGHT, _HEAD, _FOOT = 34.0, 14.0, 120.0, 18.0, 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLine:
    """One local notice in the words of people and of the policy."""

    id: str
    at: datetime
    kind: str
    category: str
    in_care: bool | None
    passed: str = field(repr=False)


def local_line(notice: LocalNotice, policy: Policy) -> LocalLine:
    """Put a local notice into words."""
    rule = policy.passes_on.get(notice.kind)
    category = rule.categories.get(notice.category, "") if rule else ""
    waits = notice.kind == MISSING_FROM_CARE and not notice.category
    unpassed = f"Waits until {when(notice.at)}" if waits else "Left to quality assurance"
    return LocalLine(
        id=notice.id,
        at=notice.at,
        kind=KINDS.get(notice.kind, words(notice.kind)),
        category=category or words(notice.category),
        in_care=notice.in_care,
        passed=f"Passed to {notice.passed_to}" if notice.passed_to else unpassed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekCount:
    """One week that begins on *monday*: how many of each kind, and the bar."""

    monday: date
    by_kind: Mapping[str, int]
    x: float
    y: float
    height: float

    @property
    def total(self) -> int:
        """How many there were in all."""
        return sum(self.by_kind.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The weeks, oldest first, and the size of the picture."""

    weeks: tuple[WeekCount, ...]
    width: float
    height: float
    bar: float
    base: float

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that there were at all, in a fixed order."""
        seen = {kind for week in self.weeks for kind in week.by_kind}
        return tuple(kind for kind in (*KINDS, *sorted(seen - set(KINDS))) if kind in seen)


def first_monday(now: datetime) -> datetime:
    """Return the first moment of the oldest week that is shown."""
    day = today(now)
    return datetime.combine(day - timedelta(days=day.weekday(), weeks=WEEKS - 1), time(), LONDON)


def chart_of(moments: Iterable[tuple[datetime, str]], now: datetime) -> Chart:
    """Count by week, this one last."""
    start = first_monday(now).date()
    counts: list[Counter[str]] = [Counter() for _ in range(WEEKS)]
    for at, kind in moments:
        week = (today(at) - start).days // 7
        if 0 <= week < WEEKS:
            counts[week][kind] += 1
    most = max((sum(one.values()) for one in counts), default=0) or 1
    weeks = []
    for number, count in enumerate(counts):
        height = round(_HEIGHT * sum(count.values()) / most, 1)
        weeks.append(
            WeekCount(
                monday=start + timedelta(weeks=number),
                by_kind=dict(count),
                x=round(_GAP + number * (_BAR + _GAP), 1),
                y=round(_HEAD + _HEIGHT - height, 1),
                height=height,
            )
        )
    width = _GAP + WEEKS * (_BAR + _GAP)
    return Chart(weeks=tuple(weeks), width=width, height=_HEAD + _HEIGHT + _FOOT, bar=_BAR, base=_HEAD + _HEIGHT)
