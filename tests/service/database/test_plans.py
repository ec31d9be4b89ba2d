"""No page and no room reads a table that grows from end to end: every statement they run is explained by SQLite."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from service.database.unit_of_work import Database
from tests.service.flow.home import Home
from tests.service.web.conftest import Town, a_town
from tests.service.web.matrix import ROLES, own, table
from tests.test_walkthrough import test_a_missing_child_is_told_to_every_authority_and_found_again as the_whole_walk

GROWING = "deliveries|delivery_events|received_emails|responses|letters|audit_events|tasks|cases|notices|approvals"
# To look up every letter of one kind is to read them all.
SCAN = re.compile(rf"^SCAN ({GROWING})\b|^SEARCH deliveries\w* USING (COVERING )?INDEX ix_deliveries_kind \(kind=\?\)$")
WALK_AN_INDEX = re.compile(r"USING (COVERING )?INDEX")
CHAIN = "ORDER BY audit_events.number"  # whoever verifies the whole chain reads the whole chain


@contextmanager
def statements(database: Database) -> Iterator[dict[str, Any]]:
    """Collect each statement that runs, with parameters it ran with."""
    seen: dict[str, Any] = {}

    def keep(_c: object, _k: object, statement: str, parameters: Any, _x: object, many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            seen.setdefault(statement, parameters[0] if many else parameters)

    engines = [engine for engine in (database.engine.sync_engine, database._journal) if engine is not None]
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", keep)


async def whole_scans(database: Database, seen: dict[str, Any]) -> dict[str, str]:
    """Return the statements that read a growing table from end to end, with what SQLite says of them."""
    found = {}
    async with database.read() as work:
        for statement, parameters in seen.items():
            plan = await work.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters))
            few = re.search(r"\bLIMIT\b", statement)  # in the order of an index, a limit ends the walk
            scans = [row[3] for row in plan if SCAN.match(row[3]) and not (few and WALK_AN_INDEX.search(row[3]))]
            if scans and not statement.endswith(CHAIN):
                found[statement] = "; ".join(scans)
    return found


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """The pages over a seeded database."""
    async with a_town(tmp_path) as town:
        yield town


@pytest.mark.parametrize("who", [*ROLES, "nobody"])
async def test_no_page_reads_a_growing_table_from_end_to_end(town: Town, who: str) -> None:
    client = (await town.as_(who)).client if who != "nobody" else town.visitor()
    rows = await table(town)
    with statements(town.database) as seen:
        for page, row in rows.items():
            if page.startswith("GET"):
                await client.get(own(page, row))
    assert seen
    assert await whole_scans(town.database, seen) == {}


async def test_no_room_reads_a_growing_table_from_end_to_end(home: Home) -> None:
    with statements(home.database) as seen:
        await the_whole_walk(home)
    assert len(seen) > 50
    assert await whole_scans(home.database, seen) == {}
