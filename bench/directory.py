"""How fast the directory is read, taken in, written and checked: rows and domains per second, and the memory that 100,000 rows take."""

import asyncio
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import create_async_engine

from directory.authority import Authority, shipped
from directory.checks import check_contacts
from directory.contact import Contact
from directory.domains import Domains
from directory.exporting import contacts_csv, contacts_xlsx
from directory.importing import ContactRow, read_contacts
from directory.register import Register
from directory.rows import authority_values
from directory.tables import authorities, metadata

T = TypeVar("T")
SMALL, LARGE = 1_250, 12_500
ORDERS = 8
DOMAINS = 2_000
ANSWER_SECONDS = 0.02
_PEAK = """
import re, sys
from bench.directory import invented
from directory.importing import read_contacts

def peak():
    return int(re.search(r"VmHWM:\\s+([0-9]+)", open("/proc/self/status").read()).group(1))

raw = open(sys.argv[1], "rb").read()
known = invented(int(sys.argv[2]))
before = peak()
assert read_contacts(raw, known=known).usable
print((peak() - before) // 1024)
"""


def invented(count: int) -> dict[str, Authority]:
    """Make as many authorities as it takes: the real ones have no room for 100,000 contacts."""
    first = replace(shipped()[0], former_codes=(), other_names=(), successors=())
    named = ((f"X{number:05}", f"Sample {number}") for number in range(count))
    return {
        gss: replace(first, gss_code=gss, name=name, short_name=name, code=_three_letters(place)) for place, (gss, name) in enumerate(named)
    }


def run(console: Console) -> str:
    """Measure, print the table, and return the part of results.md."""
    lines: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as place, Progress(console=console, transient=True) as progress:
        task = progress.add_task("directory", total=13)

        def timed(what: str, count: int, step: Callable[[], T]) -> T:
            gc.collect()
            began = time.perf_counter()
            result = step()
            lines.append((what, f"{count:,}", f"{count / (time.perf_counter() - began):,.0f}"))
            progress.advance(task)
            return result

        for count in (SMALL, LARGE):
            known = invented(count)
            contacts = [_contact(gss, order) for gss in known for order in range(ORDERS)]
            raw = timed("written as CSV", len(contacts), lambda: contacts_csv(contacts, known=known))  # noqa: B023 - called at once
            book = timed("written as workbook", len(contacts), lambda: contacts_xlsx(contacts, known=known))  # noqa: B023
            rows = timed("read and checked, CSV", len(contacts), lambda: read_contacts(raw, known=known)).rows  # noqa: B023
            timed("read and checked, workbook", len(contacts), lambda: read_contacts(book, known=known))  # noqa: B023
            if count == SMALL:
                timed("stored in an empty SQLite, one transaction", len(rows), lambda: asyncio.run(_store(Path(place) / "db", known, rows)))  # noqa: B023
        timed("rules of the list, all contacts checked", len(contacts), lambda: check_contacts(known.values(), contacts, on=_DAY))
        timed(f"domains asked about, each answer after {ANSWER_SECONDS * 1000:.0f} ms", DOMAINS, lambda: asyncio.run(_ask()))
        peaks = []
        for suffix, file in ((".csv", raw), (".xlsx", book)):
            peaks.append(_peak(Path(place), file, suffix))
            progress.advance(task)
    table = Table("what", "how many", "per second")
    for line in lines:
        table.add_row(*line)
    console.print(table)
    told = "\n".join(["| what | how many | per second |", "| --- | --- | --- |", *(f"| {' | '.join(line)} |" for line in lines)])
    return f"{told}\n\nReading 100,000 rows takes {peaks[0]} MB of memory more from CSV and {peaks[1]} MB from a workbook."


_DAY = datetime(2026, 11, 28, tzinfo=UTC).date()


def _contact(gss: str, order: int) -> Contact:
    address = f"alerts{order}@council-{gss.lower()}.gov.uk"
    return Contact(gss_code=gss, order=order, address=address, role="custodian", phone="01632 960001")


def _three_letters(number: int) -> str:
    return "".join(chr(65 + number // 26**place % 26) for place in (2, 1, 0))


async def _store(database: Path, known: dict[str, Authority], rows: Iterable[ContactRow]) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{database}")
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(insert(authorities), [authority_values(authority) for authority in known.values()])
        # Without the limits, beyond which so many rows would only be proposed.
        await Register(connection).import_contacts(rows, who="bench", why="bench", at=datetime.now(UTC))
    await engine.dispose()


async def _ask() -> None:
    async def ask(name: str, kind: str) -> tuple[str, ...]:
        await asyncio.sleep(ANSWER_SECONDS)
        return {"MX": (f"10 mx.{name}.",), "A": ("192.0.2.1",)}.get(kind, ())

    await Domains(ask).states(f"council{number}.test" for number in range(DOMAINS))


def _peak(place: Path, raw: bytes, suffix: str) -> int:
    file = place / f"contacts{suffix}"
    file.write_bytes(raw)
    count = str(LARGE)
    ran = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", _PEAK, str(file), count], capture_output=True, text=True, check=True
    )
    return int(ran.stdout)
