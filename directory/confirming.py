"""What addresses are asked about themselves: whether a new one is theirs, whether an old one is still right, and exercises.

A question is a row beside the letter that asks it. An answer proves the mailbox it came from, and only as long as the contact is the same.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.authority import Authority
from directory.contact import Contact, How, address_key
from directory.register import Register
from directory.tables import questions as table


class Asks(StrEnum):
    """Why an address was written to."""

    VERIFY = "verify"
    CONFIRM = "confirm"
    EXERCISE = "exercise"

    @property
    def proves(self) -> How:
        """What an answer proves about the mailbox."""
        return {Asks.VERIFY: How.VERIFIED, Asks.CONFIRM: How.CONFIRMED, Asks.EXERCISE: How.ACKNOWLEDGED}[self]


class Said(StrEnum):
    """What was answered."""

    UNCHANGED = "unchanged"
    CHANGE = "change"  # a change was proposed, and waits for an administrator
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One letter that asked an address about itself; *ended_at* is when nobody waited for the answer any more."""

    id: str
    kind: Asks
    exercise_id: str | None = None
    gss_code: str
    order: int
    address: str = field(repr=False)
    asked_at: datetime
    answer: Said | None = None
    way: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None


class Questions:
    """The questions, in the transaction of the connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, questions: Sequence[Question]) -> None:
        """Note what was asked."""
        rows = [
            {
                "id": one.id,
                "kind": one.kind,
                "exercise_id": one.exercise_id,
                "gss_code": one.gss_code,
                "contact_order": one.order,
                "address": one.address,
                "asked_at": one.asked_at,
            }
            for one in questions
        ]
        if rows:
            await self._connection.execute(insert(table), rows)

    async def one(self, question_id: str) -> Question | None:
        """Return one question, or None."""
        row = (await self._connection.execute(select(table).where(table.c.id == question_id))).one_or_none()
        return None if row is None else _question(row)

    async def answered(self, question_id: str, said: Said, *, way: str, at: datetime) -> bool:
        """Note an answer; False when the same was said before. A later answer takes the place of an earlier one."""
        mine = update(table).where(table.c.id == question_id, (table.c.answer.is_(None)) | (table.c.answer != said))
        done = await self._connection.execute(mine.values(answer=said, way=way, answered_at=at, ended_at=at))
        return done.rowcount == 1

    async def end(self, question_id: str, *, at: datetime) -> bool:
        """Wait no longer for an answer; False when it came or somebody else ended it."""
        mine = update(table).where(table.c.id == question_id, table.c.ended_at.is_(None)).values(ended_at=at)
        return (await self._connection.execute(mine)).rowcount == 1

    async def open(self, *kinds: Asks) -> tuple[Question, ...]:
        """Return the questions of these kinds that wait for an answer, oldest first."""
        wanted = select(table).where(table.c.ended_at.is_(None), table.c.kind.in_(kinds)).order_by(table.c.asked_at, table.c.id)
        return tuple(_question(row) for row in await self._connection.execute(wanted))

    async def about(self, *gss_codes: str) -> tuple[Question, ...]:
        """Return what the contacts of these authorities were asked, newest first."""
        wanted = select(table).where(table.c.gss_code.in_(gss_codes)).order_by(table.c.asked_at.desc(), table.c.id.desc())
        return tuple(_question(row) for row in await self._connection.execute(wanted))

    async def of_exercise(self, exercise_id: str) -> tuple[Question, ...]:
        """Return what one exercise asked."""
        wanted = select(table).where(table.c.exercise_id == exercise_id).order_by(table.c.gss_code)
        return tuple(_question(row) for row in await self._connection.execute(wanted))

    async def count_answered(self, kind: Asks) -> int:
        """Count the questions of a kind that were answered."""
        wanted = select(func.count()).select_from(table).where(table.c.kind == kind, table.c.answer.is_not(None))
        return int((await self._connection.execute(wanted)).scalar_one())

    async def asked_since(self, moment: datetime) -> frozenset[tuple[str, str]]:
        """Return who was asked about an address since then, as code and the key of that address; exercises do not count."""
        wanted = select(table.c.gss_code, table.c.address).where(table.c.asked_at >= moment, table.c.kind != Asks.EXERCISE)
        return frozenset((row.gss_code, address_key(row.address)) for row in await self._connection.execute(wanted))


async def due_for_confirmation(register: Register, since: datetime, *, on: date) -> tuple[tuple[Authority, Contact], ...]:
    """Return the authorities of a day whose primary address was neither proved nor asked about *since*, the longest unproved first."""
    primary, asked = await register.primary_contacts(), await Questions(register.connection).asked_since(since)
    found = [
        (one, contact)
        for one in await register.unproved(since, on)
        if (contact := primary.get(one.gss_code)) and (one.gss_code, address_key(contact.address)) not in asked
    ]
    return tuple(sorted(found, key=lambda pair: (pair[1].proved_at is not None, pair[1].proved_at or since, pair[0].gss_code)))


def standing(contact: Contact, asked: Collection[Question]) -> str:
    """Say in words whether an address is proved, and what is being done about it when it is not."""
    waiting = [one for one in asked if one.ended_at is None and address_key(one.address) == address_key(contact.address)]
    if contact.proved_at is not None:
        return f"Proved on {contact.proved_at:%-d %B %Y} ({contact.proved_how or 'no evidence kept'})"
    if waiting:
        return f"Not proved yet: asked on {waiting[0].asked_at:%-d %B %Y}, no answer"
    return "Not proved"


def _question(row: Row[Any]) -> Question:
    plain = {name: value for name, value in row._mapping.items() if name not in ("contact_order", "kind", "answer")}
    return Question(**plain, kind=Asks(row.kind), order=row.contact_order, answer=Said(row.answer) if row.answer else None)
