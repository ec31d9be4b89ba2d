"""The restore fence: a copy sends nothing, and whoever is at work on the true database is not disturbed (D9, P13)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.adapters.fence_file import FenceFile
from service.database import schema
from service.database.alone import Presence
from service.database.unit_of_work import Database
from service.domain.delivery import Lane
from service.domain.errors import NotAllowed, NotFound
from service.domain.people import Role
from service.flow.deliver import deliver_due
from service.flow.fence import LONG_STOP, OLDER, STOPPED, STRANGE, Fence, held_because, resume
from service.flow.house import House
from service.flow.post import new_delivery
from tests.databases import MASTER
from tests.factories import NOW
from tests.service.flow.home import Home, move_in

WHY = "compared with Sent Items"


@pytest.fixture
def machine_id(tmp_path: Path) -> Path:
    """The identity of this machine."""
    file = tmp_path / "machine-id"
    file.write_text("one machine\n")
    return file


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Where the machine keeps its note."""
    return tmp_path / "fence"


@pytest.fixture
async def copied(home: Home, tmp_path: Path) -> AsyncIterator[Home]:
    """A house whose database was backed up with one letter waiting, before the service ran on."""
    fence = Fence(home.house, FenceFile(tmp_path / "fence", machine_id=_id(tmp_path)), alone=True)
    assert await fence.enter(NOW)
    await _queue(home)
    async with home.database.engine.connect() as connection:
        await connection.execution_options(read_only=True)
        await connection.exec_driver_sql("COMMIT")
        await connection.exec_driver_sql(f"VACUUM INTO '{tmp_path / 'backup.db'}'")
    backup = Database(f"sqlite+aiosqlite:///{tmp_path / 'backup.db'}", MASTER)
    await fence.beat(NOW + timedelta(seconds=10))
    yield Home(house=_house_on(home, backup), database=backup, inbox=home.inbox)
    await backup.close()


def _id(tmp_path: Path) -> Path:
    (tmp_path / "machine-id").write_text("one machine\n")
    return tmp_path / "machine-id"


def _house_on(home: Home, database: Database) -> House:
    return replace(home.house, begin=database.begin, read=database.read, journal=database.journal)


async def _queue(home: Home) -> None:
    async with home.database.begin() as work:
        letter = await work.letters.add(b"To: \x00:to\x00\r\n\r\nHello\r\n", kind="receipt", case_id=None, key_id=None, at=NOW)
        one = new_delivery(
            kind="receipt", letter_id=letter.id, lane=Lane.RECEIPT, recipient_name="Sam", address="sam@kent.test",
            mailbox="alerts@kent.test", now=NOW,
        )  # fmt: skip
        await work.deliveries.queue([one], {})


async def _why(home: Home) -> str | None:
    async with home.database.read() as work:
        return await held_because(work)


async def test_a_first_start_and_every_later_one_are_open(home: Home, note: Path, machine_id: Path) -> None:
    for minutes in (0, 5, 60):
        assert await Fence(home.house, FenceFile(note, machine_id=machine_id), alone=True).enter(NOW + timedelta(minutes=minutes))


async def test_a_backup_that_was_put_back_sends_nothing_until_a_person_says_why(copied: Home, note: Path, machine_id: Path) -> None:
    later = NOW + timedelta(minutes=5)
    fence = Fence(copied.house, FenceFile(note, machine_id=machine_id), alone=True)
    assert not await fence.enter(later)
    assert await _why(copied) == OLDER
    assert await deliver_due(copied.house, copied.mailer, now=later) == 0
    again = Fence(copied.house, FenceFile(note, machine_id=machine_id), alone=True)
    assert not await again.enter(later)  # a second start does not open it
    async with copied.database.begin() as work:
        assert [task.kind for task in await work.tasks.open()] == ["sending_held"]
        authority_id = (await work.people.authority_at("alerts@kent.test")).id  # type: ignore[union-attr]
        await work.people.add(authority_id=authority_id, name="Alex", address="alex@kent.test", roles=frozenset({Role.SYSTEM}))
    with pytest.raises(NotFound):
        await resume(copied.house, address="helen@kent.test", why=WHY, withdraw=False, now=later)
    with pytest.raises(NotAllowed):
        await resume(copied.house, address="alex@kent.test", why="", withdraw=False, now=later)
    await resume(copied.house, address="alex@kent.test", why=WHY, withdraw=False, now=later)
    assert await again.is_open()
    assert await deliver_due(copied.house, copied.mailer, now=later) == 1
    async with copied.database.read() as work:
        assert await work.fence.why() == WHY
        assert not await work.tasks.open()
        assert (await work.audit.verify()).holds


