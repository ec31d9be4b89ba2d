"""What a receiving authority says it has searched, and until when its checks will take."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST_CHECKS = timedelta(days=366)


class Searched(StrEnum):
    """What was searched, or who was asked."""

    NAMES = "names"
    ALIASES = "aliases"
    SYSTEMS = "systems"
    POLICE = "police"
    NHS = "nhs"
    EDUCATION = "education"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What an authority searched, in the order of the letter, and the day by which the rest is done."""

    searched: tuple[Searched, ...] = ()
    until: date | None = None


NOTHING_SAID = Checked()


def in_order(searched: Iterable[Searched]) -> tuple[Searched, ...]:
    """Put what was searched in the order in which the letter asks for it, each once."""
    named = set(searched)
    return tuple(one for one in Searched if one in named)


def may_last_until(until: date, today: date) -> bool:
    """Say whether checks can still be under way until that day: not in the past, and no more than a year ahead."""
    return today <= until <= today + LONGEST_CHECKS
