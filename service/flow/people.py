"""Who works here and as what: added, changed, ended, stood in for. Every change is audited, and counts from the person's next request on.

*by* is a person's id, or OPERATOR for whoever gives commands on the server. Nobody gives themselves a role, and the last system
administrator and the last approver of an authority stay.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from directory.likeness import PERSONAL_DOMAINS
from service.database.unit_of_work import Work
from service.domain.errors import ChangedMeanwhile, NotAllowed, NotFound, ServiceError
from service.domain.notice import NoticeState
from service.domain.people import KEPT, IssuingAuthority, Person, Role
from service.domain.policy import Policy
from service.flow.approvers import ask, requests_of
from service.flow.house import House, today
from service.policies import policy_named

OPERATOR = "operator"
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
_LONGEST_STAND_IN = 366  # days


class Wrong(ServiceError):  # noqa: N818
    """What was typed cannot be taken; *place* is the field of the form."""

    def __init__(self, place: str, says: str) -> None:
        super().__init__(says)
        self.place = place


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is to be kept of a person."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    roles: frozenset[Role]
    title: str = ""
    phone: str = field(default="", repr=False)


def titles_of(policy: Policy) -> tuple[str, ...]:
    """Return the posts that a policy names: who checks, who approves, and to whom it passes on what is no national alert."""
    passed = [one.to_title for one in policy.passes_on.values()]
    return tuple(dict.fromkeys(filter(None, (*(stage.title for stage in policy.quality), policy.approver_title, *passed))))


async def add_person(work: Work, house: House, authority: IssuingAuthority, entry: Entry, by: str, now: datetime) -> str:
    """Add a person, or take back one who was ended under the same address, and return their id; raises Wrong."""
    entry = _plain(entry, policy_named(authority.policy))
    known = await work.people.any_at(entry.address)
    if known is not None and (known.active or known.issuing_authority_id != authority.id):
        raise Wrong("address", "Somebody with this address is here already")
    if known is None:
        person_id = await work.people.add(
            authority_id=authority.id, name=entry.name, address=entry.address, roles=entry.roles, title=entry.title, phone=entry.phone,
            changed_at=now,
        )  # fmt: skip
    else:
        person_id = known.id
        await _save(work, _after(known, entry, now), before=known)
        await work.sessions.end_all(person_id)  # whatever was opened before they left
    work.audit.add("person_added", at=now, actor=by, subject_id=person_id, roles=sorted(entry.roles), title=entry.title)
    if Role.APPROVER in entry.roles:
        await ask_about_what_waits(work, house, authority, await work.people.person(person_id), now)
    return person_id


async def change_person(
    work: Work, house: House, person: Person, entry: Entry, by: str, now: datetime, *, read_at: datetime | None
) -> Person:
    """Change a person who was last changed at *read_at*; raises Wrong, ChangedMeanwhile or NotAllowed.

    A new role or a new address ends their sessions: what they may do from now on they do after signing in anew.
    """
    authority = await work.people.authority(person.issuing_authority_id)
    entry = _plain(entry, policy_named(authority.policy))
    if person.changed_at != read_at or not person.active:
        raise ChangedMeanwhile
    if by == person.id and not entry.roles <= person.roles:
        raise NotAllowed("You cannot give yourself a role. Ask another administrator, or break the glass.")
    twin = await work.people.any_at(entry.address)
    if twin is not None and twin.id != person.id:
        raise Wrong("address", "Somebody with this address is here already")
    changed = _after(person, entry, now)
    what = [name for name in ("name", "address", "roles", "title", "phone") if getattr(changed, name) != getattr(person, name)]
    if not what:
        return person
    await _save(work, changed, before=person)
    if {"address", "roles"} & set(what):
        await work.sessions.end_all(person.id)
    work.audit.add(
        "person_changed", at=now, actor=by, subject_id=person.id, what=what, roles=sorted(changed.roles), before=sorted(person.roles)
    )
    if Role.APPROVER in changed.roles - person.roles:
        await ask_about_what_waits(work, house, authority, changed, now)
    return changed


async def end_person(work: Work, person: Person, by: str, now: datetime) -> None:
    """End a person's work here: from their next request on they are nobody; raises NotAllowed for the last of a role that stays."""
    if not person.active:
        raise ChangedMeanwhile
    await _save(work, replace(person, active=False, changed_at=now), before=person)
    await work.sessions.end_all(person.id)
    await work.borrowed.give_back(person.id, at=now)
    work.audit.add("person_ended", at=now, actor=by, subject_id=person.id)


