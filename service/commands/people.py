"""The authorities that run an inbox here, and their people."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from service.app import App
from service.commands.opening import fail, out, with_app
from service.database.unit_of_work import Work
from service.domain.errors import ServiceError
from service.domain.people import IssuingAuthority, Person, Role
from service.flow.house import House
from service.flow.people import (
    OPERATOR,
    Entry,
    add_deputy,
    add_domain,
    add_person,
    change_person,
    end_deputy,
    end_person,
    remove_domain,
    titles_of,
)
from service.policies import policy_named, policy_names

authority_cli = typer.Typer(no_args_is_help=True, help="The authorities that run an inbox here.")
cli = typer.Typer(no_args_is_help=True, help="The people and their roles.")
deputy_cli = typer.Typer(no_args_is_help=True, help="Who stands in for an approver, and when.")
domain_cli = typer.Typer(no_args_is_help=True, help="The mail domains whose members may send forms in.")
cli.add_typer(deputy_cli, name="deputy")
cli.add_typer(domain_cli, name="domain")


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
    phone: Annotated[str, typer.Option(help="Where they are phoned when a decision is late.")] = "",
) -> None:
    """Add a person with their roles."""
    entry = Entry(name=name, address=address, roles=frozenset(role), title=title, phone=phone)

    async def add(work: Work, house: House) -> None:
        await add_person(work, house, await _authority(work, gss_code), entry, OPERATOR, _now())

    _do(add)
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


@cli.command("change")
def people_change(
    address: str,
    new_address: Annotated[str | None, typer.Option(help="The address they have from now on.")] = None,
    name: Annotated[str | None, typer.Option()] = None,
    role: Annotated[list[Role] | None, typer.Option(help="All the roles they are to have; may be given more than once.")] = None,
    title: Annotated[str | None, typer.Option()] = None,
    phone: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Change a person; what is not given stays. With new roles or a new address they have to sign in again."""

    async def change(work: Work, house: House) -> None:
        person = await _person(work, address)
        entry = Entry(
            name=person.name if name is None else name,
            address=new_address or person.address,
            roles=frozenset(role) if role else person.roles,
            title=person.title if title is None else title,
            phone=person.phone if phone is None else phone,
        )
        await change_person(work, house, person, entry, OPERATOR, _now(), read_at=person.changed_at)

    _do(change)
    typer.echo("Changed.")


@cli.command("end")
def people_end(address: str) -> None:
    """End a person's access, from their next request on."""

    async def end(work: Work, _house: House) -> None:
        await end_person(work, await _person(work, address), OPERATOR, _now())

    _do(end)
    typer.echo("Ended.")


@deputy_cli.command("add")
def deputy_add(
    address: str,
    deputy: Annotated[str, typer.Argument(help="The address of the person who stands in.")],
    first_day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])],
    last_day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])],
) -> None:
    """Let somebody stand in for an approver, from one day to another, both included."""

    async def add(work: Work, _house: House) -> None:
        person, stand_in = await _person(work, address), await _person(work, deputy)
        await add_deputy(work, person, stand_in, first_day.date(), last_day.date(), OPERATOR, _now())

    _do(add)
    typer.echo("Added.")


@deputy_cli.command("list")
def deputy_list() -> None:
    """Show who stands in for whom, and when."""

    async def show(app: App) -> Table:
        table = Table("For", "Deputy", "First day", "Last day")
        async with app.database.read() as work:
            names = {one.id: one.name for one in await work.people.everyone()}
            for authority in await work.people.authorities():
                for one in await work.deputies.in_authority(authority.id):
                    table.add_row(names[one.person_id], names[one.deputy_id], one.first_day.isoformat(), one.last_day.isoformat())
        return table

    out.print(with_app(show))


@deputy_cli.command("end")
def deputy_end(address: str, deputy: str) -> None:
    """End every entry by which one person stands in for another."""

    async def end(work: Work, _house: House) -> None:
        person, stand_in = await _person(work, address), await _person(work, deputy)
        entries = await work.deputies.in_authority(person.issuing_authority_id)
        theirs = [one for one in entries if (one.person_id, one.deputy_id) == (person.id, stand_in.id)]
        if not theirs:
            fail("This person does not stand in for them.", 2)
        for one in theirs:
            await end_deputy(work, person.issuing_authority_id, one.id, OPERATOR, _now())

    _do(end)
    typer.echo("Ended.")


@domain_cli.command("add")
def domain_add(domain: str, gss_code: Annotated[str, typer.Option(help="The authority that takes their forms.")]) -> None:
    """Let everybody at a mail domain send forms in. They decide nothing and sign in nowhere."""

    async def add(work: Work, _house: House) -> None:
        await add_domain(work, (await _authority(work, gss_code)).id, domain, OPERATOR, _now())

    _do(add)
    typer.echo("Added.")


@domain_cli.command("end")
def domain_end(domain: str, gss_code: Annotated[str, typer.Option(help="The authority that took their forms.")]) -> None:
    """Take a mail domain off the list."""

    async def end(work: Work, _house: House) -> None:
        await remove_domain(work, (await _authority(work, gss_code)).id, domain, OPERATOR, _now())

    _do(end)
    typer.echo("Ended.")


@domain_cli.command("list")
def domain_list(gss_code: Annotated[str, typer.Option(help="The authority that takes their forms.")]) -> None:
    """Show the mail domains whose members may send forms in."""

    async def show(app: App) -> tuple[str, ...]:
        async with app.database.read() as work:
            return await work.known_domains.of((await _authority(work, gss_code)).id)

    for domain in with_app(show):
        typer.echo(domain)


def _do(step: Callable[[Work, House], Awaitable[None]]) -> None:
    """Take one step in one transaction, and say what stands against it."""

    async def go(app: App) -> None:
        try:
            async with app.database.begin() as work:
                await step(work, app.house)
        except ServiceError as refused:
            fail(refused.says.removesuffix(".") + ".", 2)

    with_app(go)


def _now() -> datetime:
    return datetime.now(UTC)


async def _authority(work: Work, gss_code: str) -> IssuingAuthority:
    authority = next((one for one in await work.people.authorities() if one.gss_code == gss_code), None)
    return authority or fail("This authority runs no inbox here. Add it first: national-alerts authority add.", 2)


async def _person(work: Work, address: str) -> Person:
    return await work.people.at_address(address) or fail("Nobody who works here has this address. See: national-alerts people list.", 2)


def _posts(name: str) -> tuple[str, ...]:
    return titles_of(policy_named(name))
