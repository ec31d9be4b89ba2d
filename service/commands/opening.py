"""What the commands share: the screen, the settings, the opened service, and how a command refuses."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from service.app import App, open_app
from service.settings import Settings

T = TypeVar("T")
out = Console()
WAITS = "Nothing has changed yet: another directory administrator must agree at /directory/waiting."


def settings() -> Settings:
    """Read the settings; says everything that is missing or wrong at once and ends with exit status 2."""
    try:
        return Settings()
    except ValidationError as wrong:
        for fault in wrong.errors():
            typer.echo(f"NATIONAL_ALERTS_{'__'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}", err=True)
        fail("Some settings are missing or wrong; docs/operations.md lists them.", 2)
    except SettingsError as wrong:
        fail(f'Settings: {wrong}. A list is written as ["one", "two"]; docs/operations.md shows each.', 2)


def with_app(step: Callable[[App], Awaitable[T]]) -> T:
    """Open the service, take one step in it, and close it."""

    async def go() -> T:
        async with open_app(settings()) as app:
            return await step(app)

    return asyncio.run(go())


def fail(says: str, status: int) -> NoReturn:
    """End the command with a sentence for the person who gave it."""
    typer.echo(says, err=True)
    raise typer.Exit(status)
