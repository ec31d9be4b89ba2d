"""The address directory."""

import typer

from service.app import App
from service.commands import directory_files
from service.commands.opening import with_app

cli = typer.Typer(no_args_is_help=True, help="The address directory.")
cli.add_typer(directory_files.cli)


@cli.command("load")
def load_list() -> None:
    """Load the shipped list of authorities; running it again changes nothing."""

    async def load(app: App) -> int:
        async with app.database.begin() as work:
            return await work.register.load_shipped()

    typer.echo(f"{with_app(load)} authorities added or changed.")
