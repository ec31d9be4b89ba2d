"""A stage is passed once for each version, on both databases, and marks of another authority's drafts are nobody's business."""

from dataclasses import replace

import pytest

from service.database.unit_of_work import Database, Work
from service.domain.case import CaseState, Outcome
from service.domain.errors import ChangedMeanwhile
from service.domain.likeness import clues_of, marks_of
from service.domain.people import Role
from tests import factories
from tests.databases import settle_kent
from tests.factories import NOW


async def a_case(work: Work, number: int, authority_id: str, **changed: object) -> str:
    case_id = f"{number}" * 32
    seal = await work.keys.new(case_id)
    await work.cases.add(
        replace(
            factories.case(id=case_id, reference=f"KEN-2026-000{number}-X", issuing_authority_id=authority_id, key_id=seal.key_id),
            **changed,  # type: ignore[arg-type]
        )
    )
    return case_id


async def test_the_second_to_pass_a_stage_is_told_and_a_new_version_starts_again(database: Database) -> None:
    async with database.begin() as work:
        authority_id = await settle_kent(work)
        case_id = await a_case(work, 1, authority_id)
        await work.notices.add(factories.notice(case_id=case_id))
        (priya,) = await work.people.with_role(authority_id, Role.QUALITY)
        await work.checks.add(notice_id="e" * 32, version=1, stage=1, person_id=priya.id, way="web", at=NOW)
    with pytest.raises(ChangedMeanwhile):
        async with database.begin() as work:
            await work.checks.add(notice_id="e" * 32, version=1, stage=1, person_id=priya.id, way="mail", at=NOW)
    async with database.begin() as work:
        await work.checks.add(notice_id="e" * 32, version=2, stage=1, person_id=priya.id, way="mail", at=NOW)
    async with database.read() as work:
        assert [(one.stage, one.way) for one in await work.checks.of_version("e" * 32, 1)] == [(1, "web")]
        assert [(one.stage, one.way) for one in await work.checks.newest("e" * 32)] == [(1, "mail")]
        assert await work.checks.newest("f" * 32) == ()


async def test_marks_are_found_in_own_cases_and_in_those_that_everyone_was_told_of(database: Database) -> None:
    fields = factories.fields()
    async with database.begin() as work:
        kent = await settle_kent(work)
        medway = await work.people.add_authority(
            gss_code="E06000035", name="Medway", code="MED", policy="medway", mailbox="alerts@medway.test"
        )
        own = await a_case(work, 1, kent)
        live = await a_case(work, 2, medway, state=CaseState.LIVE)
        draft = await a_case(work, 3, medway)
        refused = await a_case(work, 4, medway, state=CaseState.CLOSED, outcome=Outcome.REFUSED)
        for case_id in (own, live, draft, refused):
            await work.likenesses.keep(case_id, marks_of(fields))
            await work.likenesses.keep(case_id, marks_of(fields))
    async with database.read() as work:
        hits = await work.likenesses.find(clues_of(fields), but="9" * 32, authority_id=kent)
        assert {one.case_id for one in hits} == {own, live}
        assert {one.case_id for one in await work.likenesses.find(clues_of(fields), but=own, authority_id=kent)} == {live}
        assert await work.likenesses.find((), but=own, authority_id=kent) == ()


async def test_an_original_date_stands_from_the_first_alert_on(database: Database) -> None:
    later = NOW.date()
    async with database.begin() as work:
        kent = await settle_kent(work)
        draft, live = await a_case(work, 1, kent), await a_case(work, 2, kent, state=CaseState.LIVE)
        for case_id in (draft, live):
            await work.cases.note_missing_since(case_id, later)
        assert (await work.cases.get(draft)).missing_since == later
        assert (await work.cases.get(live)).missing_since == factories.case().missing_since
