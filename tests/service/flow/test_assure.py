"""Rooms 3 and 4: questions go to the reporter by number, and the right person passes exactly what they saw."""

import pytest

from service.database.received import ReceivedState
from service.domain.errors import ChangedMeanwhile, NotAllowed
from service.domain.notice import NoticeState
from service.domain.people import Role
from service.flow.assure import pass_notice, return_notice
from tests.service.flow.home import Home
from tests.service.flow.walk import (
    ADA,
    COMPLETE,
    HELEN,
    PRIYA,
    SAM,
    ask_approvers,
    ask_quality,
    last_notice,
    person,
    received,
    task_kinds,
    the_case,
)  # fmt: skip

NO_MEDIA = COMPLETE.replace("Has a media strategy been considered: Yes\n", "")


def text(home: Home, address: str) -> str:
    return home.text_to(address)


async def test_answers_by_number_fill_what_was_missing(home: Home) -> None:
    await ask_quality(home, NO_MEDIA)
    assert (await last_notice(home)).state is NoticeState.RETURNED
    assert home.letters_to(PRIYA) == []
    home.reply(home.last_to(SAM), SAM, "1: Yes\n")
    await home.settle()
    notice = await last_notice(home)
    assert notice.state is NoticeState.CHECKING
    assert notice.fields["media_strategy"]["considered"] is True
    assert len(home.letters_to(PRIYA)) == 1


async def test_a_corrected_form_lies_on_top_of_the_first(home: Home) -> None:
    await ask_quality(home, NO_MEDIA)
    home.reply(home.last_to(SAM), SAM, COMPLETE.replace("High", "Medium"))
    await home.settle()
    notice = await last_notice(home)
    assert notice.state is NoticeState.CHECKING
    assert notice.fields["risk_level"] == "medium"
    assert notice.number == 1


