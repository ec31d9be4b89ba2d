"""The numbers are right, name nobody, and are shown to nobody but this machine or whoever has the token."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.domain.people import Role
from tests.service.web.conftest import Town
from tests.service.web.seeds import NOW


async def numbers(town: Town, **headers: str) -> dict[str, float]:
    async with town.visitor(**headers) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    return {
        f"{one.name} {' '.join(one.labels.values())}".strip(): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def with_token(town: Town, token: str) -> None:
    town.app.state.site = replace(town.app.state.site, metrics_token=token)


async def test_the_numbers_are_those_of_the_rows(town: Town) -> None:
    before = await numbers(town)
    async with town.database.begin() as work:
        await work.signals.beat("relay", at=NOW - timedelta(seconds=90))
        await work.signals.beat("relay", at=NOW, trouble="It is away.")
        await work.alarms.begin("queue", "A letter has waited.", at=NOW, tell=False)
        await work.tasks.add(kind="alarm", role=Role.SYSTEM, says="A letter has waited.", at=NOW)
        waiting = (
            await work.connection.exec_driver_sql("SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending', 'in_doubt')")
        ).scalar()
        held = (await work.connection.exec_driver_sql("SELECT count(*) FROM received_emails WHERE state = 'quarantined'")).scalar()
    after = await numbers(town)
    assert after["national_alerts_database_up"] == 1
    assert after["national_alerts_part_idle_seconds relay"] == 90
    assert after["national_alerts_part_in_trouble relay"] == 1
    assert (before["national_alerts_alarm queue"], after["national_alerts_alarm queue"]) == (0, 1)
    assert after["national_alerts_tasks_open system"] == before["national_alerts_tasks_open system"] + 1
    assert sum(value for name, value in after.items() if name.startswith("national_alerts_letters_waiting")) == waiting
    assert after["national_alerts_received_waiting quarantined"] == held
    assert after["process_resident_memory_bytes"] > 0


async def test_they_hold_no_name_and_no_address_of_a_person(town: Town) -> None:
    async with town.visitor() as client:
        text = (await client.get("/metrics")).text.lower()
    assert "example" not in text
    assert "@" not in text.replace("alerts@kent.test", "").replace("alerts@medway.test", "")


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"Authorization": "Bearer "}])
async def test_a_stranger_finds_no_page(town: Town, headers: dict[str, str]) -> None:
    at = "127.0.0.1" if "Authorization" not in headers else "192.0.2.1"
    async with town.visitor(at=at, **headers) as client:
        assert (await client.get("/metrics")).status_code == 404


async def test_with_a_token_set_only_the_token_opens_them(town: Town) -> None:
    with_token(town, "sesame")
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "sesame"}, {"Authorization": "Bearer séame"}):
        async with town.visitor() as client:
            sent: Any = {name: value.encode() for name, value in headers.items()}
            assert (await client.get("/metrics", headers=sent)).status_code == 404
    assert "national_alerts_database_up" in await numbers(town, Authorization="Bearer sesame")


async def test_a_database_that_is_away_is_a_number_too(town: Town) -> None:
    def away() -> object:
        raise OSError("away")

    town.app.state.site = replace(town.app.state.site, house=replace(town.house, read=away))
    assert (await numbers(town))["national_alerts_database_up"] == 0


async def test_mail_that_is_away_is_named_and_leaves_the_service_well(town: Town) -> None:
    async with town.database.begin() as work:
        await work.signals.beat("inbox alerts@kent.test", at=NOW, trouble="The mail server is away.")
        await work.signals.beat("relay", at=NOW, trouble="The relay is away.")
        await work.alarms.begin("inbox", "The inbox has not been read for 6 minutes", at=NOW, tell=False)
    async with town.visitor() as client:
        ready = await client.get("/health/ready")
    assert ready.status_code == 200
    assert (ready.json()["parts_in_trouble"], ready.json()["alarms"]) == (2, ["inbox"])
