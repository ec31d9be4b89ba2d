"""The mailbox as a witness: a letter of ours that this database never wrote was written by a later life of the database, or by its twin."""

import re
from datetime import datetime

from service.flow.house import House
from service.flow.receive import Inbox
from service.mail.classify import LOOP_HEADER
from service.ports import Mailbox

NEWEST = 20
_SIZE = 64 * 1024
_OURS = re.compile(rb"^%s:[ \t]*([0-9a-f]{32})\s*$" % LOOP_HEADER.encode(), re.IGNORECASE | re.MULTILINE)


async def knows_more(house: House, mailbox: Mailbox, inbox: Inbox, *, since: datetime) -> bool:
    """Say whether a letter of ours that this database never wrote came after *since*, when it last worked.

    Looked at are the newest that are filed: the canary of every 15 minutes, and what the relay took, where it files that.
    """
    for folder in (inbox.processed, inbox.sent):
        view = await mailbox.look(folder) if folder else None
        ours = await mailbox.naming(folder, view.uids, ((LOOP_HEADER, ""),)) if view else ()
        async for one in mailbox.fetch(folder, ours[-NEWEST:], size_limit=_SIZE):
            if one.received_at is not None and one.received_at > since and not await _wrote(house, one.raw):
                return True
    return False


async def _wrote(house: House, raw: bytes) -> bool:
    ours = _OURS.search(raw.partition(b"\r\n\r\n")[0])
    async with house.read() as work:
        return ours is None or await work.deliveries.get(ours[1].decode().lower()) is not None
