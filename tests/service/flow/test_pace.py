"""The pace of a relay (rows S33 and S34 of the fault matrix): evenly, found notices first, and a reserve for what cannot wait."""

import asyncio
from datetime import datetime, timedelta

from service.database.unit_of_work import Work
from service.domain.delivery import Delivery, Lane
from service.domain.pace import Pace
from service.flow.deliver import deliver_due
from service.flow.post import new_delivery
from service.mail.prefab import freeze
from service.mail.templates import Rendered
from tests.service.flow.home import Home
from tests.service.flow.walk import task_kinds


async def queue(work: Work, lane: Lane, count: int, now: datetime) -> list[Delivery]:
    wire = freeze(Rendered(name="x", subject="x", text="x\n", html="<p>x"), sender_name="Kent", sender_address="alerts@kent.test")
    letter = await work.letters.add(wire, kind=lane.name.lower(), case_id=None, key_id=None, at=now)
    made = [
        new_delivery(
            kind=lane.name.lower(),
            letter_id=letter.id,
            lane=lane,
            recipient_name="Example",
            address=f"{lane.name.lower()}.{n}@la.test",
            mailbox="alerts@kent.test",
            now=now,
        )
        for n in range(count)
    ]
    await work.deliveries.queue(made, {})
    return made


async def test_630_letters_at_24_a_minute_leave_evenly_in_26_to_27_minutes_and_found_notices_first(home: Home) -> None:
    pace, start = Pace(relay="exchange", per_minute=24), home.now
    async with home.database.begin() as work:
        await queue(work, Lane.ALERT, 420, start)
    left: list[tuple[str, float]] = []
    for tick in range(28 * 24):
        second = 2.5 * tick
        if second == 120:
            async with home.database.begin() as work:
                await queue(work, Lane.FOUND, 210, start + timedelta(seconds=second))
        for _ in range(2 if tick % 10 == 0 else 1):  # now and then a second worker, which knows nothing of the first
            await deliver_due(home.house, home.mailer, now=start + timedelta(seconds=second), connections=2, pace=pace)
        left += [(envelope.recipient.partition(".")[0], second) for envelope, _ in home.mailer.sent[len(left) :]]
        if len(left) == 630:
            break
    assert len(left) == 630
    assert 26 <= left[-1][1] / 60 <= 27
    times = [when for _, when in left]
    assert max(sum(one <= other < one + 60 for other in times) for one in times) <= 24
    kinds = [kind for kind, when in left if when >= 120]
    assert kinds[:210] == ["found"] * 210
    assert set(kinds[210:]) == {"alert"}


async def test_when_only_the_reserve_of_a_day_is_left_reminders_wait_and_somebody_is_told(home: Home) -> None:
    pace = Pace(relay="exchange", per_day=10, reserve=4)
    async with home.database.begin() as work:
        await queue(work, Lane.CHASER, 9, home.now)
    while await deliver_due(home.house, home.mailer, now=home.now, connections=1, pace=pace):
        pass
    assert len(home.mailer.sent) == 6
    assert (await task_kinds(home)).count("day_used_up") == 1
    async with home.database.begin() as work:
        await queue(work, Lane.ALERT, 3, home.now)
        await queue(work, Lane.FOUND, 2, home.now)
    while await deliver_due(home.house, home.mailer, now=home.now, connections=1, pace=pace):
        pass
    assert [envelope.recipient.partition(".")[0] for envelope, _ in home.mailer.sent[6:]] == ["found", "found", "alert", "alert"]
    tomorrow = home.now + timedelta(hours=24, seconds=1)
    while await deliver_due(home.house, home.mailer, now=tomorrow, connections=1, pace=pace):
        pass
    assert [envelope.recipient.partition(".")[0] for envelope, _ in home.mailer.sent[10:]] == ["alert", "chaser", "chaser", "chaser"]


async def test_many_workers_at_once_share_one_pace(home_on_each: Home) -> None:
    home = home_on_each
    pace = Pace(relay="exchange", per_minute=60)
    async with home.database.begin() as work:
        await queue(work, Lane.ALERT, 50, home.now)
    for second in range(10):
        moment = home.now + timedelta(seconds=second)
        await asyncio.gather(*(deliver_due(home.house, home.mailer, now=moment, pace=pace) for _ in range(6)))
        assert len(home.mailer.sent) == second + 1
