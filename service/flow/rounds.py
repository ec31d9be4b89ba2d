"""One round of each room: take what lies in the tray, oldest first, and let one row that fails never stop the next."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import zip_longest

import structlog

from service.domain.errors import ChangedMeanwhile
from service.domain.people import Role
from service.flow import assure, cascade, triage
from service.flow.fall_back import try_other_addresses
from service.flow.house import House
from service.flow.understanding import Understood

log = structlog.get_logger()
TRIAGE_BATCH = 50


async def triage_round(house: House, *, now: datetime) -> int:
    """Handle the letters that wait for triage and return how many there were; the next is read while the effect of one is committed."""
    async with house.read() as work:
        waiting = await work.received.next_new(TRIAGE_BATCH, at=now)
    ahead = _start_reading(house, waiting[0], now) if waiting else None
    try:
        for email_id, following in zip_longest(waiting, waiting[1:]):
            said = ahead
            if said:
                await asyncio.wait({said})
            ahead = _start_reading(house, following, now) if following else None
            await triage.triage_letter(house, email_id, now=now, said=said)
    finally:
        if ahead:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)
    return len(waiting)


def _start_reading(house: House, email_id: str, now: datetime) -> "asyncio.Task[Understood]":
    return asyncio.ensure_future(triage.read_letter(house, email_id, now))


async def notice_round(house: House, *, now: datetime) -> int:
    """Ask for the checks, queue the cascades that are due and what came back for another address, and return how many."""
    done = 0
    for notice_id in await assure.notices_to_check(house):
        done += await _survive(house, notice_id, assure.ask_quality, now)
    for notice_id in await cascade.approved_notices(house, now=now):
        done += await _survive(house, notice_id, cascade.cascade_notice, now)
    return done + await try_other_addresses(house, now=now)


async def _survive(house: House, notice_id: str, room: Callable[..., Awaitable[object]], now: datetime) -> int:
    """Let a room handle one notice; a notice that makes it fail becomes a task and stays in its tray."""
    try:
        await room(house, notice_id, now=now)
    except ChangedMeanwhile:
        log.info("notice_taken_by_another", notice_id=notice_id)
    except Exception as error:
        log.error("notice_failed", notice_id=notice_id, error=type(error).__name__)
        async with house.begin() as work:
            await work.tasks.add(
                kind="notice_failed",
                role=Role.SYSTEM,
                at=now,
                subject_id=notice_id,
                says=f"A notice could not be moved on ({type(error).__name__}). It is tried again. Call the person who runs this service.",
            )
    return 1
