"""The directory as files: contacts in and out, and the checks of the list."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from directory.authority import Authority, today
from directory.cells import Progress as Told
from directory.cells import Unreadable
from directory.changes import ChangedMeanwhile, NotAllowed
from directory.checks import About, Finding, check_contacts, check_domains, domain_of
from directory.contact import Contact
from directory.domains import Domains, asking
from directory.exporting import contacts_csv, contacts_xlsx
from directory.history import By
from directory.importing import Import, read_contacts
from directory.intake import Taken, second_person_for, take_contacts
from directory.planning import Plan
from directory.reconciling import Difference, reconcile
from directory.undoing import Undone, undo_batch
from service.app import App
from service.commands.opening import WAITS, fail, out, with_app
from service.flow import second_person

cli = typer.Typer()
_SHOWN = 500  # of a kind; nobody reads more of a screen
_WRITERS = {".csv": contacts_csv, ".xlsx": contacts_xlsx}


@cli.command("import")
def import_contacts(
    file: Path,
    why: Annotated[str, typer.Option(help="Why the list changes; kept in the history.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Import contacts from a CSV file or a workbook (.xlsx) with at least the columns gss_code, role and address.

    Exit status 2: the file has faults, and nothing was imported. 3: a second person must agree.
    """
    raw = _bytes_of(file)

    async def take(app: App) -> tuple[Import, Taken | None]:
        async with app.database.read() as work:
            known = {authority.gss_code: authority for authority in await work.register.authorities()}
        with _bar("reading", None) as told:
            read = read_contacts(raw, known=known, progress=told)
        if not read.usable:
            return read, None
        now = datetime.now(UTC)
        by = By(who="command line", why=why, at=now)
        async with app.database.begin() as work:
            if dry_run:
                plan = await work.register.plan_import(read.rows, allowed_domains=app.house.allowed_domains)
                return read, Taken(plan=plan, waits=await second_person_for(work.register, plan, by))
            with _bar("storing", len(read.rows)) as told:
                taken = await take_contacts(work.register, read.rows, by, allowed_domains=app.house.allowed_domains, progress=told)
            if taken.batch is not None:
                what = "contacts_imported" if taken.waits is None else "contacts_proposed"
                work.audit.add(what, at=now, batch=taken.batch, added=len(taken.plan.added), changed=len(taken.plan.changed))
            if taken.waits is not None:
                await second_person.ask_a_second(work, f"batch {taken.batch}", now)
            return read, taken

    read, taken = with_app(take)
    if taken is None:
        for fault in read.faults:
            typer.echo(str(fault), err=True)
        fail("Nothing was imported. Put these right and try again.", 2)
    plan, waits = taken.plan, taken.waits
    would = "Would be: " if dry_run or waits else ""
    typer.echo(f"{would}{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.absent)} not in the file.")
    if dry_run or waits:
        _show_plan(plan)
    if waits and not dry_run:
        fail(f"{waits} {WAITS} It is batch {taken.batch}.", 3)
    if waits:
        typer.echo(f"{waits} Another directory administrator would have to agree.")
    elif taken.batch is not None:
        typer.echo(f"Batch {taken.batch}.")


@cli.command("undo-import")
def undo_import(batch: str, why: Annotated[str, typer.Option(help="Why it is taken back; kept in the history.")]) -> None:
    """Put back everything that an import changed, by the batch it was given; refused when something was changed again since.

    Exit status 3: a second person must agree.
    """

    async def take_back(app: App) -> Undone:
        by = By(who="command line", why=why, at=datetime.now(UTC), batch=uuid4().hex)
        async with app.database.begin() as work:
            undone = await undo_batch(work.register, batch, by, allowed_domains=app.house.allowed_domains)
            if undone.count:
                await second_person.note_undone(work, undone, by.at, batch=batch, changes=undone.count)
            return undone

    try:
        undone = with_app(take_back)
    except (ChangedMeanwhile, NotAllowed) as refused:
        fail(str(refused), 2)
    if not undone.count:
        fail("There is no such batch.", 2)
    if undone.waits:
        fail(f"{undone.waits} {WAITS}", 3)
    typer.echo(f"{undone.count} changes put back.")


