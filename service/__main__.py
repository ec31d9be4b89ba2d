"""The command `national-alerts`: run the service, read a form, keep the people and the directory, check the audit trail."""

import asyncio
import base64
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from directory.importing import read_contacts_csv
from service.app import App, open_app, serve
from service.database import schema
from service.domain.people import Role
from service.flow.house import today
from service.flow.reading_files import NothingToRead, read_paths
from service.forms.reading import Unreadable
from service.logs import set_up_logs
from service.settings import Settings

T = TypeVar("T")
cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="National alerts for missing children, by email."
)
database_cli = typer.Typer(no_args_is_help=True, help="The database.")
authority_cli = typer.Typer(no_args_is_help=True, help="The authorities that run an inbox here.")
people_cli = typer.Typer(no_args_is_help=True, help="The people and their roles.")
directory_cli = typer.Typer(no_args_is_help=True, help="The address directory.")
audit_cli = typer.Typer(no_args_is_help=True, help="The audit trail.")
for name, sub in (
    ("database", database_cli), ("authority", authority_cli), ("people", people_cli), ("directory", directory_cli), ("audit", audit_cli),
):  # fmt: skip
    cli.add_typer(sub, name=name)
out = Console()


@cli.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Run as fast as it goes, then stop.")] = False,
    report: Annotated[Path | None, typer.Option("--json", help="Write the numbers to this file.")] = None,
    port: Annotated[int, typer.Option(help="Where the pages are served.")] = 8000,
) -> None:
    """Show the whole service with simulated people, on this machine alone."""
    from service.demonstration import demonstrate  # the only command that needs the embedded mail server

    try:
        raise typer.Exit(asyncio.run(demonstrate(once=once, report=report, port=port)))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@cli.command()
def run() -> None:
    """Run pages and worker in one process (SQLite, or a small installation)."""
    _serve(web=True, worker=True)


@cli.command()
def web() -> None:
    """Run the pages only."""
    _serve(web=True, worker=False)


@cli.command()
def worker() -> None:
    """Run the worker only."""
    _serve(web=False, worker=True)


@cli.command("new-key")
def new_key() -> None:
    """Print a new master key. Keep it outside the database and its backups: without it nothing can be read."""
    typer.echo(base64.b64encode(secrets.token_bytes(32)).decode())


@cli.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="A form: .docx, .txt, .html or a whole .eml.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the canonical JSON.")] = False,
) -> None:
    """Show what the service reads in a submission. Exit status 3: it holds none; 2: a file cannot be read."""
    try:
        reading = read_paths(files, today=today(datetime.now(UTC)))
    except (Unreadable, NothingToRead) as refused:
        _fail(refused.says, 2)
    if reading is None:
        _fail("There is no submission in this file.", 3)
    if as_json:
        typer.echo(json.dumps(reading.as_json(), indent=2, ensure_ascii=False))
        return
    table = Table("What", "Read", title=f"{reading.kind}: {reading.form_title or 'no title'}")
    for path, told in reading.provenance.items():
        table.add_row(path, told.text)
    out.print(table)
    for finding in reading.findings:
        out.print(f"• {finding.problem}: {finding.says}", markup=False)


@database_cli.command("upgrade")
def database_upgrade() -> None:
    """Bring the database to the shape this version expects; running it again changes nothing."""
    asyncio.run(schema.upgrade(_settings().database_url))
    typer.echo("The database is up to date.")


@authority_cli.command("add")
def authority_add(
    gss_code: str,
    mailbox: Annotated[str, typer.Option(help="The address of the shared mailbox.")],
    policy: Annotated[str, typer.Option(help="The policy its notices are checked against.")] = "national",
    phone: Annotated[str, typer.Option(help="Whom receiving authorities phone.")] = "",
    out_of_hours: Annotated[str, typer.Option(help="Whom they phone at night.")] = "",
) -> None:
    """Add an authority that runs an inbox here, by its GSS code."""

    async def add(app: App) -> str:
        async with app.database.begin() as work:
            await work.register.load_shipped()
            known = await work.register.authority(gss_code)
            if known is None:
                _fail("There is no authority with this GSS code in the directory.", 2)
            await work.people.add_authority(
                gss_code=gss_code, name=known.name, code=known.code, policy=policy, mailbox=mailbox, phone=phone, out_of_hours=out_of_hours
            )
            work.audit.add("authority_added", at=datetime.now(UTC), gss_code=gss_code)
            return known.name

    typer.echo(f"Added: {_with_app(add)}.")


