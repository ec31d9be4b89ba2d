"""Each part is stopped in turn: somebody is told within its bound, once, by task, letter and webhook, and told when it is over."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.people import Role
from service.flow.alarms import Machine, Watch
from service.flow.canary import send_canary
from service.ports import SendOutcome, SendResult
from tests.factories import NOW
from tests.service.flow.home import Home

ROOT = "root@kent.test"


@dataclass
class Hook:
    """A webhook that takes everything, unless it is *away*."""

    got: list[Mapping[str, str]] = field(default_factory=list)
    away: bool = False

    async def post(self, words: Mapping[str, str]) -> bool:
        if not self.away:
            self.got.append(words)
        return not self.away


@dataclass(kw_only=True)
class Post:
    """A house with a watch, whose letters to itself come back, and in which a part can be stopped."""

    home: Home
    watch: Watch
    hook: Hook
    free: list[float]
    ends: dict[str, datetime]
    reads: bool = True
    sends: bool = True
    comes_back: bool = True
    behind: timedelta = timedelta(0)
    _carried: int = 0

    async def minute(self, count: int = 1) -> None:
        """Let everything work for some minutes."""
        for _ in range(count):
            self.home.now += timedelta(minutes=1)
            await send_canary(self.home.house, self.home.inbox.address, now=self.home.now)
            self.home.mailer.away = None if self.sends else "The relay is away."
            if self.reads:
                await self.home.settle()
                self._carry()
                await self.home.settle()
            await self.watch.look()

    def _carry(self) -> None:
        """Be the mail server: put what was written to the shared mailbox into it."""
        for envelope, wire in self.home.mailer.sent[self._carried :]:
            if envelope.recipient == self.home.inbox.address and self.comes_back:
                at = (self.home.now + self.behind).strftime("%a, %d %b %Y %H:%M:%S +0000")
                self.home.mailbox.put(b"Received: from relay.test by mx.kent.test; " + at.encode() + b"\r\n" + wire)
        self._carried = len(self.home.mailer.sent)

    async def open(self) -> dict[str, datetime]:
        """Return the open alarms, and since when."""
        async with self.home.database.read() as work:
            return {one.name: one.began_at for one in await work.alarms.open()}

    async def tasks(self) -> list[str]:
        """Return the open tasks of system administrators."""
        async with self.home.database.read() as work:
            return [one.says for one in await work.tasks.open() if one.kind == "alarm"]


@pytest.fixture
async def post(home: Home) -> Post:
    async with home.database.begin() as work:
        kent = await work.people.authority_at("alerts@kent.test")
        assert kent is not None
        await work.people.add(authority_id=kent.id, name="Root Example", address=ROOT, roles=frozenset({Role.SYSTEM}))
    hook, free, ends = Hook(), [0.9], dict[str, datetime]()
    watch = Watch(
        house=home.house,
        inboxes=("alerts@kent.test",),
        machine=Machine(free=lambda: free[0], paused=lambda: free[0] < 0.01, ends=lambda: ends),
        clock=lambda: home.now,
        since=NOW,
        webhook=hook,
    )
    return Post(home=home, watch=watch, hook=hook, free=free, ends=ends)


async def test_while_all_is_well_nobody_is_told_anything(post: Post) -> None:
    await post.minute(61)
    assert await post.open() == {}
    assert post.hook.got == []
    assert post.home.letters_to(ROOT) == []
    assert len(post.home.letters_to("alerts@kent.test")) == 5, "the canary leaves every quarter of an hour"


async def test_an_inbox_that_is_not_read_is_told_once_in_three_ways_and_so_is_its_end(post: Post) -> None:
    await post.minute(2)
    post.reads = False
    await post.minute(5)
    assert await post.open() == {}
    await post.minute(4)
    assert await post.open() == {"inbox": NOW + timedelta(minutes=8)}
    (task,) = await post.tasks()
    assert task.startswith("The inbox has not been read for 6 minutes. ")
    post.reads = True
    await post.minute(2)
    assert await post.open() == {}
    assert await post.tasks() == []
    began, over = post.home.letters_to(ROOT)
    assert began["Subject"] == "National Alerts: The inbox has not been read for 6 minutes"
    assert over["Subject"] == "National Alerts: over – The inbox has not been read for 6 minutes"
    assert [(one["alarm"], one["state"]) for one in post.hook.got] == [("inbox", "began"), ("inbox", "over")]
    assert all("@" not in one for said in post.hook.got for one in said.values())


async def test_a_relay_that_is_away_shows_in_the_age_of_the_queue(post: Post) -> None:
    await post.minute(2)
    post.sends, post.free[0] = False, 0.1
    await post.minute()  # the letter about the disk waits from here on
    post.free[0] = 0.9
    await post.minute(10)
    assert await post.open() == {}
    await post.minute()
    assert set(await post.open()) == {"queue"}
    post.sends = True
    await post.minute(2)
    assert await post.open() == {}


async def test_a_canary_that_does_not_come_back_is_missed(post: Post) -> None:
    await post.minute(2)
    post.comes_back = False
    await post.minute(24)
    assert await post.open() == {}
    await post.minute(2)
    assert set(await post.open()) == {"canary"}
    post.comes_back = True
    await post.minute(15)
    assert await post.open() == {}


async def test_the_mail_servers_clock_is_compared_by_the_canary(post: Post) -> None:
    post.behind = timedelta(seconds=-90)
    await post.minute(1)
    assert set(await post.open()) == {"clock"}
    assert "The mail server 90 seconds behind" in (await post.tasks())[0]
    post.behind = timedelta(0)
    await post.minute(15)
    assert await post.open() == {}


async def test_a_nearly_full_disk_and_what_ends_soon_are_told(post: Post) -> None:
    post.free[0] = 0.19
    post.ends["the certificate of the relay"] = NOW + timedelta(days=13)
    await post.minute()
    assert set(await post.open()) == {"disk", "ends"}
    assert "The certificate of the relay on 7 December 2026" in " ".join(await post.tasks())
    post.free[0], post.ends["the certificate of the relay"] = 0.5, NOW + timedelta(days=90)
    await post.minute()
    assert await post.open() == {}


async def test_a_letter_that_the_relay_does_not_take_is_stuck_after_half_an_hour(post: Post) -> None:
    later = SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, code=451)
    taken = post.home.mailer.answers
    post.home.mailer.answers = lambda one: later if one.recipient == "sam@kent.test" else taken(one)
    post.home.post("sam@kent.test", "Hello?\n\nSurname: Example\nForename(s): Amy\nDate missing: 20 October 2026")
    await post.minute(2)
    assert post.home.letters_to("sam@kent.test") == []
    await post.minute(31)
    assert {"queue", "stuck"} <= set(await post.open())


async def test_the_canary_is_counted_nowhere_and_is_nobodys_task(post: Post) -> None:
    await post.minute(2)
    post.sends = False
    await post.minute(50)
    async with post.home.database.read() as work:
        assert [one.kind for one in await work.tasks.open() if one.kind not in ("alarm", "relay_away")] == []
        kinds = await work.connection.exec_driver_sql("SELECT kind, rule, state FROM received_emails")
        assert kinds.all() == [("canary", "our canary came back", "handled")]
        queued = await work.connection.exec_driver_sql("SELECT count(*) FROM deliveries WHERE kind = 'canary' AND state = 'queued'")
        assert queued.scalar() == 1, "while the relay is away, canaries do not pile up"


async def test_what_the_webhook_did_not_take_is_told_it_later(post: Post) -> None:
    post.hook.away, post.free[0] = True, 0.1
    await post.minute(3)
    post.free[0] = 0.9
    await post.minute()
    post.hook.away = False
    await post.minute()
    assert [(one["alarm"], one["state"]) for one in post.hook.got] == [("disk", "began"), ("disk", "over")]


async def test_when_the_rows_cannot_be_written_the_webhook_is_told_once(post: Post) -> None:
    def full() -> object:
        raise OSError("disk full")

    whole = post.watch.house
    post.watch.house = replace(whole, begin=full)  # type: ignore[arg-type]
    for _ in range(4):
        post.home.now += timedelta(minutes=1)
        await post.watch.look()
    post.watch.house = whole
    await post.minute()
    assert [(one["alarm"], one["state"]) for one in post.hook.got] == [("database", "began"), ("database", "over")]


async def test_a_watch_that_began_just_now_does_not_say_that_what_was_late_is_over(post: Post) -> None:
    await post.minute(2)
    post.reads = False
    await post.minute(7)
    post.watch.since = post.home.now
    await post.minute()
    assert set(await post.open()) == {"inbox"}


async def test_a_database_in_hold_is_told_outside_of_mail(post: Post) -> None:
    await post.minute()
    async with post.home.database.begin() as work:
        await work.fence.make(at=post.home.now)
        await work.fence.hold("It was restored from a backup.", at=post.home.now)
    await post.minute()
    assert set(await post.open()) == {"held"}
    assert post.hook.got[0]["text"] == "National Alerts: Nothing is sent until somebody says so"
    async with post.home.database.begin() as work:
        await work.fence.resume("It was compared.")
    await post.minute()
    assert await post.open() == {}


async def test_the_clock_of_a_database_server_is_compared_with_ours(home_on_each: Home) -> None:
    has_a_clock = home_on_each.database.engine.dialect.name == "postgresql"
    ahead = [timedelta(0)]
    watch = Watch(
        house=home_on_each.house,
        inboxes=(),
        machine=Machine(free=lambda: 0.9),
        clock=lambda: datetime.now(UTC) + ahead[0],
        since=NOW,
    )
    await watch.look()
    async with home_on_each.database.read() as work:
        assert await work.alarms.open() == ()
    ahead[0] = timedelta(minutes=1)
    await watch.look()
    async with home_on_each.database.read() as work:
        assert [one.name for one in await work.alarms.open()] == ["clock"] * has_a_clock
        assert [one.says for one in await work.tasks.open()] == [
            "The clocks differ. Against ours: The database 60 seconds behind. Deadlines and signatures depend on the time."
            " Set the clocks by a time server."
        ] * has_a_clock
