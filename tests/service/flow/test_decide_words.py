"""RETURN, HOLD, and a REJECT without its reason: what each does by reply and on the page, and what everyone hears of it."""

from datetime import timedelta

import pytest

from service.domain.approval import LIFE_OF_A_REQUEST, Verdict
from service.domain.case import CaseState, Outcome
from service.domain.errors import IllegalTransition, NotAllowed
from service.domain.notice import NoticeState
from service.flow.cover import look_at_waiting_decisions
from service.flow.decide import decide_on_web
from service.flow.evidence import evidence_of
from service.flow.verify_evidence import findings
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import (
    ADA,
    HELEN,
    PRIYA,
    SAM,
    alerts_sent,
    approve,
    ask_approvers,
    last_notice,
    person,
    task_kinds,
    the_case,
    verdicts,
)  # fmt: skip

QUESTION = "Which school does she go to?"
EVERYONE = (SAM, PRIYA, HELEN, ADA)


def subjects(home: Home, address: str, start: str) -> list[str]:
    return [str(one["Subject"]) for one in home.letters_to(address) if str(one["Subject"]).startswith(start)]


def text(home: Home, address: str) -> str:
    return " ".join(home.text_to(address).split())


async def say(home: Home, words: str, *, by: str = HELEN) -> None:
    """Let an approver answer the newest letter that takes a decision."""
    home.reply([one for one in home.letters_to(by) if "+d." in str(one["Reply-To"])][-1], by, words)
    await home.settle()


async def on_the_page(home: Home, verdict: Verdict, words: str, *, by: str = HELEN) -> None:
    notice = await last_notice(home)
    await decide_on_web(home.house, notice.id, await person(home, by), verdict, words, notice.version, home.now)
    await home.settle()


@pytest.mark.parametrize("way", ["mail", "web"])
async def test_a_return_asks_the_worker_and_the_answer_is_checked_and_decided_on_anew(home_on_each: Home, way: str) -> None:
    home = home_on_each
    await ask_approvers(home)
    first = home.last_to(ADA)
    if way == "mail":
        await say(home, f"RETURN {QUESTION}\n")
    else:
        await on_the_page(home, Verdict.RETURN, QUESTION)
    assert (await last_notice(home)).state is NoticeState.RETURNED
    assert await verdicts(home) == [("return", way)] and alerts_sent(home) == []
    assert QUESTION in text(home, SAM) and len(subjects(home, SAM, "Returned")) == 0
    for address in (PRIYA, HELEN, ADA):
        assert len(subjects(home, address, "Returned with a question")) == 1 and QUESTION in text(home, address)
    home.reply(first, ADA, "APPROVE\n")
    await home.settle()
    assert "Helen returned it with a question on 24 November 2026 at 10:00." in text(home, ADA)
    home.reply(home.last_to(SAM), SAM, "1: Leeds Primary School\n")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    assert "Answer: Leeds Primary School" in text(home, HELEN)
    await say(home, "APPROVE\n")
    assert await verdicts(home) == [("return", way), ("approve", "mail")]
    assert len(alerts_sent(home)) == len(AUTHORITIES)


async def test_a_return_without_a_question_asks_for_it_and_changes_nothing_else(home: Home) -> None:
    await ask_approvers(home)
    before = await last_notice(home)
    await say(home, "RETURN\n")
    assert await last_notice(home) == before and await verdicts(home) == []
    assert str(home.last_to(HELEN)["Subject"]).startswith("Please write your question")
    await say(home, f"RETURN {QUESTION}\n")
    assert (await last_notice(home)).state is NoticeState.RETURNED


@pytest.mark.parametrize("way", ["mail", "web"])
async def test_on_hold_nobody_is_reminded_nothing_runs_out_and_everyone_knows_by_whom(home: Home, way: str) -> None:
    await ask_approvers(home)
    words = "until the police ring back"
    if way == "mail":
        await say(home, f"HOLD {words}\n")
    else:
        await on_the_page(home, Verdict.HOLD, words)
    for address in EVERYONE:
        assert len(subjects(home, address, "On hold")) == 1
        assert "By: Helen" in text(home, address) and words in text(home, address)
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL
    assert "on_hold" in await task_kinds(home)
    letters = len(home.mailer.sent)
    for hours in (1, 2, 24, 24 * 30):
        home.now += timedelta(hours=hours)
        assert await look_at_waiting_decisions(home.house, now=home.now) == 0
        await home.settle()
    assert len(home.mailer.sent) == letters and "phone_approvers" not in await task_kinds(home)
    assert home.now - (await last_notice(home)).created_at > LIFE_OF_A_REQUEST
    await say(home, "APPROVE\n", by=ADA)
    assert await verdicts(home) == [("approve", "mail")]
    assert len(alerts_sent(home)) == len(AUTHORITIES)
    assert "on_hold" not in await task_kinds(home)


