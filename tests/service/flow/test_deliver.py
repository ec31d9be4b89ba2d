"""Rooms 6 and 7: exactly what was approved leaves, to one recipient each, and no trouble with the relay loses or changes a letter."""

import ast
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from service.database.leaving import Move
from service.database.tables import cascades, letters
from service.domain.case import CaseState
from service.domain.delivery import DeliveryEvent, DeliveryState
from service.domain.notice import NoticeState
from service.flow.confirm import write_letters_due
from service.flow.deliver import LEASE, deliver_due
from service.flow.receive import receive_new
from service.flow.rounds import notice_round, triage_round
from service.ports import Envelope, SendOutcome, SendResult
from tests.fakes import FakeMailer
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import (
    CARDIFF,
    FOUND,
    HELEN,
    LEEDS,
    MEDWAY,
    PRIYA,
    SAM,
    alerts_sent,
    approve,
    ask_approvers,
    board,
    go_live,
    last_notice,
    task_kinds,
    the_case,
)  # fmt: skip

ALL = sorted((LEEDS, MEDWAY, CARDIFF))


async def approve_without_sending(home: Home) -> None:
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    await triage_round(home.house, now=home.now)


async def queue_alerts(home: Home) -> None:
    await ask_approvers(home)
    await approve_without_sending(home)
    await notice_round(home.house, now=home.now)


async def damage_the_alert(home: Home) -> None:
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(letters).where(letters.c.kind == "alert").values(wire_sealed=b"x" * 200))


async def test_when_the_stored_letter_was_damaged_before_the_cascade_nothing_is_sent_and_somebody_is_told_once(home: Home) -> None:
    await ask_approvers(home)
    await approve_without_sending(home)
    await damage_the_alert(home)
    await home.settle()
    assert alerts_sent(home) == []
    assert (await task_kinds(home)).count("content_differs") == 1
    assert (await last_notice(home)).state is NoticeState.APPROVED


async def test_when_other_recipients_stand_in_the_table_than_were_approved_nothing_is_sent(home: Home) -> None:
    await ask_approvers(home)
    await approve_without_sending(home)
    async with home.database.begin() as work:
        changed = sa.func.replace(cascades.c.recipients, LEEDS, "thief@elsewhere.test")
        await work.connection.execute(sa.update(cascades).values(recipients=changed))
    await home.settle()
    assert alerts_sent(home) == []
    assert home.letters_to("thief@elsewhere.test") == []
    assert "content_differs" in await task_kinds(home)


async def test_when_the_stored_letter_was_damaged_after_the_cascade_nothing_is_sent_and_others_still_leave(home: Home) -> None:
    await queue_alerts(home)
    await damage_the_alert(home)
    await home.settle()
    assert alerts_sent(home) == []
    assert (await task_kinds(home)).count("letter_unsendable") == 1
    assert "approved" in home.text_to(SAM).casefold()


async def test_a_damaged_notice_does_not_stop_another(home: Home) -> None:
    await ask_approvers(home)
    await approve_without_sending(home)
    await damage_the_alert(home)
    first = (await last_notice(home)).id
    await home.settle()
    home.post(SAM, "National Alert Notification of a Missing Child\n\nSurname: Other\nForename(s): Ben\n")
    await home.settle()
    async with home.database.read() as work:
        assert (await work.notices.get(first)).state is NoticeState.APPROVED
        assert len(await work.cases.newest()) == 2
    assert len(home.letters_to(SAM)) > 2


async def test_with_the_relay_away_everything_stays_queued_and_leaves_when_it_is_back(home: Home) -> None:
    await queue_alerts(home)
    home.mailer.away = "The relay does not answer."
    await home.settle()
    assert {one.state for one in (await board(home)).values()} == {DeliveryState.QUEUED}
    assert "relay_away" in await task_kinds(home)
    home.mailer.away = None
    home.now += timedelta(minutes=2)
    await home.settle()
    assert sorted(alerts_sent(home)) == ALL


async def test_an_address_refused_for_good_fails_and_becomes_a_task_while_the_others_go(home: Home) -> None:
    def answers(envelope: Envelope) -> SendResult:
        if envelope.recipient == LEEDS:
            return SendResult(outcome=SendOutcome.REFUSED_FOR_GOOD, code=550, enhanced_status="5.1.1")
        return SendResult(outcome=SendOutcome.ACCEPTED, code=250)

    home.mailer.answers = answers
    await go_live(home)
    where = await board(home)
    assert (where[LEEDS].state, where[LEEDS].smtp_code) == (DeliveryState.FAILED, 550)
    assert where[MEDWAY].state is DeliveryState.ACCEPTED
    assert "address_refused" in await task_kinds(home)


