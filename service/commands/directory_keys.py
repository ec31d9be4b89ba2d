"""The keys by which other systems read the directory over the JSON API."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from directory.api_keys import ApiKey, ApiKeys
from service.app import App
from service.commands.opening import fail, out, with_app
from service.database.ids import new_id

OPERATOR = "command line"
cli = typer.Typer(no_args_is_help=True, help="Keys to the read-only JSON API.")


@cli.command("add")
def add(name: Annotated[str, typer.Argument(help="Which system gets it; a name of no person.")]) -> None:
    """Make a key and show it, once."""
    if not name.strip() or len(name) > 100 or not name.isprintable():
        fail("Give a name of at most 100 plain letters.", 2)
    key_id, secret = new_id(), f"na_{secrets.token_urlsafe(32)}"

    async def keep(app: App) -> None:
        now = datetime.now(UTC)
        async with app.database.begin() as work:
            await ApiKeys(work.connection).add(key_id, secret, name=name.strip(), by=OPERATOR, at=now)
            work.audit.add("api_key_made", at=now, subject_id=key_id)

    with_app(keep)
    typer.echo(f"Key {key_id}. Hand this over safely; it is not shown again:\n{secret}")


@cli.command("list")
def list_keys() -> None:
    """List the keys, the revoked ones too."""

    async def look(app: App) -> tuple[ApiKey, ...]:
        async with app.database.read() as work:
            return await ApiKeys(work.connection).every()

    table = Table("Key", "Name", "Made", "Revoked")
    for one in with_app(look):
        revoked = f"{one.revoked_at:%Y-%m-%d %H:%M}" if one.revoked_at else ""
        table.add_row(one.id, Text(one.name), f"{one.made_at:%Y-%m-%d %H:%M}", revoked)
    out.print(table)


@cli.command("revoke")
def revoke(key_id: str) -> None:
    """End a key at once."""

    async def end(app: App) -> bool:
        now = datetime.now(UTC)
        async with app.database.begin() as work:
            done = await ApiKeys(work.connection).revoke(key_id, by=OPERATOR, at=now)
            if done:
                work.audit.add("api_key_revoked", at=now, subject_id=key_id)
            return done

    if not with_app(end):
        fail("There is no such key, or it is revoked already.", 2)
    typer.echo("Revoked.")
