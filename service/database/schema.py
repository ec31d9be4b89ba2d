"""The shape of the database: migrates it, and says whether it is the shape this code expects."""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from service.database.engine import make_engine

_ROOT = Path(__file__).resolve().parents[2]
Step = Callable[[Config], None]


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to *revision*; running it again changes nothing."""
    await _run(url, lambda config: command.upgrade(config, revision))


async def downgrade(url: str, revision: str) -> None:
    """Take the database back to *revision*."""
    await _run(url, lambda config: command.downgrade(config, revision))


async def check(url: str) -> None:
    """Raise when the tables in the code and the migrations do not agree."""
    await _run(url, command.check)


async def is_current(engine: AsyncEngine) -> bool:
    """Say whether the database has the shape this code expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    async with engine.connect() as connection:
        await connection.execution_options(read_only=True)
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision()) == head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


async def _run(url: str, step: Step) -> None:
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine.sync_engine, "connect", _let_tables_be_rebuilt)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(lambda sync: step(_with_connection(sync)))
            await connection.commit()
    finally:
        await engine.dispose()


def _let_tables_be_rebuilt(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # SQLite changes a constraint by making the table anew, and dropping the old one must not ask its children (lang_altertable §7).
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()


def _with_connection(connection: sa.Connection) -> Config:
    config = _config()
    config.attributes["connection"] = connection
    return config
