"""A decision that is late is brought to others: reminder, deputies, telephone. A deputy decides in their days and no longer, and once."""

import asyncio
from datetime import timedelta

import pytest

from service.domain.approval import LIFE_OF_A_REQUEST, Verdict
from service.domain.errors import IllegalTransition, NotAllowed
from service.domain.notice import NoticeState
from service.domain.people import Person, Role
from service.flow.acting import acting
from service.flow.cover import look_at_waiting_decisions, telephone_list
from service.flow.decide import decide_on_web
from service.flow.house import today
from service.flow.receive import receive_new
from service.flow.rounds import triage_round
from tests.databases import LONG_AGO
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import ADA, HELEN, PRIYA, SAM, alerts_sent, approve, ask_approvers, last_notice, person, tasks, verdicts

DEE, DAN = "dee@kent.test", "dan@kent.test"


async def with_deputies(home: Home, *, of: str = HELEN, days: tuple[int, int] = (0, 7), names: tuple[str, ...] = ("dee", "dan")) -> None:
    absent = await person(home, of)
    async with home.database.begin() as work:
        for name in names:
            deputy = await work.people.add(
                authority_id=absent.issuing_authority_id,
                name=name.title(),
                address=f"{name}@kent.test",
                roles=frozenset({Role.REPORTER}),
                phone="01632 960777",
            )
            first, last = (today(home.now) + timedelta(days=gap) for gap in days)
            await work.deputies.add(person_id=absent.id, deputy_id=deputy, first_day=first, last_day=last)
            work.audit.add("notice_approved", at=LONG_AGO, actor=deputy)  # not their first decision


async def in_session(home: Home, address: str) -> Person:
    async with home.database.read() as work:
        found = await work.people.at_address(address)
        assert found is not None
        return await acting(work, found, home.now)


async def after(home: Home, **time: float) -> int:
    home.now += timedelta(**time)
    done = await look_at_waiting_decisions(home.house, now=home.now)
    await home.settle()
    return done


def subjects(home: Home, address: str) -> list[str]:
    return [str(one["Subject"]) for one in home.letters_to(address)]


def out_of_office(home: Home, who: str, *, forged: bool = False) -> None:
    request = [one for one in home.letters_to(who) if "+d." in str(one["Reply-To"])][-1]
    home.post(
        who, "I am away until Monday.", to=str(request["Reply-To"]), subject="Automatic reply: Decision needed", forged=forged,
        Auto_Submitted="auto-replied", In_Reply_To=str(request["Message-ID"]),
    )  # fmt: skip


async def test_a_late_decision_is_reminded_of_then_goes_to_the_deputies_then_to_the_telephone_each_once(home: Home) -> None:
    await with_deputies(home)
    await ask_approvers(home)  # the risk is high: an hour
    assert await after(home, minutes=59) == 0
    assert await after(home, minutes=1) == 1
    assert subjects(home, HELEN)[-1].startswith("Still waiting for your decision:") and subjects(home, DEE) == []
    words = " ".join(home.text_to(HELEN).split())
    assert "Also asked: Ada" in words and "APPROVE" in words and "Example" not in words
    assert await after(home, minutes=29) == 0
    assert await after(home, minutes=1) == 1
    for deputy in (DEE, DAN):
        (request,) = home.letters_to(deputy)
        assert str(request["Subject"]).startswith("Still waiting, please decide by ")
    assert "You decide in place of Helen" in " ".join(home.text_to(DEE).split())
    assert [one.kind for one in await tasks(home)].count("phone_approvers") == 0
    assert await after(home, minutes=30) == 1
    assert [one.kind for one in await tasks(home)].count("phone_approvers") == 1
    assert await after(home, hours=9) == await after(home, hours=9) == 0
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL and alerts_sent(home) == []
    await approve(home)
    assert [one.kind for one in await tasks(home)].count("phone_approvers") == 0


