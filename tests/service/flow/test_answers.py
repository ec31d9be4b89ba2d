"""Answers of authorities, whoever sends them and whenever: late, repeated, forwarded, from a shared mailbox or from a stranger."""

from datetime import timedelta

import pytest

from service.database import pages
from service.database.responses import Response
from service.domain.delivery import Answer
from service.domain.errors import NotFound
from service.flow import track
from service.flow.owning import take_on
from tests.directory.decided import set_contact
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import (
    CARDIFF,
    COMPLETE,
    FOUND,
    HELEN,
    LEEDS,
    MEDWAY,
    PRIYA,
    SAM,
    approve,
    board,
    go_live,
    person,
    task_kinds,
    tasks,
    the_case,
)
from tests.service.flow.walk import cases as all_cases


async def answers(home: Home) -> list[Response]:
    async with home.database.read() as work:
        return list(await work.responses.of_case((await the_case(home)).id))


def thanks_to(home: Home, address: str) -> list[str]:
    return [str(one["Subject"]) for one in home.letters_to(address) if str(one["Subject"]).startswith("Thank you")]


def called_out(home: Home, address: str) -> int:
    return sum("MAY KNOW" in str(one["Subject"]) for one in home.letters_to(address))


async def find(home: Home) -> None:
    """Let Amy be found, and everybody be told."""
    home.post(SAM, FOUND, subject=f"Found [{(await the_case(home)).reference}]")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    await approve(home)


async def test_known_and_possible_match_reach_worker_manager_and_quality_at_once_until_somebody_owns_them(home: Home) -> None:
    await _go_live_with(home, COMPLETE + "Team manager: Mo Sample\nTeam manager email: mo@kent.test\n")
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 3\nSearched: names\nSearched by: Pat Duty\n\nCall 01632 960111.\n")
    await home.settle()
    assert [called_out(home, one) for one in (SAM, "mo@kent.test", PRIYA)] == [1, 1, 1]
    (said,) = await answers(home)
    assert said.who == f"Pat Duty, {LEEDS}"
    (task,) = [one for one in await tasks(home) if one.kind == "answer_matters"]
    helen, priya = await person(home, HELEN), await person(home, PRIYA)
    with pytest.raises(NotFound):
        await take_on(home.house, task.id, helen, home.now)
    await take_on(home.house, task.id, priya, home.now)
    with pytest.raises(NotFound):
        await take_on(home.house, task.id, priya, home.now)
    async with home.database.read() as work:
        owners = await pages.owners_of_answers(work, said.case_id)
    assert owners == {said.delivery_id: (priya.name, home.now)}
    assert "answer_matters" not in await task_kinds(home)


async def _go_live_with(home: Home, form: str) -> None:
    home.post(SAM, form, subject="Missing child form")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    await approve(home)


async def test_who_answers_is_thanked_once_and_machines_and_strangers_never(home: Home) -> None:
    await go_live(home)
    alert = home.last_to(LEEDS)
    home.reply(alert, LEEDS, "Answer: 1\n")
    home.reply(alert, LEEDS, "Answer: 1\nSearched: names\n")
    home.reply(home.last_to(MEDWAY), MEDWAY, "Answer: 1\n", Auto_Submitted="auto-replied")
    home.reply(home.last_to(CARDIFF), "stranger@elsewhere.test", "Answer: 1\n")
    await home.settle()
    assert [len(thanks_to(home, one)) for one in (LEEDS, MEDWAY, CARDIFF, "stranger@elsewhere.test")] == [1, 0, 0, 0]
    assert "Not known" in home.text_to(LEEDS)
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 4 until 30/11/2026\n")  # a reply to the letter of thanks is an answer too
    await home.settle()
    assert (await board(home))[LEEDS].answer is Answer.CHECKS_UNDER_WAY


async def test_r26_a_forwarded_letter_answered_by_another_authority_stays_unconfirmed_and_hides_nothing(home: Home) -> None:
    await go_live(home)
    home.reply(home.last_to(LEEDS), MEDWAY, "Answer: 1\n")
    await home.settle()
    assert (await board(home))[LEEDS].answer is Answer.NOT_KNOWN
    assert not (await board(home))[LEEDS].confirmed
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 4\n")
    home.reply(home.last_to(LEEDS), MEDWAY, "Answer: 3\n")
    await home.settle()
    stands = (await board(home))[LEEDS]
    assert (stands.answer, stands.confirmed) == (Answer.CHECKS_UNDER_WAY, True)
    assert len(await answers(home)) == 3
    assert called_out(home, SAM) == 1  # what may matter is told, with the doubt
    assert "could not confirm" in home.text_to(SAM)


async def test_r26_an_authority_at_the_same_mail_domain_is_still_another_authority(home: Home) -> None:
    async with home.database.begin() as work:
        await set_contact(
            work.register, gss_code=AUTHORITIES[1], address="medway@e08000035.test", role="Duty", who="test", why="test", at=home.now
        )
    await go_live(home)
    home.reply(home.last_to(LEEDS), "medway@e08000035.test", "Answer: 1\n")
    await home.settle()
    assert not (await board(home))[LEEDS].confirmed


async def test_r27_a_reply_that_fails_the_check_of_its_origin_never_counts(home: Home) -> None:
    await go_live(home)
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 1\n", forged=True)
    await home.settle()
    stands = (await board(home))[LEEDS]
    assert stands.answer is Answer.NONE or not stands.confirmed
    assert not thanks_to(home, LEEDS)


