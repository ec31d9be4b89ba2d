"""Once a day: whatever lies among the letters that are done with must be one that we have. People file letters in this mailbox too."""

from datetime import datetime, timedelta

import structlog

from service.domain.people import Role
from service.flow.house import House
from service.flow.receive import SIZE_LIMIT, Inbox, message_id
from service.ports import Mailbox

log = structlog.get_logger()
AT_ONCE = 100
DAY = timedelta(days=1)


async def look_through_filed(house: House, mailbox: Mailbox, inbox: Inbox, *, now: datetime) -> int:
    """Look at some of the filed letters that were not looked at before and return how many nobody has read.

    A few at a time, so that new letters do not wait for it; when none is left, the next look is a day later.
    """
    if not inbox.move:
        return 0
    turn = f"filed {inbox.address}"
    async with house.read() as work:
        if not await work.signals.is_due(turn, before=now - DAY):
            return 0
    strangers, looked_at = 0, 0
    for folder in (inbox.processed, inbox.needs_attention):
        found, looked = await _look_through(house, mailbox, inbox, folder, now)
        strangers, looked_at = strangers + found, looked_at + looked
    if not looked_at:
        async with house.begin() as work:
            await work.signals.take_turn(turn, before=now - DAY, at=now)
    return strangers


async def _look_through(house: House, mailbox: Mailbox, inbox: Inbox, folder: str, now: datetime) -> tuple[int, int]:
    view = await mailbox.look(folder)
    if view is None:
        return 0, 0
    async with house.read() as work:
        done = await work.received.listed_up_to(inbox.address, folder, view.uidvalidity) or 0
    uids = [uid for uid in view.uids if uid > done][:AT_ONCE]
    if not uids:
        return 0, 0
    strangers = 0
    async for one in mailbox.fetch(folder, uids, size_limit=SIZE_LIMIT):
        async with house.read() as work:
            strangers += not await work.received.knows(one.raw, message_id(one.raw))
    async with house.begin() as work:
        await work.received.note_listed(inbox.address, folder, view.uidvalidity, uids[-1])
        if strangers:
            await work.tasks.add(
                kind="letter_never_read",
                role=Role.SYSTEM,
                at=now,
                subject_id=f"{view.uidvalidity}",
                says=f"Letters that somebody put into {folder} before they were read: {strangers}. Move them back to the inbox.",
            )
            work.audit.add("letters_never_read", at=now, uidvalidity=view.uidvalidity, first=uids[0], last=uids[-1], count=strangers)
    return strangers, len(uids)