async def test_without_deputies_the_telephone_comes_when_they_would_have_been_asked(home: Home) -> None:
    await ask_approvers(home)
    await after(home, minutes=90)
    assert "phone_approvers" in [one.kind for one in await tasks(home)]
    async with home.database.read() as work:
        helen = await work.people.at_address(HELEN)
        assert helen is not None
        assert [one.person.name for one in await telephone_list(work, helen.issuing_authority_id, home.now)] == ["Ada", "Helen"]


async def test_an_out_of_office_hands_on_at_once_and_only_from_the_mailbox_that_was_asked(home: Home) -> None:
    await with_deputies(home)
    await ask_approvers(home)
    request = home.last_to(HELEN)
    assert "OOF" not in str(request["X-Auto-Response-Suppress"]) and "All" not in str(request["X-Auto-Response-Suppress"])
    out_of_office(home, HELEN, forged=True)
    home.post("mallory@elsewhere.test", "I am away.", to=str(request["Reply-To"]), subject="Automatic reply", Auto_Submitted="auto-replied")
    await home.settle()
    assert home.letters_to(DEE) == [] and (await person(home, HELEN)).away_since is None
    out_of_office(home, HELEN)
    await home.settle()
    assert len(home.letters_to(DEE)) == len(home.letters_to(DAN)) == 1
    assert (await person(home, HELEN)).away_since == home.now
    assert await verdicts(home) == []
    assert await after(home, minutes=60) == 1
    assert not any(one.startswith("Still waiting") for one in subjects(home, HELEN))
    home.post(HELEN, "I am back.", subject="Hello")
    await home.settle()
    assert (await person(home, HELEN)).away_since is None


async def test_a_deputy_who_is_asked_decides_by_a_reply_of_their_own_and_everyone_is_told_once(home: Home) -> None:
    await with_deputies(home)
    await ask_approvers(home)
    out_of_office(home, HELEN)
    await home.settle()
    request = home.last_to(DEE)
    assert request["Reply-To"] != home.last_to(HELEN)["Reply-To"]
    home.reply(request, DEE, "APPROVE\n")
    await home.settle()
    assert await verdicts(home) == [("approve", "mail")]
    assert len(alerts_sent(home)) == len(AUTHORITIES)
    for address in (SAM, PRIYA, HELEN, ADA, DEE, DAN):
        assert [one.startswith("Approved") for one in subjects(home, address)].count(True) == 1


async def test_who_decides_second_is_told_by_whom_and_when_it_was_decided(home: Home) -> None:
    await with_deputies(home)
    await ask_approvers(home)
    out_of_office(home, HELEN)
    await home.settle()
    notice = await last_notice(home)
    mine, others = home.last_to(DEE), [one for one in home.letters_to(HELEN) if "+d." in str(one["Reply-To"])][-1]
    home.reply(mine, DEE, "APPROVE\n")
    await home.settle()
    home.reply(others, HELEN, "APPROVE\n")
    await home.settle()
    assert "Already decided by Dee on 24 November 2026 at 10:00." in " ".join(home.text_to(HELEN).split())
    with pytest.raises(IllegalTransition, match="Already decided by Dee on 24 November 2026 at 10:00"):
        await decide_on_web(home.house, notice.id, await person(home, ADA), Verdict.APPROVE, "", notice.version, home.now)
    assert len(alerts_sent(home)) == len(AUTHORITIES)


async def test_outside_their_days_a_deputy_is_neither_asked_nor_heard(home: Home) -> None:
    await with_deputies(home, days=(1, 3), names=("dan",))
    await with_deputies(home, days=(-3, 0), names=("dee",))
    await ask_approvers(home)
    out_of_office(home, HELEN)
    await home.settle()
    assert home.letters_to(DAN) == []
    request, notice = home.last_to(DEE), await last_notice(home)
    home.now += timedelta(days=1)  # their last day is over
    home.reply(request, DEE, "APPROVE\n")
    await home.settle()
    assert await verdicts(home) == []
    assert "You are not an approver here at present." in home.text_to(DEE)
    with pytest.raises(NotAllowed):
        await decide_on_web(home.house, notice.id, await in_session(home, DEE), Verdict.APPROVE, "", notice.version, home.now)
    assert alerts_sent(home) == []


