"""The board of recipients: every authority under a named state, those that matter most first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from service.database import pages
from service.database.delivery_rows import ENDING
from service.database.unit_of_work import Work
from service.domain.board import LOOKS, Place, place_of
from service.domain.delivery import Delivery, DeliveryState
from service.domain.due import local_date

LEAVING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.IN_DOUBT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One recipient: where it stands, who is on it, since when, and by when they want to know."""

    delivery: Delivery = field(repr=False)
    place: Place
    owner: str = field(repr=False)
    since: datetime
    days: int
    until: date | None

    @property
    def broken(self) -> bool:
        """Whether the letter came back and the address has to be repaired."""
        return self.place.look == "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The recipients of a notice that stand in one named state."""

    name: str
    look: str
    lines: tuple[Line, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Every recipient of one notice, once."""

    groups: tuple[Group, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every recipient, by group."""
        return tuple(line for group in self.groups for line in group.lines)

    @property
    def counts(self) -> dict[str, int]:
        """How many stand in each named state."""
        return {group.name: len(group.lines) for group in self.groups}

    @property
    def looks(self) -> dict[str, str]:
        """How each authority is drawn on the map."""
        return {line.delivery.gss_code or "": line.place.look for line in self.lines}

    @property
    def left(self) -> int:
        """How many letters have left, or were stopped: what is not on its way any more."""
        return sum(line.delivery.state not in LEAVING for line in self.lines)


async def board_of(work: Work, case_id: str, notice_id: str, now: datetime) -> Board:
    """Read the board of one notice."""
    deliveries = await work.deliveries.of_notice(notice_id)
    until = await work.responses.until([one.id for one in deliveries])
    return board(deliveries, until, await pages.owners_of_answers(work, case_id), now)


def board(deliveries: Iterable[Delivery], until: Mapping[str, date], owners: Mapping[str, tuple[str, datetime]], now: datetime) -> Board:
    """Group the recipients by named state, those that matter most first."""
    found: dict[tuple[int, str], list[Line]] = {}
    for one in deliveries:
        line = _line(one, until.get(one.id), owners, now)
        found.setdefault((LOOKS.index(line.place.look), line.place.name), []).append(line)
    return Board(groups=tuple(_group(lines) for _, lines in sorted(found.items(), key=lambda item: item[0])))


def _group(lines: Sequence[Line]) -> Group:
    return Group(name=lines[0].place.name, look=lines[0].place.look, lines=tuple(lines))


def _line(one: Delivery, until: date | None, owners: Mapping[str, tuple[str, datetime]], now: datetime) -> Line:
    late = until is not None and until < local_date(now)
    place = place_of(one.state, one.answer, confirmed=one.confirmed, of_an_end=one.kind in ENDING, late=late)
    since = one.answered_at or one.accepted_at or one.created_at
    owner = owners[one.id][0] if one.answer.matters and one.id in owners else place.owner.value
    return Line(delivery=one, place=place, owner=owner, since=since, days=(local_date(now) - local_date(since)).days, until=until)
