"""What the watch and the metrics ask of the rows: counts and ages from indexes, so that a question costs the same however much there is."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from service.database.leaving import WAITS
from service.database.received import ReceivedState
from service.database.tables import deliveries, notices, received_emails, tasks
from service.database.unit_of_work import Work


async def waiting_since(work: Work) -> datetime | None:
    """Return when the oldest letter that has not left was queued; what a person stopped does not wait."""
    stopped = sa.exists().where(notices.c.id == deliveries.c.notice_id, notices.c.stopped_at.is_not(None))
    oldest: datetime | None = await work.connection.scalar(sa.select(sa.func.min(deliveries.c.created_at)).where(WAITS, ~stopped))
    return oldest


async def last_accepted(work: Work) -> datetime | None:
    """Return when the relay last took a letter."""
    last: datetime | None = await work.connection.scalar(sa.select(sa.func.max(deliveries.c.accepted_at)))
    return last


async def is_waiting(work: Work, kind: str, address: str) -> bool:
    """Say whether a letter of one kind to one address has not left yet."""
    same = sa.select(deliveries.c.id).where(WAITS, deliveries.c.kind == kind, deliveries.c.address == address)
    return await work.connection.scalar(same.limit(1)) is not None


async def waiting_letters(work: Work) -> Mapping[int, int]:
    """Count the letters that have not left, by lane."""
    query = sa.select(deliveries.c.lane, sa.func.count()).where(WAITS).group_by(deliveries.c.lane)
    return {row[0]: row[1] for row in await work.connection.execute(query)}


async def accepted_since(work: Work, since: datetime) -> int:
    """Count the letters that the relay took after that moment."""
    query = sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.accepted_at > since)
    return await work.connection.scalar(query) or 0


async def letters_in(work: Work) -> Mapping[str, int]:
    """Count the received letters that wait: for triage, and for a person."""
    states = (ReceivedState.NEW, ReceivedState.QUARANTINED)
    query = sa.select(received_emails.c.state, sa.func.count()).where(received_emails.c.state.in_(states)).group_by(received_emails.c.state)
    return {state.value: 0 for state in states} | {row[0]: row[1] for row in await work.connection.execute(query)}


async def open_tasks(work: Work) -> Mapping[str, int]:
    """Count what is to do, by role."""
    query = sa.select(tasks.c.role, sa.func.count()).where(tasks.c.done_at.is_(None)).group_by(tasks.c.role)
    return {row[0]: row[1] for row in await work.connection.execute(query)}


async def clock_of_the_database(work: Work) -> datetime | None:
    """Return what time the database server has; None where the database has no clock but ours."""
    if work.connection.dialect.name != "postgresql":
        return None
    moment: datetime = await work.connection.scalar(sa.text("SELECT clock_timestamp()"))
    return moment
