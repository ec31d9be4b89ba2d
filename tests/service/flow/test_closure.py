"""Who hears that a child was found: everyone who still believes that the child is missing, wherever they read today, and nobody else."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from directory.authority import today
from directory.history import By
from service.database.tables import deliveries as delivery_table
from service.domain.case import CaseState
from service.domain.delivery import Answer, DeliveryState
from service.domain.notice import NoticeState
from service.flow.deliver import deliver_due
from service.flow.rounds import notice_round
from service.flow.stop import stop_on_web
from service.ports import Envelope, SendOutcome, SendResult
from tests.directory.decided import merge, remove_contact, retire, set_contact
from tests.service.flow.delivery_report import delivery_report
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import (
    CARDIFF,
    FOUND,
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
)

LEEDS_CODE, MEDWAY_CODE, CARDIFF_CODE = AUTHORITIES
YORK, HULL, SWANSEA, KIRKLEES = "E06000014", "E06000010", "W06000011", "E08000034"
OLD_HULL = "duty@e06000010.test"


async def settle_in(home: Home, *codes: str) -> None:
    for code in codes:
        await at(home, code, f"duty@{code.lower()}.test")


async def at(home: Home, gss_code: str, address: str, order: int = 0) -> None:
    async with home.database.begin() as work:
        await set_contact(
            work.register, gss_code=gss_code, address=address, role="custodian", order=order, who="test", why="test", at=home.now
        )


async def end(home: Home, text: str = FOUND) -> None:
    home.post(SAM, text, subject=f"Found [{(await the_case(home)).reference}]")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    await approve(home)


def bounced(home: Home, address: str) -> None:
    """Let the mail server of *address* send our newest letter back."""
    envelope, wire = next((envelope, wire) for envelope, wire in reversed(home.mailer.sent) if envelope.recipient == address)
    head = wire.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    message_id = next(line for line in head.splitlines() if line.startswith("Message-ID")).partition(": ")[2]
    carried = f"Message-ID: {message_id}\nX-National-Alerts-Delivery: {envelope.delivery_id}"
    home.mailbox.put(delivery_report(address, carried=carried, name=envelope.delivery_id, to=envelope.sender))


async def test_the_found_notice_reaches_exactly_those_who_still_believe_the_child_is_missing(home_on_each: Home) -> None:
    home = home_on_each
    await settle_in(home, YORK, HULL, SWANSEA, KIRKLEES)
    await go_live(home)
    assert len(alerts_sent(home)) == 7
    hull = home.last_to(OLD_HULL)
    home.reply(hull, OLD_HULL, "Answer: 1\n")  # acknowledged from an address that changes later
    bounced(home, f"duty@{SWANSEA.lower()}.test")
    await home.settle()
    assert (await board(home))[f"duty@{SWANSEA.lower()}.test"].state is DeliveryState.BOUNCED

    for code in (LEEDS_CODE, HULL, SWANSEA):  # three changed addresses; the one of Hull had answered, the one of Swansea had bounced
        await at(home, code, f"new@{code.lower()}.test")
    async with home.database.begin() as work:  # Cardiff is merged into Medway; York is removed and has no address any more
        await merge(work.register, [CARDIFF_CODE], MEDWAY_CODE, today(), By(who="test", why="test", at=home.now))
        await remove_contact(work.register, gss_code=YORK, order=0, who="test", why="test", at=home.now)
        await set_contact(
            work.register,  # was never alerted
            gss_code="E08000036",
            address="duty@e08000036.test",
            role="custodian",
            who="test",
            why="test",
            at=home.now,
        )
    home.mailer.sent.clear()
    await end(home)

    told = sorted(envelope.recipient for envelope, _ in home.mailer.sent if not envelope.recipient.endswith("@kent.test"))
    assert told == sorted(
        [
            f"new@{LEEDS_CODE.lower()}.test",
            MEDWAY,  # for itself and for Cardiff
            f"new@{HULL.lower()}.test",
            OLD_HULL,
            f"new@{SWANSEA.lower()}.test",
            f"duty@{YORK.lower()}.test",  # nothing better is known, and somebody there still believes it
            f"duty@{KIRKLEES.lower()}.test",
        ]
    )
    assert str(home.last_to(MEDWAY)["Subject"]).startswith("FOUND") and home.letters_to(CARDIFF) == []
    case = await the_case(home)
    async with home.database.read() as work:
        believing = await work.deliveries.still_believing(case.id)
    assert set(believing) == {LEEDS_CODE, MEDWAY_CODE, CARDIFF_CODE, HULL, YORK, KIRKLEES}  # Swansea never got the alert

    for address in told:
        home.reply(home.last_to(address), address, "CLOSED\n")
    await home.settle()
    async with home.database.read() as work:
        assert await work.deliveries.still_believing(case.id) == {}


async def test_a_bounce_sends_the_letter_to_the_next_address_at_once_and_no_address_gets_it_twice(home_on_each: Home) -> None:
    home = home_on_each
    await at(home, LEEDS_CODE, "second@e08000035.test", 1)
    await at(home, LEEDS_CODE, "third@e08000035.test", 2)
    await go_live(home)
    bounced(home, LEEDS)
    await home.settle()
    assert [len(home.letters_to(one)) for one in (LEEDS, "second@e08000035.test", "third@e08000035.test")] == [1, 1, 0]
    standing = next(one for one in (await board(home)).values() if one.gss_code == LEEDS_CODE)
    assert (standing.address, standing.state, standing.rank) == ("second@e08000035.test", DeliveryState.ACCEPTED, 1)
    async with home.database.begin() as work:  # the third left the directory before the second failed
        await remove_contact(work.register, gss_code=LEEDS_CODE, order=2, who="test", why="test", at=home.now)
    bounced(home, "second@e08000035.test")
    await home.settle()
    assert len(home.letters_to("third@e08000035.test")) == 0
    notice = await last_notice(home)
    async with home.database.read() as work:
        assert [one.state for one in await work.deliveries.letters_of(notice.id) if one.gss_code == LEEDS_CODE] == [
            DeliveryState.BOUNCED
        ] * 2
        assert len(await work.deliveries.of_notice(notice.id)) == len(AUTHORITIES)
    assert (await task_kinds(home)).count("address_bounced") == 2
    await home.settle()
    assert len(home.letters_to(LEEDS)) == 1


async def test_a_mailbox_that_refuses_at_once_has_its_fallback_tried_too(home: Home) -> None:
    await at(home, LEEDS_CODE, "second@e08000035.test", 1)
    refused = SendResult(outcome=SendOutcome.REFUSED_FOR_GOOD, code=550, enhanced_status="5.1.1")
    taken = SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    home.mailer.answers = lambda envelope: refused if envelope.recipient == LEEDS else taken
    await go_live(home)
    assert len(home.letters_to("second@e08000035.test")) == 1


async def test_the_answer_from_the_fallback_is_where_the_authority_stands(home: Home) -> None:
    await at(home, LEEDS_CODE, "second@e08000035.test", 1)
    await go_live(home)
    bounced(home, LEEDS)
    await home.settle()
    home.reply(home.last_to("second@e08000035.test"), "second@e08000035.test", "Answer: 1\n")
    await home.settle()
    standing = next(one for one in (await board(home)).values() if one.gss_code == LEEDS_CODE)
    assert standing.answer is not Answer.NONE and standing.rank == 1


def put_off(envelope: Envelope) -> SendResult:
    late = SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, code=451)
    return late if envelope.recipient == LEEDS else SendResult(outcome=SendOutcome.ACCEPTED, code=250)


async def test_an_alert_that_was_put_off_never_follows_the_found_notice(home_on_each: Home) -> None:
    home = home_on_each
    home.mailer.answers = put_off
    await go_live(home)
    assert home.letters_to(LEEDS) == []
    await end(home)
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    home.now += timedelta(hours=2)
    await home.settle()
    assert home.letters_to(LEEDS) == []  # never got the alert, so there is nothing to end
    assert len(home.letters_to(MEDWAY)) == 2


async def test_what_waits_is_held_back_from_the_moment_the_found_notice_is_approved(home: Home) -> None:
    home.mailer.answers = put_off
    await go_live(home)
    case = await the_case(home)
    home.post(SAM, FOUND, subject=f"Found [{case.reference}]")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    found = await last_notice(home)
    async with home.database.begin() as work:  # approved, and still in its hold
        notice = await work.notices.get(found.id)
        held = replace(notice, state=NoticeState.APPROVED, version=notice.version + 1, release_at=home.now + timedelta(hours=5))
        await work.notices.save(held, read_version=notice.version)
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    home.now += timedelta(hours=2)
    await deliver_due(home.house, home.mailer, now=home.now)
    assert home.letters_to(LEEDS) == []
    async with home.database.begin() as work:  # stopped: the search goes on, and so does the alert
        notice = await work.notices.get(found.id)
        await work.notices.save(
            replace(notice, state=NoticeState.AWAITING_APPROVAL, version=notice.version + 1, stopped_at=home.now),
            read_version=notice.version,
        )
    await deliver_due(home.house, home.mailer, now=home.now)
    assert len(home.letters_to(LEEDS)) == 1


async def test_an_alert_that_the_end_had_stopped_leaves_after_all_when_that_end_is_stopped(home: Home) -> None:
    home.mailer.answers = put_off
    await go_live(home)
    late, taken = (SendResult(outcome=one, code=None) for one in (SendOutcome.REFUSED_FOR_NOW, SendOutcome.ACCEPTED))
    home.mailer.answers = lambda envelope: late if envelope.recipient.startswith("duty@") else taken
    await end(home)
    found = await last_notice(home)
    assert (await the_case(home)).state is CaseState.CLOSED
    await stop_on_web(home.house, found.id, await person(home, PRIYA), home.now)
    assert (await the_case(home)).state is CaseState.LIVE
    home.mailer.answers = lambda _: taken
    home.now += timedelta(hours=2)
    await home.settle()
    assert [str(one["Subject"]).split()[0] for one in home.letters_to(LEEDS)] == ["NATIONAL"]


async def test_a_letter_in_doubt_counts_as_sent_and_is_not_sent_again_once_the_child_is_found(home: Home) -> None:
    await ask_approvers(home)
    home.mailer.answers = lambda envelope: SendResult(
        outcome=SendOutcome.IN_DOUBT if envelope.recipient == LEEDS else SendOutcome.ACCEPTED, code=250
    )
    await approve(home)
    assert len(home.letters_to(LEEDS)) == 1
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    await end(home)
    home.now += timedelta(minutes=20)  # the lease of the alert ran out
    await home.settle()
    assert [str(one["Subject"]).split()[0] for one in home.letters_to(LEEDS)] == ["NATIONAL", "FOUND"]


async def test_who_may_have_got_an_alert_that_went_again_in_vain_is_told_that_the_child_is_found(home: Home) -> None:
    await ask_approvers(home)
    outcomes = iter((SendOutcome.IN_DOUBT, SendOutcome.REFUSED_FOR_NOW))
    home.mailer.answers = lambda envelope: SendResult(
        outcome=next(outcomes) if envelope.recipient == LEEDS else SendOutcome.ACCEPTED, code=250
    )
    await approve(home)
    home.now += timedelta(minutes=20)  # the lease of the alert ran out, so it was offered again
    await home.settle()
    assert next(outcomes, None) is None
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    await end(home)
    assert [str(one["Subject"]).split()[0] for one in home.letters_to(LEEDS)] == ["NATIONAL", "FOUND"]


async def test_an_update_goes_to_the_successor_of_who_was_alerted(home: Home) -> None:
    await go_live(home)
    async with home.database.begin() as work:
        await merge(work.register, [CARDIFF_CODE], YORK, today(), By(who="test", why="test", at=home.now))
    await settle_in(home, YORK)
    await end(home, "Update to a national alert\n\nLevel of risk: Medium\nCircumstances: Seen at a railway station.\n")
    assert len(home.letters_to(f"duty@{YORK.lower()}.test")) == 1 and len(home.letters_to(CARDIFF)) == 1


async def test_an_authority_that_was_split_is_told_of_the_end_through_each_of_its_successors_and_once_where_it_answered(home: Home) -> None:
    await go_live(home)
    home.reply(home.last_to(CARDIFF), CARDIFF, "Answer: 1\n")
    await home.settle()
    async with home.database.begin() as work:
        yesterday = today() - timedelta(days=1)
        await retire(work.register, CARDIFF_CODE, yesterday, By(who="test", why="test", at=home.now), successors=(YORK, HULL))
    await settle_in(home, YORK, HULL)
    home.mailer.sent.clear()
    await end(home)
    told = [envelope.recipient for envelope, _ in home.mailer.sent if not envelope.recipient.endswith("@kent.test")]
    assert sorted(told) == sorted([LEEDS, MEDWAY, CARDIFF, f"duty@{YORK.lower()}.test", f"duty@{HULL.lower()}.test"])


async def test_two_workers_try_the_next_address_once(home: Home) -> None:
    await at(home, LEEDS_CODE, "second@e08000035.test", 1)
    await go_live(home)
    async with home.database.begin() as work:
        await work.connection.execute(
            sa.update(delivery_table).where(delivery_table.c.address == LEEDS).values(state=DeliveryState.BOUNCED)
        )
    await asyncio.gather(*(notice_round(home.house, now=home.now) for _ in range(2)))
    notice = await last_notice(home)
    async with home.database.read() as work:
        assert len(await work.deliveries.letters_of(notice.id)) == len(AUTHORITIES) + 1
