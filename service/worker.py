"""The worker ticks the rooms and does nothing else. A missed tick loses nothing: every room asks the rows what is due."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import structlog
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from service.domain.pace import Pace
from service.domain.waiting import sooner
from service.flow.alarms import Watch
from service.flow.break_glass import look_at_broken_glass
from service.flow.canary import send_canary
from service.flow.care import look_at_children_in_care
from service.flow.chase import chase_silent
from service.flow.clock import look_at_dates, look_for_stuck_letters
from service.flow.confirm import ask_for_confirmation, look_at_silence, write_letters_due
from service.flow.cover import look_at_waiting_decisions
from service.flow.deliver import UNHURRIED, deliver_due
from service.flow.doubt import settle_doubt
from service.flow.fence import BEAT_SECONDS, BEHIND, Fence
from service.flow.filed import look_through_filed
from service.flow.house import House
from service.flow.origin import look_at_origin
from service.flow.receive import Inbox, file_away, receive_new
from service.flow.reconcile import reconcile_boards
from service.flow.rounds import notice_round, triage_round
from service.flow.weekly import send_reports
from service.flow.witness import knows_more
from service.ports import Mailbox, MailboxUnavailable, Mailer, OpensMailbox


class Lead(Protocol):
    """Being the only worker that does a thing: waits until it is us. What is handed out raises once that is over."""

    def __call__(self, what: str, *, silent_for: float) -> AbstractAsyncContextManager[Callable[[], Awaitable[None]]]:
        """Wait, and lead until left, or silent for so many seconds."""


class ClockHand(Protocol):
    """One thing that the clock looks at."""

    __name__: str

    async def __call__(self, house: House, *, now: datetime) -> int:
        """Do what is due and return how much it was."""


log = structlog.get_logger()
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 300.0
_PAUSED = "No letter is taken in, because the disk is nearly full."
_LOOK_SECONDS, _ENDINGS_SECONDS, _ASK_SECONDS = 30, 6 * 3600, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """The rooms, the mailboxes and the relay that they work with."""

    house: House
    mailer: Mailer
    mailboxes: tuple[tuple[Inbox, OpensMailbox], ...]
    clock: Callable[[], datetime]
    tick_seconds: float
    poll_seconds: float
    connections: int
    fence: Fence
    lead: Lead
    pace: Pace = UNHURRIED
    watch: Watch | None = None
    look_at_endings: Callable[[], Awaitable[None]] | None = None
    _at_work: set["asyncio.Task[None]"] = field(default_factory=set, init=False)

    async def run(self) -> None:
        """Work until cancelled."""
        if await self.fence.enter(self.clock()) and self.fence.stopped_at is not None:
            await self._ask_the_mailboxes(self.fence.stopped_at)
        scheduler = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
        rooms = {"triage": self._triage, "notices": self._notices, "deliver": self._deliver}
        jobs = {
            name: scheduler.add_job(self._guarded, "interval", seconds=self.tick_seconds, args=(name, room)) for name, room in rooms.items()
        }
        # Each by itself: one that fails stops none of the others.
        for hand in (
            look_for_stuck_letters,
            look_at_waiting_decisions,
            look_at_broken_glass,
            look_at_origin,
            look_at_dates,
            chase_silent,
            look_at_children_in_care,
            send_reports,
            reconcile_boards,
            write_letters_due,
            ask_for_confirmation,
            look_at_silence,
        ):
            scheduler.add_job(self._guarded, "interval", seconds=60, args=(hand.__name__, partial(self._clock, hand)))
        if self.watch is not None:
            # Looking at once would only find what everybody knows who just started the service.
            scheduler.add_job(self._guarded, "interval", seconds=_LOOK_SECONDS, args=("watch", self.watch.look))
        if self.watch is not None and self.watch.canary:
            scheduler.add_job(self._guarded, "interval", seconds=60, args=("canary", self._canary))
        if self.look_at_endings is not None:
            first = datetime.now(UTC) + timedelta(seconds=_LOOK_SECONDS)
            args = ("endings", self.look_at_endings)
            scheduler.add_job(self._guarded, "interval", seconds=_ENDINGS_SECONDS, args=args, next_run_time=first)
        scheduler.add_job(self._guarded, "interval", seconds=BEAT_SECONDS, args=("fence", self._beat_the_fence))
        scheduler.start()
        try:
            await asyncio.gather(
                *(self._watch(inbox, mailbox, jobs["triage"]) for inbox, mailbox in self.mailboxes), asyncio.Event().wait()
            )
        finally:
            scheduler.shutdown(wait=False)
            # Each room ends its transaction before whoever started us closes the database.
            await asyncio.gather(*self._at_work, return_exceptions=True)
            await self.fence.leave()

    async def _ask_the_mailboxes(self, stopped_at: datetime) -> None:
        """Hold what waits when a mailbox knows of letters that the database does not; one that is away holds nothing up."""
        for inbox, opens in self.mailboxes:
            with suppress(MailboxUnavailable, TimeoutError):
                async with asyncio.timeout(_ASK_SECONDS), opens.open() as mailbox:
                    if await knows_more(self.house, mailbox, inbox, since=stopped_at):
                        await self.fence.hold(BEHIND, self.clock())

    async def _guarded(self, name: str, room: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        try:
            await room()
        except asyncio.CancelledError:
            return  # the service stops; the rows say where to go on
        except Exception as error:
            log.error("room_failed", room=name, error=type(error).__name__)

    async def _triage(self) -> None:
        while await triage_round(self.house, now=self.clock()):
            pass
        await self._beat()

    async def _notices(self) -> None:
        await notice_round(self.house, now=self.clock())

    async def _beat_the_fence(self) -> None:
        await self.fence.beat(self.clock())

    async def _deliver(self) -> None:
        while await self.fence.is_open():
            if not await deliver_due(self.house, self.mailer, now=self.clock(), connections=self.connections, pace=self.pace):
                return

    async def _clock(self, hand: ClockHand) -> None:
        await hand(self.house, now=self.clock())

    async def _canary(self) -> None:
        for inbox, _ in self.mailboxes:
            await send_canary(self.house, inbox.address, now=self.clock())

    async def _beat(self) -> None:
        async with self.house.begin() as work:
            await work.signals.beat("worker", at=self.clock())

    async def _watch(self, inbox: Inbox, opens: OpensMailbox, triage: Job) -> None:
        """Keep one session open for as long as it lasts; wait longer each time it fails, or as long as the server asks."""
        wait = _FIRST_WAIT
        while True:
            try:
                # One reads a mailbox, so that letters are not fetched by all. While nothing may leave, nothing in it is touched.
                async with self.lead(f"inbox {inbox.address}", silent_for=3 * self.poll_seconds + 60) as still_leading:
                    if not await self.fence.is_open():
                        await asyncio.sleep(self.poll_seconds)
                        continue
                    async with opens.open() as mailbox:
                        wait = _FIRST_WAIT
                        await self._read_until_it_breaks(inbox, mailbox, triage, still_leading)
            except MailboxUnavailable as away:
                wait = await self._wait_out(inbox, away, wait)
            except Exception as error:
                log.error("mailbox_failed", error=type(error).__name__)
                await asyncio.sleep(sooner(timedelta(seconds=wait)).total_seconds())
                wait = min(wait * 2, _LONGEST_WAIT)

    async def _read_until_it_breaks(
        self, inbox: Inbox, mailbox: Mailbox, triage: Job, still_leading: Callable[[], Awaitable[None]]
    ) -> None:
        while await self.fence.is_open():
            await still_leading()
            if self.watch is not None and self.watch.machine.paused():
                await self._leave_them_there(inbox)
                continue
            if await receive_new(self.house, mailbox, inbox, now=self.clock()):
                triage.modify(next_run_time=datetime.now(UTC))  # the tick may be most of a second away
            while await file_away(self.house, mailbox, inbox):
                pass
            await look_through_filed(self.house, mailbox, inbox, now=self.clock())
            if inbox.sent:
                await settle_doubt(self.house, mailbox, inbox.sent, inbox.address, now=self.clock())
            await mailbox.wait_for_news(inbox.folders[0], timedelta(seconds=self.poll_seconds))

    async def _leave_them_there(self, inbox: Inbox) -> None:
        """What is not taken in is safe on the mail server; what would be torn by a full disk is not."""
        log.warning("intake_paused")
        with suppress(Exception):
            async with self.house.begin() as work:
                await work.signals.beat(f"inbox {inbox.address}", at=self.clock(), trouble=_PAUSED)
        await asyncio.sleep(self.poll_seconds)

    async def _wait_out(self, inbox: Inbox, away: MailboxUnavailable, wait: float) -> float:
        with suppress(Exception):
            async with self.house.begin() as work:
                await work.signals.beat(f"inbox {inbox.address}", at=self.clock(), trouble=away.reason)
        log.warning("mailbox_unavailable", login_refused=away.login_refused)
        await asyncio.sleep(max(sooner(timedelta(seconds=wait)), away.retry_after or timedelta(0)).total_seconds())
        return min(wait * 2, _LONGEST_WAIT)