@cli.command("export")
def export_contacts(file: Path) -> None:
    """Write all contacts to a file, .csv or .xlsx, that can be changed and imported again."""
    write = _WRITERS.get(file.suffix.lower())
    if write is None:
        fail("Give a file name that ends in .csv or .xlsx.", 2)
    if file.exists():
        fail("There is a file of this name. Give another, or move it away first.", 2)

    async def gather(app: App) -> tuple[dict[str, Authority], tuple[Contact, ...]]:
        async with app.database.begin() as work:
            contacts = await work.register.all_contacts(partners=True)
            work.audit.add("contacts_exported", at=datetime.now(UTC), count=len(contacts))
            return {authority.gss_code: authority for authority in await work.register.authorities()}, contacts

    known, contacts = with_app(gather)
    file.write_bytes(write(contacts, known=known))
    typer.echo(f"{len(contacts)} contacts written.")


@cli.command("check")
def check(
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no name server about the domains.")] = False,
    notes: Annotated[bool, typer.Option("--notes", help="List the notes too, and not only how many there are.")] = False,
    official: Annotated[
        Path | None, typer.Option(help="A newer official list to compare with: Counties and Unitary Authorities of the ONS, as CSV.")
    ] = None,
) -> None:
    """Say what is wrong with the directory. Exit status 1: some letters may not arrive; 2: the official list cannot be read."""
    listed = None if official is None else _bytes_of(official)

    async def look(app: App) -> tuple[dict[str, str], list[Finding], tuple[Difference, ...]]:
        async with app.database.read() as work:
            authorities, contacts = await work.register.authorities(), await work.register.all_contacts(partners=True)
        found = [*check_contacts(authorities, contacts, on=today(), allowed_domains=app.house.allowed_domains)]
        if not offline:
            domains = {domain_of(contact.address) for contact in contacts}
            with _bar("asking about domains", len(domains)) as told:
                found += check_domains(contacts, await Domains(asking()).states(domains, told))
        differences = () if listed is None else reconcile(listed, authorities, on=today())
        return {authority.gss_code: authority.name for authority in authorities}, found, differences

    try:
        names, found, differences = with_app(look)
    except Unreadable as unreadable:
        fail(unreadable.says, 2)
    _show_findings(found, names, notes=notes)
    for one in differences:
        out.print(Text(f"{one.gss_code} {one.name} {one.became.value}" + (f": {one.official}" if one.official else "")))
    if any(finding.about.stops_letters for finding in found):
        raise typer.Exit(1)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        fail("The file cannot be opened. Check its name and that you may read it.", 2)


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Told]:
    with Progress(TextColumn(what), BarColumn(), MofNCompleteColumn(), console=out, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


def _show_plan(plan: Plan) -> None:
    table = Table("Code", "Order", "What", "Now", "In the file")
    for change in plan.changed[:_SHOWN]:
        table.add_row(change.old.gss_code, str(change.old.order), "changed", Text(_of(change.old)), Text(_of(change.new)))
    for new in plan.added[:_SHOWN]:
        table.add_row(new.gss_code, str(new.order), "added", "", Text(_of(new)))
    for old in plan.absent[:_SHOWN]:
        table.add_row(old.gss_code, str(old.order), "not in the file, stays", Text(_of(old)), "")
    if table.row_count:
        out.print(table)
    for remark in plan.remarks[:_SHOWN]:
        out.print(Text(f"{remark.gss_code}: {remark.says}"))
    if max(len(plan.changed), len(plan.added), len(plan.absent), len(plan.remarks)) > _SHOWN:
        typer.echo(f"Only the first {_SHOWN} of each kind are shown.")


def _of(contact: Contact) -> str:
    said = (contact.address, contact.role, contact.phone, contact.out_of_hours, contact.secure_note)
    return ", ".join(part for part in said if part)


def _show_findings(found: list[Finding], names: dict[str, str], *, notes: bool) -> None:
    table = Table("Authority", "Order", "About", "What")
    for finding in found:
        if notes or finding.about is not About.NOTE:
            order = "" if finding.order is None else str(finding.order)
            table.add_row(Text(names.get(finding.gss_code, finding.gss_code)), order, finding.about.value, Text(finding.says))
    if table.row_count:
        out.print(table)
    counted = Counter(finding.about.value for finding in found)
    typer.echo(", ".join(f"{about}: {count}" for about, count in sorted(counted.items())) or "Nothing is wrong.")
