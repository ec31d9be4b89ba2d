"""Looking changes nothing: every route by its address, and every link of every page as each role follows it."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from service.policies import text_of
from tests.service.web.conftest import Town
from tests.service.web.matrix import ROLES, own, table
from tests.service.web.seeds import NOW

Everything = Callable[[], Awaitable[Any]]
LINK = re.compile(r'(?:href|src)="(/[^"#]*)["#]')
FORM = re.compile(r'<form[^>]*method="([a-z]+)"[^>]*action="([^"]+)"|<form(?![^>]*method)[^>]*action="([^"]+)"')
OVERRIDES = ({"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "POST"}, {"X-HTTP-Method": "DELETE"})


@pytest.mark.parametrize("who", [*ROLES, "stranger", ""])
async def test_looking_at_every_page_changes_nothing(town: Town, who: str, everything: Everything) -> None:
    client = (await town.as_(who)).client if who else town.visitor()
    rows = await table(town)
    before = await everything()
    for page, row in rows.items():
        path = own(page, row)
        for look in (client.get, client.head, client.options):
            assert (await look(path)).status_code < 500, path
        for headers in OVERRIDES:
            assert (await client.get(path, params={"_method": "POST"}, headers=headers)).status_code < 500, path
    assert await everything() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "FOO"])
async def test_no_page_knows_another_method(town: Town, method: str, everything: Everything) -> None:
    staff = await town.as_("quality")
    rows = await table(town)
    before = await everything()
    for page, row in rows.items():
        assert (await staff.client.request(method, own(page, row))).status_code in (403, 405), page
    assert await everything() == before


@pytest.mark.parametrize("who", ROLES)
async def test_every_link_of_every_page_leads_somewhere_and_changes_nothing(town: Town, who: str, everything: Everything) -> None:
    staff = await town.as_(who)
    await table(town)
    async with town.database.begin() as work:
        await work.policies.keep("national", "1", text_of("national"), at=NOW)
    before = await everything()
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop(0)
        answer = await staff.get(path)
        assert answer.status_code == 200, path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        # Two hundred authorities look alike: a few of a kind are followed.
        for link in dict.fromkeys(one.replace("&amp;", "&") for one in LINK.findall(answer.text)):
            kind = re.sub(r"E\d{8}|[NSW]\d{8}", "#", link)
            if link not in seen and sum(1 for one in seen if re.sub(r"E\d{8}|[NSW]\d{8}", "#", one) == kind) < 3:
                seen.add(link)
                waiting.append(link)
    assert len(seen) > 5
    assert await everything() == before


async def test_every_form_that_changes_something_is_posted(town: Town) -> None:
    staff = await town.as_("quality")
    rows, searches = await table(town), set()
    for page, row in rows.items():
        if page.startswith("GET"):
            for method, _, plain in FORM.findall((await staff.get(own(page, row))).text):
                searches |= {plain} if not method or method == "get" else set()
    assert searches <= {"/directory", ""}
