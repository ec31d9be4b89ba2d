"""The exact letter for any authority, STOP on the page, and the evidence of a decision."""

import hashlib

import pytest
import sqlalchemy as sa

from service.database.tables import deliveries, notices
from service.domain.delivery import DeliveryState
from service.domain.notice import NoticeState
from service.flow.verify_evidence import findings
from tests.service.web.conftest import Town


def place(town: Town, what: str, *, of: str = "decide") -> str:
    return f"/cases/{getattr(town.seeds, of)}/notices/{getattr(town.seeds, f'{of}_notice')}/{what}"


async def approve(town: Town) -> None:
    staff = await town.as_("approver")
    answer = await staff.post(place(town, "approve"), version="2", understood="yes", reason="The police ask for it.")
    assert answer.status_code == 303, answer.text


async def test_the_letter_is_shown_for_any_authority_as_it_would_leave_without_its_personal_reference(town: Town) -> None:
    staff = await town.as_("approver")
    async with town.database.read() as work:
        frozen = await work.notices.cascade(town.seeds.decide_notice)
    assert frozen is not None
    one = frozen.recipients[-1]
    page = (await staff.get(place(town, f"letter?to={one.gss_code}"))).text
    assert f"The letter to {one.name}" in page.replace("&#39;", "'")
    assert one.address in page
    assert "x" * 32 in page
    assert (await staff.get(place(town, "letter?to=E00000000"))).status_code == 404


async def test_who_will_not_get_it_is_named_with_the_reason(town: Town) -> None:
    page = (await (await town.as_("approver")).get(f"/cases/{town.seeds.decide}")).text
    assert "will not get it" in page
    assert "There is no address for it in the directory." in page


async def test_an_approved_notice_is_stopped_by_the_button_and_asks_for_a_new_approval(town: Town) -> None:
    await approve(town)
    staff = await town.as_("quality")
    assert "Stop sending now" in (await staff.get(f"/cases/{town.seeds.decide}")).text
    assert (await staff.post(place(town, "stop"))).status_code == 303
    async with town.database.read() as work:
        notice = await work.notices.get(town.seeds.decide_notice)
    assert (notice.state, notice.stopped_at is not None) == (NoticeState.AWAITING_APPROVAL, True)
    page = (await staff.get(f"/cases/{town.seeds.decide}")).text
    assert "Sending was stopped" in page and "Stop sending now" not in page


async def test_a_notice_that_was_not_approved_cannot_be_stopped(town: Town) -> None:
    staff = await town.as_("approver")
    assert (await staff.post(place(town, "stop"))).status_code == 409
    assert (await staff.client.post(place(town, "stop"), data={})).status_code == 403


async def test_after_a_stop_the_box_names_how_many_are_still_to_get_it(town: Town) -> None:
    async with town.database.begin() as work:
        await work.connection.execute(
            sa.update(deliveries).where(deliveries.c.notice_id == town.seeds.live_notice).values(state=DeliveryState.ACCEPTED)
        )
        left = len(await work.deliveries.of_notice(town.seeds.live_notice))
        frozen = await work.notices.cascade(town.seeds.live_notice)
        awaiting = {"state": NoticeState.AWAITING_APPROVAL, "stopped_at": town.clock()}
        await work.connection.execute(sa.update(notices).where(notices.c.id == town.seeds.live_notice).values(**awaiting))
    assert frozen is not None
    page = (await (await town.as_("approver")).get(f"/cases/{town.seeds.live}")).text
    assert f"I understand this goes to {len(frozen.recipients) - left} authorities" in page


@pytest.mark.parametrize("who", ["second approver", "auditor"])
async def test_approver_and_auditor_take_the_evidence_away_and_it_is_written_down(town: Town, who: str) -> None:
    await approve(town)
    staff = await town.as_(who)
    assert "ownload the evidence" in (await staff.get(f"/cases/{town.seeds.decide}")).text
    pack = await staff.post(place(town, "evidence"))
    assert pack.status_code == 200
    assert pack.headers["content-type"] == "application/zip"
    assert [says for holds, says in findings(pack.content) if not holds] == []
    async with town.database.read() as work:
        taken = [one for one in await work.audit.of_case(town.seeds.decide) if one["action"] == "evidence_taken"]
    assert [one["actor"] for one in taken] == [town.seeds.people[who]]
    assert hashlib.sha256(pack.content).hexdigest() in str(taken[0]["detail"])


@pytest.mark.parametrize(("who", "status"), [("quality", 403), ("directory", 404), ("system", 404), ("stranger", 404)])
async def test_nobody_else_gets_the_evidence(town: Town, who: str, status: int) -> None:
    await approve(town)
    assert (await (await town.as_(who)).post(place(town, "evidence"))).status_code == status


async def test_without_a_decision_there_is_no_evidence(town: Town) -> None:
    assert (await (await town.as_("approver")).post(place(town, "evidence"))).status_code == 404
