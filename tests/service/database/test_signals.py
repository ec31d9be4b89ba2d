"""Turns: work that is done once in a while is done by one worker, and a rollback gives the turn back."""

import asyncio
from datetime import timedelta

import pytest

from service.database.unit_of_work import Database
from tests.factories import NOW

HOUR = timedelta(hours=1)


async def take(database: Database, hours: float) -> bool:
    at = NOW + timedelta(hours=hours)
    async with database.begin() as work:
        return await work.signals.take_turn("dates", before=at - HOUR, at=at)


async def test_a_turn_comes_once_in_its_time(database: Database) -> None:
    assert [await take(database, hours) for hours in (0, 0.5, 1.5, 2, 2.6)] == [True, False, True, False, True]


async def test_of_two_workers_one_gets_the_turn(database: Database) -> None:
    await take(database, 0)
    assert sorted(await asyncio.gather(*(take(database, 2) for _ in range(4)))) == [False, False, False, True]


async def test_work_that_failed_gives_its_turn_back(database: Database) -> None:
    await take(database, 0)
    with pytest.raises(RuntimeError):
        async with database.begin() as work:
            assert await work.signals.take_turn("dates", before=NOW + HOUR, at=NOW + 2 * HOUR)
            raise RuntimeError
    assert await take(database, 2)


async def test_a_turn_is_no_sign_of_life(database: Database) -> None:
    await take(database, 0)
    async with database.begin() as work:
        await work.signals.beat("worker", at=NOW)
        assert [one.name for one in await work.signals.all()] == ["worker"]


async def test_of_workers_that_start_at_once_one_gets_the_first_turn_and_each_gives_a_sign_of_life(database: Database) -> None:
    async def begin() -> bool:
        async with database.begin() as work:
            await work.signals.beat("worker", at=NOW)
        return await take(database, 0)

    assert sorted(await asyncio.gather(*(begin() for _ in range(4)))) == [False, False, False, True]
