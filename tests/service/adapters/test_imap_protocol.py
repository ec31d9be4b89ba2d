"""The mailbox adapter against a mail server that plays every fault we know."""

import asyncio
import time
from datetime import timedelta

import pytest

from service.ports import MailboxUnavailable
from tests.servers.scripted import Conversation
from tests.service.adapters.mailbox_dialogue import against, all_of, fails_to_open

# --- faults


async def test_a_throttled_mailbox_says_when_to_come_back() -> None:
    async def script(line: Conversation) -> None:
        await line.say("* OK")
        tag, _ = await line.imap_tag()
        await line.say("* CAPABILITY IMAP4rev1", f"{tag} OK done")
        tag, _ = await line.imap_tag()
        await line.say(f"{tag} BAD Request is throttled. Suggested Backoff Time: 299910 milliseconds")
        await line.gone()

    trouble = await fails_to_open(script)
    assert trouble.retry_after == timedelta(milliseconds=299910)
    assert not trouble.login_refused


async def test_a_greeting_that_turns_us_away_is_noticed_at_once() -> None:
    async def script(line: Conversation) -> None:
        await line.say("* BYE too many")
        await line.gone()

    started = time.monotonic()
    await fails_to_open(script)
    assert time.monotonic() - started < 0.8


async def test_a_server_that_never_greets_is_left_at_the_deadline() -> None:
    trouble = await fails_to_open(lambda line: line.gone(), timeout=0.2)
    assert "in time" in trouble.reason


async def test_the_user_is_quoted_and_the_list_of_abilities_is_asked_again() -> None:
    async def script(line: Conversation) -> None:
        await line.gone()

    async with against(script, "MOVE") as (_, server):
        assert server.heard[1].endswith(r'LOGIN "odd \"user\"" "pw"')
        assert server.heard[2].endswith("CAPABILITY")


@pytest.mark.parametrize("partial", [b"", b"* BYE going down\r\n", b"* SEARCH 1 2"])
async def test_a_line_that_breaks_fails_the_command_at_once_and_all_later_ones(partial: bytes) -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        await line.hear()
        await line.raw(partial)
        line.hang_up()

    async with against(script, timeout=20) as (session, _):
        started = time.monotonic()
        for _ in range(2):
            with pytest.raises(MailboxUnavailable):
                await session.look("INBOX")
        assert time.monotonic() - started < 2


async def test_a_break_inside_a_letter_yields_no_half_letter() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        tag, _ = await line.imap_tag()
        await line.say("* 1 FETCH (UID 5 RFC822.SIZE 100)", f"{tag} OK done")
        await line.hear()
        await line.raw(b"* 1 FETCH (UID 5 BODY[]<0> {100}\r\nSubject: half")
        line.hang_up()

    async with against(script) as (session, _):
        with pytest.raises(MailboxUnavailable):
            await all_of(session, [5])


async def test_after_one_timeout_the_session_is_of_no_more_use() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        await line.gone()

    async with against(script, timeout=0.3) as (session, server):
        with pytest.raises(MailboxUnavailable, match="in time"):
            await session.look("INBOX")
        heard = len(server.heard)
        started = time.monotonic()
        with pytest.raises(MailboxUnavailable, match="closed"):
            await session.move("INBOX", 1, "Done")
        assert time.monotonic() - started < 0.1
        assert len(server.heard) == heard


async def test_a_server_silent_in_idle_does_not_hold_us() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        await line.hear()
        await line.say("+ idling")
        await line.gone()

    async with against(script, "IDLE", timeout=0.3) as (session, _):
        started = time.monotonic()
        with pytest.raises(MailboxUnavailable):
            await session.wait_for_news("INBOX", timedelta(seconds=0.3))
        assert time.monotonic() - started < 1.5


async def test_a_server_that_never_accepts_idle_does_not_hold_us() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        await line.gone()

    async with against(script, "IDLE", timeout=0.3) as (session, _):
        with pytest.raises(MailboxUnavailable):
            await session.wait_for_news("INBOX", timedelta(seconds=30))


async def test_a_line_lost_in_idle_is_noticed_at_once() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        await line.hear()
        await line.say("+ idling", "* OK Still here")
        await asyncio.sleep(0.2)
        line.hang_up()

    async with against(script, "IDLE") as (session, _):
        started = time.monotonic()
        with pytest.raises(MailboxUnavailable):
            await session.wait_for_news("INBOX", timedelta(seconds=30))
        assert 0.1 < time.monotonic() - started < 2


async def test_a_server_without_idle_is_simply_waited_for() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        await line.gone()

    async with against(script) as (session, server):
        await session.wait_for_news("INBOX", timedelta(seconds=0.1))
        assert not any("IDLE" in each for each in server.heard)


