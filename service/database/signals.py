"""Signs of life of the rooms, for the health page: when each last did its work, and what stopped it.

Also the turns: who takes work that is done once in a while. Taken in the transaction of that work, a turn makes it happen once.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.tables import heartbeats as t
from service.database.upsert import insert_into

_TURN = "turn "


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
        first = insert_into(self._connection, t).values(name=name, at=at, trouble=trouble)
        await self._connection.execute(first.on_conflict_do_update(index_elements=["name"], set_=values))

    async def all(self) -> tuple[Heartbeat, ...]:
        """Return every heartbeat."""
        query = sa.select(t).where(~t.c.name.startswith(_TURN)).order_by(t.c.name)
        return tuple(Heartbeat(**row) for row in (await self._connection.execute(query)).mappings())

    async def last(self, name: str) -> datetime | None:
        """Return when *name* last worked; None before it ever did."""
        at: datetime | None = await self._connection.scalar(sa.select(t.c.at).where(t.c.name == name))
        return at

    async def is_due(self, name: str, *, before: datetime) -> bool:
        """Say whether the turn of *name* was last taken before *before*, or never."""
        return await self._connection.scalar(sa.select(t.c.name).where(t.c.name == _TURN + name, t.c.at >= before)) is None

    async def take_turn(self, name: str, *, before: datetime, at: datetime) -> bool:
        """Take the turn of *name* if it was last taken before *before*; of two workers one gets it, the other waits and gets False."""
        mine = sa.update(t).where(t.c.name == _TURN + name, t.c.at < before).values(at=at)
        if (await self._connection.execute(mine)).rowcount:
            return True
        first = insert_into(self._connection, t).values(name=_TURN + name, at=at, trouble=None)
        return await self._connection.scalar(first.on_conflict_do_nothing().returning(t.c.name)) is not None
