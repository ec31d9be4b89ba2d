"""Loops: no answer to a machine, few answers to anybody, and two houses wired to each other fall silent (checks L1 to L13)."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.database import schema
from service.database.people_tables import issuing_authorities
from service.database.received import ReceivedState
from service.database.unit_of_work import Database
from service.domain.delivery import DeliveryState
from service.domain.people import Role
from service.flow.answering import MOST_A_DAY, MOST_AN_HOUR
from service.flow.receive import Inbox
from tests.databases import MASTER, prove_origin
from tests.service.flow.home import Home, move_in
from tests.service.flow.local import RECEIVED, an_image_only_pdf
from tests.service.flow.reports import bounce_for
from tests.service.flow.walk import COMPLETE, LEEDS, SAM, board, go_live, received, task_kinds, tasks

KENT, MEDWAY_HOUSE = "alerts@kent.test", "alerts@medway.test"
MARKS = re.compile(rb"(?im)^(?:X-National-Alerts-Delivery|Auto-Submitted|X-Auto-Response-Suppress):[^\n]*\n(?:[ \t][^\n]*\n)*")


async def knows(home: Home, address: str) -> None:
    """Make an address one that may send letters in here."""
    async with home.database.begin() as work:
        (authority,) = await work.people.authorities()
        await work.people.add(authority_id=authority.id, name="Other House", address=address, roles=frozenset({Role.REPORTER}))


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Home]:
    """A second house, with a mailbox and a database of its own."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
    await schema.upgrade(url)
    database = Database(url, MASTER)
    home = await move_in(database)
    async with database.begin() as work:
        await work.connection.execute(sa.update(issuing_authorities).values(mailbox=MEDWAY_HOUSE, code="MED"))
        await prove_origin(work, "rfc8601:mx.kent.test", MEDWAY_HOUSE)
    home.inbox = Inbox(address=MEDWAY_HOUSE)
    await knows(home, KENT)
    yield home
    await database.close()


def carry(sender: Home, address: str, receiver: Home, done: int, *, strip: bool) -> int:
    """Bring what *sender* wrote to *address* since *done* into the mailbox of *receiver*, perhaps through a gateway that strips marks."""
    letters = sender.mailer.to(address)
    for number, wire in enumerate(letters[done:], start=done):
        raw = MARKS.sub(b"", wire) if strip else wire
        domain = str(message_from_bytes(raw, policy=policy.default)["From"]).rpartition("@")[2].strip(">")
        stamp = f"Authentication-Results: mx.kent.test; dmarc=pass header.from={domain}\r\nDelivered-To: {address}\r\n"
        if strip:
            raw = re.sub(rb"(?im)^Message-ID:[^\n]*", f"Message-ID: <{number}.{address}>".encode(), raw, count=1)
        receiver.mailbox.put(stamp.encode() + raw)
    return len(letters)


async def exchange(kent: Home, other: Home, rounds: int, *, strip: bool) -> int:
    """Carry letters to and fro until nobody writes any more, at most *rounds* times; return how many letters were written."""
    to_kent = to_other = 0
    for _ in range(rounds):
        before = to_kent + to_other
        await kent.settle()
        to_other = carry(kent, MEDWAY_HOUSE, other, to_other, strip=strip)
        await other.settle()
        to_kent = carry(other, KENT, kent, to_kent, strip=strip)
        if to_kent + to_other == before:
            break
    return to_kent + to_other


@pytest.mark.parametrize("strip", [False, True], ids=["marks kept", "marks stripped on the way"])
async def test_two_houses_wired_to_each_other_write_one_pair_of_letters_at_most(home: Home, other: Home, strip: bool) -> None:
    await knows(home, MEDWAY_HOUSE)
    for _ in range(4):
        for number in range(10):
            home.post(MEDWAY_HOUSE, f"Thank you for your message {number}.\n")
        assert await exchange(home, other, 1000, strip=strip) <= 2
        home.now += timedelta(minutes=15)
        other.now = home.now
    assert len(home.mailer.to(MEDWAY_HOUSE)) == 1


async def test_a_form_and_its_receipts_go_round_between_two_houses_once(home: Home, other: Home) -> None:
    await knows(home, MEDWAY_HOUSE)
    home.post(MEDWAY_HOUSE, COMPLETE)
    assert await exchange(home, other, 1000, strip=False) == 1


async def test_stripped_of_its_marks_a_receipt_is_still_no_form(home: Home, other: Home) -> None:
    await knows(home, MEDWAY_HOUSE)
    home.post(MEDWAY_HOUSE, COMPLETE)
    assert await exchange(home, other, 1000, strip=True) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-notified"},
        {"Auto-Submitted": "auto-generated"},
        {"Return-Path": "<>"},
        {"List-Id": "<duty.kent.test>"},
        {"Precedence": "bulk"},
        {"Precedence": "junk"},
        {"X-Autoreply": "yes"},
    ],
)
async def test_a_machine_gets_no_answer(home: Home, headers: dict[str, str]) -> None:
    home.post(SAM, "Thank you. Somebody will look at your message.\n", **headers)
    await home.settle()
    assert home.mailer.sent == []
    (letter,) = await received(home)
    assert letter.state in (ReceivedState.HANDLED, ReceivedState.QUARANTINED)


async def test_letters_that_bring_nothing_are_answered_once_a_day(home: Home) -> None:
    for day in range(2):
        for number in range(3):
            home.post(SAM, f"Hello again, {day} {number}.\n")
            await home.settle()
        assert len(home.letters_to(SAM)) == day + 1
        home.now += timedelta(days=1, minutes=1)
    assert {letter.state for letter in await received(home)} == {ReceivedState.QUARANTINED}