async def test_r28_a_mailbox_shared_by_two_authorities_answers_for_the_one_whose_letter_it_replies_to(home: Home) -> None:
    async with home.database.begin() as work:
        for gss_code in AUTHORITIES[:2]:
            await set_contact(
                work.register, gss_code=gss_code, address="duty@shared.test", role="Duty", who="test", why="test", at=home.now
            )
    await go_live(home)
    first, second = home.letters_to("duty@shared.test")
    home.reply(first, "duty@shared.test", "Answer: 1\n")
    await home.settle()
    async with home.database.read() as work:
        every = await work.deliveries.of_case((await the_case(home)).id)
    assert sorted(one.answer for one in every) == [Answer.NONE, Answer.NONE, Answer.NOT_KNOWN]
    assert all(one.confirmed for one in every)
    assert first["Reply-To"] != second["Reply-To"]


async def test_r28_one_reply_that_names_several_cases_answers_only_the_case_of_its_token(home: Home) -> None:
    await go_live(home)
    first = home.last_to(LEEDS)
    await _go_live_with(home, COMPLETE.replace("Amy Jane", "Zoe").replace("04/03/2018", "05/06/2014"))
    other = next(one for one in await all_cases(home) if one.reference not in str(first["Subject"]))
    home.reply(first, LEEDS, f"Answer: 1\nThe same for {other.reference}.\n")
    await home.settle()
    async with home.database.read() as work:
        assert not await work.responses.of_case(other.id)


@pytest.mark.parametrize("words", ["This is not our child, she moved to Bradford.", "Who is the social worker?", "We saw her on Monday."])
async def test_r29_words_of_their_own_go_to_a_person_and_never_count(home: Home, words: str) -> None:
    await go_live(home)
    home.reply(home.last_to(LEEDS), LEEDS, f"{words}\n")
    await home.settle()
    stands = (await board(home))[LEEDS]
    assert stands.answer is Answer.PLEASE_READ
    assert not stands.answer.acknowledges
    assert "reply_to_read" in await task_kinds(home)
    assert [one.words for one in await answers(home)] == [words]
    assert not thanks_to(home, LEEDS)


async def test_the_same_reply_sent_twice_is_kept_once_and_calls_nobody_out_twice(home: Home) -> None:
    await go_live(home)
    alert = home.last_to(LEEDS)
    for number in ("<1@leeds.test>", "<2@leeds.test>"):
        home.reply(alert, LEEDS, "Answer: 2\nCall us.\n", X_Copy=number)
        await home.settle()
    assert len(await answers(home)) == 1
    assert called_out(home, SAM) == 1


async def test_an_answer_after_the_child_was_found_is_kept_and_read_and_calls_nobody_out(home: Home) -> None:
    await go_live(home)
    alert = home.last_to(LEEDS)
    await find(home)
    home.reply(alert, LEEDS, "Answer: 2\nShe is at her aunt's.\n")
    await home.settle()
    assert called_out(home, SAM) == 0
    kinds = await task_kinds(home)
    assert "answer_after_end" in kinds
    assert "answer_matters" not in kinds
    assert [one.answer for one in await answers(home)] == [Answer.KNOWN_CONTACT_US]
    assert not thanks_to(home, LEEDS)


async def test_an_answer_that_comes_a_year_late_still_finds_its_letter(home: Home) -> None:
    await go_live(home)
    alert = home.last_to(LEEDS)
    home.now += timedelta(days=360)
    home.reply(alert, LEEDS, "Answer: 1\n")
    await home.settle()
    assert (await board(home))[LEEDS].answer is Answer.NOT_KNOWN


async def test_checks_until_a_day_that_is_over_are_for_a_person(home: Home) -> None:
    await go_live(home)
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 4\nChecks until: 1 January 2025\n")
    await home.settle()
    assert (await board(home))[LEEDS].answer is Answer.PLEASE_READ


async def test_pressing_after_the_letter_was_answered_by_mail_counts_as_the_newest(home: Home) -> None:
    await go_live(home)
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 4\n")
    await home.settle()
    token = home.house.tokens.issue("a", (await board(home))[LEEDS].id)
    await track.answer_by_link(home.house, token, name="Pat Duty", answer=Answer.NOT_KNOWN, words="", now=home.now)
    await track.answer_by_link(home.house, token, name="Pat Duty", answer=Answer.ACKNOWLEDGED, words="", now=home.now)
    assert (await board(home))[LEEDS].answer is Answer.NOT_KNOWN  # that it was received says less than what is known


async def test_an_answer_proves_the_address_the_letter_went_to_and_a_strangers_does_not(home: Home) -> None:
    await go_live(home)
    for _ in range(2):
        home.reply(home.last_to(LEEDS), LEEDS, "Answer: 4\n")
        home.now += timedelta(days=1)
        await home.settle()
    home.reply(home.last_to(MEDWAY), "stranger@elsewhere.test", "Answer: 1\n")
    await home.settle()
    async with home.database.read() as work:
        proved = [(await work.register.contacts(one))[0].proved_at is not None for one in AUTHORITIES]
        history = [one.what for one in await work.register.history(AUTHORITIES[0])]
    assert proved == [True, False, False]
    assert history == ["added", "proved"]
