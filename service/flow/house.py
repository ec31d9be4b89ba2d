"""What every room needs, handed in once: the database, the letter templates, the tokens, and how this house is reached."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from service.database.unit_of_work import Begin, WriteJournal
from service.domain.calendar import LONDON
from service.domain.due import local_date
from service.flow.understanding import Understood
from service.mail.authenticity import OriginProfile
from service.mail.templates import Templates
from service.mail.tokens import Tokens


class UnderstandsLetters(Protocol):
    """Something that turns raw bytes into what they mean, and survives bytes that were made to hurt."""

    async def understand(self, raw: bytes, today: date) -> Understood:
        """Read one letter; raises CannotUnderstand when it takes too long or too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts that the rooms share. *verp*: the relay lets the return path carry a token. *second_factor*: signing in asks for one.

    *only_to*: outside production every letter goes to this address instead; None where letters go to the people they are for.
    *confirm_every*: how long an address counts as right once it was proved. *allowed_domains*: domains that count as public ones.
    """

    begin: Begin
    read: Begin
    journal: WriteJournal
    templates: Templates
    tokens: Tokens
    sandbox: UnderstandsLetters
    origin: OriginProfile
    base_url: str
    verp: bool = True
    second_factor: bool = True
    only_to: str | None = None
    confirm_every: timedelta = timedelta(days=90)
    allowed_domains: tuple[str, ...] = ()


def today(now: datetime) -> date:
    """Return the calendar date in the United Kingdom at *now*."""
    return local_date(now)


def uk_time(moment: datetime) -> str:
    """Write a moment as people here read it: 24 November 2026 at 14:02."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {local:%H:%M}"
