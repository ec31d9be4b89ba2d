"""The page of a letter that came back."""

from datetime import timedelta

import pytest

from service.domain.delivery import DeliveryState
from tests.service.web.conftest import Town


@pytest.mark.parametrize("who", ["quality", "directory"])
async def test_the_page_says_what_happened_and_leads_from_the_board_and_the_first_page(town: Town, who: str) -> None:
    staff, seeds = await town.as_(who), town.seeds
    text = (await staff.get(f"/repair/{seeds.bounced}")).text
    assert "did not get our letter" in text
    assert "Where do you have it from?" in text
    async with town.database.read() as work:
        reference = (await work.cases.get(seeds.live)).reference
    assert (reference in text) == (who == "quality")  # the directory keeps addresses and sees no cases
    assert (f'href="/repair/{seeds.bounced}"' in (await staff.get("/")).text) == (who == "quality")  # whose task it is in this town
    if who == "quality":
        assert f"/repair/{seeds.bounced}" in (await staff.get(f"/cases/{seeds.live}")).text


async def test_without_an_address_or_a_source_nothing_happens(town: Town) -> None:
    staff, path = await town.as_("quality"), f"/repair/{town.seeds.bounced}"
    for fields in (
        {},
        {"other": "new@council.test"},
        {"other": "<script>", "source": "By phone."},
        {"address": "other", "source": "x y z"},
    ):
        answer = await staff.post(path, **fields)
        assert answer.status_code == 400
        assert "govuk-error-summary" in answer.text
        assert "<script>" not in answer.text.partition("<form")[2].partition("</form>")[0]
    assert (await staff.client.post(path, data={"other": "new@council.test", "source": "By phone."})).status_code == 403


async def test_where_childrens_letters_go_is_changed_only_by_who_proves_again_who_they_are(town: Town) -> None:
    staff, path = await town.as_("quality"), f"/repair/{town.seeds.bounced}"
    town.clock.turn(timedelta(minutes=10))
    asked = await staff.post(path, other="new@council.test", source="By phone.")
    assert "Change the address and send again" in asked.text
    async with town.database.read() as work:
        delivery = await work.deliveries.get(town.seeds.bounced)
        assert delivery is not None
        letters = [one for one in await work.deliveries.letters_of(town.seeds.live_notice) if one.gss_code == delivery.gss_code]
        assert [one.state for one in letters] == [DeliveryState.BOUNCED]
