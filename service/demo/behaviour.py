"""How each simulated authority behaves, by a fixed rule, and the numbers that must come out of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache

from service.demo.addresses import address_of, receiving


class Behaviour(StrEnum):
    """What an authority does with a notice."""

    REPLIES = "replies"
    PRESSES_LINK = "presses_link"
    PUTS_OFF = "puts_off"  # its server says "later" once, then takes the letter; then it replies
    OUT_OF_OFFICE = "out_of_office"  # an automatic reply and nothing else
    SILENT = "silent"
    REFUSES = "refuses"  # its server refuses the recipient for good
    BOUNCES_LATER = "bounces_later"  # its server takes the letter and reports afterwards that it gave up

    @property
    def acknowledges(self) -> bool:
        """Whether a person there answers in the end."""
        return self in (Behaviour.REPLIES, Behaviour.PRESSES_LINK, Behaviour.PUTS_OFF)


_EVERY = 20
_AT = {
    3: Behaviour.REFUSES,
    5: Behaviour.SILENT,
    7: Behaviour.BOUNCES_LATER,
    11: Behaviour.OUT_OF_OFFICE,
    13: Behaviour.PUTS_OFF,
    15: Behaviour.SILENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the recipients of one notice stand. Accepted counts every letter a mail server took, also those that bounced later."""

    recipients: int = 0
    accepted: int = 0
    acknowledged: int = 0
    bounced: int = 0
    failed: int = 0
    silent: int = 0
    unnamed: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether every recipient is in exactly one place."""
        taken = self.acknowledged + self.bounced + self.silent
        return self.unnamed == 0 and self.recipients == self.accepted + self.failed and self.accepted == taken

    def as_dict(self) -> dict[str, int]:
        """Return the numbers by name."""
        return asdict(self)


def behaviour_at(position: int) -> Behaviour:
    """Return how the authority at this position of the list behaves; every round of twenty is the same."""
    return _AT.get(position % _EVERY, Behaviour.PRESSES_LINK if position % 2 == 0 else Behaviour.REPLIES)


@cache
def behaviours() -> Mapping[str, Behaviour]:
    """Return how each receiving authority behaves, by its address."""
    return {address_of(one): behaviour_at(position) for position, one in enumerate(receiving())}


def expected() -> Tally:
    """Return the numbers that each notice must come to."""
    found = list(behaviours().values())
    failed, bounced = found.count(Behaviour.REFUSES), found.count(Behaviour.BOUNCES_LATER)
    return Tally(
        recipients=len(found),
        accepted=len(found) - failed,
        acknowledged=sum(one.acknowledges for one in found),
        bounced=bounced,
        failed=failed,
        silent=found.count(Behaviour.SILENT) + found.count(Behaviour.OUT_OF_OFFICE),
    )
