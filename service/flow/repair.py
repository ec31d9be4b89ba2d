"""A letter that came back: what the mail server meant, which addresses may work, and sending the same letter again to that authority alone.

What was approved is the letter and that this authority gets it. Both stay; whoever gives another address for it answers for that by name.
An address that one person may not give alone (`directory.proposing`) waits for a second one, and the letter with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from directory.authority import Authority
from directory.changes import Proposal, What
from directory.contact import PRIMARY, BadAddress, Contact, normalise_address
from directory.history import By
from directory.proposals import Proposals
from directory.proposing import change_contact, remove_contact
from directory.register import NOTHING
from service.database import repairs
from service.database.deliveries import OTHER_ADDRESS
from service.database.delivery_rows import ENDING
from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState
from service.domain.delivery import Answer, Delivery, DeliveryState, current_of
from service.domain.errors import NotAllowed, NotFound
from service.domain.people import Person, Role
from service.domain.status_codes import in_words
from service.flow.directory import made_up
from service.flow.house import House, uk_time
from service.flow.post import send_again
from service.flow.second_person import ask_a_second

MAY_REPAIR = (Role.DIRECTORY, Role.QUALITY)
CAME_BACK = (DeliveryState.BOUNCED, DeliveryState.FAILED)
LONGEST_SOURCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An address that may work, and why."""

    address: str = field(repr=False)
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One letter that came back. *hindrance* says why it is not to be sent again, though its address may be repaired.

    *waits* says why another address that somebody gave is not used yet; *base* is the version of the first contact as it is now.
    """

    delivery: Delivery
    case: Case
    says: str
    contacts: tuple[Contact, ...] = field(repr=False)
    suggestions: tuple[Suggestion, ...] = field(repr=False)
    hindrance: str
    waits: str | None
    base: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What a repair did: whether the letter was sent again, and why it *waits* for a second person."""

    sent: bool
    waits: str | None = None


async def look(work: Work, delivery_id: str, person: Person) -> Broken:
    """Return a letter that came back, with what may help; raises NotFound for one of another authority or that did not come back."""
    delivery = await work.deliveries.get(delivery_id)
    if delivery is None or delivery.case_id is None or delivery.notice_id is None or delivery.gss_code is None:
        raise NotFound
    case = await work.cases.get(delivery.case_id)
    if not person.has(*MAY_REPAIR) or case.issuing_authority_id != person.issuing_authority_id or delivery.state not in CAME_BACK:
        raise NotFound
    contacts = await work.register.contacts(delivery.gss_code)
    proposals = await Proposals(work.connection).waiting(gss_code=delivery.gss_code)
    return Broken(
        delivery=delivery,
        case=case,
        says=in_words(delivery.smtp_status, delivery.smtp_code),
        contacts=contacts,
        suggestions=await _suggestions(work, delivery, contacts),
        hindrance=await _hindrance(work, case, delivery),
        waits=next((one.reason for one in proposals if one.what is What.CHANGED and one.order == PRIMARY), None),
        base=next((one.version for one in contacts if one.order == PRIMARY), NOTHING),
    )


async def _hindrance(work: Work, case: Case, delivery: Delivery) -> str:
    letters = [one for one in await work.deliveries.of_case(case.id) if one.gss_code == delivery.gss_code]
    of_notice = [one for one in letters if one.notice_id == delivery.notice_id]
    stands = current_of(of_notice)
    if stands.reached or stands.answer is not Answer.NONE:
        return "Another letter of this notice has reached them, or is on its way to another of their addresses."
    if any(one.id > delivery.id and one.notice_id != delivery.notice_id for one in letters):
        return "A later notice follows this one. Repair that letter."
    if case.state is CaseState.CLOSED and delivery.kind not in ENDING:
        return "The case has ended, so this letter is no longer true."
    if (await work.notices.get(delivery.notice_id or "")).stopped_at is not None:
        return "Somebody has stopped this notice."
    return ""


async def _suggestions(work: Work, delivery: Delivery, contacts: Iterable[Contact]) -> tuple[Suggestion, ...]:
    """Return addresses that may work, each once, those most likely first; never the one that failed."""
    gss_code = delivery.gss_code or ""
    found = [(address, f"Somebody there answered a letter on {uk_time(at)}") for address, at in await repairs.answered_from(work, gss_code)]
    for case_id in await repairs.cases_with_replies(work, gss_code):
        found += [(one, "Somebody there wrote to us from this address") for one in await work.responses.senders(case_id, gss_code)]
    found += [(one.address, f"It stands in the directory{f' ({one.role})' if one.role else ''}") for one in contacts]
    for heir in await _heirs(work, gss_code):
        found += [
            (one.address, f"It is an address of {heir.name}, which took its place") for one in await work.register.contacts(heir.gss_code)
        ]
    once = dict[str, Suggestion]()
    for address, why in found:
        once.setdefault(address.casefold(), Suggestion(address=address, why=why))
    once.pop(delivery.address.casefold(), None)
    return tuple(once.values())


