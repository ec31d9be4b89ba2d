"""The pace of a relay, kept in one row that all workers take turns at, in the transaction in which they claim."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.tables import deliveries, relay_pace
from service.database.upsert import insert_into
from service.domain.delivery import DeliveryState
from service.domain.pace import DAY, Pace

_HELD = (DeliveryState.SENDING, DeliveryState.IN_DOUBT)


class Pacing:
    """What the relays may still be given."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def turn(self, pace: Pace, *, now: datetime) -> datetime | None:
        """Wait for the turn at this relay, which lasts until the transaction ends, and return when it may next be given a letter."""
        first = insert_into(self._connection, relay_pace).values(relay=pace.relay, next_at=now)
        await self._connection.execute(first.on_conflict_do_nothing())
        query = sa.select(relay_pace.c.next_at).where(relay_pace.c.relay == pace.relay).with_for_update()
        return await self._connection.scalar(query)

    async def next_at(self, pace: Pace, moment: datetime) -> None:
        """Keep when the relay may next be given a letter."""
        await self._connection.execute(sa.update(relay_pace).where(relay_pace.c.relay == pace.relay).values(next_at=moment))

    async def used(self, *, now: datetime) -> int:
        """Count the letters of the last 24 hours, with those that are on their way."""
        t = deliveries
        taken = sa.select(sa.func.count()).select_from(t).where(t.c.accepted_at > now - DAY)
        leaving = sa.select(sa.func.count()).select_from(t).where(t.c.state.in_(_HELD))
        return (await self._connection.scalar(sa.select(taken.scalar_subquery() + leaving.scalar_subquery()))) or 0
