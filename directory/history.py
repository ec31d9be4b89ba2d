"""The history of the directory: every change is written beside what it changed, in the same transaction, and is never taken out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.changes import HistoryEntry, What
from directory.contact import Pair, Place, place_of
from directory.rows import contact_json, entry_of
from directory.tables import changes as table


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
        values = {**_told(by), "gss_code": gss_code, "what": what.value, "before": before, "after": after}
        added = await self._connection.execute(insert(table).values(**values).returning(table.c.id))
        return int(added.scalar_one())

    async def add_contacts(self, pairs: Sequence[Pair], by: By) -> dict[Place, int]:
        """Write what became of contacts, each of another place, and return the ids of the entries by place."""
        rows = [
            {
                **_told(by),
                "gss_code": place_of(pair)[0],
                "what": _what(*pair),
                "before": contact_json(pair[0]),
                "after": contact_json(pair[1]),
            }
            for pair in pairs
        ]
        # Found by place, because to return ids in the order of the rows SQLite would need a statement for each.
        added = await self._connection.execute(insert(table).returning(table.c.id, table.c.gss_code, table.c.before, table.c.after), rows)
        return {(row.gss_code, (row.after or row.before)["order"]): row.id for row in added}

    async def taken_out(self, gss_codes: Iterable[str]) -> set[Place]:
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


def _told(by: By) -> dict[str, Any]:
    return {"at": by.at, "who": by.who, "why": by.why, "batch": by.batch}


def _what(old: object, new: object) -> str:
    return What.REMOVED if new is None else What.ADDED if old is None else What.CHANGED
