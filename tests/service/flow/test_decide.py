"""Room 5: one named approver decides once, on exactly what they were shown; every doubt asks back and sends nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.database.tables import notices as notices_table
from service.domain.approval import LIFE_OF_A_REQUEST, Verdict
from service.domain.case import CaseState, Outcome
from service.domain.errors import ChangedMeanwhile, IllegalTransition, NotAllowed
from service.domain.notice import NoticeState
from service.domain.step_up import COOL_OFF
from service.flow.decide import decide_on_web
from service.flow.receive import receive_new
from service.flow.rounds import triage_round
from service.mail.authenticity import parse_profile
from tests.directory.decided import set_contact
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import (
    ADA,
    COMPLETE,
    HELEN,
    PRIYA,
    SAM,
    alerts_sent,
    approve,
    ask_approvers,
    last_notice,
    person,
    the_case,
    verdicts,
)  # fmt: skip


def text(home: Home, address: str) -> str:
    return " ".join(home.text_to(address).split())


async def nothing_happened(home: Home) -> None:
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL
    assert await verdicts(home) == []
    assert alerts_sent(home) == []


UNPLAIN: dict[str, Callable[[str], str]] = {
    "the wrong number": lambda number: f"APPROVE {(int(number) + 1 - 1000) % 9000 + 1000}\n",
    "the word only in the quote": lambda number: f"\nOn Tuesday, National Alerts wrote:\n> APPROVE {number}\n",
    "a refusal in words": lambda number: f"I do not approve {number}\n",
    "a question": lambda number: f"APPROVE? {number}\n",
    "both words": lambda number: f"APPROVE {number}\nREJECT {number} wrong child\n",
    "yes": lambda _: "yes\n",
}


@pytest.mark.parametrize("reply", UNPLAIN)
async def test_a_reply_that_is_not_plain_asks_back_and_decides_nothing(home: Home, reply: str) -> None:
    await ask_approvers(home)
    notice = await last_notice(home)
    async with home.database.read() as work:
        helen = await work.people.at_address(HELEN)
        assert helen is not None
        (asked,) = [one for one in await work.approvals.of_notice(notice.id) if one.approver_id == helen.id]
    letters = len(home.letters_to(HELEN))
    home.reply(home.last_to(HELEN), HELEN, UNPLAIN[reply](asked.number))
    await home.settle()
    await nothing_happened(home)
    assert len(home.letters_to(HELEN)) == letters + 1


async def test_the_right_number_approves(home: Home) -> None:
    await ask_approvers(home)
    notice = await last_notice(home)
    async with home.database.read() as work:
        ada = await work.people.at_address(ADA)
        assert ada is not None
        (asked,) = [one for one in await work.approvals.of_notice(notice.id) if one.approver_id == ada.id]
    home.reply(home.last_to(ADA), ADA, f"APPROVE {asked.number}\n")
    await home.settle()
    assert await verdicts(home) == [("approve", "mail")]
    assert len(alerts_sent(home)) == len(AUTHORITIES)


async def test_a_rejection_with_a_reason_ends_the_case_and_everyone_is_told(home: Home) -> None:
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "REJECT The child was seen this morning.\n")
    await home.settle()
    case = await the_case(home)
    assert (case.state, case.outcome) == (CaseState.CLOSED, Outcome.REFUSED)
    assert alerts_sent(home) == []
    for address in (SAM, PRIYA, HELEN, ADA):
        assert "The child was seen this morning." in text(home, address)


async def test_a_request_that_has_run_out_approves_nothing(home: Home) -> None:
    await ask_approvers(home)
    home.now += LIFE_OF_A_REQUEST + timedelta(seconds=1)
    await approve(home)
    await nothing_happened(home)
    assert "run out" in text(home, HELEN)


async def test_a_second_reply_is_told_that_it_is_decided_and_has_no_effect(home: Home) -> None:
    await ask_approvers(home)
    request = home.last_to(HELEN)
    home.reply(request, HELEN, "APPROVE\n")
    await home.settle()
    home.reply(request, HELEN, "REJECT I was too quick.\n")
    await home.settle()
    assert await verdicts(home) == [("approve", "mail")]
    assert "Already decided by Helen on 24 November 2026 at 10:00." in text(home, HELEN)
    assert len(alerts_sent(home)) == len(AUTHORITIES)


async def test_a_reply_from_elsewhere_or_forged_or_on_behalf_approves_nothing(home: Home) -> None:
    await ask_approvers(home)
    request = home.last_to(HELEN)
    home.reply(request, ADA, "APPROVE\n")
    home.reply(request, "helen@elsewhere.test", "APPROVE\n")
    home.reply(request, HELEN, "APPROVE\n", forged=True)
    home.reply(request, HELEN, "APPROVE\n\nHelen\n", Sender="office@kent.test")
    await home.settle()
    await nothing_happened(home)


async def test_without_a_way_to_prove_origins_only_the_page_approves(home: Home) -> None:
    # Quality assurance answers by reply while origins can still be proved; then the installation cannot prove them any more.
    await ask_approvers(home)
    home.house = replace(home.house, origin=parse_profile("none"))
    await approve(home)
    await nothing_happened(home)
    notice = await last_notice(home)
    await decide_on_web(home.house, notice.id, await person(home, HELEN), Verdict.APPROVE, "", notice.version, home.now)
    await home.settle()
    assert await verdicts(home) == [("approve", "web")]
    assert len(alerts_sent(home)) == len(AUTHORITIES)


@pytest.mark.parametrize("hand", ["submitted_by", "passed_by"])
async def test_the_author_and_the_checker_cannot_approve_in_any_way(home: Home, hand: str) -> None:
    await ask_approvers(home)
    notice, helen = await last_notice(home), await person(home, HELEN)
    value = helen.address if hand == "submitted_by" else helen.id
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(notices_table).where(notices_table.c.id == notice.id).values({hand: value}))
    await approve(home)
    await nothing_happened(home)
    with pytest.raises(NotAllowed):
        await decide_on_web(home.house, notice.id, helen, Verdict.APPROVE, "", notice.version, home.now)
    await nothing_happened(home)


async def test_of_two_approvers_who_decide_at_once_one_wins(home: Home) -> None:
    await ask_approvers(home)
    notice, ada = await last_notice(home), await person(home, ADA)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    await asyncio.gather(
        triage_round(home.house, now=home.now),
        decide_on_web(home.house, notice.id, ada, Verdict.REJECT, "Not a national alert.", notice.version, home.now),
        return_exceptions=True,
    )
    await home.settle()
    (won,) = await verdicts(home)
    assert len(alerts_sent(home)) == (len(AUTHORITIES) if won[0] == "approve" else 0)
    assert (await last_notice(home)).state is (NoticeState.CASCADED if won[0] == "approve" else NoticeState.REFUSED)


async def test_after_the_directory_changed_the_approvers_are_asked_again_and_the_old_answer_sends_nothing(home: Home) -> None:
    await ask_approvers(home)
    first = home.last_to(HELEN)
    async with home.database.begin() as work:
        await set_contact(
            work.register, gss_code=AUTHORITIES[0], address="new@leeds.test", role="custodian", who="test", why="it moved", at=home.now
        )
    home.reply(first, HELEN, "APPROVE\n")
    await home.settle()
    await nothing_happened(home)
    second = home.last_to(HELEN)
    assert second["Reply-To"] != first["Reply-To"]
    home.reply(first, HELEN, "APPROVE\n\nOnce more.\n")
    await home.settle()
    assert await verdicts(home) == []
    await approve(home)
    assert await verdicts(home) == [("approve", "web")]
    assert home.letters_to("new@leeds.test")


async def test_an_address_that_changed_lately_in_the_directory_makes_the_decision_one_for_the_page(home: Home) -> None:
    code, at = AUTHORITIES[0], home.now - COOL_OFF + timedelta(hours=1)
    async with home.database.begin() as work:
        await set_contact(work.register, gss_code=code, address="new@leeds.test", role="custodian", who="test", why="it moved", at=at)
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
    await home.settle()
    await nothing_happened(home)
    await approve(home)
    assert await verdicts(home) == [("approve", "web")]


async def test_the_page_refuses_an_old_version_a_missing_reason_and_everyone_who_is_no_approver(home: Home) -> None:
    await ask_approvers(home)
    notice, helen = await last_notice(home), await person(home, HELEN)
    with pytest.raises(ChangedMeanwhile):
        await decide_on_web(home.house, notice.id, helen, Verdict.APPROVE, "", notice.version - 1, home.now)
    with pytest.raises(NotAllowed):
        await decide_on_web(home.house, notice.id, helen, Verdict.REJECT, " ", notice.version, home.now)
    with pytest.raises(NotAllowed):
        await decide_on_web(home.house, notice.id, await person(home, PRIYA), Verdict.APPROVE, "", notice.version, home.now)
    await nothing_happened(home)
    await decide_on_web(home.house, notice.id, helen, Verdict.APPROVE, "", notice.version, home.now)
    with pytest.raises(IllegalTransition):
        await decide_on_web(home.house, notice.id, await person(home, ADA), Verdict.REJECT, "No.", notice.version, home.now)
    assert await verdicts(home) == [("approve", "web")]


AGAINST = COMPLETE.replace("20 October 2026", "20 November 2026").replace("19 October", "19 November")


async def test_an_approval_against_a_finding_needs_a_reason_which_is_kept(home: Home) -> None:
    await ask_approvers(home, AGAINST)
    assert "1 finding is not met. If you approve all the same, write why on the line below APPROVE." in text(home, HELEN)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n\nKind regards\nHelen\n")
    await home.settle()
    await nothing_happened(home)
    assert "1 finding is not met. Reply APPROVE, and write why on the next line." in text(home, HELEN)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\nThe police say that he will take her abroad tonight.\n\nHelen\n")
    await home.settle()
    assert await verdicts(home) == [("approve", "mail")]
    async with home.database.read() as work:
        (given,) = [one for one in await work.approvals.of_notice((await last_notice(home)).id) if one.used_at]
    assert given.reason == "The police say that he will take her abroad tonight."
    assert "The police say that he will take her abroad tonight." in text(home, SAM)


async def test_on_the_page_an_approval_against_a_finding_needs_a_reason_too(home: Home) -> None:
    await ask_approvers(home, AGAINST)
    notice, helen = await last_notice(home), await person(home, HELEN)
    with pytest.raises(NotAllowed, match="Say why you go ahead"):
        await decide_on_web(home.house, notice.id, helen, Verdict.APPROVE, "  ", notice.version, home.now)
    await nothing_happened(home)
    await decide_on_web(home.house, notice.id, helen, Verdict.APPROVE, "He will take her abroad tonight.", notice.version, home.now)
    assert await verdicts(home) == [("approve", "web")]


async def test_of_an_approval_and_a_correction_at_once_never_both_count(home: Home) -> None:
    await ask_approvers(home)
    notice, helen = await last_notice(home), await person(home, HELEN)
    home.reply(next(one for one in home.letters_to(SAM)), SAM, COMPLETE.replace("High", "Medium"))
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    await asyncio.gather(
        triage_round(home.house, now=home.now),
        decide_on_web(home.house, notice.id, helen, Verdict.APPROVE, "", notice.version, home.now),
        return_exceptions=True,
    )
    await home.settle()
    approved = await verdicts(home) != []
    now = await last_notice(home)
    if approved and now.number == 1:
        assert (now.state, now.fields["risk_level"]) == (NoticeState.CASCADED, "high")
    elif approved:
        assert (now.number, now.state, now.fields["risk_level"]) == (2, NoticeState.CHECKING, "medium")
    else:
        assert (now.state, now.fields["risk_level"]) == (NoticeState.CHECKING, "medium")
        assert alerts_sent(home) == []
