"""What came in and is not ours to cascade: recorded, passed on, counted. What it says stays in the received letter alone."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.tables import local_notices as t

MISSING_FROM_CARE = "missing_from_care"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalNotice:
    """One such notice. *passed_to* is empty while it was not passed on; *at* is when it came in, or when it is to be passed on."""

    id: str
    issuing_authority_id: str
    kind: str
    category: str
    in_care: bool | None
    reporter_address: str = field(repr=False)
    passed_to: str = field(repr=False)
    received_email_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many notices of each kind and category, how many about a child in care, and how many of those were passed on as missing."""

    by_kind: Mapping[tuple[str, str], int]
    in_care: int
    missing_from_care: int


class LocalNotices:
    """The notices that were passed on."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        authority_id: str,
        kind: str,
        reporter_address: str,
        received_email_id: str,
        at: datetime,
        category: str = "",
        in_care: bool | None = None,
        passed_to: str = "",
    ) -> str:
        """Record one and return its id."""
        notice_id = new_id()
        await self._connection.execute(
            sa.insert(t).values(
                id=notice_id,
                issuing_authority_id=authority_id,
                kind=kind,
                category=category,
                in_care=in_care,
                reporter_address=reporter_address,
                passed_to=passed_to,
                received_email_id=received_email_id,
                created_at=at,
            )
        )
        return notice_id

    async def waiting(self, kind: str, *, until: datetime) -> tuple[LocalNotice, ...]:
        """Return the notices of *kind* that were to be passed on by *until* and were not, oldest first."""
        return await self._all(t.c.kind == kind, t.c.passed_to == "", t.c.category == "", t.c.created_at <= until)

    async def later(self, than: LocalNotice, *, kind: str) -> tuple[LocalNotice, ...]:
        """Return the notices of *kind* that the same authority received after the letter behind *than*."""
        return await self._all(
            t.c.kind == kind,
            t.c.issuing_authority_id == than.issuing_authority_id,
            t.c.received_email_id > than.received_email_id,
        )

    async def settle(self, notice_id: str, *, passed_to: str = "", category: str = "") -> bool:
        """Note that a waiting notice was passed on, or by *category* why it was not; False when another worker was first."""
        waits = (t.c.id == notice_id) & (t.c.passed_to == "") & (t.c.category == "")
        query = sa.update(t).where(waits).values(passed_to=passed_to, category=category)
        return (await self._connection.execute(query)).rowcount == 1

    async def count(self, authority_id: str, *, since: datetime, until: datetime) -> Counted:
        """Count what one authority received from *since* to just before *until*."""
        query = sa.select(t.c.kind, t.c.category, t.c.in_care, t.c.passed_to).where(
            t.c.issuing_authority_id == authority_id, t.c.created_at >= since, t.c.created_at < until
        )
        rows = (await self._connection.execute(query)).all()
        came_in = [row for row in rows if row.kind != MISSING_FROM_CARE]  # the others are the same children once more
        return Counted(
            by_kind=Counter((row.kind, row.category) for row in came_in),
            in_care=sum(1 for row in came_in if row.in_care),
            missing_from_care=sum(1 for row in rows if row.kind == MISSING_FROM_CARE and row.passed_to),
        )

    async def _all(self, *where: sa.ColumnElement[bool]) -> tuple[LocalNotice, ...]:
        rows = (await self._connection.execute(sa.select(t).where(*where).order_by(t.c.created_at, t.c.id))).mappings()
        return tuple(LocalNotice(**{**{name: row[name] for name in row if name != "created_at"}, "at": row["created_at"]}) for row in rows)
