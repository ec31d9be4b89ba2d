"""Changes of contacts that wait for a second person, as rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.changes import ChangedMeanwhile, Proposal
from directory.history import By
from directory.rows import proposal_of
from directory.tables import proposals as table


class Proposals:
    """The proposals, in the transaction of the connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, gss_code: str, order: int, wanted: dict[str, Any], *, base: int, reason: str, by: By) -> Proposal:
        """Keep a change for a second person."""
        values = {"gss_code": gss_code, "contact_order": order, "wanted": wanted, "base_version": base, "reason": reason}
        told = {"who": by.who, "why": by.why, "at": by.at, "batch": by.batch}
        added = await self._connection.execute(insert(table).values(**values, **told).returning(table.c.id))
        kept = await self.one(int(added.scalar_one()))
        assert kept is not None
        return kept

    async def one(self, proposal_id: int) -> Proposal | None:
        """Return one proposal, decided or not, or None."""
        row = (await self._connection.execute(select(table).where(table.c.id == proposal_id))).one_or_none()
        return None if row is None else proposal_of(row)

    async def waiting(self, *, gss_code: str | None = None, batch: str | None = None) -> tuple[Proposal, ...]:
        """Return the proposals that nobody has decided, oldest first: all, those of an authority, or those of a batch."""
        wanted = select(table).where(table.c.decided_at.is_(None)).order_by(table.c.id)
        if gss_code is not None:
            wanted = wanted.where(table.c.gss_code == gss_code)
        if batch is not None:
            wanted = wanted.where(table.c.batch == batch)
        return tuple(proposal_of(row) for row in await self._connection.execute(wanted))

    async def decide(self, proposal_id: int, *, agreed: bool, who: str, at: datetime) -> None:
        """Write the decision down; ChangedMeanwhile when there is one already."""
        mine = update(table).where(table.c.id == proposal_id, table.c.decided_at.is_(None))
        done = await self._connection.execute(mine.values(agreed=agreed, decided_by=who, decided_at=at))
        if done.rowcount != 1:
            raise ChangedMeanwhile
