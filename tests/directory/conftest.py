"""A register on an empty database, once on SQLite and once on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from directory.register import Register
from directory.tables import metadata


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'directory.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncIterator[AsyncConnection]:
    """Open a connection to a database that has the tables of the directory."""
    engine = create_async_engine(database_url)
    async with engine.connect() as opened:
        await opened.run_sync(metadata.create_all)
        await opened.commit()
        yield opened
        await opened.rollback()
    await engine.dispose()


@pytest_asyncio.fixture
async def register(connection: AsyncConnection) -> Register:
    """Give a register that knows the shipped authorities."""
    register = Register(connection)
    await register.load_shipped()
    return register
