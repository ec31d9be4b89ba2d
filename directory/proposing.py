"""How people change the directory: at once where one person is enough, else as a proposal that waits for another directory administrator.

Whoever can change the directory can redirect an alert (T7 and rows F3, F6 of the tables in security.md). Always two are needed to add, end
or merge authorities and to take a primary contact out; and for an address at a domain that is new for the authority or looks like another,
for a personal mailbox, and for many changes in a day. Between addresses at a domain that it has already, one person may move alerts.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from directory.authority import Authority
from directory.cells import Progress
from directory.changes import ChangedMeanwhile, NotAllowed, Proposal, UnknownContact, What
from directory.checks import domain_of, is_listed
from directory.contact import PRIMARY, Contact, Pair, address_key, contact_after
from directory.history import By
from directory.likeness import is_personal, looks_like
from directory.planning import Plan
from directory.proposals import Proposals, Wish, wish_for, wish_for_authority
from directory.register import NOTHING, Register
from directory.rows import authority_from_json
from directory.succession import check_new, ending, merging, settle

IN_A_DAY = 20
_DAY = timedelta(days=1)
NOBODY_LEFT = "Without this contact alerts do not reach the authority by its first address."


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
    wanted = contact_after(
        old,
        gss_code=gss_code,
        order=order,
        address=address,
        role=role,
        phone=phone,
        out_of_hours=out_of_hours,
        secure_note=secure_note,
    )
    if wanted.is_partner and order == PRIMARY:
        raise NotAllowed("A partner agency cannot be the primary contact: alerts go there.")
    reason = await reason_for_a_second(register, old, wanted, by, allowed_domains)
    if reason is not None:
        return await Proposals(register.connection).add(wish_for(old, wanted), reason=reason, by=by)
    await register.store([(old, wanted)], by)
    return await register.contact(gss_code, order) or wanted


async def remove_contact(register: Register, *, gss_code: str, order: int, by: By, base: int | None = None) -> Proposal | None:
    """Take a contact out, or, when it is the primary one, keep that as a proposal; ChangedMeanwhile as `change_contact`."""
    await register.hold(gss_code)
    old = await register.as_seen(gss_code, order, base)
    if old is None:
        raise UnknownContact
    if order == PRIMARY:
        return await Proposals(register.connection).add(wish_for(old, None), reason=NOBODY_LEFT, by=by)
    await register.store([(old, None)], by)
    return None


async def propose_authority(register: Register, authority: Authority, by: By) -> Proposal:
    """Keep a new authority for a second person; refused as `succession.add_authority`."""
    await check_new(register, authority)
    wish = wish_for_authority(None, authority, What.AUTHORITY_ADDED)
    return await Proposals(register.connection).add(wish, reason=f"{authority.name} would be told of missing children.", by=by)


async def propose_retirement(
    register: Register, gss_code: str, last_day: date, by: By, *, reason: str, successors: Collection[str] = (), base: int | None = None
) -> Proposal:
    """Keep the end of an authority for a second person; refused as `succession.ending`. *reason* says what becomes of its alerts."""
    old, ended = await ending(register, gss_code, last_day, successors)
    if base is not None and base != old.version:
        raise ChangedMeanwhile
    return await Proposals(register.connection).add(wish_for_authority(old, ended, What.AUTHORITY_RETIRED), reason=reason, by=by)


async def propose_merge(register: Register, gss_codes: Collection[str], into: str, first_day: date, by: By, *, reason: str) -> str:
    """Keep a merge for a second person and return the batch it is decided by; refused as `succession.merging`."""
    merged = await merging(register, gss_codes, into, first_day)
    wishes = [wish_for_authority(old, ended, What.AUTHORITY_RETIRED) for old, ended in merged]
    return await propose_together(register, wishes, reason=reason, by=by)


async def reason_for_a_second(
    register: Register, old: Contact | None, wanted: Contact, by: By, allowed_domains: Collection[str] = ()
) -> str | None:
    """Say in a sentence, without the address, why a second person must agree to a contact; None when one is enough."""
    becomes_mailbox = old is not None and old.is_partner and not wanted.is_partner
    if old is not None and address_key(old.address) == address_key(wanted.address) and not becomes_mailbox:
        return None
    if is_personal(wanted.address):
        return "Anybody can have an address at this provider."
    domain = domain_of(wanted.address)
    contacts = await register.all_contacts(partners=True)
    # No alert goes to a partner agency, so its domain vouches for partners alone.
    used = {domain_of(one.address) for one in contacts if one.gss_code == wanted.gss_code and one.is_partner <= wanted.is_partner}
    if domain not in used:
        like = looks_like(domain, {*(domain_of(one.address) for one in contacts), *allowed_domains})
        if like is not None:
            return f"The domain looks like {like}, and is another."
        history = await register.history(wanted.gss_code)
        if used or any(entry.what.is_of_a_contact for entry in history):
            return "The domain is new for this authority."
        if not is_listed(domain, allowed_domains):
            return "The domain is not one that authorities use."
    if await register.log.count_by(by.who, since=by.at - _DAY) >= IN_A_DAY:
        return f"The same person has changed {IN_A_DAY} addresses within a day."
    return None


async def propose_plan(register: Register, plan: Plan, *, reason: str, by: By, progress: Progress = lambda _: None) -> str:
    """Keep every change of an import for a second person, and return the batch they are decided by; *progress* hears how many."""
    return await propose_together(register, [wish_for(*pair) for pair in plan.pairs], reason=reason, by=by, progress=progress)


async def propose_together(register: Register, wishes: Sequence[Wish], *, reason: str, by: By, progress: Progress = lambda _: None) -> str:
    """Keep changes that are decided in one go for a second person, and return their batch: the one in which exactly these wait already."""
    kept = Proposals(register.connection)
    wanted = {(wish.what, wish.gss_code, wish.order): (wish.wanted, wish.base) for wish in wishes}
    batches: dict[str, dict[tuple[What, str, int], object]] = {}
    for one in await kept.waiting():
        if one.batch is not None:
            batches.setdefault(one.batch, {})[one.what, one.gss_code, one.order] = (one.wanted, one.base_version)
    same = next((batch for batch, waiting in batches.items() if waiting == wanted), None)
    if same is not None:
        return same
    batch = uuid4().hex
    await kept.add_all(wishes, reason=reason, by=replace(by, batch=batch), progress=progress)
    return batch


async def agree(register: Register, proposal_id: int, by: By) -> None:
    """Make a proposed change; refused to the person who proposed it. ChangedMeanwhile when it was decided, or made stale."""
    found = await Proposals(register.connection).one(proposal_id)
    if found is None:
        raise UnknownContact
    _need_another(found, by)
    await Proposals(register.connection).decide(proposal_id, agreed=True, who=by.who, at=by.at)
    await _make(register, [found], by)


async def agree_to_batch(register: Register, batch: str, by: By) -> int:
    """Make every change of a batch, all or none, and return how many; one that is another now stops them all."""
    waiting = await Proposals(register.connection).waiting(batch=batch)
    if waiting:
        _need_another(waiting[0], by)
        await Proposals(register.connection).decide_batch(batch, count=len(waiting), agreed=True, who=by.who, at=by.at)
        await _make(register, waiting, by)
    return len(waiting)


async def refuse(register: Register, proposal_id: int, by: By) -> None:
    """Turn a proposed change down, or take one's own back."""
    await Proposals(register.connection).decide(proposal_id, agreed=False, who=by.who, at=by.at)


