"""The silent are asked again, once for all they owe; nobody is who answered a moment ago, and nobody once the child is found."""

from datetime import UTC, datetime, timedelta

import pytest

from service.database.leaving import Move
from service.domain.delivery import Answer, DeliveryEvent, DeliveryState
from service.domain.errors import NotAllowed, NotFound
from service.flow.chase import CALL, chase_silent, owing, spoke_to
from service.flow.deliver import LEASE, deliver_due
from service.flow.track import answer_by_link
from service.ports import SendOutcome, SendResult
from tests.directory.decided import set_contact
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.test_closure import at, end
from tests.service.flow.walk import (
    CARDIFF,
    COMPLETE,
    HELEN,
    LEEDS,
    MEDWAY,
    PRIYA,
    SAM,
    approve,
    board,
    cases,
    go_live,
    last_notice,
    person,
    task_kinds,
    tasks,
    the_case,
)

LEEDS_CODE = AUTHORITIES[0]


def chasers(home: Home, address: str) -> list[str]:
    return [str(one["Subject"]) for one in home.letters_to(address) if str(one["Subject"]).startswith("Please answer")]


async def morning(home: Home, day: int, month: int = 11, hour: int = 10, year: int = 2026) -> int:
    """Let it be ten o'clock on that day, ask again, and send what was written."""
    home.now = datetime(year, month, day, hour, tzinfo=UTC)
    written = await chase_silent(home.house, now=home.now)
    await home.settle()
    return written


async def answer(home: Home, address: str, words: str = "Answer: 1\n") -> None:
    letter = next(one for one in reversed(home.letters_to(address)) if not str(one["Subject"]).startswith("Please answer"))
    home.reply(letter, address, words)
    await home.settle()


async def token_of(home: Home, address: str) -> str:
    return home.house.tokens.issue("a", (await board(home))[address].id)


async def test_the_silent_are_written_to_on_the_first_third_and_fifth_working_day_and_then_called(home_on_each: Home) -> None:
    home = home_on_each
    await go_live(home)  # Tuesday 24 November
    await answer(home, MEDWAY)
    assert await morning(home, 24, hour=16) == 0
    written = {}
    for day in (*range(25, 31), *range(1, 6)):
        written[day] = await morning(home, day, 11 if day > 20 else 12)
    # Leeds and Cardiff; 30 November is a bank holiday in Scotland alone.
    assert written == {25: 2, 26: 0, 27: 2, 28: 0, 29: 0, 30: 0, 1: 2, 2: 0, 3: 0, 4: 0, 5: 0}
    assert chasers(home, LEEDS) == ["Please answer: 1 national alert"] * 3 and chasers(home, MEDWAY) == []
    calls = [one for one in await tasks(home) if one.kind == CALL]
    assert sorted(one.says for one in calls) == [
        "Call City of Cardiff Council: no answer to 1 letter and 3 reminders.",
        "Call Leeds City Council: no answer to 1 letter and 3 reminders.",
    ]
    assert all(one.created_at.day == 2 for one in calls)


async def test_a_chaser_says_nothing_about_the_child_and_is_answered_like_the_letter_itself(home: Home) -> None:
    await go_live(home)
    await morning(home, 25)
    letter = home.last_to(LEEDS)
    text = home.text_to(LEEDS)
    assert "Amy" not in text and "Example" not in text and (await the_case(home)).reference in text
    alert = (await board(home))[LEEDS]
    assert f"<{alert.id}@kent.test>" == letter["References"]
    home.reply(letter, LEEDS, "Answer: 1\n")
    await home.settle()
    assert (await board(home))[LEEDS].answer is Answer.NOT_KNOWN
    assert await morning(home, 27) == 2 and len(chasers(home, LEEDS)) == 1  # Medway and Cardiff


