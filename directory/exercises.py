"""Exercises as rows: who asked for one, what exactly was approved and by whom, and when it was closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.tables import exercises as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise. *content_sha256* names the letter and everybody who is to get it, as the approver sees them."""

    id: str
    issuing_authority_id: str
    letter_id: str
    content_sha256: str
    started_by: str
    started_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None


class Exercises:
    """The exercises, in the transaction of the connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, one: Exercise) -> None:
        """Keep an exercise that waits for its approver."""
        names = ("id", "issuing_authority_id", "letter_id", "content_sha256", "started_by", "started_at")
        await self._connection.execute(insert(table).values({name: getattr(one, name) for name in names}))

    async def one(self, exercise_id: str) -> Exercise | None:
        """Return one exercise, or None."""
        return await self._first(table.c.id == exercise_id)

    async def with_letter(self, letter_id: str) -> Exercise | None:
        """Return the exercise whose letter this is, or None."""
        return await self._first(table.c.letter_id == letter_id)

    async def all(self) -> tuple[Exercise, ...]:
        """Return every exercise, newest first."""
        rows = await self._connection.execute(select(table).order_by(table.c.started_at.desc(), table.c.id.desc()))
        return tuple(map(_exercise, rows))

    async def approve(self, exercise_id: str, *, by: str, at: datetime) -> bool:
        """Note the approval; False when it was approved or closed already."""
        mine = update(table).where(table.c.id == exercise_id, table.c.approved_at.is_(None), table.c.closed_at.is_(None))
        return (await self._connection.execute(mine.values(approved_by=by, approved_at=at))).rowcount == 1

    async def close(self, exercise_id: str, *, by: str, at: datetime) -> bool:
        """Note that it is over; False when it was already."""
        mine = update(table).where(table.c.id == exercise_id, table.c.closed_at.is_(None)).values(closed_by=by, closed_at=at)
        return (await self._connection.execute(mine)).rowcount == 1

    async def _first(self, where: Any) -> Exercise | None:
        row = (await self._connection.execute(select(table).where(where))).one_or_none()
        return None if row is None else _exercise(row)


def _exercise(row: Row[Any]) -> Exercise:
    return Exercise(**row._mapping)
