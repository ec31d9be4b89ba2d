"""Ending a HOLD: a person has compared a restored or copied database with what was really sent, and lets letters leave again."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from service.app import App
from service.commands.opening import fail, with_app
from service.database.counting import desk
from service.domain.errors import ServiceError
from service.flow.fence import held_because
from service.flow.fence import resume as let_letters_leave

cli = typer.Typer()


@cli.command()
def resume(
    by: Annotated[str, typer.Option(help="Your address; you must be a system administrator.")] = "",
    why: Annotated[str, typer.Option(help="Why letters may leave again; kept sealed.")] = "",
    *,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Keep back what waits now: it was sent before the backup was restored.")
    ] = False,
) -> None:
    """Let letters leave again after a restore or a copy. Without --by and --why: say what is held, and change nothing."""

    async def go(app: App) -> str:
        async with app.database.read() as work:
            because, waiting = await held_because(work), (await desk(work)).leaving
        if because is None:
            return "Letters are not held. Nothing was changed."
        if not by or not why:
            return (
                f"{because}\nLetters that wait to be sent: {waiting}. Compare them with the Sent folder of the mailbox. Then give the"
                " command again with --by and --why, and with --withdraw if they were sent already and must not go again."
            )
        withdrawn = await let_letters_leave(app.house, address=by, why=why, withdraw=withdraw, now=datetime.now(UTC))
        return f"Letters leave again. Kept back: {withdrawn} of {waiting}."

    try:
        typer.echo(with_app(go))
    except ServiceError as refused:
        fail(refused.says, 2)