async def test_one_letter_asks_for_everything_an_authority_owes(home: Home) -> None:
    await go_live(home)
    home.post(SAM, COMPLETE.replace("Amy Jane", "Ben").replace("Example", "Sample"), subject="Another child")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    await approve(home)
    both = [one.reference for one in await cases(home)]
    assert len(both) == 2
    assert await morning(home, 25) == 3
    assert chasers(home, LEEDS) == ["Please answer: 2 national alerts"]
    text = home.text_to(LEEDS)
    assert all(one in text for one in both) and text.count("https://alerts.kent.test/answer/") == 2
    assert "+a." not in str(home.last_to(LEEDS)["Reply-To"])


async def test_no_chaser_leaves_after_an_answer_not_even_one_that_was_claimed(home_on_each: Home) -> None:
    home = home_on_each
    await go_live(home)
    home.now = datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert await chase_silent(home.house, now=home.now) == 3
    await answer_by_link(home.house, await token_of(home, LEEDS), name="Pat Sample", answer=Answer.NOT_KNOWN, words="", now=home.now)
    async with home.database.begin() as work:  # a sender took what is left, and then Medway answers
        claimed = await work.deliveries.claim(10, now=home.now, lease_for=LEASE)
    assert sorted(one.address for one in claimed if one.kind == "chaser") == sorted([MEDWAY, CARDIFF])
    await answer_by_link(home.house, await token_of(home, MEDWAY), name="Pat Sample", answer=Answer.NOT_KNOWN, words="", now=home.now)
    async with home.database.begin() as work:
        moves = [Move(delivery_id=one.id, event=DeliveryEvent.JOURNALLED, lease=one.lease) for one in claimed if one.kind == "chaser"]
        left = await work.deliveries.move(moves, at=home.now)
    assert [one.address for one in claimed if one.id in left] == [CARDIFF]
    home.now += timedelta(minutes=1)
    await chase_silent(home.house, now=home.now)
    async with home.database.read() as work:
        states = {one.address: (await work.deliveries.get(one.id)).state for one in claimed if one.kind == "chaser"}  # type: ignore[union-attr]
    assert states == {MEDWAY: DeliveryState.SUPERSEDED, CARDIFF: DeliveryState.IN_DOUBT}


async def test_an_answer_nobody_could_tie_to_the_authority_stops_no_chaser(home: Home) -> None:
    await go_live(home)
    home.reply(home.last_to(LEEDS), "somebody@elsewhere.test", "Answer: 1\n")
    await home.settle()
    assert (await board(home))[LEEDS].confirmed is False
    assert await morning(home, 25) == 3


async def test_no_chaser_leaves_once_the_child_is_found_and_then_the_found_notice_is_chased(home: Home) -> None:
    await go_live(home)
    home.now = datetime(2026, 11, 25, 10, tzinfo=UTC)
    await chase_silent(home.house, now=home.now)  # written, and not sent yet
    taken, late = SendResult(outcome=SendOutcome.ACCEPTED, code=250), SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, code=451)
    home.mailer.answers = lambda envelope: late if envelope.recipient.startswith("duty@") else taken
    await end(home)
    home.mailer.answers = lambda _: taken
    home.now += timedelta(minutes=5)
    await home.settle()
    assert chasers(home, LEEDS) == [] and str(home.last_to(LEEDS)["Subject"]).startswith("FOUND")
    assert await morning(home, 26) == 3
    assert "Found: stop searching" in home.text_to(LEEDS) and "CLOSED" in home.text_to(LEEDS)
    home.reply(home.last_to(LEEDS), LEEDS, "CLOSED\n")
    await home.settle()
    async with home.database.read() as work:
        assert LEEDS_CODE not in await work.deliveries.still_believing((await the_case(home)).id)
    assert await morning(home, 30) == 2


async def test_the_second_letter_goes_to_the_fallback_and_the_third_to_the_person_who_holds_the_post(home: Home) -> None:
    await go_live(home)
    async with home.database.begin() as work:
        for order, (address, role) in enumerate([(LEEDS, "Duty desk"), ("pat@e08000035.test", "Custodian"), ("hub@e08000035.test", "Hub")]):
            await set_contact(
                work.register, gss_code=LEEDS_CODE, address=address, role=role, order=order, who="test", why="test", at=home.now
            )
    await morning(home, 25)
    await morning(home, 27)
    await morning(home, 1, 12)
    assert [len(chasers(home, one)) for one in (LEEDS, "hub@e08000035.test", "pat@e08000035.test")] == [1, 1, 1]


