"""The page of a receiving authority."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from service.domain.delivery import Answer
from tests.service.web.conftest import Town

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
