"""Who else is at work: nobody beside one process on SQLite; on PostgreSQL many workers, who see each other. One of them reads a mailbox."""

import asyncio
import fcntl
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_ASK_EVERY = 5.0  # seconds
StillLeading = Callable[[], Awaitable[None]]


@contextmanager
def run_alone(url: str) -> Iterator[bool]:
    """Keep every other process of the service away from an SQLite file; yields whether we are alone. Raises ValueError for the second.

    The lock is a record lock: it ends with the process, however that ends, and no child inherits it.
    """
    path = sqlite_file(url)
    if path is None:
        yield False
        return
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ValueError(
                "The service already runs on this SQLite database, and only one process can. Stop it first: `national-alerts run` does"
                " pages and worker in one process. For several processes use PostgreSQL."
            ) from None
        yield True
    finally:
        os.close(lock)


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite database; None for any other."""
    parts = sa.make_url(url)
    return Path(parts.database) if parts.get_backend_name() == "sqlite" and parts.database and parts.database != ":memory:" else None


@asynccontextmanager
async def lead(engine: AsyncEngine, what: str, *, silent_for: float) -> AsyncIterator[StillLeading]:
    """Wait until nobody else leads *what*, and lead it until left. What is yielded raises DBAPIError once the lead is lost.

    A leader that says nothing for *silent_for* seconds, because it is frozen, loses the lead. On SQLite there is nobody else.
    """
    if engine.dialect.name != "postgresql":
        yield _nobody_else
        return
    key = int.from_bytes(hashlib.sha256(f"national-alerts {what}".encode()).digest()[:8], "big", signed=True)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        while not await connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))):  # noqa: ASYNC110 - another process holds it
            await asyncio.sleep(_ASK_EVERY)
        try:
            await _end_when_silent(connection, silent_for)

            async def still() -> None:
                await connection.execute(sa.select(1))

            yield still
        finally:
            # Ending the session frees the lock and the setting, whatever state the connection is in.
            with suppress(DBAPIError):
                await connection.invalidate()


async def _nobody_else() -> None:
    return


async def _end_when_silent(connection: AsyncConnection, seconds: float) -> None:
    if (connection.dialect.server_version_info or (0,)) >= (14,):
        await connection.execute(sa.text(f"SET idle_session_timeout = {int(seconds * 1000)}"))


_WORKERS = 0x414C5254  # the advisory locks that say who is here; their second number is the worker's
_HERE = sa.text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = :workers AND objsubid = 2 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Presence:
    """This worker among those at work on one PostgreSQL database; on SQLite there is nobody else.

    It is an advisory lock, so it ends with the process, however that ends, or when this worker has not looked for *silent_for* seconds.
    """

    def __init__(self, engine: AsyncEngine, *, silent_for: float = 60.0) -> None:
        self.number = 0
        self._engine = engine
        self._silent_for = silent_for
        self._connection: AsyncConnection | None = None

    async def look(self) -> frozenset[int]:
        """Be here, and return the numbers of all who are. Raises DBAPIError when the session was lost; the next look begins another."""
        if self._engine.dialect.name != "postgresql":
            return frozenset({self.number})
        try:
            if self._connection is None:
                self.number = secrets.randbits(31)  # another one each time: the server may not know yet that the last session is over
                self._connection = await self._engine.connect()
                await self._connection.execution_options(isolation_level="AUTOCOMMIT")
                await _end_when_silent(self._connection, self._silent_for)
                await self._connection.execute(sa.select(sa.func.pg_advisory_lock(_WORKERS, self.number)))
            return frozenset(await self._connection.scalars(_HERE, {"workers": _WORKERS}))
        except DBAPIError:
            await self.leave()
            raise

    async def leave(self) -> None:
        """Be gone; what this worker has claimed is due again at once."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):
                await connection.invalidate()
            with suppress(DBAPIError):
                await connection.close()
