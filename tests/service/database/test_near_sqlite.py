"""Statements that run in the event loop: nothing is lost of what the thread gave, and nobody is kept waiting."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from service.database.engine import make_engine

TABLE = sa.Table("numbers", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True))


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path}/near.db")

    @sa.event.listens_for(engine.sync_engine, "connect")
    def _wait_less(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.cursor().execute("PRAGMA busy_timeout=500")

    async with engine.begin() as connection:
        await connection.run_sync(TABLE.metadata.create_all)
        await connection.execute(sa.insert(TABLE), [{"n": n} for n in range(1, 1301)])
    yield engine
    await engine.dispose()


async def test_more_rows_than_come_along_at_once_are_all_there(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        for limit in (0, 1, 499, 500, 501, 1000, 1300):
            assert list(await connection.scalars(sa.select(TABLE.c.n).limit(limit))) == list(range(1, limit + 1))
        streamed = await connection.stream_scalars(sa.select(TABLE.c.n))
        assert [n async for n in streamed] == list(range(1, 1301))
        one_by_one = await connection.stream(sa.select(TABLE.c.n))
        assert [(await one_by_one.fetchone()).n, *(row.n for row in await one_by_one.fetchmany(700))] == list(range(1, 702))  # type: ignore[union-attr]


async def test_a_changed_row_is_counted_and_returned(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        assert (await connection.execute(sa.delete(TABLE).where(TABLE.c.n > 1298))).rowcount == 2
        assert await connection.scalar(sa.update(TABLE).where(TABLE.c.n == 1).values(n=2000).returning(TABLE.c.n)) == 2000


async def test_a_long_transaction_lets_the_others_have_their_turn(engine: AsyncEngine) -> None:
    turns = 0

    async def another() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(another())
    async with engine.begin() as connection:
        started, turns = time.monotonic(), 0
        while time.monotonic() - started < 0.2:
            await connection.scalar(sa.select(TABLE.c.n).limit(1))
    running.cancel()
    assert turns >= 5


async def test_somebody_who_gave_up_waiting_for_the_lock_does_not_keep_it(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.insert(TABLE).values(n=3000))

        async def wait() -> None:
            async with engine.begin():
                pass

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.2)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(waiting, 5)
    async with engine.begin() as connection:
        await connection.execute(sa.insert(TABLE).values(n=3001))


async def test_an_error_in_a_statement_undoes_the_whole_transaction(engine: AsyncEngine) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        async with engine.begin() as connection:
            await connection.execute(sa.insert(TABLE).values(n=4000))
            await connection.execute(sa.insert(TABLE).values(n=1))
    async with engine.connect() as connection:
        assert await connection.scalar(sa.select(TABLE.c.n).where(TABLE.c.n == 4000)) is None
