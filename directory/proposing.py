"""How people change contacts: at once where one person is enough, else as a proposal that waits for another directory administrator.

Whoever can change an address can redirect an alert (T7 and rows F3, F6 of the tables in security.md): a domain that is new for the
authority, one that looks like another, a personal mailbox and many changes in a day need two.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import uuid4

from directory.cells import Progress
from directory.changes import NotAllowed, Proposal, UnknownContact
from directory.checks import domain_of, is_listed
from directory.contact import PRIMARY, Contact, address_key
from directory.history import By
from directory.likeness import is_personal, looks_like
from directory.planning import Plan
from directory.proposals import Proposals
from directory.register import NOTHING, Register
from directory.rows import contact_fields

IN_A_DAY = 20
_DAY = timedelta(days=1)


async def change_contact(
    register: Register,
    *,
    gss_code: str,
    address: str,
    role: str,
    by: By,
    order: int = PRIMARY,
    phone: str = "",
    out_of_hours: str = "",
    secure_note: str = "",
    base: int | None = None,
    allowed_domains: Collection[str] = (),
) -> Contact | Proposal:
    """Store a contact (its address already normalised), or keep it as a proposal when a second person is needed.

    *base* is the version the person saw; ChangedMeanwhile when it is another now. A partner agency is never primary.
    """
    await register.hold(gss_code)
    old = await register.as_seen(gss_code, order, base)
    wanted = Contact(
        gss_code=gss_code, order=order, address=address, role=role, phone=phone, out_of_hours=out_of_hours, secure_note=secure_note
    )
    if wanted.is_partner and order == PRIMARY:
        raise NotAllowed("A partner agency cannot be the primary contact: alerts go there.")
    moves = old is None or address_key(old.address) != address_key(address)
    becomes_mailbox = old is not None and old.is_partner and not wanted.is_partner
    reason = await reason_for_a_second(register, gss_code, address, by, allowed_domains) if moves or becomes_mailbox else None
    if reason is None:
        return await _store(register, wanted, by, base)
    seen = NOTHING if old is None else old.version
    return await Proposals(register.connection).add(gss_code, order, contact_fields(wanted), base=seen, reason=reason, by=by)


async def reason_for_a_second(register: Register, gss_code: str, address: str, by: By, allowed_domains: Collection[str] = ()) -> str | None:
    """Say in a sentence, without the address, why a second person must agree to it; None when one is enough."""
    domain = domain_of(address)
    contacts = await register.all_contacts(partners=True)
    if is_personal(address):
        return "Anybody can have an address at this provider."
    used = {domain_of(one.address) for one in contacts if one.gss_code == gss_code}
    if domain not in used:
        like = looks_like(domain, {*(domain_of(one.address) for one in contacts), *allowed_domains})
        if like is not None:
            return f"The domain looks like {like}, and is another."
        history = await register.history(gss_code)
        if used or any(entry.what.is_of_a_contact for entry in history):
            return "The domain is new for this authority."
        if not is_listed(domain, allowed_domains):
            return "The domain is not one that authorities use."
    if await register.log.count_by(by.who, since=by.at - _DAY) >= IN_A_DAY:
        return f"The same person has changed {IN_A_DAY} addresses within a day."
    return None


async def propose_plan(register: Register, plan: Plan, *, reason: str, by: By, progress: Progress = lambda _: None) -> str:
    """Keep every change of an import for a second person, and return the batch they are decided by; *progress* hears how many."""
    batch = uuid4().hex
    told = By(who=by.who, why=by.why, at=by.at, batch=batch)
    for done, new in enumerate(plan.wanted, start=1):
        old = await register.contact(new.gss_code, new.order)
        base = NOTHING if old is None else old.version
        fields = contact_fields(new)
        await Proposals(register.connection).add(new.gss_code, new.order, fields, base=base, reason=reason, by=told)
        progress(done)
    return batch


async def agree(register: Register, proposal_id: int, by: By) -> None:
    """Make a proposed change; refused to the person who proposed it. ChangedMeanwhile when it is decided, or the contact is another now."""
    await _agree(register, await _waiting(register, proposal_id), by)


async def agree_to_batch(register: Register, batch: str, by: By) -> int:
    """Make every change of a batch, all or none, and return how many; a contact that changed meanwhile stops them all."""
    waiting = await Proposals(register.connection).waiting(batch=batch)
    for proposal in waiting:
        await _agree(register, proposal, by)
    return len(waiting)


async def refuse(register: Register, proposal_id: int, by: By) -> None:
    """Turn a proposed change down, or take one's own back."""
    await Proposals(register.connection).decide(proposal_id, agreed=False, who=by.who, at=by.at)


async def refuse_batch(register: Register, batch: str, by: By) -> int:
    """Turn every change of a batch down, and return how many."""
    waiting = await Proposals(register.connection).waiting(batch=batch)
    for proposal in waiting:
        await refuse(register, proposal.id, by)
    return len(waiting)


async def _waiting(register: Register, proposal_id: int) -> Proposal:
    found = await Proposals(register.connection).one(proposal_id)
    if found is None:
        raise UnknownContact
    return found


async def _agree(register: Register, proposal: Proposal, by: By) -> None:
    if by.who == proposal.who:
        raise NotAllowed("You proposed this change, so another directory administrator has to agree to it.")
    await register.hold(proposal.gss_code)
    await Proposals(register.connection).decide(proposal.id, agreed=True, who=by.who, at=by.at)
    both = By(who=proposal.who, why=f"{proposal.why} (agreed by {by.who})", at=by.at, batch=proposal.batch)
    await _store(register, _contact(proposal), both, proposal.base_version)


async def _store(register: Register, wanted: Contact, by: By, base: int | None) -> Contact:
    return await register.set_contact(
        gss_code=wanted.gss_code,
        order=wanted.order,
        address=wanted.address,
        role=wanted.role,
        phone=wanted.phone,
        out_of_hours=wanted.out_of_hours,
        secure_note=wanted.secure_note,
        who=by.who,
        why=by.why,
        at=by.at,
        batch=by.batch,
        base=base,
    )


def _contact(proposal: Proposal) -> Contact:
    fields: dict[str, Any] = dict(proposal.wanted)
    return Contact(gss_code=proposal.gss_code, **fields)
