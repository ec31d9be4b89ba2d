"""Tasks: what a person must do. No problem exists here without an owner."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.tables import tasks as t
from service.domain.people import Role

ALL = 10_000  # more than anybody has open; a question still has an end


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do; *says* holds no personal data."""

    id: str
    kind: str
    role: Role
    case_id: str | None
    subject_id: str | None
    says: str
    created_at: datetime
    done_at: datetime | None
    done_by: str | None


class Tasks:
    """The to-do list."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, *, kind: str, role: Role, says: str, at: datetime, case_id: str | None = None, subject_id: str | None = None
    ) -> None:
        """Give a task to a role; the same open task about the same subject is not given twice."""
        if subject_id and await self._connection.scalar(_OPEN, {"of_kind": kind, "about": subject_id}):
            return
        row = {"id": new_id(), "kind": kind, "role": role, "case_id": case_id, "subject_id": subject_id, "says": says, "created_at": at}
        await self._connection.execute(_GIVE, row)

    async def open(self, limit: int = 200) -> tuple[Task, ...]:
        """Return what is still to do, oldest first."""
        rows = (await self._connection.execute(sa.select(t).where(t.c.done_at.is_(None)).order_by(t.c.created_at).limit(limit))).mappings()
        return tuple(Task(**{**row, "role": Role(row["role"])}) for row in rows)

    async def done(self, task_id: str, *, by: str, at: datetime) -> bool:
        """Mark a task as done; False when it already was."""
        query = sa.update(t).where(t.c.id == task_id, t.c.done_at.is_(None)).values(done_at=at, done_by=by)
        return (await self._connection.execute(query)).rowcount == 1

    async def exists(self, *, kind: str, subject_id: str) -> bool:
        """Say whether such a task was ever given, done or not."""
        query = sa.select(t.c.id).where(t.c.kind == kind, t.c.subject_id == subject_id).limit(1)
        return await self._connection.scalar(query) is not None

    async def ticked(self, case_id: str, *, but_by: str) -> frozenset[str]:
        """Return the subjects of the tasks about a case that a person ticked off, which *but_by* is not."""
        query = sa.select(t.c.subject_id).where(t.c.case_id == case_id, t.c.subject_id.is_not(None), t.c.done_by != but_by)
        return frozenset(await self._connection.scalars(query))

    async def open_kinds(self, case_id: str) -> frozenset[str]:
        """Return the kinds of what is still to do about a case."""
        return frozenset(await self._connection.scalars(sa.select(t.c.kind).where(t.c.case_id == case_id, t.c.done_at.is_(None))))

    async def settle(self, *, case_id: str, kind: str, by: str, at: datetime) -> None:
        """Mark every open task of one kind about a case as done: what it asked for has happened."""
        open_ones = (t.c.case_id == case_id) & (t.c.kind == kind) & t.c.done_at.is_(None)
        await self._connection.execute(sa.update(t).where(open_ones).values(done_at=at, done_by=by))

    async def settle_notice(self, notice_id: str, *, kind: str, by: str, at: datetime) -> None:
        """Mark every open task of one kind about a notice as done; another notice of its case may wait for the same thing."""
        open_ones = t.c.subject_id.startswith(notice_id) & (t.c.kind == kind) & t.c.done_at.is_(None)
        await self._connection.execute(sa.update(t).where(open_ones).values(done_at=at, done_by=by))

    async def settle_subject(self, *, subject_id: str, by: str, at: datetime) -> None:
        """Mark every open task about one subject as done."""
        open_ones = (t.c.subject_id == subject_id) & t.c.done_at.is_(None)
        await self._connection.execute(sa.update(t).where(open_ones).values(done_at=at, done_by=by))


# Built once: both are asked for most letters that come in.
_OPEN = (
    sa.select(t.c.id).where(t.c.kind == sa.bindparam("of_kind"), t.c.subject_id == sa.bindparam("about"), t.c.done_at.is_(None)).limit(1)
)
_GIVE = sa.insert(t)
