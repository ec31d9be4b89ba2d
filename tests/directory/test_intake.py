"""A file is taken whole, once, within limits, and can be taken back; what is killed half way leaves nothing (row F9)."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from directory.authority import shipped
from directory.changes import ChangedMeanwhile
from directory.exporting import contacts_xlsx
from directory.history import By
from directory.importing import ContactRow, read_contacts
from directory.intake import Taken, take_contacts
from directory.proposing import agree_to_batch
from directory.register import Register
from directory.tables import changes, proposals
from directory.undoing import undo_batch

KENT, MEDWAY = "E10000016", "E06000035"
AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
BY, ANOTHER = By(who="first", why="new list", at=AT), By(who="second", why="", at=AT + timedelta(hours=1))
LIST = (
    ContactRow(row=2, gss_code=KENT, role="custodian", address="alerts@kent.gov.uk", phone="01632 960001", secure_note="=1+1"),
    ContactRow(row=3, gss_code=MEDWAY, role="custodian", address="alerts@medway.gov.uk"),
    ContactRow(row=4, gss_code=MEDWAY, role="police", address="alerts@kent.police.uk", order=1),
)


async def count(register: Register, table: object) -> int:
    return int((await register.connection.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]


async def addresses(register: Register) -> list[str]:
    return [contact.address for contact in await register.all_contacts(partners=True)]


def moved(to: str) -> tuple[ContactRow, ...]:
    return (replace(LIST[0], address=to), *LIST[1:])


async def take(register: Register, rows: Iterable[ContactRow], by: By = BY, *, shown: str | None = None) -> Taken:
    return await take_contacts(register, rows, by, shown=shown, allowed_domains={"kent.police.uk"})


async def test_f9_the_same_file_again_changes_nothing_and_writes_no_history(register: Register) -> None:
    told: list[int] = []
    first = await take_contacts(register, LIST, BY, allowed_domains={"kent.police.uk"}, progress=told.append)
    assert (len(first.plan.added), first.waits, told) == (3, None, [3])
    again = await take(register, LIST)
    assert (again.plan.empty, again.batch, await count(register, changes)) == (True, None, 3)


async def test_what_is_in_the_register_comes_back_unchanged_through_a_workbook(register: Register) -> None:
    await take(register, LIST)
    raw = contacts_xlsx(await register.all_contacts(partners=True))
    assert (await take(register, read_contacts(raw).rows)).plan.empty


async def test_a_new_domain_waits_once_until_another_person_agrees_and_is_undone_in_one_go(register: Register) -> None:
    await take(register, LIST)
    waiting = await take(register, moved("alerts@kent-gov.uk.com"))
    assert waiting.waits is not None
    assert "kent-gov" not in " ".join(await addresses(register))
    assert (await take(register, moved("alerts@kent-gov.uk.com"))).batch == waiting.batch
    assert await count(register, proposals) == 1
    await agree_to_batch(register, str(waiting.batch), ANOTHER)
    assert (await addresses(register))[-1] == "alerts@kent-gov.uk.com"
    back = await undo_batch(register, str(waiting.batch), ANOTHER)
    assert back.waits == "The domain is new for this authority."
    assert (await addresses(register))[-1] == "alerts@kent-gov.uk.com"
    await agree_to_batch(register, str(back.batch), BY)
    assert (await addresses(register))[-1] == "alerts@kent.gov.uk"


async def test_an_import_is_undone_in_one_go(register: Register) -> None:
    await take(register, LIST)
    changed = await take(register, [replace(LIST[0], address="duty@kent.gov.uk", phone="01632 960002")])
    await undo_batch(register, str(changed.batch), BY)
    assert (await take(register, LIST)).plan.empty


async def test_what_changed_since_it_was_shown_is_shown_again(register: Register) -> None:
    await take(register, LIST)
    shown = (await register.plan_import(moved("duty@kent.gov.uk"), allowed_domains={"kent.police.uk"})).mark
    await take(register, moved("other@kent.gov.uk"))
    with pytest.raises(ChangedMeanwhile):
        await take(register, moved("duty@kent.gov.uk"), shown=shown)


async def test_f3_many_small_files_of_one_person_count_as_one_large_one(register: Register) -> None:
    current = [authority.gss_code for authority in shipped() if authority.is_current(AT.date())][:24]
    rows = [ContactRow(row=2, gss_code=code, role="custodian", address=f"a{place}@council.gov.uk") for place, code in enumerate(current)]
    await take(register, rows, replace(BY, at=AT - timedelta(days=3)))
    for changed, waits in ((10, False), (21, True)):
        done = await take(register, [replace(row, address=f"new{row.address}") for row in rows[:changed]] + rows[changed:])
        assert (done.waits is not None) == waits
    assert done.waits == "The same person has added or changed more than 20 addresses within a day."


KILLED = """
import asyncio, os, signal, sys
from dataclasses import replace
from datetime import UTC, datetime
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import create_async_engine
from directory.authority import shipped
from directory.history import By
from directory.importing import ContactRow
from directory.intake import take_contacts
from directory.register import Register
from directory.rows import authority_values
from directory.tables import authorities, metadata

BY = By(who="x", why="y", at=datetime.now(UTC))
KNOWN = [replace(shipped()[0], gss_code=f"X{n}", code=f"X{n}", valid_to=None) for n in range(300)]
ROWS = [
    ContactRow(row=2, gss_code=a.gss_code, order=order, role="custodian", address=f"a{order}@{a.code.lower()}.gov.uk")
    for a in KNOWN for order in range(10)
]

def die(done):
    assert 0 < done < len(ROWS)
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    engine = create_async_engine("sqlite+aiosqlite:///" + sys.argv[1])
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(insert(authorities), [authority_values(one) for one in KNOWN])
    async with engine.begin() as connection:
        register = Register(connection)
        if sys.argv[2] == "proposed":
            await take_contacts(register, ROWS, BY, progress=die)
        else:
            await register.store((await register.plan_import(ROWS)).pairs, BY, progress=die)

asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["stored", "proposed"])
def test_f9_an_import_that_is_killed_half_way_leaves_nothing_half_done(tmp_path: Path, how: str) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path / "directory.db"), how]
    assert subprocess.run(command, timeout=60, cwd=Path(__file__).parents[2]).returncode == -signal.SIGKILL
    with closing(sqlite3.connect(tmp_path / "directory.db")) as database:
        tables = ("directory_contacts", "directory_changes", "directory_letters_due", "directory_proposals")
        assert [database.execute(f"select count(*) from {table}").fetchone()[0] for table in tables] == [0, 0, 0, 0]
        assert database.execute("select count(*) from directory_authorities").fetchone()[0] == 300
