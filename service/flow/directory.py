"""What people change in the directory, with what each change leaves to others: a row in the audit trail, and a task where one must agree.

A person stands in the history by their id. What the directory refuses becomes a refusal that a page can show.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import uuid4

from directory import changes, intake, proposing, succession, undoing
from directory.authority import Authority
from directory.changes import Proposal
from directory.contact import PRIMARY, BadAddress, normalise_address
from directory.history import By
from directory.importing import ContactRow, faults_in
from directory.intake import Taken
from directory.proposals import Proposals
from service.database.unit_of_work import Work
from service.domain.errors import ChangedMeanwhile, NotFound, ServiceError
from service.domain.people import Person
from service.flow import second_person
from service.flow.house import House

LONGEST_REASON = 300
# As long as the columns are.
_LONGEST = {
    "gss_code": 32, "name": 200, "short_name": 200, "code": 3, "nation": 40, "region": 60, "kind": 40, "police_force": 120,
    "delivered_by": 200, "delivery_note": 1000,
}  # fmt: skip
_NEEDED = ("gss_code", "name", "short_name", "code", "nation", "region", "kind")


class Refused(ServiceError):  # noqa: N818
    """A change that is not made; *faults* say what is wrong by the fields of the form."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(next(iter(faults.values())))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEntry:
    """What somebody typed about one contact. *base* is the version they saw."""

    gss_code: str
    order: int
    base: int
    address: str = field(repr=False)
    role: str
    phone: str = field(default="", repr=False)
    out_of_hours: str = field(default="", repr=False)
    secure_note: str = field(default="", repr=False)


async def made_up(work: Work) -> bool:
    """Say whether this directory, of a test or a demonstration, holds made-up addresses and so takes more of them."""
    return any(one.address.endswith(".test") for one in (await work.register.primary_contacts()).values())


async def save_contact(house: House, entry: ContactEntry, person: Person, why: str, now: datetime) -> str | None:
    """Store a contact; returns why it waits for a second person, or None. Raises Refused, ChangedMeanwhile, NotFound."""
    async with _change(house, person, why, now) as (work, by):
        known = {one.gss_code: one for one in await work.register.authorities()}
        faults = dict(_reason_fault(why))
        said = {name: getattr(entry, name) for name in ("role", "phone", "out_of_hours", "secure_note")}
        faults |= {name: says[0] for name, says in faults_in(**said, known=known).items()}
        try:
            address = normalise_address(entry.address, test_environment=await made_up(work))
        except BadAddress as bad:
            raise Refused({"address": bad.says, **faults}) from None
        if entry.order not in range(10):
            raise NotFound
        if faults:
            raise Refused(faults)
        done = await proposing.change_contact(
            work.register,
            gss_code=entry.gss_code,
            address=address,
            order=entry.order,
            by=by,
            base=entry.base,
            allowed_domains=house.allowed_domains,
            **said,
        )
        if isinstance(done, Proposal):
            await second_person.ask_a_second(work, f"proposal {done.id}", now)
            work.audit.add("contact_proposed", at=now, actor=person.id, gss_code=entry.gss_code, order=entry.order, proposal=done.id)
            return done.reason
        work.audit.add("contact_changed", at=now, actor=person.id, gss_code=entry.gss_code, order=entry.order, version=done.version)
        return None


async def remove_contact(house: House, gss_code: str, order: int, base: int, person: Person, why: str, now: datetime) -> None:
    """Take a contact out; raises Refused for the primary one, for which another address is given instead."""
    async with _change(house, person, why, now) as (work, by):
        _need_a_reason(why)
        if order == PRIMARY:
            raise Refused({"address": "Alerts go to the first contact, so it is not taken out. Write another address instead."})
        await proposing.remove_contact(work.register, gss_code=gss_code, order=order, by=by, base=base)
        work.audit.add("contact_removed", at=now, actor=person.id, gss_code=gss_code, order=order)


async def undo_change(house: House, gss_code: str, change_id: int, person: Person, now: datetime) -> str | None:
    """Put back what one change of an authority did; returns why that waits for a second person, or None."""
    async with _change(house, person, "Undone", now) as (work, _):
        entry = await work.register.log.entry(change_id)
        if entry is None or entry.gss_code != gss_code:
            raise NotFound
        by = By(who=person.id, why=f"Undid change {change_id}", at=now)
        undone = await undoing.undo(work.register, change_id, by, allowed_domains=house.allowed_domains)
        await second_person.note_undone(work, undone, now, actor=person.id, gss_code=gss_code, change=change_id)
        return undone.waits


async def list_authority(house: House, authority: Authority, person: Person, why: str, now: datetime) -> None:
    """Propose a new authority to a second person; raises Refused."""
    async with _change(house, person, why, now) as (work, by):
        _need_sense(authority, why)
        proposal = await second_person.list_authority(work, authority, by)
        work.audit.add("authority_proposed", at=now, actor=person.id, gss_code=authority.gss_code, proposal=proposal.id)


async def edit_authority(house: House, authority: Authority, base: int, person: Person, why: str, now: datetime) -> None:
    """Store an authority as it should be; raises Refused, and ChangedMeanwhile when *base* is not its version any more."""
    async with _change(house, person, why, now) as (work, by):
        _need_sense(authority, why)
        await succession.edit_authority(work.register, authority, by, base=base)
        work.audit.add("directory_edited", at=now, actor=person.id, gss_code=authority.gss_code)