async def test_what_was_sent_already_can_be_kept_back(copied: Home, note: Path, machine_id: Path) -> None:
    await Fence(copied.house, FenceFile(note, machine_id=machine_id), alone=True).enter(NOW)
    async with copied.database.begin() as work:
        authority_id = (await work.people.authority_at("alerts@kent.test")).id  # type: ignore[union-attr]
        await work.people.add(authority_id=authority_id, name="Alex", address="alex@kent.test", roles=frozenset({Role.SYSTEM}))
    assert await resume(copied.house, address="alex@kent.test", why=WHY, withdraw=True, now=NOW) == 1
    assert await deliver_due(copied.house, copied.mailer, now=NOW + timedelta(minutes=1)) == 0


async def test_a_copy_on_another_machine_is_held(home: Home, note: Path, machine_id: Path, tmp_path: Path) -> None:
    assert await Fence(home.house, FenceFile(note, machine_id=machine_id), alone=True).enter(NOW)
    other = tmp_path / "other-machine-id"
    other.write_text("another machine\n")
    assert not await Fence(home.house, FenceFile(note, machine_id=other), alone=True).enter(NOW)
    assert await _why(home) == STRANGE


async def test_a_machine_without_a_note_is_held_unless_others_are_at_work(home: Home, note: Path, tmp_path: Path, machine_id: Path) -> None:
    first = Fence(home.house, FenceFile(note, machine_id=machine_id), alone=False)
    assert await first.enter(NOW)
    new = Fence(home.house, FenceFile(tmp_path / "new", machine_id=machine_id), alone=False, beat_seconds=0.2)

    async def beats() -> None:
        for _ in range(4):
            await asyncio.sleep(0.1)
            await first.beat(NOW)

    opened, _ = await asyncio.gather(new.enter(NOW), beats())
    assert opened
    lonely = Fence(home.house, FenceFile(tmp_path / "lonely", machine_id=machine_id), alone=False, beat_seconds=0.01)
    assert not await lonely.enter(NOW)


async def test_a_database_that_is_put_back_under_a_running_worker_sends_nothing_more(home: Home, note: Path, machine_id: Path) -> None:
    fence = Fence(home.house, FenceFile(note, machine_id=machine_id), alone=False)
    assert await fence.enter(NOW)
    await fence.beat(NOW)
    async with home.database.begin() as work:
        await work.connection.exec_driver_sql("UPDATE fence SET beats = 1")
    assert not await fence.is_open()
    await fence.beat(NOW)
    assert await _why(home) == OLDER


async def test_letters_from_before_a_long_stop_wait_for_a_person(home: Home, note: Path, machine_id: Path) -> None:
    assert await Fence(home.house, FenceFile(note, machine_id=machine_id), alone=True).enter(NOW)
    later = NOW + LONG_STOP + timedelta(minutes=1)
    assert await Fence(home.house, FenceFile(note, machine_id=machine_id), alone=True).enter(later)  # nothing waits
    await _queue(home)
    assert not await Fence(home.house, FenceFile(note, machine_id=machine_id), alone=True).enter(later + LONG_STOP + timedelta(minutes=1))
    assert await _why(home) == STOPPED


