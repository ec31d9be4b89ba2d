"""What is new in the forms: labels and titles that the reader does not know, for whoever keeps `labels.toml`."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from service.app import App
from service.commands.opening import out, with_app
from service.flow.drift import Drift, drift_of
from service.flow.house import uk_time

cli = typer.Typer()


@cli.command()
def drift(
    at_least: Annotated[
        int, typer.Option(help="Leave out what was seen fewer times: a label that was seen once may be somebody's name.")
    ] = 2,
) -> None:
    """Show which labels and titles are new, for each authority, with a line to paste into labels.toml."""

    async def gather(app: App) -> list[Drift]:
        async with app.database.read() as work:
            return [await drift_of(work, one) for one in await work.people.authorities()]

    for found in with_app(gather):
        out.print(Text(found.authority, style="bold"))
        shown = _show(found, at_least)
        if not shown:
            out.print("Nothing new." if at_least <= 1 else f"Nothing new that was seen {at_least} times or more.")


def _show(found: Drift, at_least: int) -> bool:
    labels = [one for one in found.labels if one.seen.seen >= at_least]
    titles = [one for one in found.titles if one.seen >= at_least]
    if labels:
        table = Table("Label", "Seen", "Since", "Last", "Line for labels.toml", "Most like the labels of")
        for one in labels:
            seen = one.seen
            table.add_row(
                *map(
                    Text,
                    (seen.words, str(seen.seen), uk_time(seen.first_at), uk_time(seen.last_at), one.line, one.belongs_to or "no field"),
                )
            )
        out.print(table)
        out.print(
            "Paste the line into the variants of the field it means, or of \\[no_place] when what stands there is to stay in the form. "
            "The field named is only the closest one: decide by the form."
        )
    if titles:
        table = Table("Title of a form", "Seen", "Since", "Last")
        for title in titles:
            table.add_row(*map(Text, (title.words, str(title.seen), uk_time(title.first_at), uk_time(title.last_at))))
        out.print(table)
    return bool(labels or titles)
