"""Bounce, repair, resend: the same bytes, the same authority, another address, and somebody who answers for it."""

import asyncio
from dataclasses import replace

import pytest

from directory.authority import today
from directory.history import By
from directory.proposals import Proposals
from directory.proposing import agree
from service.database.leaving import Move
from service.domain.delivery import Answer, Delivery, DeliveryEvent, DeliveryState
from service.domain.errors import NotAllowed, NotFound
from service.flow.repair import Mended, look, mend
from tests.directory.decided import merge, set_contact
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.test_answers import find
from tests.service.flow.walk import HELEN, LEEDS, MEDWAY, PRIYA, go_live, last_notice, person, task_kinds, the_case

NEW = "new.desk@e08000035.test"


async def letter_to_leeds(home: Home) -> Delivery:
    async with home.database.read() as work:
        return next(one for one in await work.deliveries.of_case((await the_case(home)).id) if one.gss_code == AUTHORITIES[0])


async def bounced(home: Home) -> Delivery:
    """Let the alert to Leeds come back."""
    await go_live(home)
    first = await letter_to_leeds(home)
    async with home.database.begin() as work:
        move = Move(delivery_id=first.id, event=DeliveryEvent.BOUNCE_REPORTED, smtp_status="5.1.1")
        await work.deliveries.move([move], at=home.now)
    await home.settle()
    return await letter_to_leeds(home)


async def fix(
    home: Home, delivery: Delivery, address: str = NEW, *, source: str = "Their duty desk, by phone.", sure: bool = False
) -> bool:
    who = await person(home, PRIYA)
    return (await mend(home.house, delivery.id, who, address=address, source=source, sure=sure, now=home.now)).sent


async def test_the_very_same_letter_goes_again_to_that_authority_alone(home: Home) -> None:
    failed = await bounced(home)
    sent = len(home.mailer.sent)
    before = home.last_to(LEEDS)
    assert await fix(home, failed)
    await home.settle()
    ((envelope, _),) = home.mailer.sent[sent:]
    assert envelope.recipient == NEW
    again = home.last_to(NEW)
    assert again["Subject"] == before["Subject"]
    assert again["Reply-To"] != before["Reply-To"]
    async with home.database.read() as work:
        stands = {one.gss_code: one for one in await work.deliveries.of_notice((await last_notice(home)).id)}
        contacts = await work.register.contacts(AUTHORITIES[0])
        history = await work.register.history(AUTHORITIES[0])
        assert (stands[AUTHORITIES[0]].address, stands[AUTHORITIES[0]].state) == (NEW, DeliveryState.ACCEPTED)
        assert stands[AUTHORITIES[0]].letter_id == failed.letter_id
    assert len(stands) == len(AUTHORITIES)
    assert [one.address for one in contacts] == [NEW]
    assert (history[-1].who, history[-1].why) == ((await person(home, PRIYA)).id, "Their duty desk, by phone.")
    assert not {"address_bounced", "address_refused"} & set(await task_kinds(home))
    home.reply(again, NEW, "Answer: 1\n")
    await home.settle()
    async with home.database.read() as work:
        stands = {one.gss_code: one for one in await work.deliveries.of_notice((await last_notice(home)).id)}
    assert stands[AUTHORITIES[0]].answer is Answer.NOT_KNOWN


async def test_the_page_says_what_the_bounce_meant_and_suggests_what_may_work(home: Home) -> None:
    async with home.database.begin() as work:
        await set_contact(
            work.register,
            gss_code=AUTHORITIES[0],
            order=1,
            address="second@leeds.test",
            role="Night desk",
            who="test",
            why="test",
            at=home.now,
        )
    await go_live(home)
    first = await letter_to_leeds(home)
    home.reply(home.last_to(LEEDS), "somebody.else@e08000035.test", "Answer: 4\n")
    await home.settle()
    async with home.database.begin() as work:
        await work.deliveries.answered(first.id, Answer.NONE, confirmed=True, at=home.now)
        move = Move(delivery_id=first.id, event=DeliveryEvent.BOUNCE_REPORTED, smtp_status="5.2.2")
        await work.deliveries.move([move], at=home.now)
        broken = await look(work, first.id, await person(home, PRIYA))
    assert broken.says.startswith("Their mailbox is full")
    assert [one.address for one in broken.suggestions] == ["somebody.else@e08000035.test", "second@leeds.test"]
    assert "Night desk" in broken.suggestions[1].why


async def test_a_successor_is_suggested(home: Home) -> None:
    failed = await bounced(home)
    async with home.database.begin() as work:
        heir = await work.register.authority(AUTHORITIES[1])
        assert heir is not None
        await merge(work.register, [AUTHORITIES[0]], heir.gss_code, today(), By(who="test", why="test", at=home.now))
        broken = await look(work, failed.id, await person(home, PRIYA))
    assert [one.address for one in broken.suggestions] == [MEDWAY]
    assert heir.name in broken.suggestions[0].why


