"""Room 1: every letter is kept before anything reads it, acted on once, and filed away only afterwards."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from service.database.received import ReceivedState
from service.flow import receive
from service.flow.receive import SIZE_LIMIT, file_away, receive_new
from service.flow.rounds import triage_round
from service.ports import FetchedLetter, MailboxUnavailable
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


async def receive_all(home: Home) -> int:
    return await receive_new(home.house, home.mailbox, home.inbox, now=home.now)


async def test_a_letter_that_came_and_went_between_two_looks_becomes_a_task(home: Home) -> None:
    home.post(SAM, COMPLETE)
    await receive_all(home)
    assert "letter_vanished" not in await task_kinds(home)
    home.post(SAM, "Gone before anybody looked.\n")
    home.mailbox.folders["INBOX"].pop(2)
    home.post(SAM, "Still there.\n")
    await receive_all(home)
    assert (await task_kinds(home)).count("letter_vanished") == 1
    await receive_all(home)
    assert len(await received(home)) == 2


async def test_a_letter_that_goes_between_the_list_and_the_fetch_becomes_a_task(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.post(SAM, COMPLETE)
    home.post(SAM, "Taken from under our hands.\n")
    plain = home.mailbox.fetch

    async def somebody_is_quicker(folder: str, uids: Sequence[int], *, size_limit: int) -> AsyncIterator[FetchedLetter]:
        home.mailbox.folders["INBOX"].pop(2, None)
        async for one in plain(folder, uids, size_limit=size_limit):
            yield one

    monkeypatch.setattr(home.mailbox, "fetch", somebody_is_quicker)
    await receive_all(home)
    assert len(await received(home)) == 1
    assert "letter_vanished" in await task_kinds(home)


async def test_a_letter_that_the_server_held_back_once_is_no_lost_letter(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.post(SAM, COMPLETE)
    with monkeypatch.context() as patched:
        patched.setattr(home.mailbox, "fetch", _nothing)
        await receive_all(home)
    assert "letter_vanished" not in await task_kinds(home)
    assert await receive_all(home) == 1


async def _nothing(_folder: str, _uids: Sequence[int], *, size_limit: int) -> AsyncIterator[FetchedLetter]:
    gone: tuple[FetchedLetter, ...] = ()
    for one in gone:
        yield one


async def test_what_came_whole_before_the_line_broke_is_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        home.post(SAM, f"Letter {number}\n")
    plain = home.mailbox.fetch

    async def breaks(folder: str, uids: Sequence[int], *, size_limit: int) -> AsyncIterator[FetchedLetter]:
        async for one in plain(folder, uids[:2], size_limit=size_limit):
            yield one
        raise MailboxUnavailable("The mail server closed the line.")

    monkeypatch.setattr(home.mailbox, "fetch", breaks)
    with pytest.raises(MailboxUnavailable):
        await receive_all(home)
    assert [one.uid for one in await received(home)] == [1, 2]
    assert "letter_vanished" not in await task_kinds(home)


async def test_in_a_backlog_found_children_and_decisions_go_first_newest_first(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "BATCH", 3)
    monkeypatch.setattr(receive, "PASS", 6)
    subjects, to = {7: "Child found", 11: "FOUND safe and well"}, {9: "alerts+d.abc@kent.test"}
    for uid in range(1, 13):
        home.post(SAM, f"Letter {uid}\n", subject=subjects.get(uid, "A letter"), to=to.get(uid, "alerts@kent.test"))
    assert await receive_all(home) == 12
    assert [one.uid for one in await received(home)] == [1, 2, 3, 11, 9, 7, 4, 5, 6, 8, 10, 12]
    async with home.database.read() as work:
        waiting = [(await work.received.get(one)).uid for one in await work.received.next_new(5, at=home.now)]
    assert waiting == [11, 9, 7, 1, 2]


async def test_a_watched_folder_that_was_renamed_becomes_a_task_and_one_that_never_was_does_not(home: Home) -> None:
    await receive_all(home)
    assert "folder_missing" not in await task_kinds(home)
    home.mailbox.folders["Old"] = home.mailbox.folders.pop("INBOX")
    await receive_all(home)
    await receive_all(home)
    assert (await task_kinds(home)).count("folder_missing") == 1


async def test_two_workers_that_read_the_mailbox_at_once_keep_each_letter_once(home_on_each: Home) -> None:
    home = home_on_each
    for number in range(5):
        home.post(SAM, f"{number}\n{COMPLETE}")
    kept = await asyncio.gather(*(receive_new(home.house, home.mailbox, home.inbox, now=home.now) for _ in range(3)))
    assert sum(kept) == len(await received(home)) == 5
