"""Every route × every role × an own and a foreign object: the exact status, and nothing changed where it is a refusal."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from service.web.rates import Rates
from service.web.trail import LOOKS, REFUSED
from tests.service.web.conftest import Staff, Town, a_town
from tests.service.web.matrix import ROLES, SIGN_IN, Row, routes, table

Everything = Callable[[], Awaitable[Any]]
WHO = (*ROLES, "nobody")


async def visitors(town: Town) -> dict[str, Staff]:
    """Return a client for each role, and one that is not signed in."""
    return {who: await town.as_(who) for who in ROLES} | {"nobody": Staff(client=town.visitor(), csrf="")}


def changes(page: str, who: str, expected: int) -> bool:
    """Whether this is a step that may be taken."""
    return page.startswith("POST") and expected < 400 and (who, expected) != ("nobody", SIGN_IN)


async def status(visitor: Staff, page: str, row: Row, *, own: bool) -> int:
    """Ask for *page*."""
    method, _, path = page.partition(" ")
    path = path.format(**{name: ids[0 if own else 1] for name, ids in row.objects.items()})
    answer = await (visitor.get(path) if method == "GET" else visitor.post(path, **row.form))
    return answer.status_code


async def test_every_route_is_in_the_table(town: Town) -> None:
    listed, there = set(await table(town)), routes(town)
    assert there - listed == set(), "list these in tests/service/web/matrix.py"
    assert listed - there == set(), "these routes are gone: take them out of tests/service/web/matrix.py"


async def test_every_place_in_an_address_has_an_own_and_a_foreign_object(town: Town) -> None:
    for page, row in (await table(town)).items():
        assert {name.partition("}")[0] for name in page.split("{")[1:]} <= set(row.objects), page
        assert ("{" in page) == (row.elsewhere is not None), page
        assert set(row.own) | set(row.except_) <= set(ROLES), page


async def test_every_look_and_every_refusal_is_as_the_table_says_and_changes_nothing(town: Town, everything: Everything) -> None:
    rows = await table(town)
    people, wrong, asked = await visitors(town), [], 0
    before = await everything()
    for page, row in rows.items():
        town.app.state.rates = Rates()  # how often one may ask has its own test
        for who in WHO:
            for own in (True, False) if row.elsewhere is not None else (True,):
                expected = row.expected(who, own=own)
                if changes(page, who, expected):
                    continue  # what changes something has its own test, on a fresh database
                asked += 1
                if (found := await status(people[who], page, row, own=own)) != expected:
                    wrong.append(f"{page} as {who}, {'own' if own else 'elsewhere'}: {found}, not {expected}")
    assert not wrong, "\n".join(wrong)
    assert asked > 300
    assert await everything() == before


async def test_every_step_that_is_allowed_can_be_taken(tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        steps = [(page, who) for page, row in (await table(town)).items() for who in WHO if changes(page, who, row.expected(who, own=True))]
    wrong = []
    for page, who in steps:
        async with a_town(tmp_path) as fresh:
            row = (await table(fresh))[page]
            visitor = (await visitors(fresh))[who]
            if (found := await status(visitor, page, row, own=True)) != row.expected(who, own=True):
                wrong.append(f"{page} as {who}: {found}")
    assert not wrong, "\n".join(wrong)


async def test_who_is_refused_is_written_down_with_ids_only(town: Town) -> None:
    rows = await table(town)
    stranger = await town.as_("stranger")
    page = "POST /cases/{case_id}/notices/{notice_id}/approve"
    assert await status(stranger, page, rows[page], own=True) == 404
    async with town.database.read() as work:
        kept = await work.connection.exec_driver_sql("SELECT actor, case_id, detail FROM audit_events WHERE action = ?", (REFUSED,))
        ((actor, case_id, detail),) = kept.all()
    assert (actor, case_id) == (town.seeds.people["stranger"], None)
    refusal = json.loads(detail)["refusal"]
    assert refusal["page"] == page
    assert refusal["status"] == 404
    assert refusal["about"] == {"case_id": town.seeds.decide, "notice_id": town.seeds.decide_notice}


async def test_who_looks_at_a_case_or_a_letter_is_written_down(town: Town) -> None:
    rows, staff = await table(town), await town.as_("quality")
    looked = [page for page in rows if page.partition(" ")[2] in LOOKS and page.startswith("GET")]
    assert len(looked) == len(LOOKS)
    for page in looked:
        assert await status(staff, page, rows[page], own=True) == 200
    async with town.database.read() as work:
        kept = await work.connection.exec_driver_sql("SELECT action, actor FROM audit_events WHERE action LIKE '%_seen'")
        assert sorted(kept.all()) == sorted((action, town.seeds.people["quality"]) for action, _ in LOOKS.values())
        assert (await work.audit.verify()).holds
