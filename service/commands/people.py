"""The authorities that run an inbox here, and their people."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from service.app import App
from service.commands.opening import fail, out, with_app
from service.domain.people import Role
from service.policies import policy_named, policy_names

authority_cli = typer.Typer(no_args_is_help=True, help="The authorities that run an inbox here.")
cli = typer.Typer(no_args_is_help=True, help="The people and their roles.")


@authority_cli.callback()
def authority() -> None:
    """Look after the authorities that run an inbox here."""


@authority_cli.command("add")
def authority_add(
    gss_code: str,
    mailbox: Annotated[str, typer.Option(help="The address of the shared mailbox.")],
    policy: Annotated[str, typer.Option(help=f"The policy its notices are checked against: {', '.join(policy_names())}.")] = "national",
    phone: Annotated[str, typer.Option(help="Whom receiving authorities phone.")] = "",
    out_of_hours: Annotated[str, typer.Option(help="Whom they phone at night.")] = "",
) -> None:
    """Add an authority that runs an inbox here, by its GSS code."""
    if policy not in policy_names():
        fail(f"There is no policy called {policy}. There are: {', '.join(policy_names())}.", 2)

    async def add(app: App) -> str:
        async with app.database.begin() as work:
            await work.register.load_shipped()
            known = await work.register.authority(gss_code)
            if known is None:
                fail("There is no authority with this GSS code in the directory.", 2)
            await work.people.add_authority(
                gss_code=gss_code, name=known.name, code=known.code, policy=policy, mailbox=mailbox, phone=phone, out_of_hours=out_of_hours
            )
            work.audit.add("authority_added", at=datetime.now(UTC), gss_code=gss_code)
            return known.name

    typer.echo(f"Added: {with_app(add)}.")
    typer.echo(f"The posts its policy names: {'; '.join(_posts(policy))}. Give people theirs with --title.")


@cli.command("add")
def people_add(
    address: str,
    name: Annotated[str, typer.Option(help="The person's name.")],
    gss_code: Annotated[str, typer.Option(help="The authority they work for.")],
    role: Annotated[list[Role], typer.Option(help="May be given more than once.")],
    title: Annotated[str, typer.Option(help="Their post, in the words of the policy: national-alerts policy show NAME.")] = "",
) -> None:
    """Add a person with their roles."""

    async def add(app: App) -> None:
        async with app.database.begin() as work:
            authority = next((one for one in await work.people.authorities() if one.gss_code == gss_code), None)
            if authority is None:
                fail("This authority runs no inbox here. Add it first: national-alerts authority add.", 2)
            person_id = await work.people.add(authority_id=authority.id, name=name, address=address, roles=frozenset(role), title=title)
            work.audit.add("person_added", at=datetime.now(UTC), subject_id=person_id, roles=sorted(role), title=title)

    with_app(add)
    typer.echo("Added.")


@cli.command("list")
def people_list() -> None:
    """Show the people and their roles."""

    async def show(app: App) -> Table:
        table = Table("Name", "Address", "Post", "Roles", "Active")
        async with app.database.read() as work:
            for person in await work.people.everyone():
                table.add_row(person.name, person.address, person.title, ", ".join(sorted(person.roles)), "yes" if person.active else "no")
        return table

    out.print(with_app(show))


def _posts(name: str) -> tuple[str, ...]:
    policy = policy_named(name)
    return tuple(dict.fromkeys((*(stage.title for stage in policy.quality), policy.approver_title)))
