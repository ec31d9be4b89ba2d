"""Room 1: every letter is kept before anything reads it, acted on once, and filed away only afterwards."""

import asyncio
from dataclasses import replace

from service.database.received import ReceivedState
from service.flow.receive import SIZE_LIMIT, file_away, receive_new
from service.flow.rounds import triage_round
from tests.service.flow.home import Home
from tests.service.flow.walk import COMPLETE, SAM, ask_quality, cases, received, task_kinds


async def test_a_letter_moved_back_to_the_inbox_is_a_copy_and_acts_no_second_time(home: Home) -> None:
    await ask_quality(home)
    sent = len(home.mailer.sent)
    (raw,) = home.mailbox.folders["Processed"].values()
    home.mailbox.put(raw)
    await home.settle()
    first, copy = await received(home)
    assert copy.copy_of == first.id
    assert copy.kind == "copy"
    assert len(await cases(home)) == 1
    assert len(home.mailer.sent) == sent


async def test_a_mailbox_that_numbers_its_letters_anew_is_read_again_and_nothing_is_done_twice(home: Home) -> None:
    home.inbox = replace(home.inbox, move=False)
    await ask_quality(home)
    sent = len(home.mailer.sent)
    home.mailbox.uidvalidity = 2
    await home.settle()
    assert [one.uidvalidity for one in await received(home)] == [1, 2]
    assert len(await cases(home)) == 1
    assert len(home.mailer.sent) == sent
    assert "mailbox_renumbered" in await task_kinds(home)


async def test_a_letter_is_not_filed_under_a_number_that_now_belongs_to_another(home: Home) -> None:
    home.post(SAM, COMPLETE)
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    await triage_round(home.house, now=home.now)
    home.mailbox.uidvalidity = 2
    home.mailbox.folders["INBOX"] = {1: b"Subject: another letter\r\n\r\nNobody has read it.\r\n"}
    await file_away(home.house, home.mailbox, home.inbox)
    assert 1 in home.mailbox.folders["INBOX"]


async def test_the_same_message_id_with_other_words_goes_to_a_person(home: Home) -> None:
    await ask_quality(home)
    (raw,) = home.mailbox.folders["Processed"].values()
    home.mailbox.put(raw.replace(b"Did not come home", b"Never came home"))
    await home.settle()
    _, second = await received(home)
    assert second.state is ReceivedState.QUARANTINED
    assert second.rule == "held"
    assert len(await cases(home)) == 1
    assert "letter_to_read" in await task_kinds(home)


async def test_a_letter_over_the_size_limit_is_kept_as_headers_and_goes_to_a_person(home: Home) -> None:
    home.post(SAM, COMPLETE)
    (uid,) = home.mailbox.folders["INBOX"]
    home.mailbox.folders["INBOX"][uid] += b"x" * SIZE_LIMIT
    await home.settle()
    (letter,) = await received(home)
    assert not letter.complete
    assert letter.size > SIZE_LIMIT
    assert letter.state is ReceivedState.QUARANTINED
    assert letter.reason is not None
    assert "40 MB" in letter.reason
    assert await cases(home) == ()
    async with home.database.read() as work:
        assert b"Amy" not in await work.received.raw(letter.id)


async def test_a_form_in_the_junk_folder_waits_for_a_person(home: Home) -> None:
    home.post(SAM, COMPLETE)
    (raw,) = home.mailbox.folders["INBOX"].values()
    home.mailbox.folders["INBOX"].clear()
    home.mailbox.put(raw, "Junk")
    await home.settle()
    (letter,) = await received(home)
    assert (letter.folder, letter.state) == ("Junk", ReceivedState.QUARANTINED)
    assert await cases(home) == ()
    assert "letter_to_read" in await task_kinds(home)


async def test_a_letter_is_filed_only_after_it_was_handled(home: Home) -> None:
    home.post(SAM, COMPLETE)
    home.post("stranger@elsewhere.test", "Hello\n")
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    assert await file_away(home.house, home.mailbox, home.inbox) == 0
    assert len(home.mailbox.folders["INBOX"]) == 2
    await triage_round(home.house, now=home.now)
    assert await file_away(home.house, home.mailbox, home.inbox) == 2
    assert home.mailbox.folders["INBOX"] == {}
    assert len(home.mailbox.folders["Processed"]) == 1
    assert len(home.mailbox.folders["Needs attention"]) == 1


async def test_a_letter_that_a_person_moved_first_is_handled_all_the_same(home: Home) -> None:
    home.post(SAM, COMPLETE)
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    (uid,) = home.mailbox.folders["INBOX"]
    await home.mailbox.move("INBOX", uid, "Sam's folder")
    await home.settle()
    assert len(await cases(home)) == 1
    assert len(home.mailbox.folders["Sam's folder"]) == 1
    assert "Processed" not in home.mailbox.folders
    assert await file_away(home.house, home.mailbox, home.inbox) == 0


async def test_a_mailbox_that_is_not_ours_to_tidy_keeps_its_letters(home: Home) -> None:
    home.inbox = replace(home.inbox, move=False)
    await ask_quality(home)
    assert len(home.mailbox.folders["INBOX"]) == 1
    assert set(home.mailbox.folders) == {"INBOX"}
    assert await file_away(home.house, home.mailbox, home.inbox) == 0


async def test_two_workers_that_read_the_mailbox_at_once_keep_each_letter_once(home_on_each: Home) -> None:
    home = home_on_each
    for number in range(5):
        home.post(SAM, f"{number}\n{COMPLETE}")
    kept = await asyncio.gather(*(receive_new(home.house, home.mailbox, home.inbox, now=home.now) for _ in range(3)))
    assert sum(kept) == len(await received(home)) == 5
