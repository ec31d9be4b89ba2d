"""The register: the authorities and their contacts in the database, with a history of every change.

Every method works inside the transaction of the connection it was given; the caller commits. People's changes of contacts go through
`directory.proposing`, which knows when a second person is needed; authorities are changed by `directory.succession`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.authority import Authority, shipped, today
from directory.cells import Progress
from directory.changes import ChangedMeanwhile, HistoryEntry, NotAllowed, UnknownAuthority, UnknownContact, What
from directory.contact import PRIMARY, Contact, How, Pair, Recipient, address_key, contact_after, place_of, proved
from directory.following import current_successors
from directory.history import By, History
from directory.importing import ContactRow
from directory.letters_due import LettersDue
from directory.planning import Plan, plan
from directory.rows import authority_of, authority_values, contact_fields, contact_json, contact_of, contact_values
from directory.tables import authorities as authority_table
from directory.tables import contacts as contact_table
from directory.tables import successors as successor_table

NOTHING = -1  # the version a person saw where there was nothing
BLOCK = 1_000  # rows that one statement writes
_HERE = (contact_table.c.gss_code == bindparam("code"), contact_table.c.contact_order == bindparam("place"))


class Register:
    """The directory as it stands in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.log = History(connection)
        self.letters_due = LettersDue(connection)

    async def load_shipped(self) -> int:
        """Bring the authorities up to the shipped list and return how many rows that changed.

        Contacts are left alone, and so is an authority that a person has edited.
        """
        stored = {authority.gss_code: authority for authority in await self.authorities()}
        missing = [one for one in shipped() if one.gss_code not in stored]
        known = ((one, stored[one.gss_code]) for one in shipped() if one.gss_code in stored)
        differing = [one for one, old in known if one != old and not old.edited]
        if missing:
            await self.connection.execute(insert(authority_table), [authority_values(one) for one in missing])
        if differing:
            change = update(authority_table).where(authority_table.c.gss_code == bindparam("key"))
            await self.connection.execute(change, [{**authority_values(one), "key": one.gss_code} for one in differing])
        for one in (*missing, *differing):
            await self.set_successors(one)
        return len(missing) + len(differing)

    async def set_successors(self, authority: Authority) -> None:
        """Store who follows an authority, in place of what was stored; the caller writes the history."""
        await self.connection.execute(delete(successor_table).where(successor_table.c.gss_code == authority.gss_code))
        rows = [{"gss_code": authority.gss_code, "successor_code": code} for code in authority.successors]
        if rows:
            await self.connection.execute(insert(successor_table), rows)

    async def authorities(self, on: date | None = None) -> tuple[Authority, ...]:
        """Return the authorities that are current on a day, ordered by name; without a day every one, former and future ones too."""
        rows = (await self.connection.execute(select(authority_table))).all()
        follow: dict[str, list[str]] = {}
        for gss_code, code in await self.connection.execute(select(successor_table).order_by(successor_table.c.successor_code)):
            follow.setdefault(gss_code, []).append(code)
        every = (authority_of(row, tuple(follow.get(row.gss_code, ()))) for row in rows)
        # Sorted here, because two databases order names in two ways.
        return tuple(sorted((one for one in every if on is None or one.is_current(on)), key=lambda one: one.name.casefold()))

    async def authority(self, gss_code: str) -> Authority | None:
        """Return one authority, or None."""
        row = (await self.connection.execute(select(authority_table).where(authority_table.c.gss_code == gss_code))).one_or_none()
        if row is None:
            return None
        wanted = select(successor_table.c.successor_code).where(successor_table.c.gss_code == gss_code)
        return authority_of(row, tuple(sorted((await self.connection.execute(wanted)).scalars())))

    async def successors(self, on: date | None = None) -> dict[str, tuple[str, ...]]:
        """Return, for every code that stands for no authority on a day (today), the authorities of that day that took its place."""
        return current_successors(await self.authorities(), on or today())

    async def contacts(self, gss_code: str) -> tuple[Contact, ...]:
        """Return the contacts of an authority, the primary one first, partner agencies too."""
        wanted = select(contact_table).where(contact_table.c.gss_code == gss_code).order_by(contact_table.c.contact_order)
        return tuple(contact_of(row) for row in await self.connection.execute(wanted))

    async def all_contacts(self, *, partners: bool = False) -> tuple[Contact, ...]:
        """Return every mailbox of an authority, ordered by GSS code and order; those of partner agencies only when asked for."""
        found = [contact_of(row) for row in await self.connection.execute(select(contact_table))]
        wanted = (contact for contact in found if partners or not contact.is_partner)
        return tuple(sorted(wanted, key=lambda contact: (contact.gss_code, contact.order)))

    async def primary_contacts(self) -> dict[str, Contact]:
        """Return the primary contact of every authority that has one, by GSS code."""
        wanted = select(contact_table).where(contact_table.c.contact_order == PRIMARY)
        return {row.gss_code: contact_of(row) for row in await self.connection.execute(wanted)}

    async def authorities_at(self, address: str) -> tuple[str, ...]:
        """Return the GSS codes of the authorities that this mailbox covers, in any order of contact."""
        wanted = select(contact_table.c.gss_code).where(contact_table.c.address_key == address_key(address)).distinct()
        return tuple(sorted((await self.connection.execute(wanted)).scalars()))

    async def recipients(self, exclude: str | None = None, on: date | None = None) -> tuple[Recipient, ...]:
        """Return every authority that is in the United Kingdom on a day (today) and has a primary address, by name, without *exclude*."""
        primary = await self.primary_contacts()
        return tuple(
            Recipient(gss_code=authority.gss_code, name=authority.name, address=primary[authority.gss_code].address)
            for authority in await self.authorities(on or today())
            if authority.in_uk and authority.gss_code in primary and authority.gss_code != exclude
        )

    async def without_address(self, on: date | None = None) -> tuple[Authority, ...]:
        """Return the authorities that are in the United Kingdom on a day (today) and have no primary address, ordered by name."""
        primary = await self.primary_contacts()
        return tuple(one for one in await self.authorities(on or today()) if one.in_uk and one.gss_code not in primary)

    async def unproved(self, since: datetime, on: date | None = None) -> tuple[Authority, ...]:
        """Return the authorities of a day (today), by name, whose primary address is missing or has not been proved *since*."""
        primary = await self.primary_contacts()
        fresh = {gss for gss, one in primary.items() if one.proved_at is not None and one.proved_at >= since}
        return tuple(one for one in await self.authorities(on or today()) if one.in_uk and one.gss_code not in fresh)

    async def changed_since(self, moment: datetime) -> frozenset[str]:
        """Return the GSS codes of the authorities whose letters go elsewhere since then than before."""
        return frozenset(one.gss_code for one in await self.all_contacts() if one.changed_at is not None and one.changed_at >= moment)

    async def prove_contact(
        self, *, gss_code: str, order: int, who: str, why: str, at: datetime, how: How = How.CONFIRMED, by: str | None = None
    ) -> Contact:
        """Note that this mailbox was proved, *how*, and by which evidence; only a person's answer is worth an entry in the history."""
        await self.hold(gss_code)
        old = await self.contact(gss_code, order)
        if old is None:
            raise UnknownContact
        new = proved(old, how=how, by=by, at=at)
        if how.by_a_person and new != old:
            told = By(who=who, why=why, at=at)
            await self.log.add(gss_code, What.PROVED, told, before=contact_json(old), after=contact_json(new))
        await self._store([new])
        return new

    async def prove_address(self, *, gss_code: str, address: str, how: How, by: str, at: datetime) -> bool:
        """Note what a letter to this address proved; False when the authority no longer has it, and then nothing is noted."""
        for one in await self.contacts(gss_code):
            if address_key(one.address) == address_key(address):
                await self.prove_contact(gss_code=gss_code, order=one.order, who="service", why=how.value, at=at, how=how, by=by)
                return True
        return False

    async def history(self, gss_code: str) -> tuple[HistoryEntry, ...]:
        """Return the changes to an authority and its contacts, oldest first."""
        return await self.log.of(gss_code)

    async def plan_import(self, rows: Iterable[ContactRow], *, allowed_domains: Collection[str] = ()) -> Plan:
        """Say what importing these rows would change, and change nothing."""
        return plan(rows, await self.all_contacts(partners=True), allowed_domains=allowed_domains)

    async def import_contacts(self, rows: Iterable[ContactRow], *, who: str, why: str, at: datetime) -> Plan:
        """Store the rows of a file that had no fault, with history, and return what changed; a second time changes nothing."""
        planned = await self.plan_import(rows)
        await self.store(planned.pairs, By(who=who, why=why, at=at, batch=uuid4().hex))
        return planned

    async def store(self, pairs: Iterable[Pair], by: By, progress: Progress = lambda _: None) -> None:
        """Store many contacts, each in place of the one that was seen there; ChangedMeanwhile when one of them is another now."""
        # In one order, so that two who store at once wait for each other and not in a ring.
        ordered = sorted(pairs, key=place_of)
        for start in range(0, len(ordered), BLOCK):
            block = ordered[start : start + BLOCK]
            codes = {place_of(pair)[0] for pair in block}
            held = select(authority_table.c.gss_code).where(authority_table.c.gss_code.in_(codes)).order_by(authority_table.c.gss_code)
            if len((await self.connection.execute(held.with_for_update())).all()) != len(codes):
                raise UnknownAuthority
            stand = select(contact_table).where(contact_table.c.gss_code.in_(codes))
            now = {(row.gss_code, row.contact_order): contact_of(row) for row in await self.connection.execute(stand)}
            await self._write([_as_held(now.get(place_of(pair)), *pair) for pair in block], by)
            progress(start + len(block))

    async def hold(self, gss_code: str) -> None:
        """Make others who would change this authority wait (SQLite has one writer anyway and ignores this)."""
        held = select(authority_table.c.gss_code).where(authority_table.c.gss_code == gss_code).with_for_update()
        if (await self.connection.execute(held)).one_or_none() is None:
            raise UnknownAuthority

    async def contact(self, gss_code: str, order: int) -> Contact | None:
        """Return one contact, or None."""
        wanted = select(contact_table).where(contact_table.c.gss_code == gss_code, contact_table.c.contact_order == order)
        row = (await self.connection.execute(wanted)).one_or_none()
        return None if row is None else contact_of(row)

    async def as_seen(self, gss_code: str, order: int, base: int | None) -> Contact | None:
        """Return one contact, or None; ChangedMeanwhile when a person saw another version (*base*; None is not asked)."""
        found = await self.contact(gss_code, order)
        if base is not None and base != (NOTHING if found is None else found.version):
            raise ChangedMeanwhile
        return found

    async def _write(self, pairs: Sequence[Pair], by: By) -> None:
        pairs = [(old, new) for old, new in pairs if old != new]
        if not pairs:
            return
        if any(new and new.is_partner and new.order == PRIMARY for _, new in pairs):
            raise NotAllowed("A partner agency cannot be the primary contact: alerts go there.")
        numbers = await self.log.add_contacts(pairs, by)
        made = [(numbers[place_of(pair)], *pair) for pair in pairs]
        emptied = await self.log.taken_out({new.gss_code for old, new in pairs if new and old is None})

        def stored(number: int, old: Contact | None, new: Contact) -> Contact:
            # To take a contact out and put another in its place is the same as to change it: letters go elsewhere from now on.
            same = address_key(old.address) == address_key(new.address) if old else (new.gss_code, new.order) not in emptied
            return replace(new, version=number, changed_at=new.changed_at if same else by.at)

        gone = [{"code": old.gss_code, "place": old.order} for old, new in pairs if old and new is None]
        if gone:
            await self.connection.execute(delete(contact_table).where(*_HERE), gone)
        added = [contact_values(stored(number, old, new)) for number, old, new in made if new and old is None]
        if added:
            await self.connection.execute(insert(contact_table), added)
        await self._store([stored(number, old, new) for number, old, new in made if new and old])
        await self.letters_due.owe(made, at=by.at)

    async def _store(self, contacts: Sequence[Contact]) -> None:
        if contacts:
            rows = [{**contact_values(one), "code": one.gss_code, "place": one.order} for one in contacts]
            await self.connection.execute(update(contact_table).where(*_HERE), rows)


def _as_held(now: Contact | None, seen: Contact | None, wanted: Contact | None) -> Pair:
    """Return what is to be done about a contact as it is now: its version is the one that was seen, and it may have been proved since."""
    if (None if now is None else now.version) != (None if seen is None else seen.version):
        raise ChangedMeanwhile
    return now, wanted and contact_after(now, gss_code=wanted.gss_code, **contact_fields(wanted))
