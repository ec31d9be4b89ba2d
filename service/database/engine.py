"""The engine: SQLite set to lose nothing (WAL, synchronous=FULL, BEGIN IMMEDIATE) or PostgreSQL."""

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from service.database.near_sqlite import connect

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON", "secure_delete=ON")


# A worker that is frozen within a transaction would keep its locks, and all others waiting, for ever.
_FROZEN = {"idle_in_transaction_session_timeout": "60000"}


def make_engine(url: str) -> AsyncEngine:
    """Build the engine for *url*; parameters never reach an error message (they hold personal data)."""
    if not url.startswith("sqlite"):
        return create_async_engine(url, hide_parameters=True, pool_size=10, pool_pre_ping=True, connect_args={"server_settings": _FROZEN})
    engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": 10, "async_creator_fn": connect})
    _lose_nothing(engine.sync_engine)
    return engine


def make_journal_engine(url: str) -> sa.Engine | None:
    """Build a second engine for SQLite, used from one thread of its own; None where the driver needs none.

    A statement costs half as much there as through the asynchronous one, and the disk's time to commit is nobody else's.
    """
    if not url.startswith("sqlite"):
        return None
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="sqlite"),
        hide_parameters=True,
        poolclass=sa.StaticPool,
        connect_args={"timeout": 10, "check_same_thread": False},
    )
    _lose_nothing(engine)
    return engine


def _lose_nothing(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # stop the driver's own late BEGIN
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A deferred transaction that reads and then writes fails at once when another writer came between.
        read_only = connection.get_execution_options().get("read_only")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
