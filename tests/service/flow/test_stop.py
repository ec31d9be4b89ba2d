"""STOP halts what has not left, tells everyone once how much had, and only a new approval sets it going again."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from service.database.leaving import Move
from service.database.tables import approvals, deliveries, letters, notices, policies
from service.domain.approval import Verdict
from service.domain.case import CaseState
from service.domain.delivery import DeliveryEvent, DeliveryState
from service.domain.errors import IllegalTransition, NotAllowed
from service.domain.notice import NoticeState
from service.flow.cascade import cascade_notice
from service.flow.decide import decide_on_web
from service.flow.deliver import deliver_due
from service.flow.receive import receive_new
from service.flow.rounds import notice_round, triage_round
from service.flow.stop import says_stop, stop_on_web
from service.policies import text_of
from service.ports import Envelope, SendOutcome, SendResult
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import (
    ADA,
    CARDIFF,
    FOUND,
    HELEN,
    LEEDS,
    MEDWAY,
    PRIYA,
    SAM,
    alerts_sent,
    approve,
    ask_approvers,
    board,
    go_live,
    last_notice,
    person,
    task_kinds,
    the_case,
)  # fmt: skip


async def approved(home: Home) -> None:
    """Let Helen approve, and stop before the cascade."""
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    await triage_round(home.house, now=home.now)


def only(*reached: str) -> Callable[[Envelope], SendResult]:
    """Let the relay take letters to these authorities and to staff, and put the others off."""

    def answers(envelope: Envelope) -> SendResult:
        if envelope.recipient.startswith("duty@") and envelope.recipient not in reached:
            return SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, code=451)
        return SendResult(outcome=SendOutcome.ACCEPTED, code=250)

    return answers


async def half_sent(home: Home) -> None:
    """Let the alert reach Leeds; the two others are put off."""
    await ask_approvers(home)
    home.mailer.answers = only(LEEDS)
    await approve(home)
    assert alerts_sent(home).count(LEEDS) == 1


def request_to(home: Home, address: str) -> EmailMessage:
    """The newest letter that asks to decide: what else leaves at that moment may leave after it."""
    return next(one for one in reversed(home.letters_to(address)) if str(one["Subject"]).startswith("Decision needed"))


def receipt_to(home: Home, address: str) -> EmailMessage:
    return next(one for one in reversed(home.letters_to(address)) if str(one["Subject"]).startswith("Approved"))


def told(home: Home, address: str) -> list[str]:
    return [str(one["Subject"]) for one in home.letters_to(address) if str(one["Subject"]).startswith(("Stopped", "Too late"))]


@pytest.mark.parametrize("who", [SAM, PRIYA, HELEN])
async def test_the_single_word_from_the_author_the_checker_or_the_approver_stops_what_has_not_left(home: Home, who: str) -> None:
    await half_sent(home)
    home.reply(receipt_to(home, who), who, "STOP\n\nSent from my phone\n")
    await home.settle()
    where = await board(home)
    assert where[LEEDS].state is DeliveryState.ACCEPTED
    assert {where[MEDWAY].state, where[CARDIFF].state} == {DeliveryState.WITHDRAWN}
    for address in (SAM, PRIYA, HELEN, ADA):
        assert len(told(home, address)) == 1
    text = next(home.mailer.to(SAM)[i] for i, one in enumerate(home.letters_to(SAM)) if str(one["Subject"]).startswith("Stopped"))
    assert b"1 authority has it" in text.replace(b"=\r\n", b"")
    assert "sending_stopped" in await task_kinds(home)
    home.mailer.answers = only(LEEDS, MEDWAY, CARDIFF)
    home.now += timedelta(hours=3)
    await home.settle()
    assert alerts_sent(home) == [LEEDS]
    notice = await last_notice(home)
    assert (notice.state, notice.stopped_at is not None) == (NoticeState.AWAITING_APPROVAL, True)


async def test_only_a_new_approval_on_the_page_sends_the_rest_and_nobody_gets_it_twice(home: Home) -> None:
    await half_sent(home)
    await stop_on_web(home.house, (await last_notice(home)).id, await person(home, PRIYA), home.now)
    home.mailer.answers = only(LEEDS, MEDWAY, CARDIFF)
    home.now += timedelta(hours=3)
    await home.settle()
    asked = request_to(home, HELEN)
    words = asked.get_body(("plain",))
    assert words is not None and "Only a decision on the web page" in " ".join(words.get_content().split())
    home.reply(asked, HELEN, "APPROVE\n")
    await home.settle()
    assert alerts_sent(home) == [LEEDS]
    await approve(home)
    assert sorted(alerts_sent(home)) == sorted([LEEDS, MEDWAY, CARDIFF])
    notice = await last_notice(home)
    assert (notice.state, notice.stopped_at) == (NoticeState.CASCADED, None)
    assert {one.state for one in (await board(home)).values()} == {DeliveryState.ACCEPTED}


async def test_a_rejection_after_a_stop_leaves_the_case_open_for_those_who_were_told(home: Home) -> None:
    await half_sent(home)
    notice = await last_notice(home)
    await stop_on_web(home.house, notice.id, await person(home, PRIYA), home.now)
    notice = await last_notice(home)
    await decide_on_web(home.house, notice.id, await person(home, ADA), Verdict.REJECT, "Wrong child.", notice.version, home.now)
    await home.settle()
    assert (await the_case(home)).state is CaseState.LIVE
    assert (await last_notice(home)).state is NoticeState.REFUSED
    assert alerts_sent(home) == [LEEDS]


async def test_a_stop_before_the_first_letter_sends_nothing_at_all(home: Home) -> None:
    await approved(home)
    notice = await last_notice(home)
    stopped = await stop_on_web(home.house, notice.id, await person(home, HELEN), home.now)
    assert (stopped.left, stopped.halted) == (0, len(AUTHORITIES))
    assert await cascade_notice(home.house, notice.id, now=home.now) == 0
    await home.settle()
    assert alerts_sent(home) == []
    assert "sending_stopped" not in await task_kinds(home)


async def test_a_letter_that_was_claimed_but_has_not_begun_to_leave_is_stopped_too(home: Home) -> None:
    await approved(home)
    await notice_round(home.house, now=home.now)
    async with home.database.begin() as work:
        claimed = await work.deliveries.claim(100, now=home.now, lease_for=timedelta(minutes=15))
    assert len([one for one in claimed if one.gss_code]) == len(AUTHORITIES)
    stopped = await stop_on_web(home.house, (await last_notice(home)).id, await person(home, HELEN), home.now)
    assert (stopped.left, stopped.halted) == (0, len(AUTHORITIES))


async def test_a_stop_while_letters_leave_never_lets_a_stopped_one_out(home: Home) -> None:
    await approved(home)
    await notice_round(home.house, now=home.now)
    notice, helen = await last_notice(home), await person(home, HELEN)
    await asyncio.gather(
        deliver_due(home.house, home.mailer, now=home.now), stop_on_web(home.house, notice.id, helen, home.now), return_exceptions=True
    )
    before = await board(home)
    home.now += timedelta(hours=3)
    await home.settle()
    out = {one.address for one in before.values() if one.state in (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)}
    assert set(alerts_sent(home)) == out


async def test_a_letter_in_doubt_is_not_offered_again_after_a_stop(home: Home) -> None:
    await ask_approvers(home)
    home.mailer.answers = lambda one: SendResult(outcome=SendOutcome.IN_DOUBT if one.recipient == LEEDS else SendOutcome.ACCEPTED, code=250)
    await approve(home)
    stopped = await stop_on_web(home.house, (await last_notice(home)).id, await person(home, HELEN), home.now)
    assert (stopped.left, stopped.halted) == (3, 0)
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(notices).values(stopped_at=home.now))
        claimed = await work.deliveries.claim(100, now=home.now + timedelta(hours=1), lease_for=timedelta(minutes=15))
    assert [one for one in claimed if one.gss_code] == []


async def test_a_letter_in_doubt_that_is_about_to_go_again_is_held_back_by_a_stop(home: Home) -> None:
    await ask_approvers(home)
    home.mailer.answers = lambda one: SendResult(outcome=SendOutcome.IN_DOUBT if one.recipient == LEEDS else SendOutcome.ACCEPTED, code=250)
    await approve(home)
    later = home.now + timedelta(minutes=20)
    async with home.database.begin() as work:
        (again,) = await work.deliveries.claim(100, now=later, lease_for=timedelta(minutes=15))
        leaving = Move(delivery_id=again.id, event=DeliveryEvent.JOURNALLED, lease=again.lease)
        assert again.address == LEEDS
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(notices).values(stopped_at=later))
        assert not await work.deliveries.move([leaving], at=later)
        await work.connection.execute(sa.update(notices).values(stopped_at=None))
        assert await work.deliveries.move([leaving], at=later)


async def test_a_stop_after_everything_left_changes_nothing_and_becomes_a_task_once(home: Home) -> None:
    await go_live(home)
    notice = await last_notice(home)
    for _ in range(2):
        await stop_on_web(home.house, notice.id, await person(home, PRIYA), home.now)
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CASCADED
    assert (await task_kinds(home)).count("stop_too_late") == 1
    assert told(home, HELEN) == [f"Too late to stop: everything had left [{(await the_case(home)).reference}]"]


async def test_a_stopped_found_notice_opens_the_case_again(home: Home) -> None:
    await go_live(home)
    home.post(SAM, FOUND, subject=f"Found [{(await the_case(home)).reference}]")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n\nfound\n")
    await home.settle()
    home.mailer.answers = only(LEEDS)
    await approve(home)
    assert (await the_case(home)).state is CaseState.CLOSED
    await stop_on_web(home.house, (await last_notice(home)).id, await person(home, PRIYA), home.now)
    case = await the_case(home)
    assert (case.state, case.outcome, case.closed_at) == (CaseState.LIVE, None, None)
    home.mailer.answers = only(LEEDS, MEDWAY, CARDIFF)
    await home.settle()
    await approve(home)
    assert (await the_case(home)).state is CaseState.CLOSED
    assert all(len([one for one in alerts_sent(home) if one == address]) == 2 for address in (LEEDS, MEDWAY, CARDIFF))


@pytest.mark.parametrize("words", ["Stop?", "Do not stop", "STOP it is the wrong child", "Thank you", "> STOP"])
async def test_any_other_reply_to_a_receipt_stops_nothing_and_goes_to_a_person(home: Home, words: str) -> None:
    await half_sent(home)
    home.reply(receipt_to(home, HELEN), HELEN, f"{words}\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CASCADED
    assert "letter_to_read" in await task_kinds(home)


@pytest.mark.parametrize("how", ["forged", "somebody else"])
async def test_a_stop_whose_sender_is_not_proved_goes_to_a_person(home: Home, how: str) -> None:
    await half_sent(home)
    sender = HELEN if how == "forged" else ADA
    home.reply(receipt_to(home, HELEN), sender, "STOP\n", forged=how == "forged")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CASCADED
    assert "letter_to_read" in await task_kinds(home)


async def test_the_author_cannot_stop_it_on_the_page_and_what_was_never_approved_cannot_be_stopped(home: Home) -> None:
    await ask_approvers(home)
    notice = await last_notice(home)
    with pytest.raises(IllegalTransition):
        await stop_on_web(home.house, notice.id, await person(home, HELEN), home.now)
    await approve(home)
    with pytest.raises(NotAllowed):
        await stop_on_web(home.house, notice.id, await person(home, SAM), home.now)


async def test_a_rejection_by_another_approver_before_it_all_left_pauses_sending_and_raises_a_task(home: Home) -> None:
    await ask_approvers(home)
    asked = home.last_to(ADA)
    home.mailer.answers = only(LEEDS)
    await approve(home)
    home.reply(asked, ADA, "REJECT The child was seen this morning.\n")
    await home.settle()
    where = await board(home)
    assert {where[MEDWAY].state, where[CARDIFF].state} == {DeliveryState.WITHDRAWN}
    assert "decisions_differ" in await task_kinds(home)
    assert len(told(home, HELEN)) == 1
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL


async def test_with_a_hold_nothing_leaves_until_it_is_over(home: Home) -> None:
    await ask_approvers(home)
    case = await the_case(home)
    text = text_of(case.policy) + '\n[hold]\nminutes = 2\nours = "Time for STOP."\n'
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(policies).values(text=text))
    await approve(home)
    assert (await last_notice(home)).release_at == home.now + timedelta(minutes=2)
    assert alerts_sent(home) == []
    assert "The first letter leaves" in home.text_to(HELEN)
    home.now += timedelta(minutes=2)
    await home.settle()
    assert len(alerts_sent(home)) == len(AUTHORITIES)


async def queued(home: Home) -> None:
    await approved(home)
    await notice_round(home.house, now=home.now)


async def test_an_address_changed_in_the_queue_after_the_approval_gets_nothing_and_raises_an_alarm(home: Home) -> None:
    await queued(home)
    async with home.database.begin() as work:
        changed = sa.update(deliveries).where(deliveries.c.address == LEEDS).values(address="thief@elsewhere.test")
        await work.connection.execute(changed)
    await home.settle()
    assert home.letters_to("thief@elsewhere.test") == []
    assert sorted(alerts_sent(home)) == sorted([MEDWAY, CARDIFF])
    assert "letter_unsendable" in await task_kinds(home)


async def test_another_letter_put_in_place_of_the_approved_one_never_leaves(home: Home) -> None:
    await queued(home)
    async with home.database.begin() as work:
        other = await work.connection.scalar(sa.select(letters.c.id).where(letters.c.kind == "approval_request").limit(1))
        await work.connection.execute(sa.update(deliveries).where(deliveries.c.gss_code.is_not(None)).values(letter_id=other))
    await home.settle()
    assert alerts_sent(home) == []
    assert "letter_unsendable" in await task_kinds(home)


async def test_a_notice_marked_as_approved_without_an_approval_is_never_sent(home: Home) -> None:
    await ask_approvers(home)
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(notices).values(state=NoticeState.APPROVED))
    await home.settle()
    assert alerts_sent(home) == []
    assert "content_differs" in await task_kinds(home)


async def test_an_approval_of_other_content_does_not_count(home: Home) -> None:
    await queued(home)
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(approvals).values(content_sha256="0" * 64))
    await home.settle()
    assert alerts_sent(home) == []


@pytest.mark.parametrize(
    ("words", "stops"),
    [("STOP", True), ("stop.\n\nKind regards", True), ("*STOP*", True), ("\n\nStop!", True), ("Stopio", True), ("Atal", True),
     ("stop it", False), ("STOP?", False), ("don't stop", False), ("", False), ("unstoppable", False)],
)  # fmt: skip
def test_only_the_single_word_on_the_first_line_is_a_stop(words: str, stops: bool) -> None:
    assert says_stop(words) is stops
