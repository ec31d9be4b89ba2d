"""What is new in the forms, for those who may see what a label holds."""

import pytest

from service.database.unit_of_work import Work
from tests.service.web.conftest import Town
from tests.service.web.seeds import NASTY, NOW
from tests.service.web.test_case_pages import visible


async def note(work: Work, mailbox: str, kind: str, words: str) -> None:
    """Note one label or title."""
    authority = await work.people.authority_at(mailbox)
    assert authority is not None
    await work.unknown.note(authority.id, kind=kind, words=words, compared=words, at=NOW)


async def test_the_report_shows_ones_own_labels_and_titles_and_a_line_to_paste(town: Town) -> None:
    async with town.database.begin() as work:
        await note(work, "alerts@kent.test", "label", "Favourite colour")
        await note(work, "alerts@kent.test", "label", NASTY[:100])
        await note(work, "alerts@kent.test", "title", "Report of concern")
        await note(work, "alerts@medway.test", "label", "Pet")
    text = (await (await town.as_("quality")).get("/drift")).text
    words = visible(text)
    assert "Favourite colour In 1 form since 24 November 2026, last on 24 November 2026" in words
    assert 'Not like the labels of any field Line to paste: "favourite colour",' in words
    assert "Report of concern In 1 form since" in words
    assert "Pet" not in words
    assert "<script>alert" not in text


async def test_nothing_new_is_said(town: Town) -> None:
    words = visible((await (await town.as_("approver")).get("/drift")).text)
    assert "Every label was known. Titles of forms Every title was known." in words


@pytest.mark.parametrize("who", ["auditor", "directory", "system", "reporter"])
async def test_it_opens_only_for_those_who_see_cases(town: Town, who: str) -> None:
    assert (await (await town.as_(who)).get("/drift")).status_code == 403
