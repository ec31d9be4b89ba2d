"""Faults that are caused, not raised: the database itself, or the operating system, refuses. Each is over after a while.

*note* is told each time a statement came back with the error, so that a run can say that the fault was felt.
"""

import asyncio
import contextlib
import resource
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

import asyncpg
import sqlalchemy as sa

Note = Callable[[str], None]
FELT = 3  # so many statements fail before there is room again
LONGEST = 4.0  # seconds, where none needs any
LOCKED_FOR = 11.0  # seconds; the service waits for 10
SMALL = 48 * 1024  # bytes: past this place no file can be written
UNLIMITED = 2**30


def fill(note: Note) -> None:
    """Let SQLite grow no more (SQLITE_FULL), as on a full disk."""
    room = _Lasting("full", note)

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def _limit(connection: sa.Connection, _cursor: Any, *_: object) -> None:
        wanted = UNLIMITED if room.over() else 1  # never less than there is
        if connection.info.get("pages") != wanted:
            connection.info["pages"] = wanted
            cursor = connection.connection.cursor()
            cursor.execute(f"PRAGMA max_page_count = {wanted}")
            cursor.close()


def refuse_writes(note: Note) -> None:
    """Let the operating system refuse every write past the first bytes of a file (EFBIG), which SQLite calls an I/O error."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, most))
    lasting = _Lasting("disk I/O", note)

    def mend() -> None:
        while not lasting.over():
            time.sleep(0.05)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    threading.Thread(target=mend, daemon=True).start()


def lock(url: str, note: Note) -> None:
    """Let another connection hold the database for longer than anybody waits (SQLITE_BUSY)."""
    _Lasting("locked", note)

    def hold() -> None:
        with contextlib.closing(sqlite3.connect(str(sa.make_url(url).database), timeout=30, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(LOCKED_FOR)
            connection.execute("ROLLBACK")

    threading.Thread(target=hold, daemon=True).start()


def cut(url: str) -> None:
    """Let PostgreSQL end every session of this database, in the middle of what each was at."""

    async def end() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        await connection.execute(ends)
        await connection.close()

    other = threading.Thread(target=lambda: asyncio.run(end()))  # the loop of the service stands at the crash point
    other.start()
    other.join()


class _Lasting:
    """Counts how often an error was felt, and says when it is over."""

    def __init__(self, words: str, note: Note) -> None:
        self._until, self._felt = time.monotonic() + LONGEST, 0

        @sa.event.listens_for(sa.Engine, "handle_error")
        def _feel(context: sa.ExceptionContext) -> None:
            if words in str(context.original_exception):
                self._felt += 1
                note("felt")

    def over(self) -> bool:
        """Whether there is room again."""
        return self._felt >= FELT or time.monotonic() > self._until
