"""The rules as a page: every policy, each rule with its sentence, and the version a case was opened under."""

import pytest

from service.policies import policy_named, policy_names, text_of
from service.policies.chapters import chapters_of
from tests.service.web.conftest import Town
from tests.service.web.seeds import NOW
from tests.service.web.test_case_pages import visible


@pytest.mark.parametrize("name", policy_names())
async def test_every_policy_is_shown_whole(town: Town, name: str) -> None:
    words = visible((await (await town.as_("auditor")).get(f"/policies/{name}")).text)
    for chapter in chapters_of(policy_named(name)):
        assert chapter.title in words
        for line in chapter.lines:
            for part in line:
                assert " ".join(part.split()) in words


async def test_the_list_begins_with_ones_own(town: Town) -> None:
    text = (await (await town.as_("quality")).get("/policies")).text
    assert "Yours" in text
    assert text.index("/policies/national") < min(text.index(f"/policies/{name}") for name in policy_names() if name != "national")


async def test_a_kept_version_can_be_read_and_says_that_it_is_old(town: Town) -> None:
    old = text_of("kent").replace(f'version = "{policy_named("kent").version}"', 'version = "0"')
    async with town.database.begin() as work:
        await work.policies.keep("kent", "0", old, at=NOW)
    staff = await town.as_("quality")
    assert "This version was kept" in (await staff.get("/policies/kent?version=0")).text
    assert "This version was kept" not in (await staff.get("/policies/kent")).text
    for path in ("/policies/kent?version=nine", "/policies/nowhere", "/policies/..%2fkent"):
        assert (await staff.get(path)).status_code == 404


async def test_rules_are_for_people_who_are_signed_in(town: Town) -> None:
    async with town.visitor() as client:
        assert (await client.get("/policies/kent")).headers["location"] == "/sign-in"
