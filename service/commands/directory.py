"""The address directory: the list of authorities, one of them, and what people change about them. Files are in `directory_files`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from directory.authority import Authority, today
from directory.changes import ChangedMeanwhile, NotAllowed, Proposal, UnknownAuthority, UnknownContact
from directory.confirming import standing
from directory.contact import PRIMARY, ROLES, BadAddress, Contact, normalise_address
from directory.history import By
from directory.proposing import change_contact, remove_contact
from directory.register import NOTHING
from directory.succession import edit_authority
from directory.undoing import Undone, undo
from service.app import App
from service.commands import directory_asking, directory_files, directory_keys
from service.commands.opening import WAITS, fail, out, settings, with_app
from service.database.unit_of_work import Work
from service.flow import second_person

T = TypeVar("T")
OPERATOR = "command line"
Why = Annotated[str, typer.Option(help="Why it changes; kept in the history.")]

cli = typer.Typer(no_args_is_help=True, help="The address directory.")
cli.add_typer(directory_files.cli)
cli.add_typer(directory_asking.cli)
cli.add_typer(directory_keys.cli, name="key")


@cli.command("load")
def load_list() -> None:
    """Load the shipped list of authorities; running it again changes nothing."""
    typer.echo(f"{_change('directory_loaded', lambda work: work.register.load_shipped())} authorities added or changed.")


@cli.command("list")
def list_authorities(
    words: Annotated[str, typer.Argument(help="Part of a name, a code or a region.")] = "",
    *,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The authorities of that day instead of today's.")] = None,
) -> None:
    """List the authorities and how their primary mailbox was last proved."""
    day, wanted = on.date() if on else today(), words.casefold()

    async def show(app: App) -> Table:
        table = Table("Code", "Name", "Region", "Primary address", "Last proved")
        async with app.database.read() as work:
            primary = await work.register.primary_contacts()
            for one in await work.register.authorities(day):
                if wanted in " ".join((one.gss_code, one.name, one.short_name, one.region, one.code)).casefold():
                    contact = primary.get(one.gss_code)
                    _row(table, one.gss_code, one.name, one.region, contact.address if contact else "none", _proof(contact))
        return table

    out.print(with_app(show))


@cli.command("show")
def show_authority(gss_code: str) -> None:
    """Show one authority, its contacts, and the changes to it; the number of a change is what `undo` asks for."""

    async def show(app: App) -> tuple[Table, Table, Table]:
        async with app.database.read() as work:
            one = await work.register.authority(gss_code)
            if one is None:
                fail(str(UnknownAuthority()), 2)
            contacts, history = await work.register.contacts(gss_code), await work.register.history(gss_code)
            asked = await work.questions.about(gss_code)
        facts, mailboxes = Table("What", "Is"), Table("Order", "Role", "Address", "Phone", "Proof")
        changes = Table("No", "When", "Who", "What", "Why")
        for name, value in _facts(one):
            _row(facts, name, value)
        for each in contacts:
            _row(mailboxes, str(each.order), each.role, each.address, each.phone, standing(each, asked))
        for entry in history:
            _row(changes, str(entry.id), f"{entry.at:%Y-%m-%d %H:%M}", entry.who, entry.what, entry.why)
        return facts, mailboxes, changes

    for table in with_app(show):
        out.print(table)


@cli.command("add")
def add_one(
    gss_code: str,
    name: Annotated[str, typer.Option(help="The official name.")],
    short_code: Annotated[str, typer.Option(help="Three capital letters of its own.")],
    nation: Annotated[str, typer.Option()],
    region: Annotated[str, typer.Option()],
    why: Why,
    *,
    short_name: Annotated[str, typer.Option(help="The name without Council and the like.")] = "",
    kind: Annotated[str, typer.Option()] = "unitary",
    police_force: Annotated[str, typer.Option()] = "",
    first_day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    delivered_by: Annotated[str, typer.Option(help="Who delivers the service, when it is not the authority.")] = "",
) -> None:
    """Propose an authority; it is added when a directory administrator agrees at /directory/waiting. Its contacts are set with `edit`."""
    new = Authority(
        gss_code=gss_code,
        name=name,
        short_name=short_name or name,
        nation=nation,
        region=region,
        kind=kind,
        code=short_code,
        in_uk=True,
        police_force=police_force,
        delivered_by=delivered_by,
        valid_from=_day(first_day),
    )
    _change("authority_proposed", lambda work: second_person.list_authority(work, new, _by(why)), gss_code=gss_code)
    typer.echo(f"{new.name} is not added yet. {WAITS}")


@cli.command("edit")
def edit_one(
    gss_code: str,
    why: Why,
    *,
    address: Annotated[str | None, typer.Option(help="The address of the contact of this order; it is added if there is none.")] = None,
    order: Annotated[int, typer.Option(min=PRIMARY, max=9, help="0 is the primary contact, 1 and up are used when it fails.")] = PRIMARY,
    role: Annotated[str | None, typer.Option(help=f"What the mailbox is: {', '.join(ROLES)}.")] = None,
    phone: Annotated[str | None, typer.Option()] = None,
    out_of_hours: Annotated[str | None, typer.Option(help="Whom to phone at night.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the contact of this order out.")] = False,
    name: Annotated[str | None, typer.Option(help="The official name of the authority.")] = None,
    delivered_by: Annotated[str | None, typer.Option(help="Who delivers the service.")] = None,
) -> None:
    """Change an authority or a contact of it; what is not given stays. What could redirect an alert waits for a second person."""
    checked = _address(address)

    async def edit(work: Work) -> str:
        register, by, waits = work.register, _by(why), None
        if name is not None or delivered_by is not None:
            one = await register.authority(gss_code)
            if one is None:
                raise UnknownAuthority
            named = replace(one, name=one.name if name is None else name)
            await edit_authority(register, replace(named, delivered_by=one.delivered_by if delivered_by is None else delivered_by), by)
        if remove:
            waits = await remove_contact(register, gss_code=gss_code, order=order, by=by)
        elif any(given is not None for given in (address, role, phone, out_of_hours)):
            old = await register.contact(gss_code, order)
            if old is None and checked is None:
                raise UnknownContact
            before = old or Contact(gss_code=gss_code, order=order, address=checked or "", role=ROLES[0])
            done = await change_contact(
                register,
                gss_code=gss_code,
                order=order,
                address=checked or before.address,
                role=before.role if role is None else role,
                phone=before.phone if phone is None else phone,
                out_of_hours=before.out_of_hours if out_of_hours is None else out_of_hours,
                secure_note=before.secure_note,
                by=by,
                base=old.version if old else NOTHING,
                allowed_domains=settings().allowed_domains,
            )
            waits = done if isinstance(done, Proposal) else None
        if waits is None:
            return "Changed."
        await second_person.ask_a_second(work, f"proposal {waits.id}", by.at)
        return f"{waits.reason} {WAITS}"

    typer.echo(_change("directory_edited", edit, gss_code=gss_code))


@cli.command("retire")
def retire_one(
    gss_code: str,
    last_day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day it answers for its area.")],
    why: Why,
    successor: Annotated[list[str] | None, typer.Option(help="The code of one that follows it; may be given more than once.")] = None,
) -> None:
    """Propose that an authority ends; once another person agrees, alerts go to its successors from the next day on."""
    ends, follow = last_day.date(), successor or ()
    done = _change("retirement_proposed", lambda work: second_person.retire(work, gss_code, ends, follow, _by(why)), gss_code=gss_code)
    typer.echo(f"{done.reason} {WAITS}")


@cli.command("merge")
def merge_several(
    into: Annotated[str, typer.Argument(help="The code of the authority that follows the others.")],
    gss_code: Annotated[list[str], typer.Argument(help="The codes of those that end.")],
    first_day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day it answers for all of them.")],
    why: Why,
) -> None:
    """Propose that one authority follows several others."""
    _change("merge_proposed", lambda work: second_person.merge(work, gss_code, into, first_day.date(), _by(why)), gss_code=into)
    typer.echo(f"{len(set(gss_code))} authorities would end. {WAITS}")


@cli.command("undo")
def undo_one(number: int, why: Why) -> None:
    """Put back what one change did, by the number that `show` gives it; what a second person must agree to waits."""

    async def take_back(work: Work) -> Undone:
        by = _by(why)
        undone = await undo(work.register, number, by, allowed_domains=settings().allowed_domains)
        await second_person.note_undone(work, undone, by.at, change=number)
        return undone

    undone = _change(None, take_back)
    typer.echo(f"{undone.waits} {WAITS}" if undone.waits else "Undone.")


def _change(kind: str | None, step: Callable[[Work], Awaitable[T]], **facts: Any) -> T:
    async def take(app: App) -> T:
        async with app.database.begin() as work:
            try:
                done = await step(work)
            except (ChangedMeanwhile, NotAllowed, UnknownAuthority, UnknownContact) as refused:
                fail(str(refused), 2)
            if kind is not None:
                work.audit.add(kind, at=datetime.now(UTC), **facts)
            return done

    return with_app(take)


def _by(why: str) -> By:
    return By(who=OPERATOR, why=why, at=datetime.now(UTC))


def _address(text: str | None) -> str | None:
    try:
        return None if text is None else normalise_address(text)
    except BadAddress as bad:
        fail(bad.says, 2)


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _row(table: Table, *cells: str) -> None:
    # As text: a name with square brackets is no markup.
    table.add_row(*map(Text, cells))


def _proof(contact: Contact | None) -> str:
    if contact is None or contact.proved_at is None:
        return "never"
    return f"{contact.proved_at:%Y-%m-%d} {contact.proved_how or ''}".rstrip()


def _facts(one: Authority) -> tuple[tuple[str, str], ...]:
    return (
        ("Name", one.name),
        ("Codes", " ".join((one.gss_code, one.code, *one.former_codes))),
        ("Region", f"{one.region}, {one.nation}"),
        ("From", str(one.valid_from or "always")),
        ("To", str(one.valid_to or "open")),
        ("Followed by", ", ".join(one.successors) or "none"),
        ("Delivered by", one.delivered_by or "itself"),
    )
