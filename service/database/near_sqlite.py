"""SQLite whose short statements run where they are asked for. aiosqlite changes threads four times for each, which costs more than they do.

Inside a transaction a statement waits for nobody, so it runs in the event loop; what may wait (BEGIN, COMMIT, ROLLBACK) goes to the thread.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import aiosqlite

_AT_ONCE = 500  # so many rows come along with a statement; more are fetched as they are read
_TURN = 0.01  # seconds a transaction may keep the event loop to itself before the others have their turn


class _Cursor(aiosqlite.Cursor):
    """A cursor that is made, run and read in one step."""

    _conn: "_Connection"

    def __init__(self, connection: "_Connection") -> None:
        self._conn = connection
        self.iter_chunk_size = _AT_ONCE
        self._rows: list[Any] = []
        self._more = False

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, sql: str, parameters: Any = None) -> "_Cursor":
        await self._conn.near(self._run, sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "_Cursor":
        self._cursor = await self._conn.far(self._conn._conn.executemany, sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        if self._more:
            rows += await self._conn.far(self._cursor.fetchall)
            self._more = False
        return rows

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        wanted = size or self._cursor.arraysize
        rows, self._rows = self._rows[:wanted], self._rows[wanted:]
        if self._more and len(rows) < wanted:
            rows += await self._conn.far(self._cursor.fetchmany, wanted - len(rows))
        return rows

    async def fetchone(self) -> Any:
        return next(iter(await self.fetchmany(1)), None)

    async def close(self) -> None:
        if self._more:
            await self._conn.far(self._cursor.close)

    def _run(self, sql: str, parameters: Any) -> None:
        self._cursor = self._conn._conn.execute(sql, parameters)
        self._rows = self._cursor.fetchmany(_AT_ONCE)
        self._more = len(self._rows) == _AT_ONCE
        if not self._more:
            self._cursor.close()


class _Connection(aiosqlite.Connection):
    """A connection with such cursors. It is used by one task at a time, whichever thread a statement runs in."""

    _turn_ends = 0.0

    def cursor(self) -> _Cursor:  # type: ignore[override]
        return _Cursor(self)

    async def near(self, statement: Callable[..., object], *words: object) -> None:
        if self.in_transaction and time.monotonic() < self._turn_ends:
            statement(*words)
        else:
            await self.far(statement, *words)
            self._turn_ends = time.monotonic() + _TURN

    async def far(self, statement: Callable[..., Any], *words: object) -> Any:
        return await self._execute(statement, *words)  # type: ignore[no-untyped-call]

    async def rollback(self) -> None:
        if self.in_transaction:
            await super().rollback()


def connect(path: str, **options: Any) -> aiosqlite.Connection:
    """Return a connection that opens when it is awaited, for SQLAlchemy's *async_creator_fn*."""
    options["check_same_thread"] = False
    connection = _Connection(partial(sqlite3.connect, path, **options), iter_chunk_size=_AT_ONCE)
    connection._thread.daemon = True  # as SQLAlchemy has it
    return connection
