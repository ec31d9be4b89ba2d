"""The directory seen whole: the checks with and without name servers, the gaps and what to do about them, and the map in words."""

import asyncio
import re
from datetime import timedelta

import pytest

from directory.contact import How
from directory.domains import Domains
from service.flow.confirm import A_DAY
from service.web import directory_lists
from tests.directory.test_domains import Names
from tests.service.web.conftest import Town
from tests.service.web.seeds import NOW
from tests.service.web.test_directory_pages import KENT, MEDWAY, done, with_address


async def test_the_page_of_checks_asks_the_name_servers_only_when_somebody_presses(town: Town) -> None:
    names = Names()
    town.app.state.domains = Domains(names.ask)
    await with_address(town, address="alerts@null.test")
    await with_address(town, MEDWAY, address="alerts@council.test")
    staff = await town.as_("directory")
    before = (await staff.get("/directory/checks")).text
    assert "The name servers were not asked about the domains." in before and "null MX" not in before and not names.asked
    after = (await staff.post("/directory/checks")).text
    assert "Domains that take no letters" in after and "takes no mail (null MX)" in after
    assert "The name servers were not asked" not in after
    assert names.asked["null.test", "MX"] == 1
    await staff.post("/directory/checks")
    assert names.asked["null.test", "MX"] == 1  # the answers of a day are kept


async def test_the_page_of_checks_does_not_wait_for_name_servers_for_ever(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(name: str, kind: str) -> tuple[str, ...]:
        await asyncio.sleep(60)
        return ()

    town.app.state.domains = Domains(slow)
    monkeypatch.setattr(directory_lists, "PATIENCE", 0.1)
    await with_address(town)
    staff = await town.as_("directory")
    assert "The name servers did not answer in time" in (await staff.post("/directory/checks")).text
    town.app.state.domains = Domains(Names().ask)
    await with_address(town, address="alerts@silent.test")
    assert "No name server answered for the domain; check again later." in (await staff.post("/directory/checks")).text


async def test_who_only_reads_the_checks_cannot_ask(town: Town) -> None:
    staff = await town.as_("quality")
    assert "Ask the name servers" not in (await staff.get("/directory/checks")).text
    assert (await staff.post("/directory/checks")).status_code == 403


async def test_from_the_gaps_one_writes_an_address_or_asks_those_who_are_due(town: Town) -> None:
    await with_address(town)
    staff = await town.as_("directory")
    gaps = (await staff.get("/directory/gaps")).text
    assert f'href="/directory/{MEDWAY}/contacts/0">Write an address' in gaps
    assert f'href="/directory/{KENT}/contacts/0">Change the address' in gaps
    async with town.database.read() as work:
        codes = tuple(await work.register.primary_contacts())
        before = len(await work.questions.about(*codes))
    due = int(re.findall(rf"Ask (?:{A_DAY} of )?the (\d+) that are due", gaps)[0])
    asked = await staff.post("/directory/gaps/ask")
    assert done(asked.headers["location"]) == "asked"
    async with town.database.read() as work:
        questions = await work.questions.about(*codes)
        assert len(questions) - before == min(due, A_DAY)
        assert await work.deliveries.get(questions[0].id) is not None
    after = (await staff.get(asked.headers["location"])).text
    assert "Asked on 24 November 2026, no answer yet." in after and "The letters are on their way." in after
    while due > 0:
        due -= A_DAY
        last = await staff.post("/directory/gaps/ask")
    assert done(last.headers["location"]) == "none_due"
    async with town.database.read() as work:
        (question,) = await work.questions.about(KENT)
        assert question.asked_at == NOW
    assert "contacts/0" not in (await (await town.as_("quality")).get("/directory/gaps")).text


async def test_the_map_says_with_a_sign_and_in_a_table_what_the_colours_say(town: Town) -> None:
    await with_address(town)
    await with_address(town, MEDWAY)
    async with town.database.begin() as work:
        for code, how, at in ((KENT, How.CONFIRMED, NOW), (MEDWAY, How.ACCEPTED, NOW - timedelta(days=3))):
            await work.register.prove_contact(gss_code=code, order=0, who="w", why="w", at=at, how=how)
    text = (await (await town.as_("directory")).get("/directory/map")).text
    assert 'na-sign--seen" aria-hidden="true">✓</span>' in text and 'na-sign--sent" aria-hidden="true">→</span>' in text
    assert "<title>Medway Council: proved on 21 November 2026</title>" in text
    assert "21 November 2026 at 14:02 (a mail server took a letter)" in text
    drawn = re.findall(r'<g class="na-hex na-hex--(\w+)">.*?</g>', text)
    assert len(drawn) > 200 and {"seen", "sent", "trouble", "none"} <= set(drawn)
    assert "Outside the United Kingdom and no address" in text


async def test_a_search_that_finds_nothing_says_so_and_leads_back(town: Town) -> None:
    text = (await (await town.as_("directory")).get("/directory?q=nowhere-at-all")).text
    assert "No authority has these words" in text and "Show all of today" in text
