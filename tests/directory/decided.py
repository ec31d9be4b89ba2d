"""What people decide about the directory, done at once: tests of what follows need no proposal."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from directory.authority import Authority
from directory.changes import What
from directory.contact import PRIMARY, Contact, contact_after
from directory.history import By
from directory.register import Register
from directory.succession import ending, merging, settle


async def retire(register: Register, gss_code: str, last_day: date, by: By, *, successors: Collection[str] = ()) -> None:
    """End an authority after *last_day*."""
    old, ended = await ending(register, gss_code, last_day, successors)
    await settle(register, ended, What.AUTHORITY_RETIRED, by, base=old.version)


async def merge(register: Register, gss_codes: Collection[str], into: str, first_day: date, by: By) -> str:
    """Let one authority follow several, and return the batch it is undone by."""
    told = replace(by, batch=uuid4().hex)
    for old, ended in await merging(register, gss_codes, into, first_day):
        await settle(register, ended, What.AUTHORITY_RETIRED, told, base=old.version)
    return told.batch or ""


async def set_contact(
    register: Register,
    *,
    gss_code: str,
    address: str,
    role: str,
    who: str,
    why: str,
    at: datetime,
    order: int = PRIMARY,
    phone: str = "",
    out_of_hours: str | None = None,
    secure_note: str | None = None,
) -> Contact:
    """Store a contact, whatever its domain."""
    old = await register.contact(gss_code, order)
    said = {"phone": phone, "out_of_hours": out_of_hours, "secure_note": secure_note}
    new = contact_after(old, gss_code=gss_code, order=order, address=address, role=role, **said)
    await register.store([(old, new)], By(who=who, why=why, at=at))
    return await register.contact(gss_code, order) or new


async def give_addresses(register: Register, authorities: Iterable[Authority], at: datetime) -> None:
    """Give each of *authorities* an address of its own, duty@<GSS code>.test."""
    for one in authorities:
        address = f"duty@{one.gss_code.lower()}.test"
        await set_contact(register, gss_code=one.gss_code, address=address, role="custodian", who="test", why="test", at=at)


async def remove_contact(register: Register, *, gss_code: str, order: int, who: str, why: str, at: datetime) -> None:
    """Take a contact out."""
    await register.store([(await register.contact(gss_code, order), None)], By(who=who, why=why, at=at))
