"""Alarms: one row for each incident, from when it began until it was over, and whether those outside were told of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.watch_tables import alarms as t


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One alarm as it was raised; *says* holds no personal data."""

    id: str
    name: str
    says: str
    began_at: datetime
    over_at: datetime | None
    told_began: bool
    told_over: bool


class Alarms:
    """The incidents."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(self) -> tuple[Incident, ...]:
        """Return the incidents that are not over, oldest first."""
        return await self._those(t.c.over_at.is_(None))

    async def untold(self) -> tuple[Incident, ...]:
        """Return the incidents whose begin or end was not told outside yet."""
        return await self._those(~t.c.told_began | (t.c.over_at.is_not(None) & ~t.c.told_over))

    async def begin(self, name: str, says: str, *, at: datetime, tell: bool) -> None:
        """Begin an incident; with *tell*, those outside are to hear of it."""
        row = {"id": new_id(), "name": name, "says": says, "began_at": at, "told_began": not tell, "told_over": not tell}
        await self._connection.execute(sa.insert(t).values(**row))

    async def end(self, incident_ids: Sequence[str], *, at: datetime) -> None:
        """Note that incidents are over."""
        await self._connection.execute(sa.update(t).where(t.c.id.in_(incident_ids)).values(over_at=at))

    async def told(self, incident_id: str, *, over: bool) -> None:
        """Note that those outside heard that an incident began or is over."""
        await self._connection.execute(sa.update(t).where(t.c.id == incident_id).values({"told_over" if over else "told_began": True}))

    async def _those(self, where: sa.ColumnElement[bool]) -> tuple[Incident, ...]:
        rows = (await self._connection.execute(sa.select(t).where(where).order_by(t.c.began_at, t.c.id))).mappings()
        return tuple(Incident(**row) for row in rows)
