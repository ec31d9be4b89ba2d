"""Claims, leases and moves: each letter is taken once, in the right order, and only as the law allows."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from service.database import watching
from service.database.leaving import Move
from service.database.tables import deliveries as t
from service.database.tables import delivery_events
from service.database.unit_of_work import Database, Work
from service.domain.delivery import Delivery, DeliveryEvent, DeliveryState, Lane
from service.flow.post import new_delivery
from tests.factories import NOW
from tests.service.flow.home import Home
from tests.service.flow.walk import go_live

LEASE = timedelta(minutes=15)


async def queue(work: Work, count: int = 1, **changed: object) -> list[Delivery]:
    letter = await work.letters.add(b"Subject: x\r\n\r\nwords", kind="alert", case_id=None, key_id=None, at=NOW)
    made = [
        new_delivery(**{"kind": "alert", "letter_id": letter.id, "lane": Lane.ALERT, "recipient_name": "A", "address": f"{n}@a.test",
                        "mailbox": "alerts@kent.test", "now": NOW, **changed})  # type: ignore[arg-type]
        for n in range(count)
    ]  # fmt: skip
    await work.deliveries.queue(made, {})
    return made


async def claimed(database: Database, limit: int = 100, *, later: timedelta = timedelta()) -> list[str]:
    async with database.begin() as work:
        return [one.id for one in await work.deliveries.claim(limit, now=NOW + later, lease_for=LEASE)]


async def moved(database: Database, event: DeliveryEvent, delivery_id: str, lease: int | None = None) -> bool:
    async with database.begin() as work:
        return bool(await work.deliveries.move([Move(delivery_id=delivery_id, event=event, lease=lease)], at=NOW))


async def state_of(database: Database, delivery_id: str) -> DeliveryState:
    async with database.read() as work:
        found = await work.deliveries.get(delivery_id)
    assert found is not None
    return found.state


async def test_six_workers_take_two_hundred_letters_each_once(database: Database) -> None:
    async with database.begin() as work:
        made = await queue(work, 200)

    async def work_on() -> list[str]:
        mine: list[str] = []
        while got := await claimed(database, 7):
            mine += got
        return mine

    taken = [one for worker in await asyncio.gather(*(work_on() for _ in range(6))) for one in worker]
    assert sorted(taken) == sorted(one.id for one in made)


async def test_a_found_notice_goes_before_everything_else(database: Database) -> None:
    async with database.begin() as work:
        (chaser,) = await queue(work, lane=Lane.CHASER)
        (alert,) = await queue(work, lane=Lane.ALERT)
        (found,) = await queue(work, lane=Lane.FOUND)
    assert await claimed(database) == [found.id, alert.id, chaser.id]


async def test_a_recipient_never_gets_a_later_letter_of_a_case_before_an_earlier_one(database: Database) -> None:
    async with database.begin() as work:
        (alert,) = await queue(work, case_id="c" * 32, gss_code="E1", lane=Lane.ALERT)
        (found,) = await queue(work, case_id="c" * 32, gss_code="E1", lane=Lane.FOUND)
    assert await claimed(database) == [alert.id]
    assert await claimed(database) == []
    await moved(database, DeliveryEvent.JOURNALLED, alert.id)
    await moved(database, DeliveryEvent.ACCEPTED, alert.id)
    assert await claimed(database) == [found.id]


async def test_a_letter_whose_sender_died_is_taken_again_when_the_lease_ran_out(database: Database) -> None:
    async with database.begin() as work:
        (letter,) = await queue(work)
    assert await claimed(database) == [letter.id]
    await moved(database, DeliveryEvent.JOURNALLED, letter.id)
    assert await claimed(database, later=timedelta(minutes=14)) == []
    assert await claimed(database, later=timedelta(minutes=16)) == [letter.id]


async def test_a_sender_that_lost_its_lease_cannot_write_the_outcome(database: Database) -> None:
    async with database.begin() as work:
        (letter,) = await queue(work)
    await claimed(database)
    await claimed(database, later=timedelta(minutes=16))
    assert not await moved(database, DeliveryEvent.JOURNALLED, letter.id, lease=1)
    assert await moved(database, DeliveryEvent.JOURNALLED, letter.id, lease=2)


async def test_a_bounce_after_the_letter_was_taken_is_a_bounce_and_one_before_changes_nothing(database: Database) -> None:
    async with database.begin() as work:
        (letter,) = await queue(work)
    assert not await moved(database, DeliveryEvent.BOUNCE_REPORTED, letter.id)
    await claimed(database)
    for event in (DeliveryEvent.JOURNALLED, DeliveryEvent.ACCEPTED, DeliveryEvent.BOUNCE_REPORTED):
        assert await moved(database, event, letter.id)
    assert await state_of(database, letter.id) is DeliveryState.BOUNCED


async def test_letters_that_have_begun_to_leave_are_not_superseded(database: Database) -> None:
    async with database.begin() as work:
        (gone,) = await queue(work, case_id="c" * 32, gss_code="E1")
        (waiting,) = await queue(work, case_id="c" * 32, gss_code="E2", now=NOW + timedelta(hours=1))
    await claimed(database)
    await moved(database, DeliveryEvent.JOURNALLED, gone.id)
    async with database.begin() as work:
        assert await work.deliveries.supersede_waiting("c" * 32, at=NOW) == 1
        assert set(await work.deliveries.alerted("c" * 32)) == {"E1"}
    assert await state_of(database, gone.id) is DeliveryState.IN_DOUBT
    assert await state_of(database, waiting.id) is DeliveryState.SUPERSEDED


async def test_a_letter_that_may_have_been_taken_is_never_called_unsent_while_it_goes_again(database: Database) -> None:
    async with database.begin() as work:
        (letter,) = await queue(work, case_id="c" * 32, gss_code="E1")
    await claimed(database)
    await moved(database, DeliveryEvent.JOURNALLED, letter.id)
    assert await claimed(database, later=timedelta(minutes=16)) == [letter.id]
    async with database.begin() as work:
        assert await work.deliveries.supersede_waiting("c" * 32, at=NOW) == 0
        assert set(await work.deliveries.alerted("c" * 32)) == {"E1"}
    assert await moved(database, DeliveryEvent.STILL_IN_DOUBT, letter.id, lease=2)
    assert not await moved(database, DeliveryEvent.WITHDRAWN, letter.id)
    assert await state_of(database, letter.id) is DeliveryState.IN_DOUBT


async def test_a_letter_that_goes_again_in_vain_waits_its_time(database: Database) -> None:
    async with database.begin() as work:
        (alert,) = await queue(work)
    await claimed(database)
    await moved(database, DeliveryEvent.JOURNALLED, alert.id)
    assert await claimed(database, later=timedelta(minutes=16)) == [alert.id]
    late = NOW + timedelta(minutes=16)
    vain = Move(delivery_id=alert.id, event=DeliveryEvent.STILL_IN_DOUBT, lease=2, due_at=late + timedelta(minutes=5))
    await database.journal([vain], late)
    assert await claimed(database, later=timedelta(minutes=18)) == []
    assert await claimed(database, later=timedelta(minutes=22)) == [alert.id]


async def test_many_letters_move_at_once_each_with_its_own_queue_id_and_none_without_its_lease(database: Database) -> None:
    async with database.begin() as work:
        made = await queue(work, 5)
    await claimed(database)
    await database.journal([Move(delivery_id=one.id, event=DeliveryEvent.JOURNALLED, lease=1) for one in made], NOW)
    taken = [
        Move(delivery_id=one.id, event=DeliveryEvent.ACCEPTED, lease=1 if n else 2, smtp_code=250, queue_id=f"Q{n}" if n % 2 else None)
        for n, one in enumerate(made)
    ]
    assert await database.journal(taken, NOW) == {one.id for one in made[1:]}
    async with database.read() as work:
        rows = (await work.connection.execute(sa.select(t.c.state, t.c.queue_id).order_by(t.c.id))).all()
        noted = await work.connection.scalar(sa.select(sa.func.count()).select_from(delivery_events))
    assert [tuple(row) for row in rows] == [
        ("in_doubt", None),
        ("accepted", "Q1"),
        ("accepted", None),
        ("accepted", "Q3"),
        ("accepted", None),
    ]
    assert noted == 4


async def test_a_letter_that_leaves_late_keeps_its_lease_for_the_whole_conversation(database: Database) -> None:
    async with database.begin() as work:
        (letter,) = await queue(work)
    await claimed(database)
    late = NOW + timedelta(minutes=14)
    leaving = Move(delivery_id=letter.id, event=DeliveryEvent.JOURNALLED, lease=1, leased_until=late + LEASE)
    await database.journal([leaving], late)
    assert await claimed(database, later=timedelta(minutes=16)) == []
    assert await claimed(database, later=timedelta(minutes=30)) == [letter.id]


async def test_the_day_that_is_used_up_stops_the_later_lanes(database: Database) -> None:
    async with database.begin() as work:
        await queue(work, lane=Lane.CHASER)
        (alert,) = await queue(work, lane=Lane.ALERT)
        taken = await work.deliveries.claim(10, now=NOW, lease_for=LEASE, last_lane=Lane.DECISION)
    assert [one.id for one in taken] == [alert.id]


async def test_an_alert_in_doubt_waits_no_more_once_its_case_has_ended(home: Home) -> None:
    await go_live(home)

    async def waiting(statement: str) -> tuple[bool, bool, bool]:
        async with home.database.begin() as work:
            await work.connection.exec_driver_sql(statement)
            stuck = await work.deliveries.stuck(before=home.now + timedelta(days=1))
            return await work.deliveries.waiting() > 0, await watching.waiting_since(work) is not None, bool(stuck)

    assert await waiting("UPDATE deliveries SET state = 'in_doubt' WHERE kind = 'alert'") == (True, True, True)
    assert await waiting("UPDATE notices SET kind = 'found'") == (False, False, False)
