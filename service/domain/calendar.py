"""Working days: Monday to Friday without the bank holidays of one nation, which are handed in as values."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")  # what the clock on the wall says, wherever the machine stands
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """The working days of one nation of the United Kingdom (`ENG`, `WLS`, `SCT` or `NIR`)."""

    nation: str
    holidays: frozenset[date]

    def is_working_day(self, day: date) -> bool:
        """Whether offices are open on *day*."""
        return day.weekday() < _SATURDAY and day not in self.holidays

    def add_working_days(self, day: date, days: int) -> date:
        """Return the last day of a time limit of *days* working days; the day it starts on is not counted. Refuses a negative number."""
        if days < 0:
            raise ValueError("a time limit does not run backwards")
        while days:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after *start* up to and including *end*; none when *end* is not later."""
        return sum(self.is_working_day(start + timedelta(days=gap)) for gap in range(1, (end - start).days + 1))
