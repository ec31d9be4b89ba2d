"""One process on an SQLite database, one reader of a mailbox on PostgreSQL, with real processes and a real server."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from service.database.alone import Presence, lead, run_alone
from service.database.engine import make_engine

HOLDS = """
import sys, time
from service.database.alone import run_alone
with run_alone(sys.argv[1]):
    print('held', flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_refused_in_plain_words_until_the_first_is_gone(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}"
    with subprocess.Popen([sys.executable, "-c", HOLDS, url], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(ValueError, match="already runs on this SQLite database"), run_alone(url):
            pass
        first.kill()
        first.wait()
    with run_alone(url) as alone:
        assert alone


def test_on_postgresql_nobody_is_alone() -> None:
    with run_alone("postgresql+asyncpg://nobody@127.0.0.1/none") as alone:
        assert not alone


async def test_one_leads_and_the_next_leads_once_it_is_gone(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.database.alone._ASK_EVERY", 0.05)
    one, two = make_engine(postgres_url), make_engine(postgres_url)
    led: list[str] = []

    async def second() -> None:
        async with lead(two, "inbox", silent_for=60) as still:
            await still()
            led.append("second")

    async with lead(one, "inbox", silent_for=60) as still, lead(two, "another inbox", silent_for=60):
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.3)
        await still()
        assert not led
    await asyncio.wait_for(waiting, 5)
    assert led == ["second"]
    await one.dispose()
    await two.dispose()


async def test_a_leader_that_says_nothing_loses_the_lead(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.database.alone._ASK_EVERY", 0.05)
    one, two = make_engine(postgres_url), make_engine(postgres_url)
    async with lead(one, "inbox", silent_for=0.3) as still, asyncio.timeout(5), lead(two, "inbox", silent_for=60):
        with pytest.raises(DBAPIError):
            await still()
    await one.dispose()
    await two.dispose()


async def test_workers_see_each_other_until_one_leaves_or_says_nothing(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    one, two, silent = Presence(engine), Presence(engine), Presence(engine, silent_for=0.2)
    await one.look()
    await two.look()
    assert await silent.look() == {one.number, two.number, silent.number}
    await asyncio.sleep(0.6)
    assert await one.look() == {one.number, two.number}
    await two.leave()
    assert await one.look() == {one.number}
    with pytest.raises(DBAPIError):
        await silent.look()
    assert await silent.look() == {one.number, silent.number}
    for each in (one, silent):
        await each.leave()
    await engine.dispose()


async def test_on_sqlite_a_worker_sees_only_itself(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}")
    presence = Presence(engine)
    assert await presence.look() == {presence.number}
    await engine.dispose()
