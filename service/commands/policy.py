"""The policies: which there are, what each says, and whether every file can be used."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.commands.opening import fail, out
from service.commands.policy_page import page_of
from service.policies import PolicyFault, policy_named, policy_names, read_policy

cli = typer.Typer(no_args_is_help=True, help="The policies of the authorities.")


@cli.command("list")
def list_policies() -> None:
    """Show which policies there are."""
    faults = faults_of_every_policy()
    if faults:
        fail("\n".join(faults), 1)
    table = Table("Name", "Version", "What it covers", "Source")
    for name in policy_names():
        policy = policy_named(name)
        table.add_row(name, policy.version, policy.covers, policy.source)
    out.print(table)


@cli.command("show")
def show_policy(name: Annotated[str, typer.Argument(help="For example: kent.")]) -> None:
    """Show every rule of a policy with the sentence it rests on."""
    try:
        policy = policy_named(name)
    except LookupError as unknown:
        fail(str(unknown.args[0]), 2)
    except PolicyFault as fault:
        fail("\n".join(_lines(name, fault)), 1)
    out.print(page_of(policy))


@cli.command("check")
def check_policies(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files to check before they are put in place; without one, the policies here.")
    ] = None,
) -> None:
    """Say everything that is wrong in every policy file. Exit status 1 when something is."""
    faults = faults_in(files) if files else faults_of_every_policy()
    for fault in faults:
        typer.echo(fault, err=True)
    count = len(files) if files else len(policy_names())
    if faults:
        fail(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}. docs/policies.md says how a policy file is made.", 1)
    typer.echo(f"{count} polic{'y' if count == 1 else 'ies'} checked: every rule has its sentence.")


def faults_of_every_policy() -> tuple[str, ...]:
    """Return one line for each fault in each of the policies here."""
    found: list[str] = []
    for name in policy_names():
        try:
            policy_named(name)
        except PolicyFault as fault:
            found += _lines(name, fault)
    return tuple(found)


def faults_in(files: list[Path]) -> tuple[str, ...]:
    """Return one line for each fault in each of *files*."""
    found: list[str] = []
    for file in files:
        try:
            read_policy(file.stem, file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            found.append(f"{file.name}: this file cannot be read as text")
        except PolicyFault as fault:
            found += _lines(file.stem, fault)
    return tuple(found)


def _lines(name: str, fault: PolicyFault) -> list[str]:
    return [f"{name}.toml: {one}" for one in fault.faults]