async def add_deputy(work: Work, person: Person, deputy: Person, first_day: date, last_day: date, by: str, now: datetime) -> str:
    """Let *deputy* stand in for the approver *person* from one day to another, both included; raises Wrong.

    A deputy hands nothing on: only somebody who holds the role of approver has deputies.
    """
    if deputy.id == person.id or not deputy.active or deputy.issuing_authority_id != person.issuing_authority_id:
        raise Wrong("deputy", "Choose another person who works here")
    if not person.has(Role.APPROVER):
        raise Wrong("deputy", "Only an approver has deputies, and a deputy cannot hand on")
    if last_day < first_day or last_day < today(now):
        raise Wrong("last_day", "The last day must not be before the first day, nor be over")
    if (last_day - first_day).days > _LONGEST_STAND_IN:
        raise Wrong("last_day", "A deputy stands in for a year at most. Choose an earlier last day")
    entry_id = await work.deputies.add(person_id=person.id, deputy_id=deputy.id, first_day=first_day, last_day=last_day)
    await _delegation_changed(work, person.id, deputy.id, now)
    work.audit.add(
        "deputy_added", at=now, actor=by, subject_id=person.id, deputy=deputy.id, first=first_day.isoformat(), last=last_day.isoformat()
    )
    return entry_id


async def end_deputy(work: Work, authority_id: str, entry_id: str, by: str, now: datetime) -> None:
    """End one entry of who stands in for whom; raises NotFound."""
    entry = next((one for one in await work.deputies.in_authority(authority_id) if one.id == entry_id), None)
    if entry is None or not await work.deputies.end(entry_id):
        raise NotFound
    await _delegation_changed(work, entry.person_id, entry.deputy_id, now)
    work.audit.add("deputy_ended", at=now, actor=by, subject_id=entry.person_id, deputy=entry.deputy_id)


async def add_domain(work: Work, authority_id: str, domain: str, by: str, now: datetime) -> None:
    """Let everybody at a mail domain send forms in; raises Wrong, also for a domain where anybody gets an address."""
    domain = domain.strip().casefold().removeprefix("@")
    if not _DOMAIN.fullmatch(domain) or len(domain) > 255:
        raise Wrong("domain", "Write the part behind the @, for example council.example")
    if domain in PERSONAL_DOMAINS:
        raise Wrong("domain", "Anybody can have an address there. Add its people one by one")
    if not await work.known_domains.add(authority_id, domain):
        raise Wrong("domain", "This domain is listed already")
    work.audit.add("domain_added", at=now, actor=by, subject_id=authority_id)


async def remove_domain(work: Work, authority_id: str, domain: str, by: str, now: datetime) -> None:
    """Take a mail domain off the list; raises NotFound."""
    if not await work.known_domains.remove(authority_id, domain.strip()):
        raise NotFound
    work.audit.add("domain_removed", at=now, actor=by, subject_id=authority_id)


async def ask_about_what_waits(work: Work, house: House, authority: IssuingAuthority, person: Person, now: datetime) -> None:
    """Put to a new approver every notice of their authority that waits for a decision."""
    for notice_id in await work.notices.in_state(NoticeState.AWAITING_APPROVAL, 1000):
        notice = await work.notices.get(notice_id)
        case = await work.cases.get(notice.case_id)
        asked = {one.approver_id for one in await requests_of(work, notice) if not one.as_deputy}
        if case.issuing_authority_id == authority.id and person.id not in asked:
            await ask(work, house, authority, case, notice, person, now)


async def _delegation_changed(work: Work, person_id: str, deputy_id: str, now: datetime) -> None:
    for one in (person_id, deputy_id):
        await work.people.touched(one, at=now)


async def _save(work: Work, person: Person, *, before: Person) -> None:
    lost = [role for role in KEPT if before.has(role) and not person.has(role)]
    if await work.people.change(person, before=before, kept=lost):
        return
    if (await work.people.person(before.id)).changed_at != before.changed_at:
        raise ChangedMeanwhile
    raise NotAllowed(f"Nobody else here is {_NAMED[lost[0]]}. Give somebody else the role first.")


_NAMED = {Role.SYSTEM: "a system administrator", Role.APPROVER: "an approver"}


def _after(person: Person, entry: Entry, now: datetime) -> Person:
    return replace(
        person, name=entry.name, address=entry.address, roles=entry.roles, title=entry.title, phone=entry.phone, active=True, changed_at=now
    )


def _plain(entry: Entry, policy: Policy) -> Entry:
    name, address, phone = " ".join(entry.name.split()), entry.address.strip().casefold(), " ".join(entry.phone.split())
    if not name or len(name) > 200 or not name.isprintable():
        raise Wrong("name", "Write the person's name")
    if not _ADDRESS.fullmatch(address) or len(address) > 320:
        raise Wrong("address", "Write one plain email address, for example name@council.example")
    if not entry.roles:
        raise Wrong("roles", "Choose at least one role")
    if len(phone) > 60 or not re.fullmatch(r"[0-9 ()+extEXT.,-]*", phone):
        raise Wrong("phone", "Write a telephone number, for example 01632 960001")
    title = next((one for one in titles_of(policy) if one.casefold() == " ".join(entry.title.split()).casefold()), "")
    if entry.title.strip() and not title:
        raise Wrong("title", f"The policy names no such post. It names: {'; '.join(titles_of(policy))}")
    return Entry(name=name, address=address, roles=entry.roles, title=title, phone=phone)
