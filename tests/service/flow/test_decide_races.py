"""Two hands at the same moment, on SQLite and PostgreSQL: one decision counts, and exactly what it says happens, once.

Row R19 of the security paper, and R2 and R3 where they race.
"""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import pytest

from service.domain.approval import Verdict
from service.domain.notice import NoticeState
from service.domain.people import Role
from service.flow.cover import look_at_waiting_decisions
from service.flow.decide import decide_on_web
from service.flow.house import today
from service.flow.receive import receive_new
from service.flow.rounds import triage_round
from service.flow.triage import triage_letter
from tests.databases import LONG_AGO
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import ADA, COMPLETE, HELEN, SAM, alerts_sent, ask_approvers, last_notice, person, received, verdicts


async def on_the_page(home: Home, who: str, verdict: Verdict, words: str = "") -> None:
    notice = await last_notice(home)
    await decide_on_web(home.house, notice.id, await person(home, who), verdict, words, notice.version, home.now)


async def at_once(home: Home, *steps: Awaitable[object]) -> None:
    """Take steps at the same moment, then let every room work until nothing is left to do."""
    await asyncio.gather(*steps, return_exceptions=True)
    await home.settle()


async def arrived(home: Home) -> list[str]:
    """Fetch what has come in, and return the letters that wait for triage."""
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    return [one.id for one in await received(home) if one.state == "new"]


async def one_decision(home: Home) -> None:
    """One decision counts, and exactly what it says has happened."""
    (won,) = await verdicts(home)
    notice = await last_notice(home)
    states = {"approve": NoticeState.CASCADED, "reject": NoticeState.REFUSED, "return": NoticeState.RETURNED}
    assert notice.state is states[won[0]]
    assert len(alerts_sent(home)) == (len(AUTHORITIES) if won[0] == "approve" else 0)


async def with_two_deputies(home: Home) -> None:
    """Let Helen and Ada be late, so that the deputies of Helen are asked."""
    helen = await person(home, HELEN)
    async with home.database.begin() as work:
        for name in ("dee", "dan"):
            deputy = await work.people.add(
                authority_id=helen.issuing_authority_id, name=name.title(), address=f"{name}@kent.test", roles=frozenset({Role.REPORTER})
            )
            await work.deputies.add(person_id=helen.id, deputy_id=deputy, first_day=today(home.now), last_day=today(home.now))
            work.audit.add("notice_approved", at=LONG_AGO, actor=deputy)
    await ask_approvers(home)
    home.now += timedelta(minutes=90)
    await look_at_waiting_decisions(home.house, now=home.now)
    await home.settle()


@pytest.mark.parametrize("words", ["REJECT Wrong child.", "RETURN Which school?", "APPROVE"])
async def test_two_deputies_decide_at_once(home_on_each: Home, words: str) -> None:
    home = home_on_each
    await with_two_deputies(home)
    for who, said in (("dee@kent.test", "APPROVE"), ("dan@kent.test", words)):
        home.reply(home.last_to(who), who, f"{said}\n")
    first, second = await arrived(home)
    await at_once(home, *(triage_letter(home.house, one, now=home.now) for one in (first, second)))
    if await verdicts(home) == [("approve", "mail")] and words.startswith("REJECT"):
        # the rejection came a moment later and paused what had not left: it waits for a person
        assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL and alerts_sent(home) == []
    else:
        await one_decision(home)


@pytest.mark.parametrize(("verdict", "words"), [(Verdict.REJECT, "Wrong child."), (Verdict.RETURN, "Which school?"), (Verdict.APPROVE, "")])
async def test_a_reply_and_the_page_at_once(home_on_each: Home, verdict: Verdict, words: str) -> None:
    home = home_on_each
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
    (reply,) = await arrived(home)
    await at_once(home, triage_letter(home.house, reply, now=home.now), on_the_page(home, ADA, verdict, words))
    await one_decision(home)


async def test_an_approval_and_a_hold_at_once_never_leave_an_approved_notice_on_hold(home_on_each: Home) -> None:
    home = home_on_each
    await ask_approvers(home)
    home.reply(home.last_to(ADA), ADA, "APPROVE\n")
    (reply,) = await arrived(home)
    await at_once(home, triage_letter(home.house, reply, now=home.now), on_the_page(home, HELEN, Verdict.HOLD))
    assert await verdicts(home) == [("approve", "mail")]
    assert len(alerts_sent(home)) == len(AUTHORITIES)
    async with home.database.read() as work:
        assert "on_hold" not in {one.kind for one in await work.tasks.open()}


async def test_an_approval_by_reply_and_a_correction_at_once_never_send_words_nobody_approved(home_on_each: Home) -> None:
    home = home_on_each
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
    home.reply(next(one for one in home.letters_to(SAM)), SAM, COMPLETE.replace("High", "Medium"))
    letters = await arrived(home)
    await at_once(home, *(triage_letter(home.house, one, now=home.now) for one in letters))
    approved, notice = await verdicts(home), await last_notice(home)
    if not approved:
        assert (notice.state, notice.fields["risk_level"]) == (NoticeState.CHECKING, "medium") and alerts_sent(home) == []
    elif notice.number == 1:
        assert (notice.state, notice.fields["risk_level"]) == (NoticeState.CASCADED, "high")
    else:  # the change came a moment later and became an update of its own, which nobody has approved
        assert (notice.state, notice.fields["risk_level"]) == (NoticeState.CHECKING, "medium")
        assert len(alerts_sent(home)) == len(AUTHORITIES)


async def test_the_same_reply_twice_at_once_approves_once(home_on_each: Home) -> None:
    home = home_on_each
    await ask_approvers(home)
    request = home.last_to(HELEN)
    home.reply(request, HELEN, "APPROVE\n")
    home.mailbox.put(next(reversed(home.mailbox.folders["INBOX"].values())))
    home.reply(request, HELEN, "APPROVE\n\nSent again, as I saw no receipt.\n")
    letters = await arrived(home)
    await at_once(home, *(triage_letter(home.house, one, now=home.now) for one in letters))
    await one_decision(home)
    assert len([one for one in home.letters_to(HELEN) if str(one["Subject"]).startswith("Approved")]) == 1


async def test_two_rounds_over_one_reply_approve_once(home_on_each: Home) -> None:
    home = home_on_each
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
    await arrived(home)
    await at_once(home, *(triage_round(home.house, now=home.now) for _ in range(2)))
    await one_decision(home)