async def test_a_letter_put_off_goes_again_as_the_very_same_letter(home: Home) -> None:
    offered: list[Envelope] = []

    def answers(envelope: Envelope) -> SendResult:
        offered.append(envelope)
        if envelope.recipient == LEEDS and sum(one.recipient == LEEDS for one in offered) == 1:
            # In doubt and then put off: the relay took the bytes and refused for now, so that the fake keeps both.
            return SendResult(outcome=SendOutcome.IN_DOUBT)
        if envelope.recipient == LEEDS and sum(one.recipient == LEEDS for one in offered) == 2:
            return SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, code=451)
        return SendResult(outcome=SendOutcome.ACCEPTED, code=250)

    home.mailer.answers = answers
    await go_live(home)
    assert (await board(home))[LEEDS].state is DeliveryState.IN_DOUBT
    home.now += LEASE + timedelta(seconds=1)
    await home.settle()
    assert (await board(home))[LEEDS].state is DeliveryState.IN_DOUBT  # the first time may have been enough
    home.now += timedelta(minutes=30)
    await home.settle()
    first, second = home.mailer.to(LEEDS)
    assert first == second
    once, again = (message_from_bytes(wire, policy=policy.default) for wire in (first, second))
    assert (once["Message-ID"], once["Date"]) == (again["Message-ID"], again["Date"])
    assert (await board(home))[LEEDS].state is DeliveryState.ACCEPTED


async def test_a_letter_in_doubt_that_may_not_go_again_gives_its_lease_back_at_once(home: Home) -> None:
    await queue_alerts(home)
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.IN_DOUBT)
    await deliver_due(home.house, home.mailer, now=home.now)
    later = home.now + LEASE + timedelta(seconds=1)

    async def nothing_may_leave(moves: Sequence[Move], at: datetime) -> frozenset[str]:
        return await home.house.journal([one for one in moves if one.event is not DeliveryEvent.JOURNALLED], at)

    await deliver_due(replace(home.house, journal=nothing_may_leave), home.mailer, now=later)
    assert {one.state for one in (await board(home)).values()} == {DeliveryState.IN_DOUBT}
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    await deliver_due(home.house, home.mailer, now=later + timedelta(minutes=1))
    assert {one.state for one in (await board(home)).values()} == {DeliveryState.ACCEPTED}


async def test_a_letter_put_off_waits_before_it_is_offered_again(home: Home) -> None:
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, code=451)
    home.post(SAM, "National Alert Notification of a Missing Child\n\nSurname: Example\n")
    await home.settle()
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    assert await deliver_due(home.house, home.mailer, now=home.now) == 0
    assert await deliver_due(home.house, home.mailer, now=home.now + timedelta(minutes=1)) == 1


async def test_a_crash_after_the_final_dot_leaves_doubt_and_the_same_bytes_go_again(home: Home) -> None:
    await queue_alerts(home)
    home.mailer.sent.clear()
    home.mailer.dies_after_the_dot = True
    with suppress(ConnectionResetError):
        await deliver_due(home.house, home.mailer, now=home.now, connections=1)
    ((envelope, wire),) = home.mailer.sent
    assert (await board(home))[envelope.recipient].state is DeliveryState.IN_DOUBT
    home.mailer.dies_after_the_dot = False
    assert await deliver_due(home.house, home.mailer, now=home.now) == 0
    home.now += LEASE + timedelta(seconds=1)
    await home.settle()
    assert home.mailer.to(envelope.recipient) == [wire, wire]
    assert sorted(set(alerts_sent(home))) == ALL
    assert {one.state for one in (await board(home)).values()} == {DeliveryState.ACCEPTED}


@pytest.mark.parametrize("reached", [(), (LEEDS,)])
async def test_a_found_notice_stops_alerts_still_queued_and_goes_to_those_who_were_alerted_alone(
    home: Home, reached: tuple[str, ...]
) -> None:
    await ask_approvers(home)

    def answers(envelope: Envelope) -> SendResult:
        if envelope.recipient.startswith("duty@") and envelope.recipient not in reached:
            return SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, code=451)
        return SendResult(outcome=SendOutcome.ACCEPTED, code=250)

    home.mailer.answers = answers
    await approve(home)
    alert = await board(home)
    assert {one.address for one in alert.values() if one.state is DeliveryState.ACCEPTED} == set(reached)
    home.post(SAM, FOUND, subject=f"Found [{(await the_case(home)).reference}]")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n\nfound\n")
    await home.settle()
    await approve(home)
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    home.now += timedelta(hours=2)
    await home.settle()
    assert (await the_case(home)).state is CaseState.CLOSED
    assert set(await board(home)) == set(reached)
    for address in ALL:
        kinds = [str(letter["Subject"]).startswith("FOUND") for letter in home.letters_to(address)]
        assert kinds == ([False, True] if address in reached else [])
    async with home.database.read() as work:
        stopped = [await work.deliveries.get(one.id) for one in alert.values() if one.address not in reached]
    assert {one.state for one in stopped if one} == {DeliveryState.SUPERSEDED}


