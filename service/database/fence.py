"""The fence: one row that says which database this is, how far it has come, and whether it is in HOLD, when nothing leaves.

The count grows with every beat of every worker, so a copy that was made earlier is behind what a machine remembers.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.keys import Keys
from service.database.tables import fence as t
from service.database.upsert import insert_into

_PLACE = "fence.why"


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceRow:
    """Which database it is, how often its workers have beaten and when last, and why nothing leaves, if so."""

    database: str
    beats: int
    beat_at: datetime
    held_at: datetime | None
    held_because: str | None


class Fence:
    """The row of the fence."""

    def __init__(self, connection: AsyncConnection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    async def get(self) -> FenceRow | None:
        """Return the row; None before the first start."""
        query = sa.select(t.c.database, t.c.beats, t.c.beat_at, t.c.held_at, t.c.held_because).where(t.c.id == 1)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return FenceRow(**row) if row else None

    async def make(self, *, at: datetime) -> FenceRow:
        """Give the database its identity; of two workers that do so at once, one."""
        first = insert_into(self._connection, t).values(id=1, database=new_id(), beats=0, beat_at=at)
        await self._connection.execute(first.on_conflict_do_nothing())
        row = await self.get()
        assert row is not None
        return row

    async def beat(self, *, at: datetime) -> FenceRow:
        """Count one beat and return the row as it is then."""
        await self._connection.execute(sa.update(t).where(t.c.id == 1).values(beats=t.c.beats + 1, beat_at=at))
        row = await self.get()
        assert row is not None
        return row

    async def hold(self, because: str, *, at: datetime) -> bool:
        """Let nothing leave from now on; False when that was so already."""
        query = sa.update(t).where(t.c.id == 1, t.c.held_at.is_(None)).values(held_at=at, held_because=because)
        return (await self._connection.execute(query)).rowcount == 1

    async def resume(self, why: str) -> bool:
        """Let letters leave again; False when they were not held. The reason may name people, so it is sealed."""
        seal = await self._keys.new()
        query = sa.update(t).where(t.c.id == 1, t.c.held_at.is_not(None))
        sealed = seal.close(_PLACE, "1", why.encode())
        changed = await self._connection.execute(query.values(held_at=None, held_because=None, key_id=seal.key_id, why_sealed=sealed))
        return changed.rowcount == 1

    async def why(self) -> str:
        """Return the reason that was given when letters last began to leave again."""
        row = (await self._connection.execute(sa.select(t.c.key_id, t.c.why_sealed).where(t.c.id == 1))).one_or_none()
        if row is None or row.why_sealed is None:
            return ""
        return (await self._keys.open(row.key_id)).open(_PLACE, "1", row.why_sealed).decode()
