"""How people change the authorities themselves: add, edit, retire and merge, each with history and in force by date.

A merge or a split is a retirement with successors: on the last day the old one still answers, on the next day its successors do.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import insert, update

from directory.authority import Authority
from directory.changes import ChangedMeanwhile, NotAllowed, UnknownAuthority, What
from directory.following import followers
from directory.history import By
from directory.register import Register
from directory.rows import authority_json, authority_values
from directory.tables import authorities as table


async def add_authority(register: Register, authority: Authority, by: By) -> Authority:
    """Take a new authority in; refused are a code that is taken, and names, codes and dates that make no sense."""
    every = {one.gss_code: one for one in await register.authorities()}
    if authority.gss_code in every:
        raise NotAllowed("There is an authority with this code already.")
    _sensible(authority, every)
    await register.connection.execute(insert(table).values(**authority_values(authority), edited=True))
    return await _settle(register, None, authority, What.AUTHORITY_ADDED, by)


async def edit_authority(register: Register, authority: Authority, by: By, *, base: int | None = None) -> Authority:
    """Store an authority as it should be; the shipped list leaves it alone from now on. An edit that changes nothing does nothing.

    *base* is the version the person saw: ChangedMeanwhile when it is another now.
    """
    return await _change(register, authority, What.AUTHORITY_CHANGED, by, base)


async def retire(
    register: Register, gss_code: str, last_day: date, by: By, *, successors: Collection[str] = (), base: int | None = None
) -> Authority:
    """End an authority after *last_day*; its successors, when it has any, answer for its area from the next day on."""
    old = await _known(register, gss_code)
    ended = replace(old, valid_to=last_day, successors=tuple(sorted(set(successors))))
    return await _change(register, ended, What.AUTHORITY_RETIRED, by, base)


async def merge(register: Register, gss_codes: Collection[str], into: str, first_day: date, by: By) -> str:
    """Let one authority follow several from *first_day* on, and return the batch the merge is undone by.

    The one that follows keeps its contacts; those of the ended ones stay where they are and get no alert from that day on.
    """
    ended = sorted(set(gss_codes))
    if not ended or into in ended:
        raise NotAllowed("Give the authorities that end, and another one that follows them.")
    follower = await _known(register, into)
    if not follower.is_current(first_day):
        raise NotAllowed(f"{follower.name} does not answer for its area on that day.")
    told = replace(by, batch=uuid4().hex)
    for gss_code in ended:
        await retire(register, gss_code, first_day - timedelta(days=1), told, successors=(into,))
    return told.batch or ""


async def _change(register: Register, new: Authority, what: What, by: By, base: int | None) -> Authority:
    await register.hold(new.gss_code)
    old = await _known(register, new.gss_code)
    if base is not None and base != old.version:
        raise ChangedMeanwhile
    if new == old:
        return old
    _sensible(new, {one.gss_code: one for one in await register.authorities()})
    await register.connection.execute(update(table).where(table.c.gss_code == new.gss_code).values(**authority_values(new), edited=True))
    return await _settle(register, old, new, what, by)


async def _settle(register: Register, old: Authority | None, new: Authority, what: What, by: By) -> Authority:
    await register.set_successors(new)
    version = await register.log.add(new.gss_code, what, by, before=authority_json(old), after=authority_json(new))
    await register.connection.execute(update(table).where(table.c.gss_code == new.gss_code).values(version=version))
    return replace(new, version=version, edited=True)


async def _known(register: Register, gss_code: str) -> Authority:
    found = await register.authority(gss_code)
    if found is None:
        raise UnknownAuthority
    return found


def _sensible(authority: Authority, every: dict[str, Authority]) -> None:
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{1,31}", authority.gss_code):
        raise NotAllowed("A code has capital letters, digits and hyphens only, 32 at most.")
    if not re.fullmatch(r"[A-Z]{3}", authority.code):
        raise NotAllowed("The short code has three capital letters.")
    if any(one.code == authority.code for one in every.values() if one.gss_code != authority.gss_code):
        raise NotAllowed("Another authority has this short code.")
    if not authority.name.strip() or not authority.short_name.strip():
        raise NotAllowed("Give the name of the authority, and a short one.")
    if max(len(authority.name), len(authority.short_name), len(authority.delivered_by)) > 200:
        raise NotAllowed("A name has at most 200 letters.")
    if authority.valid_from and authority.valid_to and authority.valid_to < authority.valid_from:
        raise NotAllowed("The last day is before the first one.")
    if authority.successors and authority.valid_to is None:
        raise NotAllowed("Only an authority with a last day can have successors.")
    if any(code not in every for code in authority.successors):
        raise UnknownAuthority
    if authority.gss_code in followers(authority.gss_code, {**every, authority.gss_code: authority}):
        raise NotAllowed("An authority cannot follow itself.")
