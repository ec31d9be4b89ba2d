"""The weekly report for managers: figures beside those of the weeks before, what is due, who is silent. It names no child."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.mail.compose import Context, Sender
from service.mail.wording import Row, day

_LISTED = 20  # more names than these are in the attached table only


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of the week, with those of the weeks before it, the nearest first."""

    section: str
    what: str
    now: int
    before: tuple[int, ...]

    @property
    def usual(self) -> float:
        """How many there were in a week, on average, in the weeks before."""
        return sum(self.before) / len(self.before) if self.before else 0.0

    @property
    def words(self) -> str:
        """The number and how it stands to the weeks before."""
        usual = f"{self.usual:.1f}".removesuffix(".0")
        trend = "as usual" if self.now == self.usual else "more than usual" if self.now > self.usual else "fewer than usual"
        return f"{self.now} ({trend}: {usual} a week in the {len(self.before)} weeks before)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Everything the report says about the week that ended on *last_day*. *due* holds reference and words of each prompt."""

    authority: str
    last_day: date
    figures: tuple[Figure, ...]
    children: tuple[Row, ...]
    due: tuple[Row, ...]
    overdue: tuple[Row, ...]
    silent: tuple[Row, ...]
    not_reached: tuple[Row, ...]


def weekly_report(week: Week, *, sender: Sender, rules: Sequence[str] = ()) -> Context:
    """Put the week into words; *rules* are the sentences of the policy that ask for a report."""
    sections = dict.fromkeys(one.section for one in week.figures)
    return {
        "sender": sender,
        "reference": "",
        "purpose": "",
        "reason": "you answer for national alerts in your authority.",
        "last_day": day(week.last_day),
        "authority": week.authority,
        "sections": [(name, [(one.what, one.words) for one in week.figures if one.section == name]) for name in sections],
        "children": list(week.children),
        "due": list(week.due),
        "overdue": list(week.overdue),
        "silent": list(week.silent[:_LISTED]),
        "silent_more": max(0, len(week.silent) - _LISTED),
        "not_reached": list(week.not_reached[:_LISTED]),
        "not_reached_more": max(0, len(week.not_reached) - _LISTED),
        "rules": list(rules),
    }


def table_of(week: Week) -> list[list[str]]:
    """Return the same as a table: section, what, this week, the weeks before, and their average."""
    count = max((len(one.before) for one in week.figures), default=0)
    head = [
        "section",
        "what",
        f"week to {week.last_day.isoformat()}",
        *(f"{back} weeks before" for back in range(1, count + 1)),
        "average before",
    ]
    lines = [[one.section, one.what, str(one.now), *map(str, one.before), f"{one.usual:.2f}"] for one in week.figures]
    lists = {
        "Children and episodes": week.children,
        "Overdue": week.overdue,
        "Due": week.due,
        "Silent authorities": week.silent,
        "Authorities not reached": week.not_reached,
    }
    empty = [""] * (count + 1)
    return [head, *lines, *([section, what, said, *empty] for section, rows in lists.items() for what, said in rows)]
