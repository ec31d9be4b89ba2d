"""The letter itself and its final dot: nothing leaves too early, nothing ends too early, and no doubt where none need be."""

import asyncio
import contextlib
import re

import pytest

from service.adapters.smtp import RelayAccount, SmtpRelay
from service.ports import SendOutcome
from tests.servers.scripted import Conversation, scripted
from tests.service.adapters.relay_dialogue import LETTER, after_ehlo, against, local, nothing, send_to, to


@pytest.fixture(autouse=True, params=[(), ("PIPELINING",)], ids=["one by one", "together"])
def dialogue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything here holds for both dialogues."""
    monkeypatch.setattr(Conversation, "always_offers", request.param)


# --- around the final dot


async def test_the_journal_is_written_after_354_and_before_the_first_byte() -> None:
    seen: list[bytes] = []

    async def script(line: Conversation) -> None:
        await line.greet()
        await line.answer("250 ok", "250 ok", "354 go")
        with contextlib.suppress(TimeoutError):
            seen.append(await asyncio.wait_for(line.reader.read(1), 0.2))
        assert not seen
        may_go.set()
        await line.letter()
        await line.say("250 ok")
        await line.gone()

    may_go = asyncio.Event()
    async with against(script) as (connection, _):
        result = await connection.send(to(), (LETTER,), lambda: asyncio.wait_for(may_go.wait(), 1))  # type: ignore[arg-type]
    assert result.outcome is SendOutcome.ACCEPTED


async def test_when_the_journal_cannot_be_written_the_letter_does_not_leave() -> None:
    async def broken() -> None:
        raise OSError("no space left")

    async with against(after_ehlo("250 ok", "250 ok", "354 go")) as (connection, server):
        with pytest.raises(OSError, match="no space"):
            await connection.send(to(), (LETTER,), broken)
        assert not connection.usable
    assert server.heard[-1] == "DATA"


async def test_a_line_dropped_before_the_final_dot_is_no_doubt() -> None:
    async def script(line: Conversation) -> None:
        await line.greet()
        await line.answer("250 ok", "250 ok", "354 go")
        await line.reader.read(1000)
        line.hang_up()

    result, usable, _ = await send_to(script, LETTER + b"x" * 30_000_000)
    assert (result.outcome, usable) == (SendOutcome.REFUSED_FOR_NOW, False)


async def test_a_relay_that_stops_reading_before_the_final_dot_is_no_doubt() -> None:
    async def script(line: Conversation) -> None:
        await line.greet()
        await line.answer("250 ok", "250 ok", "354 go")
        await asyncio.sleep(30)

    result, _, _ = await send_to(script, LETTER + b"x" * 30_000_000, body_timeout=0.3)
    assert result.outcome is SendOutcome.REFUSED_FOR_NOW


async def test_a_line_dropped_after_the_final_dot_is_in_doubt() -> None:
    async def script(line: Conversation) -> None:
        await line.greet()
        await line.answer("250 ok", "250 ok", "354 go")
        await line.letter()
        line.hang_up()

    result, usable, _ = await send_to(script)
    assert (result.outcome, usable) == (SendOutcome.IN_DOUBT, False)


async def test_silence_after_the_final_dot_is_in_doubt_only_at_the_last_deadline() -> None:
    async def script(line: Conversation) -> None:
        await line.greet()
        await line.answer("250 ok", "250 ok", "354 go")
        await line.letter()
        await asyncio.sleep(0.6)
        await line.say("250 2.0.0 Ok: queued as 4XyZ")
        await line.gone()

    late, _, _ = await send_to(script, command_timeout=0.2, final_timeout=5)
    assert (late.outcome, late.queue_id) == (SendOutcome.ACCEPTED, "4XyZ")
    too_late, _, _ = await send_to(script, final_timeout=0.2)
    assert too_late.outcome is SendOutcome.IN_DOUBT
    assert RelayAccount(host="relay.test", port=587).final_timeout >= 600


async def test_accepted_stays_accepted_when_the_relay_leaves_without_goodbye() -> None:
    async def script(line: Conversation) -> None:
        await line.greet()
        await line.answer("250 ok", "250 ok", "354 go")
        await line.letter()
        await line.say("250 ok")
        await line.hear()

    result, _, _ = await send_to(script)
    assert result.outcome is SendOutcome.ACCEPTED


@pytest.mark.parametrize("stray", [b"421 4.4.2 idle too long\r\n", b"250 ok\r\n"])
async def test_a_word_nobody_asked_for_is_never_taken_as_an_answer(stray: bytes) -> None:
    async def script(line: Conversation) -> None:
        await line.greet()
        await line.answer("250 ok", "250 ok", "354 go")
        await line.letter()
        await line.raw(b"250 ok\r\n" + (stray if line.number else b""))
        await asyncio.sleep(0.05)
        await line.raw(b"" if line.number else stray)
        await line.answer("550 5.1.1 no such mailbox", "550 5.1.1 no such mailbox")

    async with scripted(script) as server:
        for _ in range(2):
            async with SmtpRelay(local(server)).connect() as connection:
                assert (await connection.send(to(), (LETTER,), nothing)).outcome is SendOutcome.ACCEPTED
                await asyncio.sleep(0.15)
                assert not connection.usable
                assert (await connection.send(to(), (LETTER,), nothing)).outcome is SendOutcome.REFUSED_FOR_NOW
        assert sum(each.startswith("MAIL") for each in server.heard) == 2


# --- the letter itself

SMUGGLED = [b"\n.\n", b"\r.\r", b"\r\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r\n.\r", b"\r\n.\r\n", b"\n\n.\r\n", b"\r\r\n.\r\n"]


@pytest.mark.parametrize("sequence", SMUGGLED)
async def test_no_sequence_in_a_letter_ends_it_early(sequence: bytes) -> None:
    received: list[bytes] = []

    async def script(line: Conversation) -> None:
        await line.greet()
        await line.answer("250 ok", "250 ok", "354 go")
        received.append(await line.letter())
        await line.say("250 ok")
        await line.gone()

    wire = LETTER + b"before" + sequence + b"MAIL FROM:<evil@la-002.test>\r\n.leading"
    result, _, server = await send_to(script, wire)
    assert result.outcome is SendOutcome.ACCEPTED
    assert received == [re.sub(rb"\r\n|\r|\n", b"\r\n", wire) + b"\r\n"]
    assert not any("evil" in each for each in server.heard)