@pytest.mark.parametrize(
    ("address", "source", "says"),
    [
        (NEW, "", "where you have the address from"),
        (LEEDS, "By phone.", "did not work"),
        ("nonsense", "By phone.", "exactly one @"),
        ("desk@never-heard-of.test", "By phone.", "never used that mail domain"),
    ],
)
async def test_what_is_not_sure_is_refused_and_changes_nothing(home: Home, address: str, source: str, says: str) -> None:
    failed = await bounced(home)
    with pytest.raises(NotAllowed, match=says):
        await fix(home, failed, address, source=source)
    async with home.database.read() as work:
        assert [one.address for one in await work.register.contacts(AUTHORITIES[0])] == [LEEDS]


async def test_t7_an_address_at_a_new_domain_and_the_letter_wait_for_a_second_person(home: Home) -> None:
    failed = await bounced(home)
    assert not await fix(home, failed, "desk@merged.test", sure=True)
    await home.settle()
    assert not home.letters_to("desk@merged.test")
    assert {"address_bounced", "change_proposed"} <= set(await task_kinds(home))
    async with home.database.begin() as work:
        broken = await look(work, failed.id, await person(home, PRIYA))
        assert broken.waits == "The domain is new for this authority."
        (proposal,) = await Proposals(work.connection).waiting()
        await agree(work.register, proposal.id, By(who="another", why="", at=home.now))
        broken = await look(work, failed.id, await person(home, PRIYA))
    assert (broken.waits, broken.suggestions[0].address) == (None, "desk@merged.test")
    assert await fix(home, failed, "desk@merged.test")
    await home.settle()
    assert home.letters_to("desk@merged.test")


async def test_of_two_who_repair_at_the_same_instant_one_is_told_in_a_sentence(home_on_each: Home) -> None:
    home = home_on_each
    failed = await bounced(home)
    who = await person(home, PRIYA)
    async with home.database.read() as work:
        base = (await look(work, failed.id, who)).base

    async def press(address: str) -> Mended:
        return await mend(home.house, failed.id, who, address=address, source="By phone.", sure=False, now=home.now, base=base)

    done = await asyncio.gather(press(NEW), press("third@e08000035.test"), return_exceptions=True)
    (refused,) = [one for one in done if isinstance(one, NotAllowed)]
    assert "Somebody changed the address of this authority meanwhile" in refused.says
    assert [one.sent for one in done if isinstance(one, Mended)] == [True]
    await home.settle()
    assert len(home.letters_to(NEW)) + len(home.letters_to("third@e08000035.test")) == 1


async def test_only_quality_and_the_directory_repair_and_only_what_came_back(home: Home) -> None:
    failed = await bounced(home)
    async with home.database.read() as work:
        with pytest.raises(NotFound):
            await look(work, failed.id, await person(home, HELEN))
        other = next(one for one in await work.deliveries.of_case(failed.case_id or "") if one.gss_code == AUTHORITIES[1])
        with pytest.raises(NotFound):
            await look(work, other.id, await person(home, PRIYA))
        stranger = replace(await person(home, PRIYA), issuing_authority_id="f" * 32)
        with pytest.raises(NotFound):
            await look(work, failed.id, stranger)


async def test_pressing_twice_sends_once(home: Home) -> None:
    failed = await bounced(home)
    assert await fix(home, failed)
    assert not await fix(home, failed, "third@e08000035.test")
    await home.settle()
    assert len(home.letters_to(NEW)) == 1
    assert not home.letters_to("third@e08000035.test")


async def test_an_alert_is_not_sent_again_when_the_child_was_found_but_its_address_can_be_repaired(home: Home) -> None:
    failed = await bounced(home)
    await find(home)
    assert not await fix(home, failed)
    await home.settle()
    assert not [one for one in home.letters_to(NEW) if "NATIONAL ALERT" in str(one["Subject"])]


async def test_a_letter_to_an_address_that_nobody_answers_for_still_never_leaves(home: Home) -> None:
    failed = await bounced(home)
    assert await fix(home, failed)
    async with home.database.begin() as work:
        queued = next(one for one in await work.deliveries.letters_of(failed.notice_id or "") if one.address == NEW)
        await work.connection.exec_driver_sql("UPDATE deliveries SET address = 'thief@evil.test' WHERE id = ?", (queued.id,))
    await home.settle()
    assert not home.letters_to("thief@evil.test")
    assert "letter_unsendable" in await task_kinds(home)
