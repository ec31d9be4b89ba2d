"""The page of a receiving authority."""

import re
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from service.database import counting
from service.database.responses import Response
from service.domain.delivery import Answer
from service.domain.response import Checked, Searched
from tests.service.web.conftest import Town
from tests.service.web.seeds import NOW

Everything = Callable[[], Awaitable[Any]]


async def shown(town: Town) -> str:
    """Open the page and return the field that proves it."""
    async with town.visitor() as client:
        found = re.search(r'name="shown" value="([^"]+)"', (await client.get(f"/answer/{town.seeds.answer_token}")).text)
    assert found
    return found[1]


async def test_a_scanner_that_looks_a_hundred_times_changes_nothing(town: Town, everything: Everything) -> None:
    before = await everything()
    async with town.visitor() as client:
        for _ in range(100):
            assert (await client.get(f"/answer/{town.seeds.answer_token}")).status_code == 200
    assert await everything() == before


async def test_an_answer_needs_a_typed_name_and_a_choice(town: Town, everything: Everything) -> None:
    proof, before = await shown(town), await everything()
    path = f"/answer/{town.seeds.answer_token}"
    async with town.visitor() as client:
        nameless = await client.post(path, data={"shown": proof, "answer": "not_known", "words": "Kept"})
        choiceless = await client.post(path, data={"shown": proof, "name": "Pat Duty"})
        invented = await client.post(path, data={"shown": proof, "name": "Pat Duty", "answer": "please_read"})
    assert nameless.status_code == choiceless.status_code == invented.status_code == 400
    assert "Type your name" in nameless.text
    assert "Kept" in nameless.text
    assert await everything() == before


async def test_a_form_we_did_not_show_or_showed_long_ago_is_refused(town: Town, everything: Everything) -> None:
    proof, before = await shown(town), await everything()
    fields = {"answer": "not_known", "name": "Pat Duty"}
    async with town.visitor() as client:
        for wrong in ("", "1.2", proof[:-1] + ("0" if proof[-1] != "0" else "1"), "9" * 400):
            assert (await client.post(f"/answer/{town.seeds.answer_token}", data={**fields, "shown": wrong})).status_code == 403
        town.clock.turn(timedelta(hours=25))
        assert (await client.post(f"/answer/{town.seeds.answer_token}", data={**fields, "shown": proof})).status_code == 403
    assert await everything() == before


async def test_an_answer_is_kept_and_pressing_twice_is_harmless(town: Town) -> None:
    proof = await shown(town)
    fields = {"shown": proof, "answer": "not_known", "name": "Pat Duty", "words": ""}
    async with town.visitor() as client:
        for _ in range(3):
            answer = await client.post(f"/answer/{town.seeds.answer_token}", data=fields)
            assert answer.status_code == 303
        assert "Your answer is recorded" in (await client.get(f"/answer/{town.seeds.answer_token}")).text
    async with town.database.read() as work:
        delivery = await work.deliveries.get(town.seeds.delivery)
        responses = [one for one in await work.responses.of_case(town.seeds.live) if one.who == "Pat Duty"]
    assert delivery is not None
    assert delivery.answer is Answer.NOT_KNOWN
    assert len(responses) == 1


async def test_an_unknown_link_shows_no_letter(town: Town) -> None:
    async with town.visitor() as client:
        answer = await client.get(f"/answer/{'a' * 32}")
    assert answer.status_code == 404
    assert "Please search" not in answer.text


async def kept(town: Town, who: str) -> list[Response]:
    async with town.database.read() as work:
        return [one for one in await work.responses.of_case(town.seeds.live) if one.who == who]


async def test_what_was_searched_and_until_when_checks_take_is_kept_beside_the_answer(town: Town) -> None:
    days = {"until-day": "30", "until-month": "11", "until-year": "2026"}
    fields = {
        "shown": await shown(town),
        "answer": "checks_under_way",
        "name": "Pat Duty",
        "searched-police": "yes",
        "searched-names": "yes",
    }
    async with town.visitor() as client:
        assert (await client.post(f"/answer/{town.seeds.answer_token}", data={**fields, **days})).status_code == 303
    (answer,) = await kept(town, "Pat Duty")
    assert answer.answer is Answer.CHECKS_UNDER_WAY
    assert answer.checked == Checked(searched=(Searched.NAMES, Searched.POLICE), until=date(2026, 11, 30))
    async with town.database.read() as work:
        assert await work.responses.until([town.seeds.delivery]) == {town.seeds.delivery: date(2026, 11, 30)}
        thanks = await counting.written_since(work, "answer_thanks", NOW - timedelta(hours=1), about=town.seeds.delivery)
    assert thanks == 1


@pytest.mark.parametrize("day", [{}, {"until-day": "31", "until-month": "2", "until-year": "2027"}, dict.fromkeys(("until-day",), "x")])
async def test_checks_under_way_need_a_day_that_is_to_come(town: Town, everything: Everything, day: dict[str, str]) -> None:
    proof, before = await shown(town), await everything()
    fields = {"shown": proof, "answer": "checks_under_way", "name": "Pat Duty", "searched-nhs": "yes"}
    past = {"until-day": "1", "until-month": "11", "until-year": "2026"}
    async with town.visitor() as client:
        for one in (day, past):
            page = await client.post(f"/answer/{town.seeds.answer_token}", data={**fields, **one})
            assert page.status_code == 400
            assert "Enter the day on which you will know" in page.text
            assert re.search(r'id="searched-nhs"[^>]*checked', page.text)
    assert await everything() == before