async def test_the_first_letter_goes_to_the_last_proved_address(home: Home) -> None:
    await go_live(home)
    await at(home, LEEDS_CODE, "proved@e08000035.test", 1)
    async with home.database.begin() as work:
        await work.register.prove_contact(gss_code=LEEDS_CODE, order=1, who="test", why="test", at=home.now)
    await morning(home, 25)
    assert len(chasers(home, "proved@e08000035.test")) == 1 and chasers(home, LEEDS) == []


async def test_an_answer_by_telephone_counts_and_takes_the_call_from_the_list(home: Home) -> None:
    await go_live(home)
    for day, month in ((25, 11), (27, 11), (1, 12), (2, 12)):
        await morning(home, day, month)
    assert (await task_kinds(home)).count(CALL) == 3
    priya = await person(home, PRIYA)
    letter = (await board(home))[LEEDS]
    with pytest.raises(NotAllowed):
        await spoke_to(home.house, letter.id, priya, who=" ", answer=Answer.NOT_KNOWN, words="", now=home.now)
    with pytest.raises(NotAllowed):
        await spoke_to(home.house, letter.id, priya, who="Pat Sample", answer=Answer.PLEASE_READ, words="", now=home.now)
    with pytest.raises(NotAllowed):
        await spoke_to(home.house, letter.id, await person(home, SAM), who="Pat Sample", answer=Answer.NOT_KNOWN, words="", now=home.now)
    with pytest.raises(NotFound):
        await spoke_to(home.house, "0" * 32, priya, who="Pat Sample", answer=Answer.NOT_KNOWN, words="", now=home.now)
    await spoke_to(home.house, letter.id, priya, who="Pat Sample, duty", answer=Answer.POSSIBLE_MATCH, words="Call back.", now=home.now)
    async with home.database.read() as work:
        (said,) = await work.responses.of_case((await the_case(home)).id)
    assert (said.way, said.who, said.words, said.answer) == ("phone", "Pat Sample, duty", "Call back.", Answer.POSSIBLE_MATCH)
    await home.settle()
    assert (await task_kinds(home)).count(CALL) == 2
    assert str(home.last_to(SAM)["Subject"]).startswith("AN AUTHORITY MAY KNOW THIS FAMILY")


async def test_a_call_nobody_needs_any_more_leaves_the_list(home: Home) -> None:
    await go_live(home)
    for day, month in ((25, 11), (27, 11), (1, 12), (2, 12)):
        await morning(home, day, month)
    await answer(home, LEEDS)
    await morning(home, 3, 12)
    assert (await task_kinds(home)).count(CALL) == 2


async def test_the_round_is_taken_once_an_hour_in_office_hours_and_a_missed_one_is_made_good(home: Home) -> None:
    await go_live(home)
    assert await morning(home, 25, hour=7) == 0
    assert await morning(home, 25, hour=15) == 3  # six hours late
    assert await morning(home, 25, hour=15) == 0
    assert await morning(home, 5, 1, year=2027) == 3  # a standstill of weeks: one letter, not two
    assert await morning(home, 6, 1, year=2027) == 0


async def test_what_the_call_list_shows(home: Home) -> None:
    await go_live(home)
    await at(home, LEEDS_CODE, LEEDS)
    for day, month in ((25, 11), (27, 11), (1, 12), (2, 12)):
        await morning(home, day, month)
    async with home.database.read() as work:
        authority = await work.people.authority((await person(home, HELEN)).issuing_authority_id)
        listed = await owing(work, authority, home.now)
    assert [one.name for one in listed] == ["City of Cardiff Council", "Leeds City Council", "Medway Council"]
    assert {one.step.value for one in listed} == {"call"}
    notice = await last_notice(home)
    assert {one.letters[0].notice_id for one in listed} == {notice.id}
    assert await deliver_due(home.house, home.mailer, now=home.now) == 0