async def test_who_put_it_on_hold_can_decide_later_and_a_second_hold_is_told_to_nobody(home: Home) -> None:
    await ask_approvers(home)
    await say(home, "HOLD\n")
    await say(home, "HOLD\nStill waiting.\n", by=ADA)
    assert len(subjects(home, SAM, "On hold")) == 1
    assert (await task_kinds(home)).count("on_hold") == 1
    home.reply(next(one for one in home.letters_to(HELEN) if "+d." in str(one["Reply-To"])), HELEN, "APPROVE\n")
    await home.settle()
    assert await verdicts(home) == [("approve", "mail")]
    async with home.database.read() as work:
        (held,) = [one for one in await work.approvals.of_notice((await last_notice(home)).id) if one.verdict is Verdict.HOLD]
    assert held.used_at is None


async def test_a_correction_ends_a_hold(home: Home) -> None:
    await ask_approvers(home)
    await say(home, "HOLD\n")
    await say(home, f"RETURN {QUESTION}\n")
    assert (await last_notice(home)).state is NoticeState.RETURNED
    assert "on_hold" not in await task_kinds(home)


async def test_a_rejection_without_a_reason_counts_at_once_and_its_reason_is_kept_and_told_when_it_comes(home_on_each: Home) -> None:
    home = home_on_each
    await ask_approvers(home)
    await say(home, "REJECT\n")
    case = await the_case(home)
    assert (case.state, case.outcome) == (CaseState.CLOSED, Outcome.REFUSED)
    assert await verdicts(home) == [("reject", "mail")]
    assert "refused_without_reason" in await task_kinds(home)
    for address in EVERYONE:
        assert len(subjects(home, address, "Refused: nothing is sent")) == 1
    assert "Not given yet. We have asked for it." in text(home, SAM)
    assert len(subjects(home, HELEN, "Refused: please tell us why")) == 1
    home.now += LIFE_OF_A_REQUEST * 2
    await say(home, "The child was seen this morning.\n\nHelen\n")
    async with home.database.read() as work:
        (given,) = [one for one in await work.approvals.of_notice((await last_notice(home)).id) if one.used_at]
        assert set((await work.approvals.checks_of(given)).values()) == {"pass"}
    assert given.reason == "The child was seen this morning."
    for address in EVERYONE:
        assert len(subjects(home, address, "Why it was refused")) == 1 and "The child was seen this morning." in text(home, address)
    assert "refused_without_reason" not in await task_kinds(home)
    await say(home, "Another reason.\n")
    assert len(subjects(home, SAM, "Why it was refused")) == 1


async def test_the_reason_of_a_rejection_is_taken_from_nobody_else(home: Home) -> None:
    await ask_approvers(home)
    await say(home, "REJECT\n")
    asked = next(one for one in home.letters_to(HELEN) if str(one["Subject"]).startswith("Refused: please tell us why"))
    home.reply(asked, ADA, "Because I say so.\n")
    home.reply(asked, HELEN, "Because I say so.\n", forged=True)
    await home.settle()
    assert subjects(home, SAM, "Why it was refused") == []
    home.reply(asked, HELEN, "REJECT It is not a national matter.\n")
    await home.settle()
    assert "It is not a national matter." in text(home, SAM)


async def test_an_approval_while_a_rejection_waits_for_its_reason_sends_nothing_and_brings_the_two_together(home: Home) -> None:
    """R19: the first decision stands. The second is told by whom, and somebody is asked to bring the two together."""
    await ask_approvers(home)
    await say(home, "REJECT\n")
    await say(home, "APPROVE\n", by=ADA)
    assert alerts_sent(home) == [] and await verdicts(home) == [("reject", "mail")]
    assert "Already decided by Helen on 24 November 2026 at 10:00." in text(home, ADA)
    assert "decisions_differ" in await task_kinds(home)
    await say(home, "Wrong child.\n")
    assert "Wrong child." in text(home, ADA)


async def test_on_the_page_a_return_needs_its_question_and_a_late_hold_is_told_who_decided(home: Home) -> None:
    await ask_approvers(home)
    with pytest.raises(NotAllowed, match="question"):
        await on_the_page(home, Verdict.RETURN, " ")
    await approve(home)
    with pytest.raises(IllegalTransition, match="Already decided by Helen"):
        await on_the_page(home, Verdict.HOLD, "", by=ADA)


@pytest.mark.parametrize("words", ["RETURN Which school?\n", "REJECT\n", "REJECT Wrong child.\n"])
async def test_the_evidence_of_each_decision_holds(home: Home, words: str) -> None:
    await ask_approvers(home)
    await say(home, words)
    case = await the_case(home)
    pack = await evidence_of(home.house, case.id, None, home.now, actor="test")
    assert all(holds for holds, _ in findings(pack.content))


@pytest.mark.parametrize("words", ["APPROVE\n", "REJECT Wrong child.\n", f"RETURN {QUESTION}\n", "HOLD\n"])
async def test_a_reply_in_a_class_of_the_page_gets_the_link_and_does_nothing(home_on_each: Home, words: str) -> None:
    """R22: any step-up class by reply."""
    home = home_on_each
    await ask_approvers(home)
    helen = await person(home, HELEN)
    async with home.database.begin() as work:
        await work.people.touched(helen.id, at=home.now)
    before = await last_notice(home)
    await say(home, words)
    assert await last_notice(home) == before and await verdicts(home) == []
    assert "changed within the last seven days" in text(home, HELEN) and "/cases/" in home.text_to(HELEN)
    assert "on_hold" not in await task_kinds(home)
