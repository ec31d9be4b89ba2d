"""The address directory."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from directory.importing import read_contacts
from service.app import App
from service.commands.opening import fail, with_app

cli = typer.Typer(no_args_is_help=True, help="The address directory.")


@cli.command("load")
def load_list() -> None:
    """Load the shipped list of authorities; running it again changes nothing."""

    async def load(app: App) -> int:
        async with app.database.begin() as work:
            return await work.register.load_shipped()

    typer.echo(f"{with_app(load)} authorities added or changed.")


@cli.command("import")
def import_contacts(
    file: Path,
    why: Annotated[str, typer.Option(help="Why the list changes; kept in the history.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Import contact addresses from a CSV file with the columns gss_code, role and address."""
    read = read_contacts(file.read_bytes())
    if not read.usable:
        for fault in read.faults:
            typer.echo(str(fault), err=True)
        fail("Nothing was imported. Put these right and try again.", 2)

    async def take(app: App) -> str:
        async with app.database.begin() as work:
            plan = await work.register.plan_import(read.rows)
            if not dry_run:
                await work.register.import_contacts(read.rows, who="command line", why=why, at=datetime.now(UTC))
                work.audit.add("contacts_imported", at=datetime.now(UTC), added=len(plan.added), changed=len(plan.changed))
            return f"{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.absent)} not in the file."

    typer.echo(("Would be: " if dry_run else "") + with_app(take))
