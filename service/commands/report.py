"""Reports for managers, on the screen."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.app import App
from service.commands.opening import fail, out, with_app
from service.domain.due import local_date
from service.flow.weekly import last_sunday, week_of
from service.mail.compose_weekly import Week, table_of

cli = typer.Typer(no_args_is_help=True, help="Reports for managers.")


@cli.callback()
def reports() -> None:
    """Reports for managers."""


@cli.command()
def week(
    authority: Annotated[str, typer.Option(help="The GSS code of one authority; all of them without it.")] = "",
    to: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The Sunday that the week ends on; the last one without it.")
    ] = None,
) -> None:
    """Print the weekly report. What is due and who is silent is as things stand now."""
    now = datetime.now(UTC)
    last_day = to.date() if to else last_sunday(local_date(now))
    if last_day.isoweekday() != 7:
        fail("A week ends on a Sunday. Give the date of a Sunday.", 2)

    async def gather(app: App) -> list[Week]:
        async with app.database.read() as work:
            ours = [one for one in await work.people.authorities() if authority in ("", one.gss_code)]
            return [await week_of(work, one, last_day, now) for one in ours]

    weeks = with_app(gather)
    if not weeks:
        fail("No such authority runs an inbox here.", 2)
    for one in weeks:
        _show(one, last_day)


def _show(week: Week, last_day: date) -> None:
    head, *lines = table_of(week)
    table = Table(*head, title=Text(f"{week.authority}, week to {last_day:%d %B %Y}"))
    for line in lines:
        table.add_row(*map(Text, line))
    out.print(table)
