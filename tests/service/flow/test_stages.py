"""Quality assurance in stages: each post in its turn, each stage by another person, and from the start after a correction."""

import asyncio

import pytest
import sqlalchemy as sa

from service.database.people_tables import issuing_authorities, persons
from service.domain.errors import ChangedMeanwhile, NotAllowed
from service.domain.notice import NoticeState
from service.domain.people import Role
from service.flow.assure import pass_notice
from tests.service.flow.home import Home
from tests.service.flow.walk import COMPLETE, HELEN, PRIYA, SAM, ask_quality, last_notice, person, task_kinds, the_case

TOM, UMA = "tom@kent.test", "uma@kent.test"
KENT = COMPLETE.replace("Level of risk", "Is a parent in custody? No\nDate of the strategy discussion: 26/10/2026\nLevel of risk").replace(
    "Social worker: Sam Worker\n",
    "Actions taken to locate: Visits and calls.\nAgencies contacted:\n  GP - 27/10/2026 - no contact since August\n"
    "Social worker: Sam Worker\n",
)


async def kent(home: Home, *, titles: dict[str, str]) -> None:
    """Give Kent its own policy, a second and a third checker, and the posts a test names."""
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(issuing_authorities).values(policy="kent"))
        (authority,) = await work.people.authorities()
        for name in ("tom", "uma"):
            await work.people.add(
                authority_id=authority.id, name=name.title(), address=f"{name}@kent.test", roles=frozenset({Role.QUALITY})
            )
        for address, title in titles.items():
            await work.connection.execute(sa.update(persons).where(persons.c.address == address).values(title=title))
    await ask_quality(home, KENT)
    assert (await last_notice(home)).state is NoticeState.CHECKING, home.text_to(SAM)


BOTH = {PRIYA: "Service Manager", TOM: "Practice Development Officer"}


async def test_each_post_is_asked_when_it_is_its_stage_and_the_approvers_after_the_last(home: Home) -> None:
    await kent(home, titles=BOTH)
    assert (len(home.letters_to(PRIYA)), len(home.letters_to(TOM)), len(home.letters_to(UMA))) == (1, 0, 0)
    assert "Stage: 1 of 2" in home.text_to(PRIYA) and "This check is for: Service Manager" in home.text_to(PRIYA)
    assert "PASS sends it to the next check." in home.text_to(PRIYA)
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CHECKING
    assert home.letters_to(HELEN) == []
    assert "Stage: 2 of 2" in home.text_to(TOM) and "This check is for: Practice Development Officer" in home.text_to(TOM)
    home.reply(home.last_to(TOM), TOM, "PASS\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL
    assert "Checked by: Priya, Service Manager; Tom, Practice Development Officer" in home.text_to(HELEN)


async def test_a_stage_is_not_passed_by_somebody_who_does_not_hold_its_post(home: Home) -> None:
    await kent(home, titles=BOTH)
    notice = await last_notice(home)
    with pytest.raises(NotAllowed, match="This stage is for the Service Manager"):
        await pass_notice(home.house, notice.id, await person(home, TOM), notice.version, home.now)
    with pytest.raises(NotAllowed, match="This stage is for the Service Manager"):
        await pass_notice(home.house, notice.id, await person(home, UMA), notice.version, home.now)


async def test_where_nobody_holds_a_post_anyone_may_check_but_not_twice_and_it_is_said(home: Home) -> None:
    await kent(home, titles={})
    assert "Nobody here holds this post, so anyone in quality assurance may check it." in home.text_to(UMA)
    notice = await last_notice(home)
    await pass_notice(home.house, notice.id, await person(home, UMA), notice.version, home.now)
    with pytest.raises(NotAllowed, match="You passed an earlier stage"):
        await pass_notice(home.house, notice.id, await person(home, UMA), notice.version, home.now)
    await home.settle()
    assert len(home.letters_to(UMA)) == 1
    await pass_notice(home.house, notice.id, await person(home, PRIYA), notice.version, home.now)
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL


async def test_a_correction_starts_the_stages_again(home: Home) -> None:
    await kent(home, titles=BOTH)
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    home.reply(home.last_to(SAM), SAM, KENT.replace("High", "Medium"))
    await home.settle()
    assert "Stage: 1 of 2" in home.text_to(PRIYA)
    assert "[Changed] Level of risk\r\n    medium\r\n    Before: high" in home.text_to(PRIYA)
    assert len(home.letters_to(TOM)) == 1
    home.reply(home.last_to(TOM), TOM, "PASS\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CHECKING


async def test_of_two_people_who_pass_one_stage_at_once_one_counts(home: Home) -> None:
    await kent(home, titles={})
    notice = await last_notice(home)
    people = [await person(home, one) for one in (PRIYA, TOM)]
    await asyncio.gather(
        *(pass_notice(home.house, notice.id, one, notice.version, home.now) for one in [people[0], people[0]]), return_exceptions=True
    )
    async with home.database.read() as work:
        assert [one.stage for one in await work.checks.of_version(notice.id, notice.version)] == [1]
    await pass_notice(home.house, notice.id, people[1], notice.version, home.now)
    with pytest.raises(ChangedMeanwhile):
        await pass_notice(home.house, notice.id, await person(home, UMA), notice.version, home.now)


async def test_a_stage_passed_while_a_correction_came_in_does_not_count(home: Home) -> None:
    await kent(home, titles=BOTH)
    shown = await last_notice(home)
    home.reply(home.last_to(SAM), SAM, KENT.replace("High", "Medium"))
    await home.settle()
    with pytest.raises(ChangedMeanwhile):
        await pass_notice(home.house, shown.id, await person(home, PRIYA), shown.version, home.now)


async def test_when_nobody_but_the_author_holds_the_post_somebody_gets_a_task(home: Home) -> None:
    await kent(home, titles={PRIYA: "Service Manager", TOM: "Service Manager"})
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(persons).where(persons.c.address == TOM).values(active=False))
    home.post(PRIYA, KENT.replace("Amy Jane", "Zoe"), subject="Another child")
    await home.settle()
    assert "nobody_checks" in await task_kinds(home)


async def test_a_note_of_quality_assurance_reaches_the_approver(home: Home) -> None:
    await ask_quality(home)
    notice = await last_notice(home)
    await pass_notice(
        home.house, notice.id, await person(home, PRIYA), notice.version, home.now, note="I called the school: she is not there."
    )
    await home.settle()
    assert "I called the school: she is not there. (Source: Noted by Priya.)" in home.text_to(HELEN)
    assert (await the_case(home)).policy == "national"


async def test_the_worker_is_reminded_of_what_the_policy_asks_in_the_receipt_and_in_the_decision(home: Home) -> None:
    await kent(home, titles={})
    assert "Liberi" in home.text_to(SAM)
    notice = await last_notice(home)
    await pass_notice(home.house, notice.id, await person(home, UMA), notice.version, home.now)
    await pass_notice(home.house, notice.id, await person(home, PRIYA), notice.version, home.now)
    await home.settle()
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\nIt is agreed with the police.\n")
    await home.settle()
    assert str(home.last_to(SAM)["Subject"]).startswith("Approved") and "Liberi" in home.text_to(SAM)
    assert "Liberi" not in home.text_to(HELEN)


async def test_bradfords_workers_are_given_its_helplines(home: Home) -> None:
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(issuing_authorities).values(policy="bradford"))
    await ask_quality(home)
    assert "116 000" in home.text_to(SAM) and "ChildLine" in home.text_to(SAM)