async def test_a_deputy_who_sent_the_notice_in_or_is_away_is_not_asked(home: Home) -> None:
    helen, sam = await person(home, HELEN), await person(home, SAM)
    async with home.database.begin() as work:
        await work.deputies.add(person_id=helen.id, deputy_id=sam.id, first_day=today(home.now), last_day=today(home.now))
    await with_deputies(home)
    async with home.database.begin() as work:
        await work.people.away((await person(home, DAN)).id, since=home.now)
    await ask_approvers(home)
    out_of_office(home, HELEN)
    await home.settle()
    assert len(home.letters_to(DEE)) == 1 and home.letters_to(DAN) == []
    assert not any("+d." in str(one["Reply-To"]) for one in home.letters_to(SAM))


async def test_a_notice_that_waits_for_ever_never_expires(home: Home) -> None:
    await ask_approvers(home)
    await after(home, hours=3)
    old = next(one for one in home.letters_to(HELEN) if "+d." in str(one["Reply-To"]))
    assert await after(home, seconds=LIFE_OF_A_REQUEST.total_seconds()) == 1
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL
    home.reply(old, HELEN, "APPROVE\n")
    await home.settle()
    assert await verdicts(home) == []
    await approve(home)
    assert await verdicts(home) == [("approve", "mail")]


@pytest.mark.parametrize("words", [("APPROVE", "APPROVE"), ("APPROVE", "REJECT The child was seen.")])
async def test_of_two_deputies_who_decide_in_the_same_second_exactly_one_counts(home_on_each: Home, words: tuple[str, str]) -> None:
    home = home_on_each
    await with_deputies(home)
    await ask_approvers(home)
    out_of_office(home, HELEN)
    await home.settle()
    notice, dan = await last_notice(home), await in_session(home, DAN)
    home.reply(home.last_to(DEE), DEE, f"{words[0]}\n")
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    verdict, _, reason = words[1].partition(" ")
    by_page = decide_on_web(home.house, notice.id, dan, Verdict(verdict.lower()), reason, notice.version, home.now)
    results = await asyncio.gather(triage_round(home.house, now=home.now), by_page, return_exceptions=True)
    assert not isinstance(results[1], NotAllowed)  # it lost the race, if it did, and was not refused for what it is
    await home.settle()
    (won,) = await verdicts(home)
    assert len(alerts_sent(home)) == (len(AUTHORITIES) if won[0] == "approve" else 0)
    told = [one for one in subjects(home, PRIYA) if one.startswith(("Approved", "Refused"))]
    assert len(told) == 1


async def test_two_workers_take_each_step_once(home_on_each: Home) -> None:
    home = home_on_each
    await with_deputies(home)
    await ask_approvers(home)
    home.now += timedelta(hours=2)
    await asyncio.gather(*(look_at_waiting_decisions(home.house, now=home.now) for _ in range(4)))
    await home.settle()
    assert len(home.letters_to(DEE)) == len(home.letters_to(DAN)) == 1
    assert [one.startswith("Still waiting") for one in subjects(home, HELEN)].count(True) == 1
    assert [one.kind for one in await tasks(home)].count("phone_approvers") == 1


async def test_the_page_opens_to_a_deputy_in_their_days_alone_and_only_for_what_they_were_asked(home: Home) -> None:
    await with_deputies(home)
    await ask_approvers(home)
    notice = await last_notice(home)
    with pytest.raises(NotAllowed, match="You were not asked"):
        await decide_on_web(home.house, notice.id, await in_session(home, DEE), Verdict.APPROVE, "", notice.version, home.now)
    await after(home, minutes=90)
    await decide_on_web(home.house, notice.id, await in_session(home, DEE), Verdict.APPROVE, "", notice.version, home.now)
    assert await verdicts(home) == [("approve", "web")]
    home.now += timedelta(days=8)
    assert not (await in_session(home, DEE)).has(Role.APPROVER)
