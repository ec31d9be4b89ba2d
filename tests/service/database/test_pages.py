"""The read models of the pages: bounded, and blind to other authorities."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.database import pages, schema
from service.database.keys import MasterKey
from service.database.unit_of_work import Database
from service.domain.errors import NotFound
from service.domain.people import Role
from tests.service.web.seeds import Seeds, sow

Sown = tuple[Database, Seeds]


@pytest.fixture
async def sown(tmp_path: Path) -> AsyncIterator[Sown]:
    """Return a seeded database."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}"
    await schema.upgrade(url)
    database = Database(url, MasterKey(bytes(range(32))))
    yield database, await sow(database)
    await database.close()


async def test_lists_hold_what_is_ones_own_and_keep_their_bound(sown: Sown) -> None:
    database, seeds = sown
    async with database.read() as work:
        kent = (await work.people.person(seeds.people["quality"])).issuing_authority_id
        assert {one.id for one in await pages.cases_of(work, kent)} == {seeds.live, seeds.check, seeds.decide}
        assert len(await pages.cases_of(work, kent, limit=2)) == 2
        assert len(await pages.cases_of(work, kent, limit=2, skip=2)) == 1
        assert {one.case_id for one in await pages.notices_waiting(work, kent)} == {seeds.check, seeds.decide}
        assert len(await pages.notices_waiting(work, kent, limit=1)) == 1
        assert {one.says for one in await pages.tasks_for(work, kent, "alerts@kent.test", [Role.QUALITY])} == {
            "Our letter bounced.",
            "They may know this family.",
            "A return interview is due.",
        }
        assert await pages.tasks_for(work, kent, "alerts@kent.test", [Role.DIRECTORY]) == ()
        assert [one.id for one in await pages.quarantine(work, "Alerts@kent.test")] == [seeds.held]


async def test_things_of_another_authority_are_not_found(sown: Sown) -> None:
    database, seeds = sown
    async with database.read() as work:
        kent = (await work.people.person(seeds.people["quality"])).issuing_authority_id
        for missing in (pages.case_of(work, seeds.elsewhere, kent), pages.held_letter(work, seeds.held_elsewhere, "alerts@kent.test")):
            with pytest.raises(NotFound):
                await missing


async def test_the_figures_count_one_authority(sown: Sown) -> None:
    database, seeds = sown
    async with database.read() as work:
        kent = (await work.people.person(seeds.people["quality"])).issuing_authority_id
        figures = await pages.numbers(work, kent, "alerts@kent.test")
    assert (figures.live_cases, figures.to_check, figures.to_approve, figures.quarantined) == (1, 1, 1, 1)
    assert figures.letters_waiting > 0


async def test_the_timeline_names_staff_and_leaves_the_service_nameless(sown: Sown) -> None:
    database, seeds = sown
    async with database.begin() as work:
        work.audit.add("notice_cascaded", at=(await work.cases.get(seeds.live)).opened_at, case_id=seeds.live, recipients=3)
    async with database.read() as work:
        happened = await pages.timeline(work, seeds.live)
        assert [(one.action, one.who) for one in happened] == [("notice_cascaded", None), ("case_opened", "Quality Person")]
        assert len(await pages.timeline(work, seeds.live, limit=1)) == 1


async def test_a_migrated_database_has_the_current_shape(sown: Sown) -> None:
    database, _ = sown
    async with database.read() as work:
        assert await pages.has_current_shape(work)
