"""How the authorities themselves change: add, edit, retire and merge, each with history and in force by date.

People propose all but an edit (`directory.proposing`), because it decides who is told of a missing child and who is not.

A merge or a split is a retirement with successors: on the last day the old one still answers, on the next day its successors do.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

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
    await check_new(register, authority)
    await register.connection.execute(insert(table).values(**authority_values(authority), edited=True))
    return await _settle(register, None, authority, What.AUTHORITY_ADDED, by)


async def edit_authority(register: Register, authority: Authority, by: By, *, base: int | None = None) -> Authority:
    """Store an authority as it should be; the shipped list leaves it alone from now on. An edit that changes nothing does nothing.

    *base* is the version the person saw: ChangedMeanwhile when it is another now.
    """
    return await _change(register, authority, What.AUTHORITY_CHANGED, by, base)


async def ending(register: Register, gss_code: str, last_day: date, successors: Collection[str]) -> tuple[Authority, Authority]:
    """Return an authority as it is, and as it would be when it ends after *last_day*.

    From the next day on its successors answer for its area. Refused are days and successors that make no sense.
    """
    old = await _known(register, gss_code)
    ended = replace(old, valid_to=last_day, successors=tuple(sorted(set(successors))))
    await _check(register, ended, What.AUTHORITY_RETIRED)
    return old, ended


async def merging(register: Register, gss_codes: Collection[str], into: str, first_day: date) -> list[tuple[Authority, Authority]]:
    """Return the authorities that *into* would follow from *first_day* on, as they are and as they would be; refused as `ending`.

    The one that follows keeps its contacts; those of the ended ones stay where they are and get no alert from that day on.
    """
    ended = sorted(set(gss_codes))
    if not ended or into in ended:
        raise NotAllowed("Give the authorities that end, and another one that follows them.")
    return [await ending(register, gss_code, first_day - timedelta(days=1), (into,)) for gss_code in ended]


async def settle(register: Register, authority: Authority, what: What, by: By, *, base: int) -> None:
    """Make an authority what was agreed that it should be; ChangedMeanwhile when it is no more as it was at *base*."""
    if what is not What.AUTHORITY_ADDED:
        await _change(register, authority, what, by, base)
    elif await register.authority(authority.gss_code) is None:
        await add_authority(register, authority, by)
    else:
        raise ChangedMeanwhile


async def check_new(register: Register, authority: Authority) -> None:
    """Refuse an authority that could not be added."""
    every = {one.gss_code: one for one in await register.authorities()}
    if authority.gss_code in every:
        raise NotAllowed("There is an authority with this code already.")
    _sensible(authority, every)


async def _change(register: Register, new: Authority, what: What, by: By, base: int | None) -> Authority:
    await register.hold(new.gss_code)
    old = await _known(register, new.gss_code)
    if base is not None and base != old.version:
        raise ChangedMeanwhile
    if new == old:
        return old
    await _check(register, new, what)
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


async def _check(register: Register, new: Authority, what: What) -> None:
    every = {one.gss_code: one for one in await register.authorities()}
    _sensible(new, every)
    if what is What.AUTHORITY_RETIRED and new.valid_to is not None:
        next_day = new.valid_to + timedelta(days=1)
        for late in (every[code] for code in new.successors if not every[code].is_current(next_day)):
            raise NotAllowed(f"{late.name} does not answer for its area on {next_day.day} {next_day:%B %Y}.")


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
