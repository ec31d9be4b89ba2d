"""How fast a relay may be given letters: so many a minute, evenly, and so many in a day, the last of them kept for what cannot wait."""

import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.delivery import Lane

DAY = timedelta(days=1)
# A worker that comes late makes up for this much, and no more: after a pause letters do not leave in a heap.
CATCH_UP = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The limits of one relay; without them letters leave as fast as it takes them."""

    relay: str = ""
    per_minute: int | None = None
    per_day: int | None = None
    reserve: int = 0

    def __post_init__(self) -> None:
        if self.per_minute is not None and self.per_minute < 1:
            raise ValueError("A relay that takes fewer than 1 letter a minute cannot be used.")
        if self.per_day is not None and not 0 <= self.reserve < self.per_day:
            raise ValueError("The reserve for found notices and alerts must be smaller than the letters of a day.")

    def ready(self, next_at: datetime | None, now: datetime, wanted: int) -> tuple[int, datetime]:
        """Return how many of *wanted* letters may go now, and when the one after them may."""
        if self.per_minute is None:
            return wanted, now
        every = timedelta(minutes=1) / self.per_minute
        since = next_at if next_at is not None and next_at > now - CATCH_UP else now
        count = 0 if since > now else min(wanted, (now - since) // every + 1)
        return count, since + count * every

    def open_lane(self, used: int) -> Lane | None:
        """Return the last lane that may still go when *used* letters went within a day; None when not even the first may."""
        if self.per_day is None or used < self.per_day - self.reserve:
            return Lane.CHASER
        # An alert leaves only when somebody was asked to decide on it, so the questions to approvers go from the reserve too.
        return Lane.DECISION if used < self.per_day else None

    def left(self, used: int) -> int:
        """Return how many letters may still go today, before the reserve or, once it is touched, before the end."""
        if self.per_day is None:
            return sys.maxsize
        free = self.per_day - self.reserve
        return free - used if used < free else max(0, self.per_day - used)
