"""What a letter in doubt became, where the relay files what it takes: a copy in the Sent folder proves that it was taken.

It is looked for long before the lease ends and the same bytes would go again. Nothing found proves nothing: then it goes again.
"""

from datetime import datetime

from service.database.leaving import Move
from service.domain.delivery import DeliveryEvent
from service.flow.house import House
from service.mail.classify import LOOP_HEADER
from service.ports import Mailbox

AT_ONCE = 20


async def settle_doubt(house: House, mailbox: Mailbox, sent: str, address: str, *, now: datetime) -> int:
    """Look in *sent* for letters of *address* that are in doubt and return how many were taken after all."""
    async with house.read() as work:
        doubtful = await work.deliveries.in_doubt(address, AT_ONCE)
    if not doubtful or (view := await mailbox.look(sent)) is None:
        return 0
    taken = [one for one in doubtful if await mailbox.naming(sent, view.uids, ((LOOP_HEADER, one.id),))]
    if not taken:
        return 0
    moves = [Move(delivery_id=one.id, event=DeliveryEvent.ACCEPTED, lease=one.lease) for one in taken]
    async with house.begin() as work:
        moved = await work.deliveries.move(moves, at=now)
        for one in taken:
            if one.id in moved:
                work.audit.add("doubt_settled", at=now, case_id=one.case_id, subject_id=one.id)
    return len(moved)
