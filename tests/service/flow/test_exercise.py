"""An exercise goes to everybody by two people's word, says that it is one, and is counted apart from alerts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from directory.confirming import Said
from directory.contact import How
from directory.history import By
from directory.tables import questions
from service.database import pages, weekly
from service.domain.delivery import Lane
from service.domain.errors import ChangedMeanwhile, NotAllowed
from service.flow.confirmed import Change, answer_by_link
from service.flow.exercise import Results, approve, close, prepare, results_of
from tests.directory.decided import retire, set_contact
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.test_confirm import contact, token_of
from tests.service.flow.walk import CARDIFF, LEEDS, MEDWAY, alerts_sent, board, go_live, tasks


async def prepared(home: Home) -> str:
    async with home.database.read() as work:
        (authority,) = await work.people.authorities()
    return await prepare(home.house, authority.id, by="directory", now=home.now)


async def sent(home: Home) -> str:
    exercise_id = await prepared(home)
    assert await approve(home.house, exercise_id, by="approver", now=home.now) == 3
    await home.settle()
    return exercise_id


async def results(home: Home, exercise_id: str) -> Results:
    async with home.database.read() as work:
        return await results_of(work, exercise_id)


async def test_nothing_leaves_before_another_person_lets_it_go(home: Home) -> None:
    exercise_id = await prepared(home)
    await home.settle()
    assert home.mailer.sent == []
    with pytest.raises(NotAllowed, match="somebody else"):
        await approve(home.house, exercise_id, by="directory", now=home.now)
    await approve(home.house, exercise_id, by="approver", now=home.now)
    with pytest.raises(ChangedMeanwhile):
        await approve(home.house, exercise_id, by="another", now=home.now)
    await home.settle()
    assert sorted(alerts_sent(home)) == sorted((LEEDS, MEDWAY, CARDIFF))


async def test_it_says_that_it_is_an_exercise_in_subject_and_banner(home: Home) -> None:
    await sent(home)
    assert str(home.last_to(LEEDS)["Subject"]).startswith("EXERCISE – no child is missing")
    assert "EXERCISE – no child is missing =====" in " ".join(home.text_to(LEEDS).split())
    assert "for Leeds City Council would come" in " ".join(home.text_to(LEEDS).split())


async def test_a_press_or_a_line_answers_it_and_who_did_not_becomes_a_task_when_it_is_closed(home: Home) -> None:
    exercise_id = await sent(home)
    await answer_by_link(home.house, token_of(home, LEEDS), name="Robin", said=Said.UNCHANGED, change=Change(), now=home.now)
    home.reply(home.last_to(MEDWAY), MEDWAY, "Derbyniwyd")
    await home.settle()
    found = await results(home, exercise_id)
    assert found.counts == {"answered": 2, "elsewhere": 0, "silent": 1, "lost": 0, "waiting": 0}
    assert sum(found.counts.values()) == found.recipients == 3
    assert (await contact(home)).proved_how is How.ACKNOWLEDGED
    assert await close(home.house, exercise_id, by="directory", now=home.now) == 1
    assert [(one.kind, one.subject_id) for one in await tasks(home)] == [("exercise_missed", f"exercise {AUTHORITIES[2]}")]
    with pytest.raises(ChangedMeanwhile):
        await close(home.house, exercise_id, by="directory", now=home.now)


async def test_an_address_that_changed_after_it_was_prepared_stops_it(home: Home) -> None:
    exercise_id = await prepared(home)
    async with home.database.begin() as work:
        await set_contact(work.register, gss_code=AUTHORITIES[0], address="new@leeds.test", role="custodian", who="t", why="t", at=home.now)
    with pytest.raises(NotAllowed, match="directory has changed"):
        await approve(home.house, exercise_id, by="approver", now=home.now)


async def test_letters_whose_recipients_are_not_those_approved_do_not_leave(home: Home) -> None:
    exercise_id = await prepared(home)
    await approve(home.house, exercise_id, by="approver", now=home.now)
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(questions).where(questions.c.gss_code == AUTHORITIES[0]).values(address="x@evil.test"))
    await home.settle()
    assert home.mailer.sent == []


async def test_only_one_is_open_at_a_time_and_closing_stops_what_has_not_left(home: Home) -> None:
    exercise_id = await prepared(home)
    with pytest.raises(NotAllowed, match="not closed"):
        await prepared(home)
    await approve(home.house, exercise_id, by="approver", now=home.now)
    assert await close(home.house, exercise_id, by="directory", now=home.now) == 3
    await home.settle()
    assert home.mailer.sent == []
    await prepared(home)


async def figures(home: Home) -> tuple[object, ...]:
    async with home.database.read() as work:
        (authority,) = await work.people.authorities()
        since, until = home.now - timedelta(days=7), home.now + timedelta(days=7)
        moved = await weekly.movements(work, authority.id, since=since, until=until)
        silent = await weekly.silent(work, authority.id, before=until)
        return moved, silent, await weekly.not_reached(work, authority.id), await pages.numbers(work, authority.id, authority.mailbox)


async def test_an_exercise_beside_a_live_alert_touches_no_case_and_no_figure_of_alerts(home: Home) -> None:
    await go_live(home)
    before, asked = await figures(home), await board(home)
    exercise_id = await sent(home)
    await answer_by_link(home.house, token_of(home, LEEDS), name="Robin", said=Said.UNCHANGED, change=Change(), now=home.now)
    await close(home.house, exercise_id, by="directory", now=home.now)
    assert (await figures(home), await board(home)) == (before, asked)
    async with home.database.read() as work:
        letter = (await results_of(work, exercise_id)).exercise.letter_id
        assert {(one.case_id, one.notice_id, one.lane) for one in await work.deliveries.of_letter(letter)} == {(None, None, Lane.CHASER)}


async def test_a_miss_is_settled_by_an_answer_that_comes_late(home: Home) -> None:
    exercise_id = await sent(home)
    assert await close(home.house, exercise_id, by="directory", now=home.now) == 3
    await answer_by_link(home.house, token_of(home, LEEDS), name="Robin", said=Said.UNCHANGED, change=Change(), now=home.now)
    assert sorted(one.subject_id or "" for one in await tasks(home)) == [f"exercise {code}" for code in sorted(AUTHORITIES[1:])]


async def test_who_is_no_more_on_the_day_gets_no_exercise(home: Home) -> None:
    async with home.database.begin() as work:
        await retire(work.register, AUTHORITIES[0], home.now.date() + timedelta(days=5), By(who="t", why="t", at=home.now))
    home.now += timedelta(days=6)
    exercise_id = await prepared(home)
    assert await approve(home.house, exercise_id, by="approver", now=home.now) == 2
