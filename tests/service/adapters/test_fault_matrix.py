"""Every row S1–S36 of the fault matrix of sending, for the dialogue command by command and for the one in a single write.

A row that is played in another test, or that cannot be played here, says where or why.
"""

import asyncio
import importlib
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from service.adapters.smtp import RelayAccount, RelayConnection, SmtpRelay
from service.ports import RelayUnavailable, SendOutcome
from tests.servers.relay_table import Says, Stage, Table, play
from tests.servers.scripted import ScriptedServer, scripted
from tests.service.adapters.relay_dialogue import LETTER, local, nothing, to

ACCEPTED, FOR_NOW, FOR_GOOD = SendOutcome.ACCEPTED, SendOutcome.REFUSED_FOR_NOW, SendOutcome.REFUSED_FOR_GOOD
IN_DOUBT, UNUSABLE = SendOutcome.IN_DOUBT, SendOutcome.RELAY_UNUSABLE
AWAY = "away"  # no connection came about: nothing was sent, everything stays queued
LARGE = LETTER + b"x" * 30_000_000
SILENT = Says(wait=5)
GONE = Says(leaves=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that a relay does, and what must come of it: the outcome, and whether the line may carry another letter."""

    row: str
    table: Table
    ends: SendOutcome | str
    usable: bool = False
    wire: bytes = LETTER
    account: dict[str, Any] = field(default_factory=dict)
    offers: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [one if isinstance(one, str) else "…" for one in self.table.values()]
        return re.sub(r"[^\w .-]", "", f"{self.row} {' '.join(self.table)} {' '.join(said)}")[:70]


def refused(row: str, stage: Stage, reply: str, ends: SendOutcome, usable: bool) -> Row:
    return Row(row=row, table={stage: reply}, ends=ends, usable=usable)


LOGIN = {"user": "u", "password": "secret-word"}
ROWS = (
    Row(row="S2", table={"banner": GONE}, ends=AWAY),
    Row(row="S3", table={"banner": SILENT}, ends=AWAY, account={"connect_timeout": 0.2}),
    Row(row="S3", table={"banner": Says(says=b"220 " + b"x" * 90, drip=0.05)}, ends=AWAY, account={"connect_timeout": 0.2}),
    Row(row="S4", table={"banner": "421 4.3.2 too busy"}, ends=AWAY),
    Row(row="S4", table={"banner": "554 5.3.2 go away"}, ends=AWAY),
    Row(row="S5", table={"EHLO": "550 5.5.1 no"}, ends=AWAY),
    Row(row="S5", table={}, ends=AWAY, account={"tls": "starttls"}),
    Row(row="S5", table={"STARTTLS": "454 4.7.0 not now"}, ends=AWAY, account={"tls": "starttls"}, offers=("STARTTLS",)),
    Row(row="S8", table={"AUTH": "535 5.7.3 Authentication unsuccessful"}, ends=AWAY, account=LOGIN, offers=("AUTH PLAIN",)),
    Row(row="S9", table={"AUTH": "535 5.7.139 SmtpClientAuthentication is disabled"}, ends=AWAY, account=LOGIN, offers=("AUTH PLAIN",)),
    Row(row="S9", table={"AUTH": "550 5.7.30 Basic authentication is not supported"}, ends=AWAY, account=LOGIN, offers=("AUTH PLAIN",)),
    refused("S11", "MAIL", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", UNUSABLE, False),
    refused("S11", "MAIL", "553 5.1.0 sender refused", UNUSABLE, False),
    refused("S11", "MAIL", "530 5.7.57 Client not authenticated", UNUSABLE, False),
    refused("S12", "MAIL", "421 4.3.0 closing", FOR_NOW, False),
    refused("S12", "MAIL", "432 4.3.2 STOREDRV; mailbox server thread limit exceeded", FOR_NOW, False),
    refused("S13", "MAIL", "451 4.7.500 Server busy", FOR_NOW, True),
    refused("S13", "RCPT", "451 4.7.651 throttled", FOR_NOW, True),
    refused("S14", "RCPT", "550 5.1.1 no such mailbox", FOR_GOOD, True),
    refused("S14", "RCPT", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", FOR_GOOD, True),
    Row(row="S14", table={"RCPT": "550 no", "RSET": "500 no reset"}, ends=FOR_GOOD),
    refused("S15", "RCPT", "450 4.7.1 greylisted", FOR_NOW, True),
    refused("S15", "RCPT", "452 4.2.2 mailbox full", FOR_NOW, True),
    refused("S15", "RCPT", "552 storage exceeded", FOR_NOW, True),
    refused("S16", "RCPT", "550 5.7.1 refused by policy", FOR_GOOD, True),
    refused("S16", "RCPT", "550 5.7.708 traffic not accepted from this IP", FOR_GOOD, True),
    refused("S17", "RCPT", "251 will forward", ACCEPTED, True),
    refused("S17", "RCPT", "252 cannot verify", ACCEPTED, True),
    refused("S19", "DATA", "250 what letter", FOR_NOW, False),
    refused("S19", "DATA", "503 5.5.1 out of step", FOR_NOW, False),
    refused("S19", "DATA", "451 4.3.0 later", FOR_NOW, True),
    Row(row="S20", table={"MAIL": GONE}, ends=FOR_NOW),
    Row(row="S20", table={"RCPT": GONE}, ends=FOR_NOW),
    Row(row="S20", table={"DATA": GONE}, ends=FOR_NOW),
    Row(row="S20", table={"RCPT": SILENT}, ends=FOR_NOW, account={"command_timeout": 0.2}),
    Row(row="S20", table={"body": GONE}, ends=FOR_NOW, wire=LARGE),
    Row(row="S20", table={"body": SILENT}, ends=FOR_NOW, wire=LARGE, account={"body_timeout": 0.3}),
    Row(row="S21", table={"dot": GONE}, ends=IN_DOUBT),
    Row(row="S21", table={"dot": SILENT}, ends=IN_DOUBT, account={"final_timeout": 0.2}),
    Row(row="S22", table={"dot": Says(says=b"250 ok\r\n", wait=0.5)}, ends=ACCEPTED, usable=True, account={"command_timeout": 0.2}),
    refused("S24", "dot", "451 4.3.0 try later", FOR_NOW, True),
    refused("S25", "dot", "552 5.3.4 too big", FOR_GOOD, True),
    refused("S25", "MAIL", "552 5.3.4 too big", FOR_GOOD, True),
    refused("S25", "dot", "554 5.2.3 too big for the mailbox", FOR_GOOD, True),
    Row(row="S25", table={}, ends=FOR_GOOD, usable=True, offers=("SIZE 10",)),
    refused("S26", "MAIL", "550 5.1.8 Access denied, bad outbound sender", UNUSABLE, False),
    refused("S26", "RCPT", "550 5.7.705 tenant exceeded threshold", UNUSABLE, False),
    refused("S26", "dot", "554 5.2.0 SubmissionQuotaExceededException", UNUSABLE, False),
    Row(row="S27", table={"dot": Says(says=b"250-first\r\n250-second\r\n250 \xff\xfe third\r\n")}, ends=ACCEPTED, usable=True),
    Row(row="S27", table={"dot": Says(says=b"250\r\n")}, ends=ACCEPTED, usable=True),
    Row(row="S27", table={"dot": Says(says=b"250 " + b"x" * 1_000_000 + b"\r\n")}, ends=IN_DOUBT),
    Row(row="S27", table={"dot": Says(says=b"250-more\r\n" * 10_000)}, ends=IN_DOUBT),
    Row(row="S27", table={"dot": Says(says=b"what?\r\n")}, ends=IN_DOUBT),
    Row(row="S27", table={"MAIL": Says(says=b"250-more\r\n" * 10_000)}, ends=FOR_NOW),
    Row(row="S27", table={"MAIL": Says(says=b"nonsense\r\n")}, ends=FOR_NOW),
    Row(row="S27", table={"RCPT": Says(says=b"what?\r\n")}, ends=FOR_NOW),
    Row(row="S27", table={"RCPT": Says(says=b"250-one\r\n250-two\r\n250 three\r\n", drip=0.001)}, ends=ACCEPTED, usable=True),
    Row(row="S28", table={"dot": Says(says=b"250 ok\r\n421 4.4.2 idle too long\r\n")}, ends=ACCEPTED),
    Row(row="S29", table={"dot": Says(says=b"250 ok\r\n"), "idle": GONE}, ends=ACCEPTED),
)  # fmt: skip
SMTP, DIALOGUE = "tests.service.adapters.test_smtp", "tests.service.adapters.test_smtp_protocol"
DELIVER, PACE = "tests.service.flow.test_deliver", "tests.service.flow.test_pace"
ELSEWHERE = {
    "S1": (SMTP, "test_a_name_that_does_not_exist_is_a_relay_that_cannot_be_reached"),
    "S2": (SMTP, "test_a_closed_port_is_a_relay_that_cannot_be_reached"),
    "S6": (SMTP, "test_words_slipped_in_before_tls_are_not_taken_for_the_relays_own"),
    "S7": (SMTP, "test_an_expired_certificate_or_one_for_another_name_is_refused"),
    "S8": (SMTP, "test_a_refused_token_is_renewed_once"),
    "S10": (SMTP, "test_a_refused_token_is_renewed_once"),
    "S12": (DELIVER, "test_a_relay_that_takes_fewer_connections_gets_fewer"),
    "S18": (DELIVER, "test_every_envelope_and_every_letter_names_one_recipient"),
    "S23": (DELIVER, "test_a_crash_after_the_final_dot_leaves_doubt_and_the_same_bytes_go_again"),
    "S28": (DIALOGUE, "test_a_word_nobody_asked_for_is_never_taken_as_an_answer"),
    "S30": (DIALOGUE, "test_no_sequence_in_a_letter_ends_it_early"),
    "S31": (SMTP, "test_a_line_break_in_an_address_is_an_error_before_anything_is_sent"),
    "S33": (PACE, "test_630_letters_at_24_a_minute_leave_evenly_in_26_to_27_minutes_and_found_notices_first"),
    "S34": (PACE, "test_when_only_the_reserve_of_a_day_is_left_reminders_wait_and_somebody_is_told"),
    "S35": (DELIVER, "test_two_workers_at_once_send_each_letter_once"),
}  # fmt: skip
NOT_HERE = {
    "S2": "A black hole answers no packet, which needs a network of its own; the deadline it runs into is the one of S3.",
    "S7": "TLS 1.0 and 1.1 are compiled out of OpenSSL here, so no server can offer only them; the client asks for 1.2 or later.",
    "S36": "A connector that forces TLS answers the sender with a bounce hours later, which is a letter that comes in: tests of bounces.",
}
WITHOUT, WITH = (), ("PIPELINING",)


@pytest.mark.parametrize("dialogue", [WITHOUT, WITH], ids=["one by one", "together"])
@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_a_relay_does_this_and_that_comes_of_it(row: Row, dialogue: tuple[str, ...]) -> None:
    async with scripted(play(row.table, *dialogue, *row.offers)) as server:
        try:
            async with SmtpRelay(local(server, **row.account)).connect() as connection:
                result = await connection.send(to(), (row.wire,), nothing)
                if "idle" in row.table or row.row == "S28":
                    await nothing_more(connection)
                ends: SendOutcome | str = result.outcome
                assert connection.usable is row.usable
                assert len(result.reply) <= 500
                if row.usable:
                    server.heard.append("-- next letter")
                    assert (await connection.send(to(), (row.wire,), nothing)).outcome is row.ends
        except RelayUnavailable as away:
            ends = AWAY
            assert "secret-word" not in away.reason
    assert ends == row.ends
    told_one_recipient_each(server)


async def nothing_more(connection: RelayConnection) -> None:
    """Wait until the connection has noticed that the relay spoke or left."""
    for _ in range(50):
        if not connection.usable:
            return
        await asyncio.sleep(0.01)


def told_one_recipient_each(server: ScriptedServer) -> None:
    """S18: never two recipients in one transaction."""
    words = [each.partition(" ")[0] for each in server.heard]
    for before, after in pairwise(words):
        assert (before, after) != ("RCPT", "RCPT")


@pytest.mark.parametrize("table", [{"RCPT": "550 5.1.1 no"}, {"RCPT": "450 4.7.1 later"}, {"MAIL": "451 4.3.0 later"}])
async def test_a_relay_that_refused_and_yet_waits_for_a_letter_is_given_nothing_at_all(table: dict[Stage, str]) -> None:
    async def never() -> None:
        raise AssertionError

    async with scripted(play({**table, "DATA": "354 go"}, *WITH)) as server, SmtpRelay(local(server)).connect() as connection:
        result = await connection.send(to(), (LETTER,), never)
        assert result.code == int(next(iter(table.values()))[:3])
        assert not connection.usable
    assert server.heard[-1] == "DATA"
    assert server.conversations[0].letters == []


@pytest.mark.parametrize("dialogue", [WITHOUT, WITH], ids=["one by one", "together"])
async def test_s32_an_address_the_relay_cannot_carry_is_refused_before_anything_is_said(dialogue: tuple[str, ...]) -> None:
    async with scripted(play({}, *dialogue)) as server, SmtpRelay(local(server)).connect() as connection:
        assert (await connection.send(to("é@la-001.test"), (LETTER,), nothing)).outcome is FOR_GOOD
        assert connection.usable
        assert not any(each.startswith("MAIL") for each in server.heard)


async def test_the_envelope_leaves_in_one_write_only_where_pipelining_is_offered_and_wanted() -> None:
    for offers, wanted, together in ((WITHOUT, True, False), (WITH, True, True), (WITH, False, False)):
        waiting: list[bool] = []

        async def script(line: Any, waiting: list[bool] = waiting, offers: tuple[str, ...] = offers) -> None:
            await line.greet(*offers)
            await line.hear()
            waiting.append(bool(line.reader._buffer))
            await line.say("421 4.3.2 closing")

        async with scripted(script) as server, SmtpRelay(local(server, pipelining=wanted)).connect() as connection:
            await connection.send(to(), (LETTER,), nothing)
        assert waiting == [together]


def test_every_row_is_played_or_says_why_not() -> None:
    told = {row.row for row in ROWS} | set(ELSEWHERE) | set(NOT_HERE) | {"S32"}
    assert told == {f"S{n}" for n in range(1, 37)}
    for module, name in ELSEWHERE.values():
        assert callable(getattr(importlib.import_module(module), name))


def test_the_deadline_after_the_dot_is_long_enough_for_the_standard() -> None:
    assert RelayAccount(host="relay.test", port=587).final_timeout >= 600
