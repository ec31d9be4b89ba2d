"""The home page, held letters, the directory and the signs of life."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.database.received import ReceivedState
from tests.service.web.conftest import Town


async def test_home_shows_what_needs_me_and_nothing_of_others(town: Town) -> None:
    text = (await (await town.as_("quality")).get("/")).text
    assert "Our letter bounced." in text
    assert "Not for Kent to see." not in text
    assert "A letter to Medway." not in text
    assert "Waiting for your decision" in text
    assert "in trouble" not in text


async def test_home_warns_in_red_when_a_part_is_in_trouble(town: Town) -> None:
    async with town.database.begin() as work:
        await work.signals.beat("relay", at=town.clock.now, trouble="The relay refuses our name.")
    text = (await (await town.as_("system")).get("/")).text
    assert "Part of the service is in trouble" in text
    assert "The relay refuses our name." in text


async def test_home_warns_when_the_worker_is_silent(town: Town) -> None:
    town.clock.turn(timedelta(minutes=11))
    assert "Part of the service is in trouble" in (await (await town.as_("quality")).get("/")).text


@pytest.mark.parametrize("who", ["approver", "system", "directory", "auditor", "reporter", "stranger"])
async def test_held_letters_open_for_quality_assurance_only(town: Town, who: str) -> None:
    staff = await town.as_(who)
    for answer in (
        await staff.get(f"/quarantine/{town.seeds.held}"),
        await staff.post(f"/quarantine/{town.seeds.held}/release"),
        await staff.post(f"/quarantine/{town.seeds.held}/dismiss", reason="x"),
    ):
        assert answer.status_code == 404


async def test_a_system_administrator_sees_how_many_letters_are_held_and_not_which(town: Town) -> None:
    text = (await (await town.as_("system")).get("/quarantine")).text
    assert "1 letter waits" in text
    assert town.seeds.held not in text


async def test_a_held_letter_is_dismissed_with_a_reason(town: Town) -> None:
    staff = await town.as_("quality")
    assert "It is not a form." in (await staff.get(f"/quarantine/{town.seeds.held}")).text
    assert (await staff.post(f"/quarantine/{town.seeds.held}/dismiss")).status_code == 400
    assert (await staff.post(f"/quarantine/{town.seeds.held}/dismiss", reason="An advertisement.")).status_code == 303
    async with town.database.read() as work:
        assert (await work.received.get(town.seeds.held)).state is ReceivedState.HANDLED


@pytest.mark.parametrize(("who", "status"), [("directory", 200), ("quality", 200), ("auditor", 403), ("system", 403), ("reporter", 403)])
async def test_the_directory_opens_for_those_who_need_it(town: Town, who: str, status: int) -> None:
    staff = await town.as_(who)
    assert (await staff.get("/directory")).status_code == status
    assert (await staff.get("/directory/E06000035")).status_code == status


async def test_the_directory_is_searched_by_name(town: Town) -> None:
    staff = await town.as_("directory")
    text = (await staff.get("/directory?q=medway")).text
    assert "Medway" in text
    assert "Kent County" not in text
    assert (await staff.get("/directory/E99999999")).status_code == 404


async def test_the_signs_of_life_are_plain_and_hold_no_personal_data(town: Town) -> None:
    async with town.visitor() as client:
        assert (await client.get("/health/live")).json() == {"live": True}
        ready = await client.get("/health/ready")
        assert ready.status_code == 200
        assert ready.json() == {"ready": True, "database": "up to date", "worker": "working", "parts_in_trouble": 0, "alarms": []}
        town.clock.turn(timedelta(minutes=6))
        silent = await client.get("/health/ready")
    assert silent.status_code == 503
    assert silent.json()["worker"] == "has not worked in the last 5 minutes"


async def test_how_things_stand_can_be_read_while_the_disk_takes_no_writes(town: Town) -> None:
    staff = await town.as_("quality")

    @sa.event.listens_for(town.database.engine.sync_engine, "begin")
    def _full(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    for page in ("/", "/cases", "/directory", "/health/ready"):
        assert (await staff.get(page)).status_code == 200, page
    # What names a child is shown to nobody whose look cannot be written down.
    assert (await staff.get(f"/cases/{town.seeds.live}")).status_code == 500
    town.clock.turn(timedelta(minutes=31))
    assert (await staff.get("/")).status_code == 303
