"""A year in seconds: every prompt, every chaser, every call and every notice of one case, day by day, and nothing that nobody decided."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from service.domain.case import CaseState
from service.flow.chase import CALL, chase_silent
from service.flow.clock import look_at_dates
from service.flow.deliver import deliver_due
from service.flow.rounds import notice_round
from tests.service.flow.home import Home
from tests.service.flow.test_closure import end
from tests.service.flow.test_renewal import live_under
from tests.service.flow.walk import CARDIFF, FOUND, HELEN, LEEDS, MEDWAY, PRIYA, SAM, UPDATE, decide, last_notice, tasks, the_case

START = date(2026, 11, 24)
ASKS = ("NATIONAL ALERT", "UPDATE", "STILL MISSING", "FOUND")


async def a_day(home: Home, day: date, *, hour: int = 10) -> None:
    """One round of every hand of the clock, and of every room."""
    home.now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    await look_at_dates(home.house, now=home.now)
    await chase_silent(home.house, now=home.now)
    await notice_round(home.house, now=home.now)
    while await deliver_due(home.house, home.mailer, now=home.now):
        pass


def dated(home: Home, address: str, *beginnings: str) -> list[tuple[str, str]]:
    """What one address got, as day and the beginning of the subject."""
    found = []
    for letter in home.letters_to(address):
        subject, when = str(letter["Subject"]), letter["Date"].datetime
        if subject.startswith(beginnings):
            found.append((f"{when.day} {when:%b %Y}", subject.partition(" [")[0].partition(" (")[0]))
    return found


async def answer(home: Home, address: str, words: str = "Answer: 1\n") -> None:
    letter = next(one for one in reversed(home.letters_to(address)) if str(one["Subject"]).startswith(ASKS))
    home.reply(letter, address, words)
    await home.settle()


async def test_a_year_under_a_policy_with_renewals(home: Home) -> None:
    await live_under(home, "derbyshire")
    await answer(home, LEEDS)
    calls = Counter[str]()
    for number in range(1, 371):
        day = START + timedelta(days=number)
        await a_day(home, day)
        calls.update(one.says for one in await tasks(home) if one.kind == CALL and one.created_at.date() == day)
        if day == date(2026, 11, 27):
            await answer(home, MEDWAY)  # after two reminders
        if day == date(2027, 5, 27):  # the draft that waited for a month is passed and approved
            request = next(one for one in reversed(home.letters_to(PRIYA)) if str(one["Subject"]).startswith("Check"))
            home.reply(request, PRIYA, "PASS\n")
            await home.settle()
            await decide(home, "APPROVE\nThe family has not been traced.")
            for address in (LEEDS, MEDWAY):
                await answer(home, address)

    renewal = "the renewal of the national alert"
    assert dated(home, SAM, "Due", "OVERDUE") == [
        ("24 Apr 2027", f"Due 24 May: {renewal}"),
        ("10 May 2027", f"Due 24 May: {renewal}"),
        ("17 May 2027", f"Due 24 May: {renewal}"),
        ("24 May 2027", f"Due 24 May: {renewal}"),
        ("25 May 2027", f"OVERDUE since 24 May: {renewal}"),
        ("28 Oct 2027", f"Due 27 November: {renewal}"),
        ("13 Nov 2027", f"Due 27 November: {renewal}"),
        ("20 Nov 2027", f"Due 27 November: {renewal}"),
        ("27 Nov 2027", f"Due 27 November: {renewal}"),
        ("28 Nov 2027", f"OVERDUE since 27 November: {renewal}"),
    ]
    assert len(dated(home, HELEN, "OVERDUE")) == 2  # the approvers hear of what is late
    text = " ".join(home.text_to(SAM).replace("| ", "").split())
    assert "a new notification should be issued at 6 monthly intervals" in text and "Was due on: 27 November 2027" in text

    chasers = "Please answer: 1 national alert"
    assert dated(home, LEEDS, "NATIONAL", "STILL", "Please") == [
        ("24 Nov 2026", "NATIONAL ALERT – child missing"),
        ("27 May 2027", "STILL MISSING since 20 October 2026"),
    ]
    assert dated(home, MEDWAY, "Please") == [("25 Nov 2026", chasers), ("27 Nov 2026", chasers)]
    assert dated(home, CARDIFF, "Please") == [
        ("25 Nov 2026", chasers),
        ("27 Nov 2026", chasers),
        ("1 Dec 2026", chasers),
        ("28 May 2027", chasers),  # the renewal asks anew; 31 May is a bank holiday
        ("2 Jun 2027", chasers),
        ("4 Jun 2027", chasers),
    ]
    assert calls == {"Call City of Cardiff Council: no answer to 1 letter and 3 reminders.": 1}
    assert (await the_case(home)).state is CaseState.LIVE  # nothing ends by itself, and the second draft waits
    assert (await last_notice(home)).number == 3


async def test_a_year_under_a_policy_with_updates_that_ends_with_the_child_found(home: Home) -> None:
    await live_under(home, "national")
    for address in (LEEDS, MEDWAY, CARDIFF):
        await answer(home, address)
    for number in range(1, 130):
        day = START + timedelta(days=number)
        await a_day(home, day)
        if day == date(2026, 12, 23):
            await end(home, UPDATE)
    await end(home, FOUND)
    for number in range(130, 150):
        await a_day(home, START + timedelta(days=number))
    update, overdue = "an update of the national alert", "OVERDUE since 23 March: an update of the national alert"
    assert dated(home, SAM, "Due", "OVERDUE") == [
        ("15 Dec 2026", f"Due 22 December: {update}"),
        ("22 Dec 2026", f"Due 22 December: {update}"),
        ("23 Dec 2026", f"OVERDUE since 22 December: {update}"),
        ("16 Mar 2027", f"Due 23 March: {update}"),
        ("23 Mar 2027", f"Due 23 March: {update}"),
        ("24 Mar 2027", overdue),
        ("31 Mar 2027", overdue),
    ]
    for address in (LEEDS, MEDWAY, CARDIFF):  # who answered the alert is not chased for the update; the end is another matter
        told = [subject for _, subject in dated(home, address, *ASKS, "Please")]
        assert [one.partition(" ")[0] for one in told] == ["NATIONAL", "UPDATE", "FOUND", "Please", "Please", "Please"]
    async with home.database.read() as work:
        assert len(await work.deliveries.still_believing((await the_case(home)).id)) == 3


async def test_six_hours_without_a_tick_lose_nothing(home: Home) -> None:
    await live_under(home, "national")
    for number in range(1, 30):
        await a_day(home, START + timedelta(days=number), hour=16 if number in (1, 3, 21, 29) else 10)
    assert [day for day, _ in dated(home, CARDIFF, "Please")] == ["25 Nov 2026", "27 Nov 2026", "1 Dec 2026"]
    assert [day for day, _ in dated(home, SAM, "Due", "OVERDUE")] == ["15 Dec 2026", "22 Dec 2026", "23 Dec 2026"]
