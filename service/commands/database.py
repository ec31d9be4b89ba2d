"""The database and the key that seals what is in it."""

import asyncio
import base64
import secrets

import typer

from service.commands.opening import settings
from service.database import schema

cli = typer.Typer(no_args_is_help=True, help="The database.")
key_cli = typer.Typer()


@cli.callback()
def database() -> None:
    """Look after the database."""


@cli.command()
def upgrade() -> None:
    """Bring the database to the shape this version expects; running it again changes nothing."""
    asyncio.run(schema.upgrade(settings().database_url))
    typer.echo("The database is up to date.")


@key_cli.command("new-key")
def new_key() -> None:
    """Print a new master key. Keep it outside the database and its backups: without it nothing can be read."""
    typer.echo(base64.b64encode(secrets.token_bytes(32)).decode())
