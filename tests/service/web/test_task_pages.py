"""Tasks that a person ticks off on the first page: theirs, and only those whose end no row can show."""

import pytest

from service.domain.people import Role
from tests.service.web.conftest import Town


async def task_id(town: Town, kind: str, *, role: Role = Role.QUALITY, subject: str | None = None) -> str:
    async with town.database.begin() as work:
        await work.tasks.add(kind=kind, role=role, says=f"A task of kind {kind}.", at=town.clock.now, case_id=None, subject_id=subject)
        return next(one.id for one in await work.tasks.open(10_000) if one.kind == kind)


async def still_open(town: Town, task: str) -> bool:
    async with town.database.read() as work:
        return task in [one.id for one in await work.tasks.open(10_000)]


async def test_a_return_interview_is_ticked_off_and_is_gone(town: Town) -> None:
    task = await task_id(town, "interview_due")
    staff = await town.as_("quality")
    assert f'action="/tasks/{task}/done"' in (await staff.get("/")).text
    assert (await staff.post(f"/tasks/{task}/done")).status_code == 303
    assert not await still_open(town, task)
    assert (await staff.post(f"/tasks/{task}/done")).status_code == 404


@pytest.mark.parametrize("kind", ["renewal_due", "check_notice", "letter_to_read"])
async def test_what_the_service_sees_for_itself_is_not_ticked(town: Town, kind: str) -> None:
    task = await task_id(town, kind)
    staff = await town.as_("quality")
    assert f"/tasks/{task}/done" not in (await staff.get("/")).text
    assert (await staff.post(f"/tasks/{task}/done")).status_code == 404
    assert await still_open(town, task)


async def test_nobody_ticks_off_what_is_given_to_others(town: Town) -> None:
    task = await task_id(town, "plan_due")
    elsewhere = await task_id(town, "missing_from_care", subject=town.seeds.held_elsewhere)
    assert (await (await town.as_("directory")).post(f"/tasks/{task}/done")).status_code == 404
    assert (await (await town.as_("quality")).post(f"/tasks/{elsewhere}/done")).status_code == 404
    assert await still_open(town, task) and await still_open(town, elsewhere)


async def test_a_held_letter_about_which_case_opens_from_its_task(town: Town) -> None:
    await task_id(town, "which_case", subject=town.seeds.held)
    assert f'href="/quarantine/{town.seeds.held}"' in (await (await town.as_("quality")).get("/")).text


async def test_a_held_letter_can_be_released_for_a_case_that_a_person_names(town: Town) -> None:
    staff = await town.as_("quality")
    assert 'name="about"' in (await staff.get(f"/quarantine/{town.seeds.held}")).text


@pytest.mark.parametrize(
    ("kind", "subject", "leads_to"),
    [
        ("address_unconfirmed", "confirm E08000035", "/directory/E08000035"),
        ("address_unconfirmed", "confirm E08000035 1", "/directory/E08000035"),
        ("contact_failed", "letters E08000035", "/directory/E08000035"),
        ("address_not_theirs", "theirs E08000035", "/directory/E08000035"),
        ("exercise_missed", "exercise E08000035", "/directory/E08000035"),
        ("successor_without_address", "address NEW-EAST-SURREY", "/directory/NEW-EAST-SURREY"),
        ("change_proposed", "proposal 1", "/directory/waiting"),
        ("exercise_to_approve", "01a2", "/exercises/01a2"),
    ],
)
async def test_a_task_about_the_directory_leads_to_where_it_is_done(town: Town, kind: str, subject: str, leads_to: str) -> None:
    task = await task_id(town, kind, role=Role.DIRECTORY, subject=subject)
    first = (await (await town.as_("directory")).get("/")).text
    assert f'href="{leads_to}">A task of kind {kind}.' in first
    assert (f"/tasks/{task}/done" in first) == (kind not in ("change_proposed", "exercise_to_approve"))  # these end by deciding