async def test_every_form_that_comes_is_answered_until_it_is_too_much(home: Home) -> None:
    for number in range(MOST_A_DAY + 3):
        home.post(SAM, f"Found notification\n\nDate found: 23 November 2026\nPhysically seen: Yes\nSeen by: Sam Worker {number}\n")
    await home.settle()
    assert len(home.letters_to(SAM)) == MOST_A_DAY
    assert (await task_kinds(home)).count("answers_withheld") == 1


async def test_no_more_than_sixty_answers_leave_in_an_hour_and_every_letter_is_kept(home: Home) -> None:
    senders = [f"worker{number}@kent.test" for number in range(MOST_AN_HOUR + 5)]
    for sender in senders:
        await knows(home, sender)
        home.post(sender, "Hello.\n")
    for _ in range(5):
        await home.settle()
    assert len(home.mailer.sent) == MOST_AN_HOUR
    assert len(await received(home)) == len(senders)
    assert (await task_kinds(home)).count("answers_stopped") == 1


async def test_a_wave_of_letters_from_strangers_is_answered_by_nothing(home: Home) -> None:
    for number in range(60):
        home.post(f"somebody{number}@elsewhere.test", "Buy now.\n")
    home.post(SAM, COMPLETE)
    for _ in range(5):
        await home.settle()
    assert not any("elsewhere" in envelope.recipient for envelope, _ in home.mailer.sent)
    assert home.letters_to(SAM)


async def test_another_houses_alert_is_read_and_not_taken_for_our_own_come_back(home: Home) -> None:
    home.post(LEEDS, RECEIVED, **{"Auto-Submitted": "auto-generated", "X-National-Alerts-Delivery": "a" * 32})
    await home.settle()
    (letter,) = await received(home)
    assert letter.kind == "received_alert"
    assert "received_alert_to_handle" in await task_kinds(home)
    assert home.mailer.sent == []


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded", "delivered"])
async def test_a_report_that_is_no_failure_fails_nothing(home: Home, action: str) -> None:
    await go_live(home)
    home.mailbox.put(bounce_for(home, LEEDS, action=action, status="4.4.1" if action == "delayed" else "2.0.0"))
    await home.settle()
    assert (await board(home))[LEEDS].state in (DeliveryState.ACCEPTED, DeliveryState.DELAYED)
    assert "address_bounced" not in await task_kinds(home)


async def test_a_late_bounce_after_an_answer_is_shown_and_takes_no_answer_away(home: Home) -> None:
    await go_live(home)
    home.reply(home.last_to(LEEDS), LEEDS, "Not known here\n")
    await home.settle()
    home.now += timedelta(days=3)
    home.mailbox.put(bounce_for(home, LEEDS))
    await home.settle()
    leeds = (await board(home))[LEEDS]
    assert leeds.state is DeliveryState.BOUNCED
    assert leeds.answered_at is not None


async def test_a_forged_bounce_silences_nobody(home: Home) -> None:
    await go_live(home)
    home.mailbox.put(bounce_for(home, LEEDS))
    await home.settle()
    async with home.database.read() as work:
        assert any(one.address == LEEDS for one in await work.register.all_contacts())
    assert any(task.kind == "address_bounced" for task in await tasks(home))


async def test_an_absence_note_that_names_somebody_else_adds_no_contact(home: Home) -> None:
    await go_live(home)
    async with home.database.read() as work:
        before = await work.register.all_contacts()
    home.reply(home.last_to(LEEDS), LEEDS, "I am away. Write to instead@e08000035.test\n", **{"Auto-Submitted": "auto-replied"})
    await home.settle()
    async with home.database.read() as work:
        assert await work.register.all_contacts() == before
    assert (await board(home))[LEEDS].answered_at is None


async def test_a_challenge_goes_to_a_person(home: Home) -> None:
    home.post(LEEDS, "Your message is being held. It will be delivered once you click the link to prove you are human.\n")
    await home.settle()
    (letter,) = await received(home)
    assert letter.state is ReceivedState.QUARANTINED
    assert home.mailer.sent == []


async def test_no_letter_offers_a_press_that_silences_an_authority(home: Home) -> None:
    await go_live(home)
    assert not any(b"list-unsubscribe" in wire.lower() for _, wire in home.mailer.sent)


async def test_a_sign_up_code_sent_to_a_token_is_not_passed_on(home: Home) -> None:
    await go_live(home)
    sent = len(home.mailer.sent)
    home.post("no-reply@forum.test", "Your code is 482 913.\n", to=str(home.last_to(LEEDS)["Reply-To"]), subject="Confirm your account")
    await home.settle()
    assert not any(b"482 913" in wire for _, wire in home.mailer.sent[sent:])


async def test_a_picture_comes_with_a_word_each_time(home: Home) -> None:
    for number in range(2):
        home.post(SAM, f"Form {number}\n")
        letter = message_from_bytes(list(home.mailbox.folders["INBOX"].values())[-1], policy=policy.default)
        letter.add_attachment(an_image_only_pdf(), maintype="application", subtype="pdf", filename="form.pdf")  # type: ignore[attr-defined]
        home.mailbox.folders["INBOX"][max(home.mailbox.folders["INBOX"])] = letter.as_bytes(policy=policy.SMTP)
        await home.settle()
    assert len(home.letters_to(SAM)) == 2
