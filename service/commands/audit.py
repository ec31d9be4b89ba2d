"""The audit trail."""

import typer

from service.app import App
from service.commands.opening import fail, with_app

cli = typer.Typer(no_args_is_help=True, help="The audit trail.")


@cli.callback()
def audit() -> None:
    """Look after the audit trail."""


@cli.command("verify")
def verify_chain() -> None:
    """Recompute the audit chain. Exit status 1 when it does not hold."""

    async def verify(app: App) -> tuple[int, int | None]:
        async with app.database.read() as work:
            found = await work.audit.verify()
            return found.events, found.broken_at

    events, broken_at = with_app(verify)
    if broken_at is not None:
        fail(f"The audit trail does not hold from event {broken_at} on.", 1)
    typer.echo(f"The audit trail holds: {events} events.")
