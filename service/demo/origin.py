"""Proves the origin profile of the demonstration: the five letters of the test arrive at its mail server, and the service judges them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from service.database.origin_tests import OriginLetter
from service.demo.addresses import Council
from service.demo.server import DemoMailServer
from service.mail.authenticity import OriginProfile
from service.mail.origin_letters import Pretence, from_outside, plain, with_forged_headers, with_their_name_only

OUTSIDE = "somebody@outside.test"


async def post_the_five(
    server: DemoMailServer, council: Council, profile: OriginProfile, letters: Sequence[OriginLetter], now: datetime
) -> int:
    """Let each letter arrive as its sender would send it, and return how many there were."""
    who = Pretence(name=council.approver.name, address=council.approver.address, mailbox=council.mailbox, outside=OUTSIDE)
    code = {one.letter: one.id for one in letters}
    # What the approver sends has their own domain in the envelope; so has only the first.
    home = replace(who, outside=who.address)
    arriving = (
        (who.address, plain(home, 1, code["approver_reply"], now)),
        (OUTSIDE, from_outside(who, code["outside_host"], now)),
        (OUTSIDE, with_forged_headers(who, profile, code["forged_headers"], now)),
        (OUTSIDE, with_their_name_only(who, code["display_name"], now)),
        (OUTSIDE, plain(home, 5, code["forwarded"], now)),
    )
    for sender, raw in arriving:
        await server.deliver(council.mailbox, sender, raw)
    return len(arriving)
