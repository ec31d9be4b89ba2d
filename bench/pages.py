"""How fast the pages are beside a million letters: the same pages of one house, before and after five thousand cases were put beside it."""

import asyncio
import logging
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import structlog
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from service.database.ids import new_id
from service.domain.delivery import DeliveryState
from tests.service.web.conftest import Staff, Town, a_town

CASES, LETTERS_EACH, LOOKS, AT_ONCE = 5_000, 200, 40, 8
LIVE = 50  # cases that are open at one time; the rest are closed
BLOCK = 50
Row = dict[str, object]


def run(console: Console) -> str:
    """Measure the home page, the list of cases and a case with its board, and return the table as Markdown."""
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    return asyncio.run(_run(console))


async def _run(console: Console) -> str:
    with tempfile.TemporaryDirectory() as folder, Progress(console=console, transient=True) as progress:
        async with a_town(Path(folder), fresh=True) as town:
            staff, crowd = await town.as_("quality"), await town.as_("approver")
            pages = {"home page": "/", "list of cases": "/cases", "case with its board": f"/cases/{town.seeds.live}"}
            before = {name: await _looks(staff, path) for name, path in pages.items()}
            await asyncio.to_thread(_fill, Path(folder), town, progress)
            after = {name: await _looks(staff, path) for name, path in pages.items()}
            crowded = {name: await _crowd(crowd, path) for name, path in pages.items()}
    table = Table(
        "page",
        "empty, ms",
        "full, ms",
        "full / empty",
        f"p95 with {AT_ONCE} people, ms",
        title=f"Pages beside {CASES * LETTERS_EACH:,} letters",
    )
    lines = [
        f"{CASES:,} cases, {CASES * LETTERS_EACH:,} letters, SQLite. Median of {LOOKS} looks; the limit is 3 × an empty database.",
        "",
        f"| page | empty, ms | full, ms | full / empty | p95 with {AT_ONCE} people at once, ms |",
        "|---|---|---|---|---|",
    ]
    for name in pages:
        one, other = statistics.median(before[name]) * 1000, statistics.median(after[name]) * 1000
        cells = (name, f"{one:.1f}", f"{other:.1f}", f"{other / one:.2f}", f"{statistics.quantiles(crowded[name], n=20)[-1] * 1000:.0f}")
        table.add_row(*cells)
        lines.append(f"| {' | '.join(cells)} |")
    console.print(table)
    return "\n".join(lines)


async def _looks(staff: Staff, path: str, times: int = LOOKS) -> list[float]:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        answer = await staff.get(path)
        taken.append(time.perf_counter() - start)
        if answer.status_code != 200:
            raise RuntimeError(f"a page answered {answer.status_code}")
    return taken


async def _crowd(staff: Staff, path: str) -> list[float]:
    return [one for looks in await asyncio.gather(*(_looks(staff, path, LOOKS // AT_ONCE) for _ in range(AT_ONCE))) for one in looks]


def _fill(folder: Path, town: Town, progress: Progress) -> None:
    """Copy one case, its notice, a letter to an authority and its history, under new ids."""
    task = progress.add_task("Writing a million letters", total=CASES)
    with closing(sqlite3.connect(next(folder.glob("*.db")))) as database:
        database.row_factory = sqlite3.Row
        patterns = {
            table: dict(database.execute(f"SELECT * FROM {table} WHERE {key} = ? LIMIT 1", (one,)).fetchone())  # noqa: S608
            for table, key, one in (
                ("cases", "id", town.seeds.live),
                ("notices", "id", town.seeds.live_notice),
                ("deliveries", "id", town.seeds.delivery),
                ("tasks", "id", town.seeds.task),
            )
        }
        for first in range(0, CASES, BLOCK):
            rows: dict[str, list[Row]] = {table: [] for table in patterns}
            for number in range(first, first + BLOCK):
                for table, row in _copies(patterns, number):
                    rows[table].append(row)
            for table, many in rows.items():
                names = list(many[0])
                marks = ", ".join(f":{name}" for name in names)
                database.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", many)  # noqa: S608
            database.commit()
            progress.advance(task, BLOCK)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copies(patterns: dict[str, Row], number: int) -> Iterator[tuple[str, Row]]:
    case_id, notice_id, live = new_id(), new_id(), number % (CASES // LIVE) == 0
    ended = {} if live else {"state": "closed", "outcome": "found", "closed_at": patterns["cases"]["opened_at"]}
    yield "cases", patterns["cases"] | {"id": case_id, "reference": f"KEN-2025-{number:05}-X"} | ended
    yield "notices", patterns["notices"] | {"id": notice_id, "case_id": case_id}
    yield "tasks", patterns["tasks"] | {"id": new_id(), "case_id": case_id, "done_at": patterns["tasks"]["created_at"]}
    for place in range(LETTERS_EACH):
        yield (
            "deliveries",
            patterns["deliveries"]
            | {"id": new_id(), "case_id": case_id, "notice_id": notice_id, "gss_code": f"X{place:08}", "token_hash": None}
            | {"state": DeliveryState.ACCEPTED.value},
        )