async def test_two_thousand_lines_in_one_read_are_no_trouble() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        tag, _ = await line.imap_tag()
        await line.say(*(f"* {n} EXPUNGE" for n in range(2000)), "* SEARCH 4 5", f"{tag} OK done")
        await line.gone()

    async with against(script) as (session, _):
        view = await session.look("INBOX")
        assert view is not None
        assert view.uids == (4, 5)


async def test_letters_are_asked_for_at_most_a_hundred_at_a_time() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        while True:
            tag, _ = await line.imap_tag()
            await line.say(f"{tag} OK done")

    async with against(script) as (session, server):
        assert await all_of(session, range(1, 251)) == []
        asked = [each.split(" ")[3].count(",") + 1 for each in server.heard if "FETCH" in each]
        assert asked == [100, 100, 50]


async def test_a_letter_announced_small_but_sent_endless_ends_the_session() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        tag, _ = await line.imap_tag()
        await line.say("* 1 FETCH (UID 5 RFC822.SIZE 100)", f"{tag} OK done")
        await line.hear()
        await line.raw(b"* 1 FETCH (UID 5 BODY[]<0> {99999999999}\r\n")
        for _ in range(100):
            await line.raw(b"x" * 10_000)
        await line.gone()

    async with against(script) as (session, _):
        with pytest.raises(MailboxUnavailable, match=r"closed|no sense"):
            await all_of(session, [5], size_limit=1000)


async def test_a_letter_that_drips_is_left_at_the_deadline() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        tag, _ = await line.imap_tag()
        await line.say("* 1 FETCH (UID 5 RFC822.SIZE 1000)", f"{tag} OK done")
        await line.hear()
        await line.raw(b"* 1 FETCH (UID 5 BODY[]<0> {1000}\r\n")
        for _ in range(100):
            await line.raw(b"x")
            await asyncio.sleep(0.05)

    async with against(script, letter_timeout=0.4) as (session, _):
        started = time.monotonic()
        with pytest.raises(MailboxUnavailable, match="in time"):
            await all_of(session, [5])
        assert time.monotonic() - started < 2


async def test_news_about_other_letters_between_the_lines_is_not_mistaken_for_ours() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        tag, _ = await line.imap_tag()
        await line.say(
            "* 9 FETCH (FLAGS (\\Seen))",
            "* 10 EXISTS",
            "* 2 FETCH (RFC822.SIZE 7 UID 6)",
            "* 1 FETCH (UID 5 RFC822.SIZE 5)",
            f"{tag} OK done",
        )
        for uid in (5, 6):
            tag, _ = await line.imap_tag()
            await line.say("* 9 FETCH (UID 99 BODY[]<0> {7}", f"foreign UID {uid})", "* 3 EXPUNGE")
            await line.say("* 1 FETCH (BODY[]<0> {5}", f"our-{uid} UID {uid})", "* 9 FETCH (FLAGS ())", f"{tag} OK done")
        await line.gone()

    async with against(script) as (session, _):
        assert [(each.uid, each.raw) for each in await all_of(session, [5, 6])] == [(5, b"our-5"), (6, b"our-6")]


async def test_without_move_a_letter_is_copied_marked_and_only_it_is_removed() -> None:
    async def script(line: Conversation) -> None:
        await line.imap_select()
        tag, _ = await line.imap_tag()
        await line.say("* SEARCH 5", f"{tag} OK done")
        tag, _ = await line.imap_tag()
        await line.say(f"{tag} NO [TRYCREATE] no folder")
        while True:
            tag, _ = await line.imap_tag()
            await line.say(f"{tag} OK done")

    async with against(script, "UIDPLUS") as (session, server):
        assert await session.move("INBOX", 5, "Done") is True
    words = [each.split(" ", 1)[1] for each in server.heard[5:]]
    assert words[:5] == [
        'UID COPY 5 "Done"',
        'CREATE "Done"',
        'UID COPY 5 "Done"',
        "UID STORE 5 +FLAGS.SILENT (\\Deleted)",
        "UID EXPUNGE 5",
    ]


async def test_a_folder_that_is_there_but_closed_to_us_is_not_a_folder_that_is_missing() -> None:
    async def script(line: Conversation) -> None:
        tag, _ = await line.imap_tag()
        await line.say(f"{tag} NO permission denied")
        tag, _ = await line.imap_tag()
        await line.say('* LIST () "/" INBOX', f"{tag} OK done")
        await line.gone()

    async with against(script) as (session, _):
        with pytest.raises(MailboxUnavailable, match="open the folder"):
            await session.look("INBOX")
