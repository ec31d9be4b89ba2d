"""The figures of a week on both databases: who is silent, who was not reached, what moved."""

from dataclasses import replace
from datetime import timedelta

from service.database import weekly
from service.database.unit_of_work import Database, Work
from service.domain.case import CaseState, Outcome
from service.domain.delivery import Answer, Delivery, DeliveryState, Lane
from service.domain.notice import NoticeKind, NoticeState
from service.flow.post import new_delivery
from tests import factories
from tests.databases import settle_kent
from tests.factories import NOW

DAY = timedelta(days=1)


async def a_case(work: Work, authority_id: str, number: int, **changed: object) -> str:
    case_id = f"{number:032d}"
    seal = await work.keys.new(case_id)
    await work.cases.add(
        factories.case(id=case_id, reference=f"KEN-2026-{number:04d}-X", issuing_authority_id=authority_id, key_id=seal.key_id, **changed)
    )
    return case_id


async def letters(work: Work, case_id: str, *towns: tuple[str, DeliveryState, Answer]) -> None:
    letter = await work.letters.add(b"words", kind="alert", case_id=None, key_id=None, at=NOW)
    made: list[Delivery] = []
    for name, state, answer in towns:
        plain = new_delivery(
            kind="alert",
            letter_id=letter.id,
            lane=Lane.ALERT,
            recipient_name=name,
            address="duty@town.test",
            mailbox="alerts@kent.test",
            now=NOW,
            case_id=case_id,
            gss_code=f"E{len(name):08d}",
        )
        made.append(replace(plain, state=state, answer=answer))
    await work.deliveries.queue(made, {})


async def test_who_is_silent_and_who_was_not_reached_is_counted_over_live_cases(database: Database) -> None:
    async with database.begin() as work:
        kent = await settle_kent(work)
        first = await a_case(work, kent, 1, state=CaseState.LIVE)
        second = await a_case(work, kent, 2, state=CaseState.LIVE)
        ended = await a_case(work, kent, 3, state=CaseState.CLOSED, outcome=Outcome.FOUND, closed_at=NOW)
        sent, none = DeliveryState.ACCEPTED, Answer.NONE
        await letters(work, first, ("Leeds", sent, none), ("Medway", sent, Answer.NOT_KNOWN), ("Cardiff", DeliveryState.BOUNCED, none))
        await letters(work, second, ("Leeds", sent, none), ("Medway", sent, none))
        await letters(work, ended, ("Leeds", sent, none))
        found = await weekly.silent(work, kent, before=NOW + DAY)
        assert [(one.name, one.cases) for one in found] == [("Leeds", 2), ("Medway", 1)]
        assert await weekly.silent(work, kent, before=NOW - DAY) == ()
        assert [(one.name, one.cases) for one in await weekly.not_reached(work, kent)] == [("Cardiff", 1)]


async def test_what_moved_in_a_week_is_counted_by_kind_and_outcome(database: Database) -> None:
    async with database.begin() as work:
        kent = await settle_kent(work)
        open_case = await a_case(work, kent, 1, state=CaseState.LIVE)
        await a_case(work, kent, 2, state=CaseState.CLOSED, outcome=Outcome.FOUND, opened_at=NOW - 20 * DAY, closed_at=NOW)
        await work.notices.add(
            factories.notice(case_id=open_case, kind=NoticeKind.ALERT, state=NoticeState.CASCADED, created_at=NOW, decided_at=NOW)
        )
        moved = await weekly.movements(work, kent, since=NOW, until=NOW + DAY)
        assert (moved.sent, moved.opened, moved.ended) == ({"alert": 1}, 1, {"found": 1})
        before = await weekly.movements(work, kent, since=NOW - DAY, until=NOW)
        assert (before.sent, before.opened, before.ended) == ({}, 0, {})
        assert len(await weekly.open_between(work, kent, since=NOW - DAY, until=NOW)) == 1
        assert len(await weekly.open_between(work, kent, since=NOW, until=NOW + DAY)) == 2
        assert await weekly.anything_before(work, kent, NOW)
        assert not await weekly.anything_before(work, kent, NOW - 30 * DAY)
