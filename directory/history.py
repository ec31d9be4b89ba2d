"""The history of the directory: every change is written beside what it changed, in the same transaction, and is never taken out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.changes import HistoryEntry, What
from directory.rows import entry_of
from directory.tables import changes as table

Entry = tuple[str, What, Mapping[str, Any] | None, Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who makes a change, why, when, and in which batch (changes made in one go and undone in one go)."""

    who: str
    why: str
    at: datetime
    batch: str | None = None


class History:
    """The entries of the history, in the transaction of the connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, gss_code: str, what: What, by: By, *, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> int:
        """Write an entry and return its id, which is the version of what it changed."""
        return (await self.add_all([(gss_code, what, before, after)], by))[0]

    async def add_all(self, entries: Iterable[Entry], by: By) -> list[int]:
        """Write entries (code, what, before, after) and return their ids in the same order."""
        told = {"at": by.at, "who": by.who, "why": by.why, "batch": by.batch}
        rows = [{**told, "gss_code": code, "what": what.value, "before": old, "after": new} for code, what, old, new in entries]
        added = await self._connection.execute(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows)
        return list(added.scalars())

    async def taken_out(self, gss_codes: Iterable[str]) -> set[tuple[str, int]]:
        """Return the places, code and order, in which a contact once stood that was taken out."""
        wanted = select(table.c.gss_code, table.c.before).where(table.c.what == What.REMOVED, table.c.gss_code.in_(list(gss_codes)))
        return {(code, int(before["order"])) for code, before in await self._connection.execute(wanted) if before}

    async def of(self, gss_code: str) -> tuple[HistoryEntry, ...]:
        """Return the entries of an authority and its contacts, oldest first."""
        wanted = select(table).where(table.c.gss_code == gss_code).order_by(table.c.id)
        return tuple(entry_of(row) for row in await self._connection.execute(wanted))

    async def of_batch(self, batch: str) -> tuple[HistoryEntry, ...]:
        """Return the entries of a batch, oldest first; none for an unknown one."""
        wanted = select(table).where(table.c.batch == batch).order_by(table.c.id)
        return tuple(entry_of(row) for row in await self._connection.execute(wanted))

    async def entry(self, change_id: int) -> HistoryEntry | None:
        """Return one entry, or None."""
        row = (await self._connection.execute(select(table).where(table.c.id == change_id))).one_or_none()
        return None if row is None else entry_of(row)

    async def latest(self, *, limit: int = 100) -> tuple[HistoryEntry, ...]:
        """Return the latest entries of all authorities, newest first."""
        wanted = select(table).order_by(table.c.id.desc()).limit(limit)
        return tuple(entry_of(row) for row in await self._connection.execute(wanted))

    async def count_by(self, who: str, *, since: datetime) -> int:
        """Count the contacts a person added and changed since then."""
        mine = (table.c.who == who, table.c.at >= since, table.c.what.in_((What.ADDED, What.CHANGED)))
        return int((await self._connection.execute(select(func.count()).select_from(table).where(*mine))).scalar_one())
