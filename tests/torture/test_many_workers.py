"""Six real workers on PostgreSQL: one killed and one frozen in the middle of a cascade (D6), every session ended, the server gone (D5)."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from directory.authority import shipped
from service.database.counting import desk
from service.database.unit_of_work import Database
from service.domain.notice import NoticeKind
from service.flow.fence import BEAT_SECONDS
from tests.servers.postgres import administer, create_database, running_postgres
from tests.torture.play import CONNECTIONS, Child, Plan, addresses, look_over, reader, settle
from tests.torture.town import MAILBOX, Town

WORKERS = 6
RECIPIENTS = tuple(one.gss_code for one in shipped() if one.in_uk)[:48]
BLOCK = 3  # so that all have a part in a small cascade
LIMIT = 180.0


class Crew:
    """Workers on one database, with a note of it that they share as on one machine."""

    def __init__(self, folder: Path, url: str, town: Town) -> None:
        self.members = []
        town.cascade_begins = folder / "cascade begins"
        for number in range(WORKERS):
            own = folder / str(number)
            own.mkdir()
            self.members.append(Child(own, url, town, 1, block=BLOCK, fence=folder / "fence"))
            self.members[-1].begins = town.cascade_begins

    async def start(self, plans: dict[int, Plan], database: Database) -> None:
        """Start all, and wait until each has come, so that all have a part."""
        for number, member in enumerate(self.members):
            await member.start(plans.get(number, Plan()), "worker")

        async def all_are_here() -> bool:
            async with database.engine.connect() as connection:
                query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
                return (await connection.exec_driver_sql(query)).scalar() == WORKERS

        await _until(all_are_here)

    async def end(self) -> None:
        for member in self.members:
            await member.end()

    @property
    def output(self) -> str:
        return "".join(member.output.read_text(errors="replace") for member in self.members)


async def _until(condition: object, limit: float = LIMIT) -> None:
    until = time.monotonic() + limit
    while not await condition():  # type: ignore[operator]
        assert time.monotonic() < until, "It did not come to rest."
        await asyncio.sleep(0.2)


async def _is_at_rest(town: Town, database: Database) -> bool:
    async with database.read() as work:
        now = await desk(work)
    return town.told(NoticeKind.ALERT) and not now.unread and not now.leaving and now.received >= len(town.posted)


@pytest.fixture
async def stage(postgres_url: str, tmp_path: Path):  # type: ignore[no-untyped-def]
    async with staged(postgres_url, tmp_path) as everything:
        yield everything


@asynccontextmanager
async def staged(url: str, folder: Path) -> AsyncIterator[tuple[Town, Database, Crew, str]]:
    """Settle a database, and give a town of many authorities whose server is not fast, and a crew."""
    await settle(url, RECIPIENTS)
    town = Town(addresses(RECIPIENTS), "http://127.0.0.1:1")
    town.server.takes_seconds = 1.0  # so that the slowest worker to look finds something left
    town.finds = False
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(town.server)
        database = await stack.enter_async_context(reader(url))
        crew = Crew(folder, url, town)
        stack.push_async_callback(crew.end)
        yield town, database, crew, url


async def test_no_letter_goes_twice_with_one_worker_killed_and_one_frozen_past_its_lease(stage) -> None:  # type: ignore[no-untyped-def]
    town, database, crew, url = stage
    await crew.start({0: Plan(place="O7", hit=1), 1: Plan(place="O7", hit=1, action="stall")}, database)
    await town.begin()

    # What the others have in hand is no crash: with their clocks moved now, they would take it from each other.
    await _until(lambda: _both_are_struck(crew))
    await _until(_nothing_moves(town, database))
    for member in crew.members:
        member.jump()  # past the leases of the two
    await _until(lambda: _has_left(database))
    before = Counter(one.delivery_id for one in town.taken)
    crew.members[1].wake()
    await _until(lambda: _is_at_rest(town, database))
    assert await look_over(url, database, town, crew.output, crashes=2) == []
    assert sum(count - 1 for count in before.values()) <= 2 * CONNECTIONS
    after = Counter(one.delivery_id for one in town.taken)
    assert sum(after.values()) - sum(before.values()) <= len(after) - len(before) + CONNECTIONS


async def test_what_a_killed_worker_had_claimed_leaves_at_once_without_waiting_for_its_lease(stage) -> None:  # type: ignore[no-untyped-def]
    town, database, crew, url = stage
    await crew.start({0: Plan(place="O2", hit=2)}, database)
    await town.begin()
    await _until(lambda: _struck(crew))
    await _until(lambda: _only_what_was_in_its_hands_is_left(database))  # no clock is moved
    for member in crew.members:
        member.jump()
    await _until(lambda: _is_at_rest(town, database))
    assert await look_over(url, database, town, crew.output, crashes=1) == []
    assert len(town.taken) - len({one.delivery_id for one in town.taken}) <= CONNECTIONS


async def test_a_database_that_ends_every_session_again_and_again_loses_and_doubles_nothing(stage) -> None:  # type: ignore[no-untyped-def]
    town, database, crew, url = stage
    await crew.start({}, database)
    await town.begin()
    admin = await asyncpg.connect(url.replace("+asyncpg", "").rpartition("/")[0] + "/postgres")
    name = url.rpartition("/")[2]
    ends = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1"
    await _until(lambda: _begun(town))
    cut = 0
    for _ in range(4):
        cut += await admin.fetchval(ends, name)
        await asyncio.sleep(1.0)
    await admin.close()
    for member in crew.members:
        member.jump()
    await _until(lambda: _is_at_rest(town, database))
    assert cut > 0
    assert await look_over(url, database, town, crew.output, crashes=4 * WORKERS) == []


async def test_a_database_server_that_falls_in_the_middle_of_a_cascade_and_rises_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with running_postgres(durable=True) as server:
        url = f"postgresql+asyncpg://{server.address}/{await create_database(server.address)}"
        async with staged(url, tmp_path) as (town, database, crew, _):
            await crew.start({}, database)
            await town.begin()
            await _until(lambda: _begun(town))
            for _ in range(2):
                server.fall()
                await asyncio.sleep(2.0)  # nobody gets in meanwhile
                assert len(town.taken) < len(RECIPIENTS)
                server.rise()
                await administer(server.address, "SELECT 1")
            for member in crew.members:
                member.jump()
            await _until(lambda: _is_at_rest(town, database))
            assert await look_over(url, database, town, crew.output, crashes=2 * WORKERS) == []


async def _both_are_struck(crew: Crew) -> bool:
    return crew.members[0].struck and crew.members[1].struck


def _nothing_moves(town: Town, database: Database) -> Callable[[], Awaitable[bool]]:
    """Make the question whether no letter was claimed, left or came for longer than a worker that is gone stays unseen."""
    stands, since = (0, 0), time.monotonic()

    async def asked() -> bool:
        nonlocal stands, since
        async with database.read() as work:
            now = ((await desk(work)).leaving, len(town.taken))
        if now != stands:
            stands, since = now, time.monotonic()
        return time.monotonic() - since > BEAT_SECONDS + 2

    return asked


async def _struck(crew: Crew) -> bool:
    return crew.members[0].struck


async def _only_what_was_in_its_hands_is_left(database: Database) -> bool:
    async with database.read() as work:
        doubt = await work.deliveries.in_doubt(MAILBOX, WORKERS * CONNECTIONS)
        return (await desk(work)).leaving == len(doubt) <= CONNECTIONS


async def _begun(town: Town) -> bool:
    return len(town.taken) > 8


async def _has_left(database: Database) -> bool:
    async with database.read() as work:
        return (await desk(work)).leaving == 0
