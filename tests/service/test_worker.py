"""The worker under a full disk: it takes nothing in, says so, and goes on when there is room (D2). And after it was put back (D9)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import httpx2
import pytest

from service.domain.delivery import Lane
from service.flow.alarms import Machine, Watch
from service.flow.fence import BEHIND, Fence, held_because
from service.flow.post import new_delivery
from service.ports import Mark
from service.web.site import make_site
from service.worker import Worker
from tests.fakes import FakeMailbox
from tests.service.flow.home import Home
from tests.service.web.conftest import ViewsHere


class Unhurried(FakeMailbox):
    """A mailbox whose server says that something came a moment later."""

    async def wait_for_news(self, folder: str, limit: timedelta) -> None:
        await asyncio.sleep(0.02)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Unhurried"]:
        yield self


class Memory:
    """What this machine remembers."""

    machine = "this"
    mark: Mark | None = None

    def recall(self) -> Mark | None:
        return self.mark

    def keep(self, mark: Mark) -> None:
        self.mark = mark


@asynccontextmanager
async def nobody_else(what: str, *, silent_for: float) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    async def still() -> None:
        return

    yield still


@asynccontextmanager
async def at_work(home: Home, full: list[bool], mailbox: Unhurried | None = None, memory: Memory | None = None) -> AsyncIterator[None]:
    """Let the worker work, in a house with a disk that a test fills."""
    home.mailbox = mailbox = mailbox or Unhurried()
    watch = Watch(
        house=home.house,
        inboxes=(home.inbox.address,),
        machine=Machine(free=lambda: 0.001 if full[0] else 0.9, paused=lambda: full[0]),
        clock=lambda: home.now,
        since=home.now,
    )
    worker = Worker(
        house=home.house,
        mailer=home.mailer,
        mailboxes=((home.inbox, mailbox),),
        clock=lambda: home.now,
        tick_seconds=0.05,
        poll_seconds=0.05,
        connections=1,
        fence=Fence(home.house, memory or Memory(), alone=True),
        lead=nobody_else,
        watch=watch,
    )
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await look():  # noqa: ASYNC110 - only the rows tell
            await asyncio.sleep(0.05)


@pytest.fixture
def kept(home: Home) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        async with home.database.read() as work:
            return await work.received.count()

    return count


async def test_while_the_disk_is_nearly_full_letters_stay_on_the_server_and_the_pages_say_so(
    home: Home, kept: Callable[[], Awaitable[int]]
) -> None:
    full = [True]

    async def troubled() -> bool:
        async with home.database.read() as work:
            return any(one.trouble for one in await work.signals.all() if one.name.startswith("inbox"))

    async def one_kept() -> bool:
        return await kept() == 1

    async with at_work(home, full):
        home.post("sam@kent.test", "Hello?")
        await until(troubled)
        await asyncio.sleep(0.3)
        assert await kept() == 0
        assert len(home.mailbox.folders["INBOX"]) == 1
        site = make_site(home.house, viewer=ViewsHere(), clock=lambda: home.now, secure=False)
        transport = httpx2.ASGITransport(app=site)  # type: ignore[arg-type]
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            ready = await client.get("/health/ready")
            assert (ready.status_code, ready.json()["parts_in_trouble"]) == (200, 1)
            assert 'national_alerts_part_in_trouble{part="inbox alerts@kent.test"} 1.0' in (await client.get("/metrics")).text
        full[0] = False
        await until(one_kept)


async def test_letters_wait_for_a_person_when_the_mailbox_knows_of_letters_that_the_database_does_not(home: Home) -> None:
    memory, mailbox = Memory(), Unhurried()
    await Fence(home.house, memory, alone=True).enter(home.now)
    async with home.database.begin() as work:
        letter = await work.letters.add(b"To: \x00:to\x00\r\n\r\nHello\r\n", kind="receipt", case_id=None, key_id=None, at=home.now)
        one = new_delivery(
            kind="receipt", letter_id=letter.id, lane=Lane.RECEIPT, recipient_name="Sam", address="sam@kent.test",
            mailbox=home.inbox.address, now=home.now,
        )  # fmt: skip
        await work.deliveries.queue([one], {})
    mailbox.put(b"X-National-Alerts-Delivery: " + b"ab" * 16 + b"\r\n\r\nSent after the backup\r\n", home.inbox.processed)
    mailbox.received_at = home.now + timedelta(minutes=5)
    home.now += timedelta(minutes=10)

    async def held() -> bool:
        async with home.database.read() as work:
            return await held_because(work) == BEHIND

    async with at_work(home, [False], mailbox, memory):
        await until(held)
        await asyncio.sleep(0.3)
    assert home.mailer.sent == []
