"""One round of each room: take what lies in the tray, oldest first, and let one row that fails never stop the next."""

from datetime import datetime

import structlog

from service.flow import assure, cascade, triage
from service.flow.house import House

log = structlog.get_logger()
TRIAGE_BATCH = 50


async def triage_round(house: House, *, now: datetime) -> int:
    """Handle the letters that wait for triage and return how many there were."""
    async with house.read() as work:
        waiting = await work.received.next_new(TRIAGE_BATCH)
    for email_id in waiting:
        await triage.triage_letter(house, email_id, now=now)
    return len(waiting)


async def notice_round(house: House, *, now: datetime) -> int:
    """Ask for the checks and queue the cascades that are due, and return how many."""
    done = 0
    for notice_id in await assure.notices_to_check(house):
        await assure.ask_quality(house, notice_id, now=now)
        done += 1
    for notice_id in await cascade.approved_notices(house):
        await cascade.cascade_notice(house, notice_id, now=now)
        done += 1
    return done
