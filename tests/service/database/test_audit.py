"""The audit chain holds, and every kind of tampering shows."""

import asyncio

import pytest
import sqlalchemy as sa

from service.database.unit_of_work import Database
from tests.factories import NOW


async def written(database: Database, count: int = 5) -> None:
    for number in range(count):
        async with database.begin() as work:
            work.audit.add("thing_happened", at=NOW, subject_id=str(number), count=number)


async def broken_at(database: Database) -> int | None:
    async with database.read() as work:
        return (await work.audit.verify()).broken_at


async def test_an_untouched_chain_holds(database: Database) -> None:
    await written(database)
    assert await broken_at(database) is None


async def test_an_empty_chain_holds(database: Database) -> None:
    assert await broken_at(database) is None


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE audit_events SET detail = '{}' WHERE number = 3", 3),
        ("DELETE FROM audit_events WHERE number = 2", 2),
        ("DELETE FROM audit_events WHERE number > 3", 4),
        ("UPDATE audit_events SET actor = 'x' WHERE number = 1", 1),
    ],
)
async def test_tampering_is_named_by_its_first_bad_event(sqlite: Database, statement: str, first_bad: int) -> None:
    await written(sqlite)
    async with sqlite.begin() as work:
        for verb in ("update", "delete"):
            await work.connection.execute(sa.text(f"DROP TRIGGER audit_events_no_{verb}"))
        await work.connection.execute(sa.text(statement))
    assert await broken_at(sqlite) == first_bad


async def test_nothing_is_recorded_when_the_transaction_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.begin() as work:
            work.audit.add("never", at=NOW)
            raise ZeroDivisionError
    async with database.read() as work:
        assert (await work.audit.verify()).events == 0


async def test_writers_at_the_same_moment_make_one_chain(database: Database) -> None:
    await asyncio.gather(*(written(database, 3) for _ in range(5)))
    async with database.read() as work:
        found = await work.audit.verify()
    assert (found.holds, found.events) == (True, 15)
