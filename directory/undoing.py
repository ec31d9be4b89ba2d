"""Taking a change of the directory back: a new change, with its own history, that puts things as they were.

Only what is still as the change left it is put back; what a mailbox proved since then stands in no way of it, and is lost with the address.
"""

from typing import Any

from directory.changes import ChangedMeanwhile, HistoryEntry, NotAllowed, UnknownContact, What
from directory.history import By
from directory.register import Register
from directory.rows import authority_from_json, authority_json, contact_json, fields_kept
from directory.succession import edit_authority


async def undo(register: Register, change_id: int, by: By) -> None:
    """Put back what one change did; ChangedMeanwhile when something changed it since. Proof and added authorities are not undone."""
    entry = await register.log.entry(change_id)
    if entry is None:
        raise UnknownContact
    await _undo(register, entry, by)


async def undo_batch(register: Register, batch: str, by: By) -> int:
    """Put back what the changes of a batch did, the last one first, all or none, and return how many there were."""
    entries = [entry for entry in await register.log.of_batch(batch) if entry.what is not What.PROVED]
    for entry in reversed(entries):
        await _undo(register, entry, by)
    return len(entries)


async def _undo(register: Register, entry: HistoryEntry, by: By) -> None:
    await register.hold(entry.gss_code)
    if entry.what is What.PROVED:
        raise NotAllowed("What a mailbox proved is evidence and is not undone.")
    if entry.what is What.AUTHORITY_ADDED:
        raise NotAllowed("An authority that was added is retired, not undone.")
    await (_undo_contact(register, entry, by) if entry.what.is_of_a_contact else _undo_authority(register, entry, by))


async def _undo_contact(register: Register, entry: HistoryEntry, by: By) -> None:
    order = int((entry.after or entry.before or {})["order"])
    now = await register.contact(entry.gss_code, order)
    if fields_kept(contact_json(now)) != fields_kept(entry.after):
        raise ChangedMeanwhile
    before = fields_kept(entry.before)
    told: dict[str, Any] = {"who": by.who, "why": by.why, "at": by.at, "batch": by.batch}
    if before is None:
        await register.remove_contact(gss_code=entry.gss_code, order=order, **told)
    else:
        await register.set_contact(gss_code=entry.gss_code, **before, **told)


async def _undo_authority(register: Register, entry: HistoryEntry, by: By) -> None:
    now = await register.authority(entry.gss_code)
    if entry.before is None or authority_json(now) != entry.after:
        raise ChangedMeanwhile
    await edit_authority(register, authority_from_json(entry.before), by)
