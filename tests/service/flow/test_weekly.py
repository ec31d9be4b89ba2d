"""The weekly report: what it counts, that it names no child, whom it goes to, and that it goes once."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from service.flow.clock import look_at_dates
from service.flow.weekly import as_csv, last_sunday, send_reports, week_of
from service.mail.compose_weekly import Figure, Week, table_of
from tests.service.flow.home import Home
from tests.service.flow.local import CARE_MISSING, CASE_ALERT, MIRA, under
from tests.service.flow.test_elsewhere import text_of
from tests.service.flow.walk import ADA, FOUND, HELEN, LEEDS, PRIYA, SAM, approve, go_live, the_case

MONDAY = datetime(2026, 11, 30, 7, 5, tzinfo=UTC)
STAFF = (PRIYA, HELEN, ADA)


def reports(home: Home, address: str) -> list[str]:
    return [str(one["Subject"]) for one in home.letters_to(address) if str(one["Subject"]).startswith("National alerts, week to")]


async def send(home: Home, now: datetime) -> int:
    home.now = now
    sent = await send_reports(home.house, now=now)
    await home.settle()
    return sent


async def a_week(home: Home) -> None:
    await go_live(home)
    await under(home, "kent", "Safeguarding Unit Alerts inbox", "Management Information Unit")
    home.post(SAM, CASE_ALERT, subject="Alert")
    home.post(SAM, CARE_MISSING.format(since="21 November 2026"), subject="Alert")
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 1\n")
    await home.settle()


async def figures(home: Home, last_day: date) -> dict[str, Figure]:
    async with home.database.read() as work:
        (authority,) = await work.people.authorities()
        return {one.what: one for one in (await week_of(work, authority, last_day, home.now)).figures}


async def test_it_goes_on_monday_morning_to_checkers_and_approvers_once_whatever_is_restarted(home: Home) -> None:
    await a_week(home)
    assert await send(home, MONDAY - timedelta(minutes=10)) == 0
    assert await send(home, MONDAY) == 1
    assert [await send(home, MONDAY + timedelta(minutes=one)) for one in (1, 600, 6 * 24 * 60)] == [0, 0, 0]
    for address in STAFF:
        assert reports(home, address) == ["National alerts, week to 29 November 2026"]
    assert reports(home, SAM) == reports(home, MIRA) == []
    assert await send(home, MONDAY + timedelta(days=7)) == 1
    assert reports(home, HELEN)[-1] == "National alerts, week to 6 December 2026"


async def test_after_a_standstill_over_monday_it_goes_later_in_the_week(home: Home) -> None:
    await a_week(home)
    assert await send(home, MONDAY + timedelta(days=3)) == 1


async def test_it_goes_at_seven_in_summer_too(home: Home) -> None:
    home.now = datetime(2026, 6, 24, 10, 0, tzinfo=UTC)
    home.post(SAM, CASE_ALERT, subject="Alert")
    await home.settle()
    assert await send(home, datetime(2026, 6, 29, 5, 59, tzinfo=UTC)) == 0
    assert await send(home, datetime(2026, 6, 29, 6, 0, tzinfo=UTC)) == 1


async def test_a_house_in_which_nothing_ever_happened_writes_no_report(home: Home) -> None:
    assert await send(home, MONDAY) == 0
    assert home.mailer.sent == []


async def test_it_counts_alerts_categories_children_in_care_and_who_is_silent(home: Home) -> None:
    await a_week(home)
    await send(home, MONDAY)
    text = " ".join(text_of(home.last_to(HELEN)).split())
    assert "Alerts sent: 1 (more than usual: 0 a week in the 4 weeks before)" in text
    assert "Local case alerts: 2 " in text
    assert "Local case alerts: Suffered severe injury and is open to Specialist Children’s Services: 1 " in text
    assert "About a child in care: 1 " in text and "Passed on as long missing from care: 1 " in text
    assert "Episodes (cases open in the week): 1" in text
    silent = text.partition("Silent authorities")[2]
    assert "Medway" in silent and "Leeds" not in silent
    assert "a record will be kept of both the number and types of cases alerted" in text


async def test_it_names_no_child_in_the_letter_or_in_the_table(home: Home) -> None:
    await a_week(home)
    await send(home, MONDAY)
    letter = home.last_to(HELEN)
    (table,) = letter.iter_attachments()
    assert (table.get_filename(), table.get_content_type()) == ("national-alerts-week-to-2026-11-29.csv", "text/csv")
    rows = list(csv.reader(io.StringIO(table.get_payload(decode=True).decode("utf-8-sig"))))
    assert rows[0][:3] == ["section", "what", "week to 2026-11-29"] and rows[0][-1] == "average before"
    assert len({len(row) for row in rows}) == 1
    assert ["National alerts", "Alerts sent", "1", "0", "0", "0", "0", "0.00"] in rows
    everything = text_of(letter) + repr(rows)
    assert not any(name in everything for name in ("Amy", "Example", "sam@kent.test"))


async def test_a_week_is_measured_against_the_four_before_it(home: Home) -> None:
    await a_week(home)
    home.now += timedelta(weeks=2)
    home.post(SAM, CASE_ALERT.replace("Hurt at home", "Hurt at school"), subject="Alert")
    await home.settle()
    found = await figures(home, date(2026, 12, 13))
    assert (found["Local case alerts"].now, found["Local case alerts"].before) == (1, (0, 2, 0, 0))
    assert found["Local case alerts"].words == "1 (more than usual: 0.5 a week in the 4 weeks before)"
    assert found["Alerts sent"].words == "0 (fewer than usual: 0.2 a week in the 4 weeks before)"


async def test_what_is_due_and_overdue_and_what_ended_is_in_it(home: Home) -> None:
    await a_week(home)
    reference = (await the_case(home)).reference
    home.now = datetime(2026, 12, 28, 8, 0, tzinfo=UTC)
    await look_at_dates(home.house, now=home.now)
    await send(home, home.now)
    text = " ".join(text_of(home.last_to(HELEN)).split())
    assert f"Overdue ------- {reference}: An update of the national alert was due on 22 December 2026." in text
    home.post(SAM, FOUND, subject=f"Found [{reference}]")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    await approve(home)
    found = await figures(home, date(2027, 1, 3))
    assert found["Cases ended: found"].now == found["Found notices sent"].now == 1


def test_a_week_ends_on_the_sunday_before() -> None:
    assert [last_sunday(date(2026, 11, day)) for day in (22, 23, 29, 30)] == [date(2026, 11, day) for day in (15, 22, 22, 29)]


def test_a_table_of_nothing_is_a_head() -> None:
    from tests.service.mail.letters_about_what_is_due import QUIET

    assert len(table_of(QUIET)) == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_table_is_a_formula(start: str) -> None:
    name = f"{start}cmd|' /C calc'!A0"
    week = Week(
        authority=name,
        last_day=date(2026, 11, 29),
        figures=(),
        children=((name, name),),
        due=(),
        overdue=(),
        silent=(),
        not_reached=(),
    )
    rows = list(csv.reader(io.StringIO(as_csv(week).decode("utf-8-sig"), newline="")))
    assert rows[1][1:3] == [f"'{name}"] * 2
