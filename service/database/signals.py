"""Signs of life of the rooms, for the health page: when each last did its work, and what stopped it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.tables import heartbeats as t


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """When *name* last worked, and its present trouble in plain words."""

    name: str
    at: datetime
    trouble: str | None


class Signals:
    """The heartbeats."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def beat(self, name: str, *, at: datetime, trouble: str | None = None) -> None:
        """Note that *name* worked at that moment; with *trouble*, that it tried and could not."""
        values = {"trouble": trouble} if trouble else {"at": at, "trouble": None}
        if (await self._connection.execute(sa.update(t).where(t.c.name == name).values(**values))).rowcount == 0:
            await self._connection.execute(sa.insert(t).values(name=name, at=at, trouble=trouble))

    async def all(self) -> tuple[Heartbeat, ...]:
        """Return every heartbeat."""
        return tuple(Heartbeat(**row) for row in (await self._connection.execute(sa.select(t).order_by(t.c.name))).mappings())
