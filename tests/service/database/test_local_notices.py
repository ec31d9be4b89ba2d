"""Local notices are counted by kind and category, wait for their moment, and are settled by one worker."""

from datetime import timedelta

from service.database.local_notices import MISSING_FROM_CARE
from service.database.unit_of_work import Database
from tests.databases import settle_kent
from tests.factories import NOW

HOUR = timedelta(hours=1)


async def test_they_are_counted_by_kind_category_and_children_in_care_within_a_span(database: Database) -> None:
    async with database.begin() as work:
        kent = await settle_kent(work)
        common = {"authority_id": kent, "reporter_address": "sam@kent.test", "received_email_id": "1" * 32}
        await work.local_notices.add(**common, kind="case_alert", category="care_missing", in_care=True, at=NOW)
        await work.local_notices.add(**common, kind="case_alert", category="care_missing", in_care=None, at=NOW + HOUR)
        await work.local_notices.add(**common, kind="placement_notification", at=NOW)
        await work.local_notices.add(**common, kind=MISSING_FROM_CARE, in_care=True, passed_to="miu@kent.test", at=NOW)
        await work.local_notices.add(**common, kind=MISSING_FROM_CARE, in_care=True, at=NOW)
        found = await work.local_notices.count(kent, since=NOW, until=NOW + HOUR)
        later = await work.local_notices.count(kent, since=NOW + HOUR, until=NOW + 2 * HOUR)
    assert found.by_kind == {("case_alert", "care_missing"): 1, ("placement_notification", ""): 1}
    assert (found.in_care, found.missing_from_care) == (1, 1)
    assert (later.by_kind, later.in_care) == ({("case_alert", "care_missing"): 1}, 0)


async def test_one_that_waits_is_due_at_its_moment_and_settled_once(database: Database) -> None:
    async with database.begin() as work:
        kent = await settle_kent(work)
        waiting = await work.local_notices.add(
            authority_id=kent, kind=MISSING_FROM_CARE, reporter_address="s@kent.test", received_email_id="1" * 32, at=NOW + HOUR
        )
        assert await work.local_notices.waiting(MISSING_FROM_CARE, until=NOW) == ()
        (due,) = await work.local_notices.waiting(MISSING_FROM_CARE, until=NOW + HOUR)
        assert (due.id, due.at) == (waiting, NOW + HOUR)
        assert await work.local_notices.settle(waiting, passed_to="miu@kent.test")
        assert not await work.local_notices.settle(waiting, category="found")
        assert await work.local_notices.waiting(MISSING_FROM_CARE, until=NOW + HOUR) == ()


async def test_the_addresses_are_not_in_the_words_of_a_notice(database: Database) -> None:
    async with database.begin() as work:
        kent = await settle_kent(work)
        await work.local_notices.add(
            authority_id=kent, kind=MISSING_FROM_CARE, reporter_address="sam@kent.test", received_email_id="1" * 32, at=NOW
        )
        (one,) = await work.local_notices.waiting(MISSING_FROM_CARE, until=NOW)
    assert "sam@kent.test" not in repr(one)