async def test_an_answer_that_cannot_be_read_is_asked_for_again(home: Home) -> None:
    await ask_quality(home, COMPLETE.replace("Date missing: 20 October 2026\n", ""))
    first = home.last_to(SAM)
    home.reply(first, SAM, "1: some time in the autumn\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.RETURNED
    second = home.last_to(SAM)
    assert second["Message-ID"] != first["Message-ID"]
    home.reply(second, SAM, "1: 20 October 2026\n")
    await home.settle()
    assert (await last_notice(home)).fields["date_went_missing"] == "2026-10-20"
    assert (await last_notice(home)).state is NoticeState.CHECKING


@pytest.mark.parametrize("sender", [ADA, "priya@elsewhere.test"])
async def test_a_pass_by_somebody_who_was_not_asked_is_held(home: Home, sender: str) -> None:
    await ask_quality(home)
    home.reply(home.last_to(PRIYA), sender, "PASS\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CHECKING
    assert (await received(home))[-1].state is ReceivedState.QUARANTINED


async def test_a_pass_whose_origin_is_forged_is_held(home: Home) -> None:
    await ask_quality(home)
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n", forged=True)
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CHECKING


async def test_a_pass_on_words_that_were_corrected_since_does_not_count(home: Home) -> None:
    await ask_quality(home)
    old = home.last_to(PRIYA)
    home.reply(home.last_to(SAM), SAM, COMPLETE.replace("High", "Medium"))
    await home.settle()
    home.reply(old, PRIYA, "PASS\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CHECKING
    assert "letter_to_read" in await task_kinds(home)
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n\nNow I have seen it.\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL


async def test_a_question_by_quality_assurance_reaches_the_reporter(home: Home) -> None:
    await ask_quality(home)
    home.reply(home.last_to(PRIYA), PRIYA, "RETURN Which school does she go to?\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.RETURNED
    assert "Which school does she go to?" in text(home, SAM)
    assert home.letters_to(HELEN) == []


async def test_neither_pass_nor_return_is_held(home: Home) -> None:
    await ask_quality(home)
    home.reply(home.last_to(PRIYA), PRIYA, "Looks fine to me, I think\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CHECKING
    assert "letter_to_read" in await task_kinds(home)


async def test_the_author_cannot_check_their_own_notice(home: Home) -> None:
    home.post(PRIYA, COMPLETE)
    await home.settle()
    notice = await last_notice(home)
    with pytest.raises(NotAllowed):
        await pass_notice(home.house, notice.id, await person(home, PRIYA), notice.version, home.now)
    assert (await last_notice(home)).state is NoticeState.CHECKING


async def test_only_quality_assurance_can_pass_or_return_on_the_page(home: Home) -> None:
    await ask_quality(home)
    notice, helen = await last_notice(home), await person(home, HELEN)
    with pytest.raises(NotAllowed):
        await pass_notice(home.house, notice.id, helen, notice.version, home.now)
    with pytest.raises(NotAllowed):
        await return_notice(home.house, notice.id, helen, "Why?", notice.version, home.now)
    assert (await last_notice(home)).version == notice.version


async def test_a_page_that_shows_an_older_version_passes_nothing(home: Home) -> None:
    await ask_quality(home)
    notice = await last_notice(home)
    with pytest.raises(ChangedMeanwhile):
        await pass_notice(home.house, notice.id, await person(home, PRIYA), notice.version - 1, home.now)
    assert (await last_notice(home)).state is NoticeState.CHECKING


async def test_what_the_policy_finds_is_shown_to_those_who_check_and_decide(home: Home) -> None:
    await ask_approvers(home, COMPLETE.replace("20 October 2026", "20 November 2026"))
    waits = next(one for one in (await last_notice(home)).findings if one.rule == "wait")
    assert waits.outcome == "not_met"
    for address in (PRIYA, HELEN):
        assert waits.says in " ".join(text(home, address).split())
        assert waits.source in " ".join(text(home, address).split())


async def test_a_house_without_quality_assurance_gives_somebody_the_task(home: Home) -> None:
    import sqlalchemy as sa

    from service.database.people_tables import persons

    async with home.database.begin() as work:
        await work.connection.execute(sa.update(persons).where(persons.c.address == PRIYA).values(roles=Role.REPORTER.value))
    await ask_quality(home)
    assert "nobody_checks" in await task_kinds(home)
    assert (await the_case(home)).reporter_address == SAM


async def test_an_answer_to_a_checkers_question_reaches_those_who_decide_and_changes_no_word_of_the_form(home: Home) -> None:
    await ask_quality(home)
    home.reply(home.last_to(PRIYA), PRIYA, "RETURN Which school does she go to?\n")
    await home.settle()
    home.reply(home.last_to(SAM), SAM, "1: Sample Primary School\n")
    await home.settle()
    notice = await last_notice(home)
    assert (notice.state, notice.fields["circumstances"]) == (NoticeState.CHECKING, "Did not come home from school.")
    assert "Which school does she go to? Answer: Sample Primary School" in text(home, PRIYA)
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n\nNow it is whole.\n")
    await home.settle()
    assert "Which school does she go to? Answer: Sample Primary School" in text(home, HELEN)
    assert "write why" not in text(home, HELEN)


async def test_a_correction_keeps_what_was_said_before_and_shows_it_to_the_checker(home: Home) -> None:
    await ask_quality(home)
    home.reply(home.last_to(SAM), SAM, COMPLETE.replace("High", "Medium"))
    await home.settle()
    notice = await last_notice(home)
    assert [one.fields["risk_level"] for one in notice.earlier] == ["high"]
    assert "[Changed] Level of risk\r\n    medium\r\n    Before: high" in text(home, PRIYA)


async def test_the_missing_date_of_a_draft_can_be_put_right(home: Home) -> None:
    await ask_quality(home)
    home.reply(home.last_to(SAM), SAM, COMPLETE.replace("20 October 2026", "21 October 2026"))
    await home.settle()
    case = await the_case(home)
    assert case.missing_since is not None and case.missing_since.isoformat() == "2026-10-21"
    assert "Before: 20 October 2026" in text(home, PRIYA)


async def test_a_stage_can_be_passed_and_its_case_corrected_again_and_again(home: Home) -> None:
    await ask_quality(home)
    for phone in ("07700 900001", "07700 900002", "07700 900003"):
        home.reply(home.letters_to(SAM)[0], SAM, f"{COMPLETE}\nPhones: {phone}\n")
        await home.settle()
    notice = await last_notice(home)
    assert (notice.state, len(notice.earlier)) == (NoticeState.CHECKING, 3)
    assert [kind for kind in await task_kinds(home) if kind == "check_notice"] == ["check_notice"]