async def refuse_batch(register: Register, batch: str, by: By) -> int:
    """Turn every change of a batch down, and return how many."""
    waiting = await Proposals(register.connection).waiting(batch=batch)
    if waiting:
        await Proposals(register.connection).decide_batch(batch, count=len(waiting), agreed=False, who=by.who, at=by.at)
    return len(waiting)


def _need_another(proposal: Proposal, by: By) -> None:
    if by.who == proposal.who:
        raise NotAllowed("You proposed this change, so another directory administrator has to agree to it.")


async def _make(register: Register, proposals: Sequence[Proposal], by: By) -> None:
    """Make changes that one person proposed in one go."""
    first = proposals[0]
    both = By(who=first.who, why=f"{first.why} (agreed by {by.who})", at=by.at, batch=first.batch)
    stand = {(one.gss_code, one.order): one for one in await register.all_contacts(partners=True)}
    pairs = list[Pair]()
    for one in proposals:
        if not one.what.is_of_a_contact:
            await settle(register, authority_from_json(one.wanted), one.what, both, base=one.base_version)
            continue
        old = stand.get((one.gss_code, one.order))
        if one.base_version != (NOTHING if old is None else old.version):
            raise ChangedMeanwhile
        pairs.append((old, None if one.what is What.REMOVED else contact_after(old, gss_code=one.gss_code, **one.wanted)))
    await register.store(pairs, both)