async def _heirs(work: Work, gss_code: str) -> list[Authority]:
    codes = (await work.register.successors()).get(gss_code, ())
    return [one for one in await work.register.authorities() if one.gss_code in codes]


async def mend(
    house: House, delivery_id: str, person: Person, *, address: str, source: str, sure: bool, now: datetime, base: int | None = None
) -> Mended:
    """Make an address the first one of that authority, with its *source*, and send it the letter again, or let both wait.

    Raises NotFound as `look`, and NotAllowed without a source, for an address that cannot be used, for one at a mail domain that this
    authority has never used unless somebody is *sure* of it, for the address that has just failed, and when the first contact is another
    now than the person saw (*base*).
    """
    source = source.strip()
    if not 3 <= len(source) <= LONGEST_SOURCE:
        raise NotAllowed("Write where you have the address from, in a few words.")
    async with house.begin() as work:
        try:
            wanted = normalise_address(address.strip(), test_environment=await made_up(work))
        except BadAddress as bad:
            raise NotAllowed(bad.says) from None
        await work.register.hold((await look(work, delivery_id, person)).delivery.gss_code or "")
        # Looked at again, because whoever held it before may have repaired it.
        broken = await look(work, delivery_id, person)
        failed = broken.delivery
        if base is not None and base != broken.base:
            raise NotAllowed("Somebody changed the address of this authority meanwhile. Look at it as it is now, and decide again.")
        if wanted.casefold() == failed.address.casefold():
            raise NotAllowed("This is the address that did not work. Give another one.")
        known = {failed.address, *(one.address for one in broken.contacts), *(one.address for one in broken.suggestions)}
        if not sure and _domain(wanted) not in set(map(_domain, known)):
            raise NotAllowed("This authority has never used that mail domain. Ask them on a number you know, and tick that you did.")
        by = By(who=person.id, why=source, at=now)
        proposal = await _into_the_directory(work, house, failed.gss_code or "", wanted, broken.contacts, by)
        if proposal is not None:
            await ask_a_second(work, f"proposal {proposal.id}", now)
            work.audit.add("repair_proposed", at=now, actor=person.id, case_id=failed.case_id, subject_id=failed.id, proposal=proposal.id)
            return Mended(sent=False, waits=proposal.reason)
        again = None if broken.hindrance else await _send_again(work, house, failed, wanted, person, now)
        await _settle(work, failed, person, now)
        work.audit.add(
            "address_repaired", at=now, actor=person.id, case_id=failed.case_id, subject_id=failed.id, gss_code=failed.gss_code, again=again
        )
        return Mended(sent=again is not None)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()


async def _into_the_directory(
    work: Work, house: House, gss_code: str, address: str, contacts: Iterable[Contact], by: By
) -> Proposal | None:
    """Put the address first, where it stood further down it stands no more; or return the proposal to do so."""
    by_order = {one.order: one for one in contacts}
    first = by_order.get(PRIMARY)
    before = next((one for one in by_order.values() if one.address.casefold() == address.casefold()), None)
    kept = before or first
    done = await change_contact(
        work.register,
        gss_code=gss_code,
        address=address,
        role=kept.role if kept else "custodian",
        phone=(before.phone if before else "") or (first.phone if first else ""),
        out_of_hours=first.out_of_hours if first else "",
        secure_note=first.secure_note if first else "",
        by=by,
        allowed_domains=house.allowed_domains,
    )
    if isinstance(done, Proposal):
        return done
    if before and before.order != PRIMARY:
        await remove_contact(work.register, gss_code=gss_code, order=before.order, by=by)
    return None


async def _send_again(work: Work, house: House, failed: Delivery, address: str, person: Person, now: datetime) -> str:
    letters = [one for one in await work.deliveries.letters_of(failed.notice_id or "") if one.gss_code == failed.gss_code]
    frozen = await work.notices.frozen_with(failed.notice_id or "", failed.letter_id)
    approved = next((one.addresses for one in frozen.recipients if one.gss_code == failed.gss_code), ()) if frozen else ()
    behind = max(len(approved), *(one.rank + 1 for one in letters))  # every approved address, so that none is taken for another
    again = await send_again(work, house, failed, address=address, rank=behind, now=now)
    await repairs.add(work, again, person_id=person.id, at=now)
    return again.id


async def _settle(work: Work, failed: Delivery, person: Person, now: datetime) -> None:
    """Nobody has to look for an address of this authority any more, whichever of its letters had asked for one."""
    for one in await work.deliveries.letters_of(failed.notice_id or ""):
        if one.gss_code == failed.gss_code and one.state in CAME_BACK:
            await work.tasks.settle_subject(subject_id=one.id, by=person.id, at=now)
            await work.deliveries.note(one.id, OTHER_ADDRESS, at=now)
