"""The page behind a letter that asks an address about itself."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from directory.confirming import Said
from directory.proposals import Proposals
from service.web.site import make_site
from tests.service.web.conftest import Town

Everything = Callable[[], Awaitable[Any]]


def path(town: Town) -> str:
    return f"/confirm/{town.seeds.confirm_token}"


async def shown(town: Town) -> str:
    async with town.visitor() as client:
        found = re.search(r'name="shown" value="([^"]+)"', (await client.get(path(town))).text)
    assert found
    return found[1]


async def said(town: Town) -> Said | None:
    async with town.database.read() as work:
        contact = (await work.register.all_contacts())[0]
        (asked,) = await work.questions.about(contact.gss_code)
        return asked.answer


async def test_a_scanner_that_looks_a_hundred_times_answers_nothing(town: Town, everything: Everything) -> None:
    before = await everything()
    async with town.visitor() as client:
        for _ in range(100):
            assert (await client.get(path(town))).status_code == 200
        assert (await client.post(path(town), data={"answer": "unchanged", "name": "Scanner"})).status_code == 403
    assert await everything() == before


async def test_it_shows_one_contact_and_no_other_address(town: Town) -> None:
    async with town.database.read() as work:
        mine, *others = [one.address for one in await work.register.all_contacts()]
    async with town.visitor() as client:
        text = (await client.get(path(town))).text
    assert mine in text and not any(address in text for address in others)


async def test_one_press_with_a_typed_name_confirms_and_without_one_does_not(town: Town) -> None:
    proof = await shown(town)
    async with town.visitor() as client:
        nameless = await client.post(path(town), data={"shown": proof, "answer": "unchanged"})
        assert nameless.status_code == 400 and "Type your name" in nameless.text and await said(town) is None
        for _ in range(2):
            assert (await client.post(path(town), data={"shown": proof, "answer": "unchanged", "name": "Robin"})).status_code == 303
        assert "Your answer is recorded: Nothing has changed" in (await client.get(path(town))).text
    assert await said(town) is Said.UNCHANGED


async def test_a_change_waits_for_an_administrator_and_a_wrong_one_is_refused_with_what_was_typed_kept(town: Town) -> None:
    fields = {"shown": await shown(town), "answer": "change", "name": "Robin", "phone": "01632 960555"}
    async with town.visitor() as client:
        wrong = await client.post(path(town), data={**fields, "address": "two@x.test,three@x.test"})
        assert wrong.status_code == 400 and "01632 960555" in wrong.text and "comma" in wrong.text
        assert (await client.post(path(town), data={**fields, "address": "new@council.test"})).status_code == 303
    async with town.database.read() as work:
        (waiting,) = await Proposals(work.connection).waiting()
        assert waiting.wanted["address"] == "new@council.test" and waiting.wanted["phone"] == "01632 960555"
        contact = (await work.register.all_contacts())[0]
    assert contact.address != "new@council.test"


async def test_outside_production_every_page_says_where_letters_go(town: Town) -> None:
    elsewhere = make_site(replace(town.house, only_to="try@kent.test"), viewer=town.app.state.site.viewer, clock=town.clock, secure=True)
    for app, says in ((town.app, False), (elsewhere, True), (town.app, False)):
        async with replace(town, app=app).visitor() as client:
            for page in ("/sign-in", path(town), "/nowhere"):
                assert ("This is a test." in (await client.get(page)).text) is says
