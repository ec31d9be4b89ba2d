"""Where a run is played: a copy of one settled database, on SQLite or on PostgreSQL."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.servers.postgres import administer, postgres_programs, running_postgres
from tests.torture.play import Copies, settle


@asynccontextmanager
async def sqlite_ground(folder: Path) -> AsyncIterator[Copies]:
    """Settle a file in *folder*; each copy is a file in the folder of its run."""
    settled = folder / "settled.db"
    await settle(f"sqlite+aiosqlite:///{settled}")

    @asynccontextmanager
    async def copy(run: Path) -> AsyncIterator[str]:
        await asyncio.to_thread(shutil.copy, settled, run / "alerts.db")
        yield f"sqlite+aiosqlite:///{run / 'alerts.db'}"

    yield copy


@asynccontextmanager
async def postgres_ground(server: str) -> AsyncIterator[Copies]:
    """Settle a database on *server* ('postgres@127.0.0.1:port'); each copy is dropped when its run is over."""
    settled = f"settled_{uuid.uuid4().hex}"
    turn = asyncio.Lock()  # a template is copied for one at a time
    await administer(server, f"CREATE DATABASE {settled}")
    await settle(f"postgresql+asyncpg://{server}/{settled}")

    @asynccontextmanager
    async def copy(_run: Path) -> AsyncIterator[str]:
        name = f"run_{uuid.uuid4().hex}"
        async with turn:
            await administer(server, f"CREATE DATABASE {name} TEMPLATE {settled}")
        try:
            yield f"postgresql+asyncpg://{server}/{name}"
        finally:
            await administer(server, f"DROP DATABASE {name} WITH (FORCE)")

    try:
        yield copy
    finally:
        await administer(server, f"DROP DATABASE {settled} WITH (FORCE)")


@asynccontextmanager
async def ground(name: str, folder: Path) -> AsyncIterator[Copies]:
    """Make ready the database that is called *name*: sqlite or postgresql. Raises SystemExit where there is no PostgreSQL."""
    if name == "sqlite":
        async with sqlite_ground(folder) as copies:
            yield copies
        return
    if postgres_programs() is None:
        raise SystemExit("PostgreSQL is not installed here.")
    with running_postgres() as server:
        async with postgres_ground(server.address) as copies:
            yield copies
