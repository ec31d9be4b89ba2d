"""Helping somebody who lost their second factor, for whoever runs the machine."""

from datetime import UTC, datetime

import typer

from service.app import App
from service.commands.opening import fail, with_app
from service.database.audit import SYSTEM
from service.flow.second_factor import take_away

cli = typer.Typer(no_args_is_help=True, help="How people sign in.")


@cli.callback()
def sign_in() -> None:
    """Look after how people sign in."""


@cli.command("recover")
def recover(address: str) -> None:
    """Take away the second factors of a person who lost theirs; make sure first who is asking. It is written down, and they are told."""

    async def recovered(app: App) -> None:
        async with app.database.begin() as work:
            person = await work.people.at_address(address)
            if person is None:
                fail("Nobody with this address is registered and on duty.", 2)
            await take_away(work, app.house, person, SYSTEM, datetime.now(UTC))

    with_app(recovered)
    typer.echo("Taken away. The person sets up a new second factor when they sign in next, and gets a letter.")