async def test_what_the_dead_had_claimed_is_due_at_once_where_nobody_else_can_be_at_work(home: Home, note: Path, machine_id: Path) -> None:
    await _queue(home)
    async with home.database.begin() as work:
        assert len(await work.deliveries.claim(10, now=NOW, lease_for=timedelta(minutes=15))) == 1
    assert await Fence(home.house, FenceFile(note, machine_id=machine_id), alone=True).enter(NOW)
    assert await deliver_due(home.house, home.mailer, now=NOW + timedelta(seconds=1)) == 1


async def _claim(home: Home) -> None:
    await _queue(home)
    async with home.database.begin() as work:
        assert len(await work.deliveries.claim(10, now=NOW, lease_for=timedelta(minutes=15))) == 1


async def test_what_the_dead_had_claimed_is_due_at_once_when_nobody_else_is_here(home_on_each: Home, note: Path, machine_id: Path) -> None:
    await _claim(home_on_each)
    presence = Presence(home_on_each.database.engine)
    fence = Fence(home_on_each.house, FenceFile(note, machine_id=machine_id), alone=False, presence=presence)
    assert await fence.enter(NOW)
    assert await deliver_due(home_on_each.house, home_on_each.mailer, now=NOW + timedelta(seconds=1)) == 1
    await fence.leave()


async def test_what_a_worker_had_claimed_is_due_to_the_others_once_it_is_gone(postgres_url: str, tmp_path: Path, machine_id: Path) -> None:
    await schema.upgrade(postgres_url)
    database = Database(postgres_url, MASTER)
    home = await move_in(database)
    memory = FenceFile(tmp_path / "fence", machine_id=machine_id)
    one, two, three = (Fence(home.house, memory, alone=False, presence=Presence(database.engine)) for _ in range(3))
    for each in (one, two, three):
        assert await each.enter(NOW)
    await _claim(home)
    later = NOW + timedelta(seconds=1)
    for each in (one, two, three):
        await each.beat(later)
    assert await deliver_due(home.house, home.mailer, now=later) == 0  # whoever claimed it is here
    await one.leave()
    for each in (two, three):
        await each.beat(later)
    assert await deliver_due(home.house, home.mailer, now=later + timedelta(seconds=1)) == 1
    await two.leave()
    await three.leave()
    await database.close()


async def test_whoever_saw_a_worker_that_hardly_came_and_is_gone_makes_its_claims_due(
    postgres_url: str, tmp_path: Path, machine_id: Path
) -> None:
    await schema.upgrade(postgres_url)
    database = Database(postgres_url, MASTER)
    home = await move_in(database)
    memory = FenceFile(tmp_path / "fence", machine_id=machine_id)
    for turn in range(5):  # the numbers of the workers are drawn
        early, short, late = (Fence(home.house, memory, alone=False, presence=Presence(database.engine)) for _ in range(3))
        for each in (early, short, late):
            assert await each.enter(NOW)
        await _claim(home)
        await short.leave()
        at = NOW + timedelta(seconds=turn)
        for each in (early, late):
            await each.beat(at)
        assert await deliver_due(home.house, home.mailer, now=at + timedelta(seconds=1)) == 1
        await early.leave()
        await late.leave()
    await database.close()


async def test_after_a_stop_with_letters_waiting_the_mailbox_is_to_be_asked(home: Home, note: Path, machine_id: Path) -> None:
    first = Fence(home.house, FenceFile(note, machine_id=machine_id), alone=True)
    assert await first.enter(NOW)
    await _queue(home)
    for later, stopped_at in ((NOW + timedelta(minutes=1), None), (NOW + timedelta(minutes=10), NOW + timedelta(minutes=1))):
        fence = Fence(home.house, FenceFile(note, machine_id=machine_id), alone=True)
        assert await fence.enter(later)
        assert fence.stopped_at == stopped_at
