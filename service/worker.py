"""The worker ticks the rooms and does nothing else. A missed tick loses nothing: every room asks the rows what is due."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from service.flow.break_glass import look_at_broken_glass
from service.flow.care import look_at_children_in_care
from service.flow.clock import look_at_dates, look_for_stuck_letters
from service.flow.confirm import ask_for_confirmation, look_at_silence, write_letters_due
from service.flow.cover import look_at_waiting_decisions
from service.flow.deliver import deliver_due
from service.flow.house import House
from service.flow.receive import Inbox, file_away, receive_new
from service.flow.rounds import notice_round, triage_round
from service.flow.weekly import send_reports
from service.ports import Mailbox, MailboxUnavailable, Mailer, OpensMailbox


class ClockHand(Protocol):
    """One thing that the clock looks at."""

    __name__: str

    async def __call__(self, house: House, *, now: datetime) -> int:
        """Do what is due and return how much it was."""


log = structlog.get_logger()
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 300.0


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

    async def run(self) -> None:
        """Work until cancelled."""
        scheduler = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
        for name, room in (("triage", self._triage), ("notices", self._notices), ("deliver", self._deliver)):
            scheduler.add_job(self._guarded, "interval", seconds=self.tick_seconds, args=(name, room))
        # Each by itself: one that fails stops none of the others.
        for hand in (
            look_for_stuck_letters,
            look_at_waiting_decisions,
            look_at_broken_glass,
            look_at_dates,
            look_at_children_in_care,
            send_reports,
            write_letters_due,
            ask_for_confirmation,
            look_at_silence,
        ):
            scheduler.add_job(self._guarded, "interval", seconds=60, args=(hand.__name__, partial(self._clock, hand)))
        scheduler.start()
        try:
            await asyncio.gather(*(self._watch(inbox, mailbox) for inbox, mailbox in self.mailboxes), asyncio.Event().wait())
        finally:
            scheduler.shutdown(wait=False)

    async def _guarded(self, name: str, room: Callable[[], Awaitable[None]]) -> None:
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

    async def _deliver(self) -> None:
        while await deliver_due(self.house, self.mailer, now=self.clock(), connections=self.connections):
            pass

    async def _clock(self, hand: ClockHand) -> None:
        await hand(self.house, now=self.clock())

    async def _beat(self) -> None:
        async with self.house.begin() as work:
            await work.signals.beat("worker", at=self.clock())

    async def _watch(self, inbox: Inbox, opens: OpensMailbox) -> None:
        """Keep one session open for as long as it lasts; wait longer each time it fails, or as long as the server asks."""
        wait = _FIRST_WAIT
        while True:
            try:
                async with opens.open() as mailbox:
                    wait = _FIRST_WAIT
                    await self._read_until_it_breaks(inbox, mailbox)
            except MailboxUnavailable as away:
                wait = await self._wait_out(inbox, away, wait)
            except Exception as error:
                log.error("mailbox_failed", error=type(error).__name__)
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)

    async def _read_until_it_breaks(self, inbox: Inbox, mailbox: Mailbox) -> None:
        while True:
            await receive_new(self.house, mailbox, inbox, now=self.clock())
            while await file_away(self.house, mailbox, inbox):
                pass
            await mailbox.wait_for_news(inbox.folders[0], timedelta(seconds=self.poll_seconds))

    async def _wait_out(self, inbox: Inbox, away: MailboxUnavailable, wait: float) -> float:
        with suppress(Exception):
            async with self.house.begin() as work:
                await work.signals.beat(f"inbox {inbox.address}", at=self.clock(), trouble=away.reason)
        log.warning("mailbox_unavailable", login_refused=away.login_refused)
        await asyncio.sleep(max(wait, away.retry_after.total_seconds() if away.retry_after else 0))
        return min(wait * 2, _LONGEST_WAIT)
