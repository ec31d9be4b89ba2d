"""An address that changed after the check and before the approval: whoever decides sees the difference (row F11)."""

from datetime import timedelta

from service.domain.step_up import COOL_OFF
from tests.directory.decided import set_contact
from tests.service.web.conftest import Town


async def test_f11_who_approves_sees_which_addresses_changed_lately_from_what_and_by_whom(town: Town) -> None:
    async with town.database.begin() as work:
        frozen = await work.notices.cascade(town.seeds.decide_notice)
        assert frozen is not None
        gets = frozen.recipients[0].gss_code
        old = await work.register.contact(gets, 0)
        assert old is not None
    town.clock.turn(COOL_OFF + timedelta(hours=1))
    page, approver = f"/cases/{town.seeds.decide}", await town.as_("approver")
    assert "Within the last 48 hours" not in (await approver.get(page)).text
    async with town.database.begin() as work:
        await set_contact(work.register,
            gss_code=gets, address="new@elsewhere.test", role=old.role, who=town.seeds.people["directory"], why="They wrote to us.",
            at=town.clock.now - timedelta(hours=2),
        )  # fmt: skip
    text = (await approver.get(page)).text
    assert "the address of 1 recipient changed" in text
    assert f"<del>{old.address}</del> → <ins>new@elsewhere.test</ins>" in text and "Directory Person" in text
    assert "new@elsewhere.test" not in (await (await town.as_("quality")).get(page)).text
    town.clock.turn(COOL_OFF)
    assert "new@elsewhere.test" not in (await (await town.as_("approver")).get(page)).text
