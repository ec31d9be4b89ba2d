"""What the simulated authorities do, over a real mail server."""

import asyncio
from collections.abc import Callable

import aiosmtplib
import pytest

from service.demo.addresses import accounts, councils, mailbox_of
from service.demo.authorities import Authorities
from service.demo.behaviour import Behaviour, Tally, behaviours
from service.demo.people import Sender
from service.demo.server import DemoMailServer
from service.domain.notice import NoticeKind
from tests.service.demo.letters import ALERT, letter

KENT = councils()["kent"]

RETURN_PATH = f"alerts+b.{'0' * 32}@kent.test"


def _one(behaviour: Behaviour) -> str:
    return next(address for address, one in behaviours().items() if one is behaviour)


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)


async def _play(recipients: list[str], *, subject: str = ALERT, acting: int) -> tuple[Authorities, list[bytes], list[int]]:
    """Send one letter to each recipient, wait until *acting* of them have acted, and return what came back and what was refused."""
    authorities = Authorities()
    acts = authorities.begin(NoticeKind.ALERT)
    refused = []
    async with DemoMailServer(
        accounts=accounts(), mailbox_of=mailbox_of, reply_to_rcpt=authorities.reply_to_rcpt, on_accepted=authorities.on_accepted
    ) as server:
        sender = Sender(host=server.host, port=server.smtp_port)
        async with authorities.at_work(sender):
            for recipient in recipients:
                try:
                    await sender.post(letter(subject), sender=RETURN_PATH, recipient=recipient)
                except aiosmtplib.SMTPRecipientsRefused as refusal:
                    refused.append(refusal.recipients[0].code)
            await _until(lambda: acts.done >= acting)
            assert authorities.troubles == []
            return authorities, server.letters(KENT.mailbox), refused


async def test_an_authority_acknowledges_by_reply():
    authorities, letters, _ = await _play([_one(Behaviour.REPLIES)], acting=1)
    assert authorities.acts[NoticeKind.ALERT].tally() == Tally(recipients=1, accepted=1, acknowledged=1)
    assert b"\r\nAcknowledged\r\n" in letters[0]
    assert b"dmarc=pass" in letters[0]


async def test_an_automatic_reply_counts_as_silent_and_goes_to_the_return_path():
    authorities, letters, _ = await _play([_one(Behaviour.OUT_OF_OFFICE)], acting=1)
    assert authorities.acts[NoticeKind.ALERT].tally() == Tally(recipients=1, accepted=1, silent=1)
    assert b"Auto-Submitted: auto-replied" in letters[0]
    assert RETURN_PATH.encode() in letters[0]


async def test_a_letter_that_is_taken_may_bounce_later():
    authorities, letters, _ = await _play([_one(Behaviour.BOUNCES_LATER)], acting=1)
    assert authorities.acts[NoticeKind.ALERT].tally() == Tally(recipients=1, accepted=1, bounced=1)
    assert b"Action: failed" in letters[0]
    assert b"Return-Path: <>" in letters[0]


async def test_a_server_refuses_for_good():
    authorities, letters, refused = await _play([_one(Behaviour.REFUSES)], acting=0)
    assert authorities.acts[NoticeKind.ALERT].tally() == Tally(recipients=1, failed=1)
    assert (refused, letters) == ([550], [])


async def test_a_server_puts_a_letter_off_once_and_then_takes_it():
    address = _one(Behaviour.PUTS_OFF)
    authorities, _, refused = await _play([address, address], acting=1)
    assert refused == [451]
    assert authorities.acts[NoticeKind.ALERT].tally() == Tally(recipients=1, accepted=1, acknowledged=1)
    authorities.begin(NoticeKind.UPDATE)
    assert (authorities.reply_to_rcpt(address) or "").startswith("451")


async def test_the_same_letter_twice_is_counted_and_answered_once():
    address = _one(Behaviour.SILENT)
    authorities, _, _ = await _play([address, address], acting=1)
    acts = authorities.acts[NoticeKind.ALERT]
    assert (acts.letters, acts.tally()) == (2, Tally(recipients=1, accepted=1, silent=1))


async def test_a_letter_of_thanks_is_not_answered():
    authorities, letters, _ = await _play([_one(Behaviour.REPLIES)], subject="Thank you: your answer", acting=0)
    await asyncio.sleep(0.05)
    assert (authorities.acts[NoticeKind.ALERT].letters, letters) == (0, [])


async def test_a_page_that_is_away_is_said_in_plain_words():
    authorities = Authorities()
    acts = authorities.begin(NoticeKind.ALERT)
    nowhere = letter(ALERT, text=f"http://127.0.0.1:1/answer/{'a' * 32}")
    async with authorities.at_work(Sender(host="127.0.0.1", port=1)):
        await authorities.on_accepted(RETURN_PATH, _one(Behaviour.PRESSES_LINK), nowhere, {})
        await _until(lambda: bool(authorities.troubles))
    assert authorities.troubles == ["An authority could not answer the alert: ConnectError"]
    assert acts.done == 0


@pytest.mark.parametrize("recipient", ["alerts@kent.test", "nobody@nowhere.test"])
def test_only_authorities_have_a_behaviour(recipient):
    authorities = Authorities()
    authorities.begin(NoticeKind.ALERT)
    assert authorities.reply_to_rcpt(recipient) is None
