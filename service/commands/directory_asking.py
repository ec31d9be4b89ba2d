"""Asking the addresses of the directory from the command line: whether they are right, and by an exercise."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from directory.contact import PRIMARY
from service.app import App
from service.commands.opening import fail, out, with_app
from service.domain.errors import NotFound, ServiceError
from service.flow import exercise
from service.flow.confirm import ask, keeper
from service.flow.confirmed import answer_by_phone

cli = typer.Typer()
_BY = "command line"
_NO_HOUSE = "There is no issuing authority yet, in whose name to write."


@cli.command("confirm")
def confirm(
    *,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask no more than so many; without it, everybody who is due.")] = None,
    phoned: Annotated[str, typer.Option(help="Ask nobody: this authority said on the telephone that its address is right.")] = "",
    order: Annotated[int, typer.Option(min=PRIMARY, help="With --phoned: which of its contacts.")] = PRIMARY,
    why: Annotated[str, typer.Option(help="With --phoned: whom you phoned, and where you have the number from.")] = "",
) -> None:
    """Ask those whose address was not proved lately whether it is right, now instead of a few on each working day."""

    async def go(app: App) -> int:
        async with app.house.begin() as work:
            authority = await keeper(work)
            if authority is None:
                fail(_NO_HOUSE, 2)
            return await ask(work, app.house, authority, datetime.now(UTC), limit=limit)

    async def note(app: App) -> None:
        try:
            await answer_by_phone(app.house, phoned, order, by=_BY, why=why, now=datetime.now(UTC))
        except NotFound:
            fail(f"{phoned} has no such contact.", 2)
        except ServiceError as refused:
            fail(refused.says, 2)

    if phoned:
        with_app(note)
        typer.echo(f"The address of {phoned} counts as right from today.")
    else:
        typer.echo(f"{with_app(go)} authorities asked.")


@cli.command("drill")
def drill(
    *,
    results: Annotated[bool, typer.Option("--results", help="Show how the newest exercise stands, and prepare none.")] = False,
) -> None:
    """Prepare an exercise; an approver lets it go at /exercises."""

    async def prepare(app: App) -> None:
        async with app.house.read() as work:
            authority = await keeper(work)
        if authority is None:
            fail(_NO_HOUSE, 2)
        try:
            await exercise.prepare(app.house, authority.id, by=_BY, now=datetime.now(UTC))
        except ServiceError as refused:
            fail(refused.says, 2)

    async def look(app: App) -> Table:
        async with app.house.read() as work:
            newest = next(iter(await work.exercises.all()), None)
            if newest is None:
                fail("There was no exercise yet.", 2)
            found = await exercise.results_of(work, newest.id)
        table = Table("Where they stand", "Authorities", title=f"Exercise of {newest.started_at:%Y-%m-%d %H:%M} UTC")
        for state, number in found.counts.items():
            table.add_row(exercise.WORDS[state], str(number))
        return table

    if results:
        out.print(with_app(look))
    else:
        with_app(prepare)
        typer.echo("Prepared. It leaves when an approver lets it go at /exercises.")