async def test_every_envelope_and_every_letter_names_one_recipient(home: Home) -> None:
    await go_live(home)
    assert len(home.mailer.sent) > len(AUTHORITIES)
    for envelope, wire in home.mailer.sent:
        letter = message_from_bytes(wire, policy=policy.default)
        assert [one.addr_spec for one in letter["To"].addresses] == [envelope.recipient]
        assert letter["Cc"] is None
        assert letter["Bcc"] is None
        others = {one for one, _ in home.mailer.sent if one.recipient.startswith("duty@")} - {envelope}
        assert not any(one.recipient.encode() in wire for one in others if one.recipient != envelope.recipient)


class Crowded(FakeMailer):
    """A relay that sends the first letter away with its connection, because we have too many."""

    opened = 0

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Any]:
        self.opened += 1
        async with super().connect() as connection:
            plain = connection.send

            async def send(envelope: Envelope, wire: bytes, before_final_dot: Callable[[], Awaitable[None]]) -> SendResult:
                result = await plain(envelope, wire, before_final_dot)
                connection.usable = result.code != 432
                return result

            connection.send = send  # type: ignore[method-assign]
            yield connection


@pytest.mark.parametrize(("connections", "opened"), [(2, 2), (1, 2)])
async def test_a_relay_that_takes_fewer_connections_gets_fewer(home: Home, connections: int, opened: int) -> None:
    await queue_alerts(home)
    offered: list[str] = []

    def answers(envelope: Envelope) -> SendResult:
        offered.append(envelope.recipient)
        if len(offered) == 1:
            return SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, code=432, enhanced_status="4.3.2")
        return SendResult(outcome=SendOutcome.ACCEPTED, code=250)

    relay = Crowded(answers)
    assert await deliver_due(home.house, relay, now=home.now, connections=connections) == len(offered) - 1 > 1
    assert relay.opened == opened


async def test_two_workers_at_once_send_each_letter_once(home: Home) -> None:
    await queue_alerts(home)
    home.mailer.sent.clear()
    await asyncio.gather(*(deliver_due(home.house, home.mailer, now=home.now) for _ in range(3)))
    assert sorted(alerts_sent(home)) == ALL
    ids = [envelope.delivery_id for envelope, _ in home.mailer.sent]
    assert len(ids) == len(set(ids))


async def test_outside_production_no_letter_of_any_kind_names_or_reaches_a_real_address(home: Home) -> None:
    await ask_approvers(home)
    before = len(home.mailer.sent)
    home.house = replace(home.house, only_to="try@kent.test")
    await write_letters_due(home.house, now=home.now)
    await approve(home)
    sent = home.mailer.sent[before:]
    assert len(sent) > 6  # three alerts, three letters about addresses, and what our own people are told
    assert {envelope.recipient for envelope, _ in sent} == {"try@kent.test"}
    assert {parseaddr(str(message_from_bytes(wire)["To"]))[1] for _, wire in sent} == {"try@kent.test"}


def test_every_letter_leaves_by_the_one_door_that_knows_the_test_address() -> None:
    service = Path(__file__).parents[3] / "service"
    addressed = {
        str(file.relative_to(service))
        for file in service.rglob("*.py")
        if not file.is_relative_to(service / "demo")  # its mail server and its people are made up
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Envelope"
    }
    # The origin test goes to the shared mailbox itself, where letters go outside production anyway.
    assert addressed == {"flow/deliver.py", "commands/origin.py"}


async def test_a_letter_in_hand_when_the_database_fails_goes_back_and_leaves_a_minute_later(home: Home) -> None:
    await queue_alerts(home)

    async def locked(_moves: Sequence[Move], _at: datetime) -> frozenset[str]:
        raise OSError("database is locked")

    with pytest.raises(OSError, match="locked"):
        await deliver_due(replace(home.house, journal=locked), home.mailer, now=home.now, connections=2)
    assert alerts_sent(home) == []
    await deliver_due(home.house, home.mailer, now=home.now + timedelta(minutes=1, seconds=20))
    assert len(alerts_sent(home)) == len(ALL)


async def test_a_refusal_whose_task_cannot_be_written_is_not_written_either_and_comes_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queue_alerts(home)
    refused = SendResult(outcome=SendOutcome.REFUSED_FOR_GOOD, code=550, enhanced_status="5.1.1")
    home.mailer.answers = lambda _: refused

    async def locked(*_words: object, **_more: object) -> None:
        raise OSError("database is locked")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="locked"):
        broken.setattr("service.flow.deliver.ask_for_an_address", locked)
        await deliver_due(home.house, home.mailer, now=home.now, connections=1)
    async with home.database.read() as work:
        assert DeliveryState.FAILED not in {one.state for one in await work.deliveries.of_case((await the_case(home)).id)}
    await deliver_due(home.house, home.mailer, now=home.now + timedelta(minutes=20))
    async with home.database.read() as work:
        failed = [one for one in await work.deliveries.of_case((await the_case(home)).id) if one.state is DeliveryState.FAILED]
        told = {one.subject_id for one in await work.tasks.open() if one.kind == "address_refused"}
    assert len(failed) == len(ALL)
    assert {one.id for one in failed} == told
