"""The canary: a letter to our own mailbox every 15 minutes, over the ways of all others. That it comes back shows that they are open."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from service.database import watching
from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.flow.house import House
from service.flow.letter import Done, Letter
from service.flow.post import sender_of, write
from service.flow.watch import CANARY_EVERY, CLOCKS_DIFFER, off
from service.mail import compose_alarm
from service.mail.classify import Sort
from service.mail.message import IncomingEmail

CANARY = "canary"
MAIL_CLOCK = "clock of the mail server"
_JITTER = timedelta(seconds=30)  # a tick may come a little early


def heartbeat_of(mailbox: str) -> str:
    """Return the name of the heartbeat that says when the newest canary that came back was sent."""
    return f"canary {mailbox}"


async def send_canary(house: House, mailbox: str, *, now: datetime) -> bool:
    """Write to our own mailbox when it is time; not while the last one still waits to leave, which the age of the queue shows."""
    async with house.begin() as work:
        authority = await work.people.authority_at(mailbox)
        if authority is None or await watching.is_waiting(work, CANARY, mailbox):
            return False
        if not await work.signals.take_turn(heartbeat_of(mailbox), before=now - CANARY_EVERY + _JITTER, at=now):
            return False
        if await work.signals.last(heartbeat_of(mailbox)) is None:
            await work.signals.beat(heartbeat_of(mailbox), at=now)  # the first is awaited from now on
        context = compose_alarm.canary(sender=sender_of(authority))
        # In the first lane: behind a long cascade it would come late and mean nothing, and one letter holds up nobody.
        await write(work, house, authority, CANARY, context, to_name="", to_address=mailbox, lane=Lane.FOUND, now=now)
    return True


def is_one(letter: Letter) -> bool:
    """Say whether a letter is a canary as it was sent; a report about one is not."""
    reported = letter.said.sort in (Sort.BOUNCE, Sort.DSN_SUCCESS)
    return letter.came_back is not None and letter.came_back.kind == CANARY and not reported


async def came_back(work: Work, _house: House, letter: Letter, now: datetime) -> Done:
    """Note that a canary is back, and what time the mail server had when it took it in."""
    canary = letter.came_back
    assert canary is not None
    name = heartbeat_of(canary.address)
    last = await work.signals.last(name)
    if last is None or last <= canary.created_at:  # an old one that was held up, or is read again, proves nothing new
        await work.signals.beat(name, at=canary.created_at)
        await _compare_clocks(work, letter.said.email, canary.created_at, now)
    return Done()


async def _compare_clocks(work: Work, email: IncomingEmail, sent: datetime, now: datetime) -> None:
    theirs = _taken_in(email)
    if theirs is not None:
        by = off(theirs, sent.replace(microsecond=0), now).total_seconds()
        await work.signals.beat(MAIL_CLOCK, at=now, trouble=f"{by:+.0f}" if abs(by) > CLOCKS_DIFFER.total_seconds() else None)


def _taken_in(email: IncomingEmail) -> datetime | None:
    """Return the time on the topmost Received line, which is that of our own mail server."""
    try:
        moment = parsedate_to_datetime(email.first("Received").rpartition(";")[2].strip())
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else None
