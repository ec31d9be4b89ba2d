"""What is due is said once, to the right people, with its sentence; it stops when the thing was done and nothing ends by itself."""

from datetime import timedelta

import sqlalchemy as sa

from service.database.tables import tasks as task_table
from service.domain.case import CaseState
from service.flow.clock import look_at_dates
from service.flow.to_do import tick_off
from tests.service.flow.home import Home
from tests.service.flow.local import under
from tests.service.flow.test_elsewhere import text_of
from tests.service.flow.walk import ADA, COMPLETE, FOUND, HELEN, PRIYA, SAM, UPDATE, approve, go_live, person, tasks, the_case


async def on(home: Home, days: float) -> int:
    """Let days go by, look at the dates, and send what was written."""
    home.now += timedelta(days=days)
    given = await look_at_dates(home.house, now=home.now)
    await home.settle()
    return given


def due_letters(home: Home, address: str) -> list[str]:
    return [str(one["Subject"]) for one in home.letters_to(address) if str(one["Subject"]).startswith(("Due", "OVERDUE"))]


async def through_update(home: Home, text: str = UPDATE) -> None:
    home.post(SAM, text, subject=f"More [{(await the_case(home)).reference}]")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    await approve(home)


async def test_the_first_update_is_asked_for_once_a_stage_with_its_sentence(home: Home) -> None:
    await go_live(home)  # 24 November
    reference = (await the_case(home)).reference
    assert await on(home, 20) == 0
    assert await on(home, 1) == 1  # 15 December: a week before
    assert due_letters(home, SAM) == due_letters(home, PRIYA) == [f"Due 22 December: an update of the national alert [{reference}]"]
    letter = home.last_to(SAM)
    assert "An alert update should be completed four weeks after an initial National Alert has been issued." in " ".join(
        text_of(letter).replace("| ", "").split()
    )
    assert str(letter["Reply-To"]).startswith("alerts+c.") and due_letters(home, HELEN) == []
    assert await on(home, 0.1) == await on(home, 1) == 0
    assert await on(home, 6) == 1
    assert [task.kind for task in await tasks(home)].count("update_due") == 1


async def test_once_it_is_late_the_approvers_are_told_too_every_week_and_the_case_stays_open(home: Home) -> None:
    await go_live(home)
    assert await on(home, 29) == 1
    assert due_letters(home, HELEN) == due_letters(home, ADA) == due_letters(home, SAM)
    assert due_letters(home, SAM)[0].startswith("OVERDUE since 22 December: ")
    assert [await on(home, 7) for _ in range(3)] == [1, 1, 1]
    assert await on(home, 400) == 1
    assert (await the_case(home)).state is CaseState.LIVE


async def test_an_update_that_went_out_ends_the_prompt_and_its_task(home: Home) -> None:
    await go_live(home)
    await on(home, 28)
    assert "update_due" in [task.kind for task in await tasks(home)]
    await through_update(home)
    assert await on(home, 0.1) == 0
    assert "update_due" not in [task.kind for task in await tasks(home)]


async def test_nothing_is_said_twice_in_one_hour_and_a_second_worker_finds_the_turn_taken(home: Home) -> None:
    await go_live(home)
    assert await on(home, 28) == 1
    async with home.database.begin() as work:
        await work.connection.execute(sa.delete(task_table))  # what would make it speak again
    assert await on(home, 0.01) == 0
    assert await on(home, 0.05) == 1


async def test_a_found_report_that_waits_is_asked_for_on_the_day_before_and_every_day_it_is_late(home: Home) -> None:
    await go_live(home)  # a Tuesday
    home.post(SAM, FOUND, subject=f"Found [{(await the_case(home)).reference}]")
    await home.settle()
    assert await on(home, 1) == 0
    assert await on(home, 1) == 1
    assert due_letters(home, SAM)[-1].startswith("Due 27 November: the found notice")
    assert [await on(home, 1) for _ in range(3)] == [1, 1, 1]
    assert due_letters(home, HELEN)[-1].startswith("OVERDUE since 27 November")


async def test_a_return_interview_is_asked_for_after_the_case_has_ended_until_a_person_ticks_it_off(home: Home) -> None:
    await under(home, "bradford")
    await go_live(home)
    await through_update(home, FOUND)
    assert (await the_case(home)).state is CaseState.CLOSED
    assert await on(home, 0.05) == 1
    letter = text_of(home.last_to(SAM))
    assert "should be offered an independent return Interview within 72 hours" in " ".join(letter.replace("| ", "").split())
    assert "116 000" in letter
    task = next(one for one in await tasks(home) if one.kind == "interview_due")
    await tick_off(home.house, task.id, await person(home, PRIYA), home.now)
    assert await on(home, 3) == 0


async def test_a_policy_without_an_interview_asks_for_none(home: Home) -> None:
    await go_live(home)
    await through_update(home, FOUND)
    assert await on(home, 0.05) == 0


async def test_a_child_who_looks_like_one_of_an_earlier_case_needs_a_plan_in_bradford(home: Home) -> None:
    await under(home, "bradford")
    await go_live(home)
    await through_update(home, FOUND)
    await on(home, 0.05)
    home.post(SAM, COMPLETE.replace("20 October", "22 October"), subject="Missing again")
    await home.settle()
    home.now += timedelta(hours=2)
    assert await look_at_dates(home.house, now=home.now) == 1
    await home.settle()
    letter = home.last_to(SAM)
    assert "a Risk Management Plan and a Reporting Strategy" in str(letter["Subject"])
    assert "a person has to judge that" in " ".join(text_of(letter).split())


async def test_a_strategy_discussion_is_asked_for_in_medway_unless_there_is_a_date(home: Home) -> None:
    await under(home, "medway")
    home.post(SAM, COMPLETE, subject="Missing")
    await home.settle()
    assert await on(home, 3) == 0
    assert await on(home, 3) == 1  # two days before 1 December, a Sunday and a Saturday do not count
    assert "five working days" in text_of(home.last_to(SAM))