async def retire_authority(
    house: House, gss_code: str, last_day: date, successors: tuple[str, ...], base: int, person: Person, why: str, now: datetime
) -> None:
    """Propose the end of an authority to a second person; refused without successors as `second_person.retire` says."""
    async with _change(house, person, why, now) as (work, by):
        _need_a_reason(why)
        proposal = await second_person.retire(work, gss_code, last_day, successors, by, base=base)
        work.audit.add(
            "retirement_proposed", at=now, actor=person.id, gss_code=gss_code, successors=sorted(successors), proposal=proposal.id
        )


async def merge_authorities(
    house: House, ended: tuple[str, ...], into: str, first_day: date, person: Person, why: str, now: datetime
) -> None:
    """Propose to a second person that one authority follows several others; refused for one that has a last day already."""
    async with _change(house, person, why, now) as (work, by):
        _need_a_reason(why)
        batch = await second_person.merge(work, ended, into, first_day, by)
        work.audit.add("merge_proposed", at=now, actor=person.id, gss_code=into, ended=sorted(ended), batch=batch)


async def take_file(house: House, rows: tuple[ContactRow, ...], shown: str, person: Person, why: str, now: datetime) -> Taken:
    """Take the rows of a file in, or let them wait; raises ChangedMeanwhile when they would do something else than was *shown*."""
    async with _change(house, person, why, now) as (work, by):
        taken = await intake.take_contacts(work.register, rows, by, shown=shown, allowed_domains=house.allowed_domains)
        if taken.batch is not None:
            what = "contacts_imported" if taken.waits is None else "contacts_proposed"
            added, changed = len(taken.plan.added), len(taken.plan.changed)
            work.audit.add(what, at=now, actor=person.id, batch=taken.batch, added=added, changed=changed)
        if taken.waits is not None:
            await second_person.ask_a_second(work, f"batch {taken.batch}", now)
        return taken


async def undo_file(house: House, batch: str, person: Person, now: datetime) -> str | None:
    """Put back everything that an import or a merge changed; returns why that waits for a second person, or None. Raises NotFound."""
    async with _change(house, person, "Undone", now) as (work, _):
        by = By(who=person.id, why="Put back in one go", at=now, batch=uuid4().hex)
        undone = await undoing.undo_batch(work.register, batch, by, allowed_domains=house.allowed_domains)
        if not undone.count:
            raise NotFound
        await second_person.note_undone(work, undone, now, actor=person.id, batch=batch, changes=undone.count)
        return undone.waits


async def decide_waiting(house: House, *, proposal_id: int | None, batch: str | None, agreed: bool, person: Person, now: datetime) -> None:
    """Agree to or refuse one change that waits, or all of a batch; raises Refused to the person who proposed it, and ChangedMeanwhile."""
    async with _change(house, person, "Agreed" if agreed else "Refused", now) as (work, by):
        if agreed:
            await second_person.agree(work, by, proposal_id=proposal_id, batch=batch)
        elif batch is not None and not await proposing.refuse_batch(work.register, batch, by):
            raise changes.ChangedMeanwhile
        elif proposal_id is not None:
            await proposing.refuse(work.register, proposal_id, by)
        subject = f"proposal {proposal_id}" if batch is None else f"batch {batch}"
        await work.tasks.settle_subject(subject_id=subject, by=person.id, at=now)
        what = "directory_change_agreed" if agreed else "directory_change_refused"
        work.audit.add(what, at=now, actor=person.id, proposal=proposal_id, batch=batch)


async def waiting_changes(work: Work) -> tuple[Proposal, ...]:
    """Return the changes that wait for a second person, oldest first."""
    return await Proposals(work.connection).waiting()


@asynccontextmanager
async def _change(house: House, person: Person, why: str, now: datetime) -> AsyncIterator[tuple[Work, By]]:
    """Open the transaction of one change, and turn what the directory refuses into refusals of this house."""
    try:
        async with house.begin() as work:
            yield work, By(who=person.id, why=why.strip(), at=now)
    except changes.ChangedMeanwhile:
        raise ChangedMeanwhile from None
    except second_person.NeedsSuccessor as refused:
        raise Refused({"successors": refused.says}) from None
    except changes.NotAllowed as refused:
        raise Refused({"form": refused.says}) from None
    except (changes.UnknownAuthority, changes.UnknownContact):
        raise NotFound from None


def _reason_fault(why: str) -> dict[str, str]:
    if not why.strip():
        return {"why": "Say why, for whoever looks at the history."}
    if len(why.strip()) > LONGEST_REASON:
        return {"why": f"Say why in at most {LONGEST_REASON} letters."}
    return {}


def _need_a_reason(why: str) -> None:
    if fault := _reason_fault(why):
        raise Refused(fault)


def _need_sense(authority: Authority, why: str) -> None:
    faults = {name: "Fill this in." for name in _NEEDED if not getattr(authority, name)}
    for name, longest in _LONGEST.items():
        text = getattr(authority, name)
        if len(text) > longest or not text.isprintable():
            faults[name] = f"Write plain words in one line, {longest} letters at most."
    if len("|".join(authority.other_names)) > 1000 or not all(map(str.isprintable, authority.other_names)):
        faults["other_names"] = "Write plain names, one in a line, 1,000 letters at most."
    if len(" ".join(authority.former_codes)) > 200:
        faults["former_codes"] = "Write codes with blanks between them, 200 letters at most."
    faults |= _reason_fault(why)
    if faults:
        raise Refused(faults)
