"""The register: the authorities and their contacts in the database, with a history of every change.

Every method works inside the transaction of the connection it was given; the caller commits.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.authority import Authority, shipped
from directory.contact import PRIMARY, Contact, Recipient, address_key
from directory.importing import ContactRow
from directory.planning import Plan, contact_after, plan
from directory.tables import authorities as authority_table
from directory.tables import changes as change_table
from directory.tables import contacts as contact_table


class UnknownAuthority(LookupError):  # noqa: N818
    """No authority in the register has this code."""

    def __init__(self) -> None:
        super().__init__("No authority in the register has this code.")


class UnknownContact(LookupError):  # noqa: N818
    """The authority has no contact of this order."""

    def __init__(self) -> None:
        super().__init__("The authority has no contact of this order.")


class What(StrEnum):
    """What happened to a contact."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    PROVED = "proved"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One change to a contact of an authority: who made it, when and why, and how it was before and after."""

    gss_code: str
    at: datetime
    who: str
    why: str
    what: What
    before: Mapping[str, Any] | None = field(repr=False)
    after: Mapping[str, Any] | None = field(repr=False)


class Register:
    """The directory as it stands in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load_shipped(self) -> int:
        """Bring the authorities up to the shipped list and return how many rows that changed; contacts are left alone."""
        stored = {authority.gss_code: authority for authority in await self.authorities()}
        missing = [_authority_values(authority) for authority in shipped() if authority.gss_code not in stored]
        differing = [
            {**_authority_values(authority), "key": authority.gss_code}
            for authority in shipped()
            if authority.gss_code in stored and stored[authority.gss_code] != authority
        ]
        if missing:
            await self._connection.execute(insert(authority_table), missing)
        if differing:
            change = update(authority_table).where(authority_table.c.gss_code == bindparam("key"))
            await self._connection.execute(change, differing)
        return len(missing) + len(differing)

    async def authorities(self) -> tuple[Authority, ...]:
        """Return every authority, ordered by name."""
        rows = await self._connection.execute(select(authority_table))
        # Sorted here, because two databases order names in two ways.
        return tuple(sorted((_authority(row) for row in rows), key=lambda authority: authority.name.casefold()))

    async def authority(self, gss_code: str) -> Authority | None:
        """Return one authority, or None."""
        found = await self._connection.execute(select(authority_table).where(authority_table.c.gss_code == gss_code))
        row = found.one_or_none()
        return None if row is None else _authority(row)

    async def contacts(self, gss_code: str) -> tuple[Contact, ...]:
        """Return the contacts of an authority, the primary one first."""
        wanted = select(contact_table).where(contact_table.c.gss_code == gss_code).order_by(contact_table.c.contact_order)
        return tuple(_contact(row) for row in await self._connection.execute(wanted))

    async def all_contacts(self) -> tuple[Contact, ...]:
        """Return every contact, ordered by GSS code and order."""
        wanted = select(contact_table)
        found = [_contact(row) for row in await self._connection.execute(wanted)]
        return tuple(sorted(found, key=lambda contact: (contact.gss_code, contact.order)))

    async def primary_contacts(self) -> dict[str, Contact]:
        """Return the primary contact of every authority that has one, by GSS code."""
        wanted = select(contact_table).where(contact_table.c.contact_order == PRIMARY)
        return {row.gss_code: _contact(row) for row in await self._connection.execute(wanted)}

    async def authorities_at(self, address: str) -> tuple[str, ...]:
        """Return the GSS codes of the authorities that use this mailbox, in any order of contact."""
        wanted = select(contact_table.c.gss_code).where(contact_table.c.address_key == address_key(address)).distinct()
        return tuple(sorted((await self._connection.execute(wanted)).scalars()))

    async def recipients(self, exclude: str | None = None) -> tuple[Recipient, ...]:
        """Return every authority of the United Kingdom that has a primary address, ordered by name, without *exclude*."""
        primary = await self.primary_contacts()
        return tuple(
            Recipient(gss_code=authority.gss_code, name=authority.name, address=primary[authority.gss_code].address)
            for authority in await self.authorities()
            if authority.in_uk and authority.gss_code in primary and authority.gss_code != exclude
        )

    async def without_address(self) -> tuple[Authority, ...]:
        """Return the authorities of the United Kingdom that have no primary address, ordered by name."""
        primary = await self.primary_contacts()
        return tuple(authority for authority in await self.authorities() if authority.in_uk and authority.gss_code not in primary)

    async def set_contact(
        self, *, gss_code: str, address: str, role: str, who: str, why: str, at: datetime, order: int = PRIMARY, phone: str = ""
    ) -> Contact:
        """Store a contact (its address already normalised), with its history; setting it to what it is already does nothing."""
        await self._hold(gss_code)
        old = await self._one(gss_code, order)
        new = contact_after(old, gss_code=gss_code, order=order, address=address, role=role, phone=phone)
        await self._write(old, new, What.ADDED if old is None else What.CHANGED, who=who, why=why, at=at)
        return new

    async def remove_contact(self, *, gss_code: str, order: int, who: str, why: str, at: datetime) -> None:
        """Take a contact out of the register, with its history."""
        await self._hold(gss_code)
        await self._write(await self._known(gss_code, order), None, What.REMOVED, who=who, why=why, at=at)

    async def prove_contact(self, *, gss_code: str, order: int, who: str, why: str, at: datetime) -> Contact:
        """Note that someone at this mailbox answered."""
        await self._hold(gss_code)
        old = await self._known(gss_code, order)
        new = Contact(gss_code=gss_code, order=order, address=old.address, role=old.role, phone=old.phone, proved_at=at)
        await self._write(old, new, What.PROVED, who=who, why=why, at=at)
        return new

    async def history(self, gss_code: str) -> tuple[HistoryEntry, ...]:
        """Return the changes to the contacts of an authority, oldest first."""
        wanted = select(change_table).where(change_table.c.gss_code == gss_code).order_by(change_table.c.id)
        return tuple(
            HistoryEntry(
                gss_code=row.gss_code, at=row.at, who=row.who, why=row.why, what=What(row.what), before=row.before, after=row.after
            )
            for row in await self._connection.execute(wanted)
        )

    async def plan_import(self, rows: Iterable[ContactRow], *, allowed_domains: Collection[str] = ()) -> Plan:
        """Say what importing these rows would change, and change nothing."""
        return plan(rows, await self.all_contacts(), allowed_domains=allowed_domains)

    async def import_contacts(self, rows: Iterable[ContactRow], *, who: str, why: str, at: datetime) -> Plan:
        """Store the rows of a file that had no fault, with history, and return what changed; a second time changes nothing."""
        planned = await self.plan_import(rows)
        for new in (*planned.added, *(change.new for change in planned.changed)):
            await self.set_contact(
                gss_code=new.gss_code,
                order=new.order,
                address=new.address,
                role=new.role,
                phone=new.phone,
                who=who,
                why=why,
                at=at,
            )
        return planned

    async def _hold(self, gss_code: str) -> None:
        # Two people changing one authority take turns (SQLite has one writer anyway and ignores this).
        held = select(authority_table.c.gss_code).where(authority_table.c.gss_code == gss_code).with_for_update()
        if (await self._connection.execute(held)).one_or_none() is None:
            raise UnknownAuthority

    async def _one(self, gss_code: str, order: int) -> Contact | None:
        wanted = select(contact_table).where(contact_table.c.gss_code == gss_code, contact_table.c.contact_order == order)
        row = (await self._connection.execute(wanted)).one_or_none()
        return None if row is None else _contact(row)

    async def _known(self, gss_code: str, order: int) -> Contact:
        found = await self._one(gss_code, order)
        if found is None:
            raise UnknownContact
        return found

    async def _write(self, old: Contact | None, new: Contact | None, what: What, *, who: str, why: str, at: datetime) -> None:
        if old == new:
            return
        if new is None and old is not None:
            gone = delete(contact_table).where(contact_table.c.gss_code == old.gss_code, contact_table.c.contact_order == old.order)
            await self._connection.execute(gone)
        elif new is not None and old is None:
            await self._connection.execute(insert(contact_table).values(_contact_values(new)))
        elif new is not None:
            here = (contact_table.c.gss_code == new.gss_code, contact_table.c.contact_order == new.order)
            await self._connection.execute(update(contact_table).where(*here).values(_contact_values(new)))
        subject = new or old
        if subject is None:
            return
        entry = {"gss_code": subject.gss_code, "at": at, "who": who, "why": why, "what": what.value}
        await self._connection.execute(insert(change_table).values(**entry, before=_as_json(old), after=_as_json(new)))


def _authority_values(authority: Authority) -> dict[str, Any]:
    return {
        "gss_code": authority.gss_code,
        "name": authority.name,
        "short_name": authority.short_name,
        "nation": authority.nation,
        "region": authority.region,
        "kind": authority.kind,
        "code": authority.code,
        "in_uk": authority.in_uk,
        "police_force": authority.police_force,
        "former_codes": " ".join(authority.former_codes),
        "delivery_note": authority.delivery_note,
        "reorganisation_note": authority.reorganisation_note,
        "other_names": "|".join(authority.other_names),
    }


def _authority(row: Row[Any]) -> Authority:
    values = dict(row._mapping)
    values["former_codes"] = tuple(values["former_codes"].split())
    values["other_names"] = tuple(name for name in values["other_names"].split("|") if name)
    return Authority(**values)


def _contact_values(contact: Contact) -> dict[str, Any]:
    return {
        "gss_code": contact.gss_code,
        "contact_order": contact.order,
        "address": contact.address,
        "address_key": address_key(contact.address),
        "role": contact.role,
        "phone": contact.phone,
        "proved_at": contact.proved_at,
    }


def _contact(row: Row[Any]) -> Contact:
    return Contact(
        gss_code=row.gss_code, address=row.address, role=row.role, order=row.contact_order, phone=row.phone, proved_at=row.proved_at
    )


def _as_json(contact: Contact | None) -> dict[str, Any] | None:
    if contact is None:
        return None
    proved_at = None if contact.proved_at is None else contact.proved_at.isoformat()
    return {"order": contact.order, "address": contact.address, "role": contact.role, "phone": contact.phone, "proved_at": proved_at}