@people_cli.command("add")
def people_add(
    address: str,
    name: Annotated[str, typer.Option(help="The person's name.")],
    gss_code: Annotated[str, typer.Option(help="The authority they work for.")],
    role: Annotated[list[Role], typer.Option(help="May be given more than once.")],
) -> None:
    """Add a person with their roles."""

    async def add(app: App) -> None:
        async with app.database.begin() as work:
            authority = next((one for one in await work.people.authorities() if one.gss_code == gss_code), None)
            if authority is None:
                _fail("This authority runs no inbox here. Add it first: national-alerts authority add.", 2)
            person_id = await work.people.add(authority_id=authority.id, name=name, address=address, roles=frozenset(role))
            work.audit.add("person_added", at=datetime.now(UTC), subject_id=person_id, roles=sorted(role))

    _with_app(add)
    typer.echo("Added.")


@people_cli.command("list")
def people_list() -> None:
    """Show the people and their roles."""

    async def show(app: App) -> Table:
        table = Table("Name", "Address", "Roles", "Active")
        async with app.database.read() as work:
            for person in await work.people.everyone():
                table.add_row(person.name, person.address, ", ".join(sorted(person.roles)), "yes" if person.active else "no")
        return table

    out.print(_with_app(show))


@directory_cli.command("load")
def directory_load() -> None:
    """Load the shipped list of authorities; running it again changes nothing."""

    async def load(app: App) -> int:
        async with app.database.begin() as work:
            return await work.register.load_shipped()

    typer.echo(f"{_with_app(load)} authorities added or changed.")


@directory_cli.command("import")
def directory_import(
    file: Path,
    why: Annotated[str, typer.Option(help="Why the list changes; kept in the history.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Import contact addresses from a CSV file with the columns gss_code, role and address."""
    read = read_contacts_csv(file.read_bytes())
    if not read.usable:
        for fault in read.faults:
            typer.echo(str(fault), err=True)
        _fail("Nothing was imported. Put these right and try again.", 2)

    async def take(app: App) -> str:
        async with app.database.begin() as work:
            plan = await work.register.plan_import(read.rows)
            if not dry_run:
                await work.register.import_contacts(read.rows, who="command line", why=why, at=datetime.now(UTC))
                work.audit.add("contacts_imported", at=datetime.now(UTC), added=len(plan.added), changed=len(plan.changed))
            return f"{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.absent)} not in the file."

    typer.echo(("Would be: " if dry_run else "") + _with_app(take))


@audit_cli.command("verify")
def audit_verify() -> None:
    """Recompute the audit chain. Exit status 1 when it does not hold."""

    async def verify(app: App) -> tuple[int, int | None]:
        async with app.database.read() as work:
            found = await work.audit.verify()
            return found.events, found.broken_at

    events, broken_at = _with_app(verify)
    if broken_at is not None:
        _fail(f"The audit trail does not hold from event {broken_at} on.", 1)
    typer.echo(f"The audit trail holds: {events} events.")


def _serve(*, web: bool, worker: bool) -> None:
    set_up_logs()
    try:
        asyncio.run(serve(_settings(), web=web, worker=worker))
    except ValueError as missing:
        _fail(str(missing), 2)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as wrong:
        for fault in wrong.errors():
            typer.echo(f"NATIONAL_ALERTS_{'__'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}", err=True)
        _fail("Some settings are missing or wrong; docs/operations.md lists them.", 2)


def _with_app(step: Callable[[App], Awaitable[T]]) -> T:
    async def go() -> T:
        async with open_app(_settings()) as app:
            return await step(app)

    return asyncio.run(go())


def _fail(says: str, status: int) -> NoReturn:
    typer.echo(says, err=True)
    raise typer.Exit(status)


def main() -> None:
    """Run the command line."""
    cli()


if __name__ == "__main__":
    main()
