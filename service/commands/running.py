"""Running the service: pages, worker, both in one process, or the demonstration."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from service.app import App, serve
from service.commands.opening import fail, settings, with_app
from service.commands.policy import faults_of_every_policy
from service.database.schema import is_current
from service.flow.rulebook import PolicyChanged, refuse_changed_policies
from service.logs import set_up_logs
from service.policies import policy_names

cli = typer.Typer()


@cli.command()
def demo(
    *,
    policy: Annotated[str, typer.Option(help=f"Whose rules: {', '.join(policy_names())}.")] = "kent",
    once: Annotated[bool, typer.Option("--once", help="Run as fast as it goes, then stop.")] = False,
    report: Annotated[Path | None, typer.Option("--json", help="Write the numbers to this file.")] = None,
    port: Annotated[int, typer.Option(help="Where the pages are served.")] = 8000,
    story: Annotated[str, typer.Option(help="What is shown: alert or directory.")] = "alert",
) -> None:
    """Show the whole service with simulated people, on this machine alone."""
    from service.demonstration import demonstrate  # the only command that needs the embedded mail server

    _refuse_faulty_policies()
    if policy not in policy_names():
        fail(f"There is no policy called {policy}. There are: {', '.join(policy_names())}.", 2)
    if story not in ("alert", "directory"):
        fail(f"There is no story called {story}. There are: alert, directory.", 2)
    try:
        raise typer.Exit(asyncio.run(demonstrate(policy=policy, once=once, report=report, port=port, story=story)))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@cli.command()
def run() -> None:
    """Run pages and worker in one process (SQLite, or a small installation)."""
    _serve(web=True, worker=True)


@cli.command()
def web() -> None:
    """Run the pages only."""
    _serve(web=True, worker=False)


@cli.command()
def worker() -> None:
    """Run the worker only."""
    _serve(web=False, worker=True)


def _serve(*, web: bool, worker: bool) -> None:
    set_up_logs()
    try:
        _refuse_faulty_policies()
        _refuse_changed_policies()
        asyncio.run(serve(settings(), web=web, worker=worker))
    except ValueError as missing:
        fail(str(missing), 2)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _refuse_faulty_policies() -> None:
    """No notice is held to rules that cannot be read."""
    faults = faults_of_every_policy()
    if faults:
        fail("\n".join(faults) + "\nThe service does not start with a faulty policy. docs/policies.md says how a policy file is made.", 2)


def _refuse_changed_policies() -> None:
    """No notice is held to rules that changed under the same version."""

    async def compare(app: App) -> None:
        if not await is_current(app.database.engine):
            raise ValueError("The database is not in the shape this version expects. Back it up and run: national-alerts database upgrade")
        async with app.database.read() as work:
            await refuse_changed_policies(work)

    try:
        with_app(compare)
    except PolicyChanged as changed:
        fail(changed.says, 2)
