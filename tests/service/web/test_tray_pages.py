"""The trays: what came in that is not ours to cascade, and the letters that a person has to read."""

from datetime import timedelta

import pytest

from service.database.unit_of_work import Work
from service.domain.people import Role
from service.web.tray_view import WEEKS, chart_of
from tests.service.web.conftest import Town
from tests.service.web.seeds import NOW


async def add(work: Work, town: Town, *, kind: str = "case_alert", weeks: int = 0, authority: str = "alerts@kent.test") -> str:
    """Record one local notice some weeks ago."""
    found = await work.people.authority_at(authority)
    assert found is not None
    return await work.local_notices.add(
        authority_id=found.id,
        kind=kind,
        category="exploitation",
        in_care=True,
        reporter_address="sam@reporter.test",
        passed_to="miu@kent.test",
        received_email_id=town.seeds.email,
        at=NOW - timedelta(weeks=weeks),
    )


async def test_local_notices_are_listed_and_counted_by_week(town: Town) -> None:
    async with town.database.begin() as work:
        ids = [await add(work, town, weeks=weeks) for weeks in (0, 0, 2)]
        await add(work, town, authority="alerts@medway.test")
    staff = await town.as_("quality")
    text = (await staff.get("/trays")).text
    assert text.count('href="/trays/') == 3
    assert "miu@kent.test" in text
    assert "Local case alerts" in text
    assert "<svg" in text
    one = (await staff.get(f"/trays/{ids[0]}")).text
    assert "Please send this out." in one
    assert "Passed to miu@kent.test" in one


async def test_empty_trays_say_so(town: Town) -> None:
    text = (await (await town.as_("approver")).get("/trays")).text
    assert text.count("There are none.") == 2


async def test_a_letter_to_read_by_hand_is_there_until_its_task_is_done(town: Town) -> None:
    async with town.database.begin() as work:
        await work.tasks.add(kind="read_by_hand", role=Role.QUALITY, says="Read it.", at=NOW, subject_id=town.seeds.held)
        await work.tasks.add(kind="read_by_hand", role=Role.QUALITY, says="Read it.", at=NOW, subject_id=town.seeds.held_elsewhere)
    checker = await town.as_("quality")
    text = (await checker.get("/trays")).text
    assert f"/quarantine/{town.seeds.held}" in text
    assert town.seeds.held_elsewhere not in text
    assert "What to do with such a letter" in text
    assert f"/quarantine/{town.seeds.held}" not in (await (await town.as_("approver")).get("/trays")).text
    async with town.database.begin() as work:
        await work.tasks.settle_subject(subject_id=town.seeds.held, by=town.seeds.people["quality"], at=NOW)
    assert f"/quarantine/{town.seeds.held}" not in (await checker.get("/trays")).text


@pytest.mark.parametrize("who", ["auditor", "directory", "system", "reporter"])
async def test_trays_open_only_for_those_who_see_cases(town: Town, who: str) -> None:
    async with town.database.begin() as work:
        local = await add(work, town)
    staff = await town.as_(who)
    assert (await staff.get("/trays")).status_code == 403
    assert (await staff.get(f"/trays/{local}")).status_code == 404
    assert (await staff.post(f"/trays/{local}/letters/{town.seeds.email}/files/1")).status_code == 404


async def test_a_local_notice_of_another_authority_is_not_there(town: Town) -> None:
    async with town.database.begin() as work:
        local = await add(work, town, authority="alerts@medway.test")
    staff = await town.as_("quality")
    assert (await staff.get(f"/trays/{local}")).status_code == 404
    assert (await staff.post(f"/trays/{local}/letters/{town.seeds.email}/files/1")).status_code == 404


async def test_a_file_is_saved_from_its_own_letter_only(town: Town) -> None:
    async with town.database.begin() as work:
        local = await add(work, town)
    staff = await town.as_("quality")
    saved = await staff.post(f"/trays/{local}/letters/{town.seeds.email}/files/1")
    assert saved.status_code == 200
    assert saved.headers["content-disposition"] == 'attachment; filename="file-1.docx"'
    assert (await staff.post(f"/trays/{local}/letters/{town.seeds.held}/files/1")).status_code == 404


def test_the_chart_counts_from_monday_and_leaves_out_what_is_older() -> None:
    at = [
        (NOW, "case_alert"),
        (NOW - timedelta(days=1), "case_alert"),
        (NOW - timedelta(days=2), "other"),
        (NOW - timedelta(weeks=20), "x"),
    ]
    chart = chart_of(at, NOW)  # a Tuesday
    assert [week.total for week in chart.weeks] == [0] * (WEEKS - 2) + [1, 2]
    assert chart.kinds == ("case_alert", "other")
    assert chart.weeks[-1].height == 120
    assert chart_of([], NOW).weeks[-1].height == 0
