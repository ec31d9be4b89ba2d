"""Read models of the trays: what came in that is not ours to cascade, and the letters that a person has to read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from service.database.local_notices import LocalNotice
from service.database.received import ReceivedState
from service.database.tables import local_notices as t
from service.database.tables import received_emails, tasks
from service.database.unit_of_work import Work
from service.domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """One letter whose file only a person can read."""

    email_id: str
    received_at: datetime
    says: str
    reason: str = field(default="")


async def local_notices_of(work: Work, authority_id: str, *, limit: int = 100) -> tuple[LocalNotice, ...]:
    """Return the newest local notices of one issuing authority."""
    query = sa.select(t).where(t.c.issuing_authority_id == authority_id).order_by(t.c.created_at.desc(), t.c.id.desc()).limit(limit)
    return tuple(map(_local, (await work.connection.execute(query)).mappings()))


async def local_notice(work: Work, notice_id: str, authority_id: str) -> LocalNotice:
    """Return one local notice; raises NotFound, also for one of another authority."""
    query = sa.select(t).where(t.c.id == notice_id, t.c.issuing_authority_id == authority_id)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound
    return _local(row)


async def local_moments(work: Work, authority_id: str, since: datetime) -> tuple[tuple[datetime, str], ...]:
    """Return when each local notice since then came in, and its kind, for counting by week."""
    query = sa.select(t.c.created_at, t.c.kind).where(t.c.issuing_authority_id == authority_id, t.c.created_at >= since)
    return tuple((row.created_at, row.kind) for row in await work.connection.execute(query))


async def letters_by_hand(work: Work, mailbox: str, kinds: Mapping[str, str], *, limit: int = 100) -> tuple[ByHand, ...]:
    """Return the letters of one mailbox that wait in quarantine with an open task of one of *kinds*, oldest first."""
    query = (
        sa.select(received_emails.c.id, received_emails.c.received_at, received_emails.c.reason, tasks.c.kind)
        .join(tasks, tasks.c.subject_id == received_emails.c.id)
        .where(tasks.c.done_at.is_(None), tasks.c.kind.in_(list(kinds)))
        .where(received_emails.c.state == ReceivedState.QUARANTINED, sa.func.lower(received_emails.c.mailbox) == mailbox.casefold())
        .order_by(received_emails.c.id)
        .limit(limit)
    )
    rows = (await work.connection.execute(query)).mappings()
    return tuple(
        ByHand(email_id=row["id"], received_at=row["received_at"], says=kinds[row["kind"]], reason=row["reason"] or "") for row in rows
    )


def _local(row: sa.RowMapping) -> LocalNotice:
    return LocalNotice(**{**{name: row[name] for name in row if name != "created_at"}, "at": row["created_at"]})
