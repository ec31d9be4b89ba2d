"""Taking a change of the directory back: a new change, with its own history, that puts things as they were.

Only what is still as the change left it is put back; what a mailbox proved since then stands in no way of it, and is lost with the address.
What is put back needs a second person where the same change made by hand would.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from directory.authority import Authority
from directory.changes import ChangedMeanwhile, HistoryEntry, NotAllowed, UnknownContact, What
from directory.contact import PRIMARY, Pair, contact_after
from directory.history import By
from directory.proposals import Wish, wish_for, wish_for_authority
from directory.proposing import NOBODY_LEFT, propose_together, reason_for_a_second
from directory.register import Register
from directory.rows import authority_from_json, authority_json, contact_json, fields_kept
from directory.succession import settle

_WHO_ANSWERS = "It changes who is told of missing children, and from which day."


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """How many changes were put back or, where *waits* says why, wait in a *batch* for a second person."""

    count: int
    waits: str | None = None
    batch: str | None = None


async def undo(register: Register, change_id: int, by: By, *, allowed_domains: Collection[str] = ()) -> Undone:
    """Put back what one change did; ChangedMeanwhile when something changed it since. Proof and added authorities are not undone."""
    entry = await register.log.entry(change_id)
    if entry is None:
        raise UnknownContact
    return await _put_back(register, [entry], by, by, allowed_domains)


async def undo_batch(register: Register, batch: str, by: By, *, allowed_domains: Collection[str] = ()) -> Undone:
    """Put back what the changes of a batch did, all or none."""
    entries = [entry for entry in await register.log.of_batch(batch) if entry.what is not What.PROVED]
    # Judged as somebody who changed nothing today, because what is put back in one go counts as one change of a person.
    return await _put_back(register, entries, by, replace(by, who=batch), allowed_domains)


async def _put_back(register: Register, entries: Sequence[HistoryEntry], by: By, judged: By, allowed_domains: Collection[str]) -> Undone:
    reason: str | None = None
    pairs, authorities, wishes = list[Pair](), list[tuple[Authority, What, int]](), list[Wish]()
    for entry in reversed(entries):
        await register.hold(entry.gss_code)
        if entry.what.is_of_a_contact:
            old, new = await _contact_before(register, entry)
            if reason is None and new is not None:
                reason = await reason_for_a_second(register, old, new, judged, allowed_domains)
            elif old is not None and old.order == PRIMARY:
                reason = reason or NOBODY_LEFT
            pairs.append((old, new))
            wishes.append(wish_for(old, new))
        else:
            now, before = await _authority_before(register, entry)
            ends = (before.valid_to, before.successors) != (now.valid_to, now.successors)
            reason = reason or (_WHO_ANSWERS if ends else None)
            what = What.AUTHORITY_RETIRED if ends and before.valid_to else What.AUTHORITY_CHANGED
            authorities.append((before, what, now.version))
            wishes.append(wish_for_authority(now, before, what))
    if reason is not None:
        batch = await propose_together(register, wishes, reason=reason, by=by)
        return Undone(count=len(entries), waits=reason, batch=batch)
    await register.store(pairs, by)
    for authority, what, base in authorities:
        await settle(register, authority, what, by, base=base)
    return Undone(count=len(entries))


async def _contact_before(register: Register, entry: HistoryEntry) -> Pair:
    if entry.what is What.PROVED:
        raise NotAllowed("What a mailbox proved is evidence and is not undone.")
    now = await register.contact(entry.gss_code, int((entry.after or entry.before or {})["order"]))
    if fields_kept(contact_json(now)) != fields_kept(entry.after):
        raise ChangedMeanwhile
    before: dict[str, Any] | None = fields_kept(entry.before)
    return now, None if before is None else contact_after(now, gss_code=entry.gss_code, **before)


async def _authority_before(register: Register, entry: HistoryEntry) -> tuple[Authority, Authority]:
    if entry.what is What.AUTHORITY_ADDED:
        raise NotAllowed("An authority that was added is retired, not undone.")
    now = await register.authority(entry.gss_code)
    if now is None or entry.before is None or authority_json(now) != entry.after:
        raise ChangedMeanwhile
    return now, authority_from_json(entry.before)
