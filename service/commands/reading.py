"""Reading a form from a file, as triage reads it from a letter."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.commands.opening import fail, out
from service.flow.house import today
from service.flow.reading_files import NothingToRead, read_paths_apart
from service.forms.reading import Unreadable

cli = typer.Typer()


@cli.command()
def read(
    files: Annotated[
        list[Path], typer.Argument(help="A form: a Word, OpenDocument, PDF, text or HTML file, or a whole letter (.eml, .msg).")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the canonical JSON.")] = False,
) -> None:
    """Show what the service reads in a submission. Exit status 3: it holds none; 2: a file cannot be read."""
    try:
        reading = read_paths_apart(files, today=today(datetime.now(UTC)))
    except (Unreadable, NothingToRead) as refused:
        fail(refused.says, 2)
    if reading is None:
        fail("There is no submission in this file.", 3)
    if as_json:
        typer.echo(json.dumps(reading.as_json(), indent=2, ensure_ascii=False))
        return
    table = Table("What", "Read", title=f"{reading.kind}: {reading.form_title or 'no title'}")
    for path, told in reading.provenance.items():
        table.add_row(path, told.text)
    out.print(table)
    for finding in reading.findings:
        out.print(f"• {finding.problem}: {finding.says}", markup=False)
