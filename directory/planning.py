"""What an import would change in the register: shown to a person before anything is stored."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from directory.checks import domain_of, is_listed, remarks_on
from directory.contact import Contact, Pair, contact_after
from directory.importing import ContactRow
from directory.likeness import is_personal, looks_like
from directory.rows import contact_fields

_FEW = 5
_FIRST_LIST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One contact as it is and as it would be."""

    old: Contact
    new: Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something a person should look at before agreeing, about one authority."""

    gss_code: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The changes of one import. Contacts that the file does not mention stay as they are and are listed as absent."""

    added: tuple[Contact, ...]
    changed: tuple[Change, ...]
    unchanged: tuple[Contact, ...]
    absent: tuple[Contact, ...]
    remarks: tuple[Remark, ...]
    new_domains: int = 0
    personal: int = 0

    @property
    def empty(self) -> bool:
        """Whether the import would change nothing."""
        return not self.added and not self.changed

    @property
    def mark(self) -> str:
        """A mark of exactly these changes: a person agrees to what was shown, and to nothing that came between."""
        told = [(new.gss_code, new.order, contact_fields(new)) for new in self.wanted]
        seen = [(old.gss_code, old.order, old.version) for old in (*(change.old for change in self.changed), *self.absent)]
        return sha256(json.dumps([told, seen]).encode()).hexdigest()

    @property
    def wanted(self) -> tuple[Contact, ...]:
        """The contacts as they would be stored."""
        return (*self.added, *(change.new for change in self.changed))

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Each contact that would be stored, behind the one it takes the place of."""
        return (*((None, new) for new in self.added), *((change.old, change.new) for change in self.changed))

    def second_person_reason(self, *, changed_limit: int = 20) -> str | None:
        """Say why a second administrator must agree to this import (rows F3 and F6 of the table of bad input); None when one is enough."""
        known = len(self.changed) + len(self.unchanged) + len(self.absent)
        moved = sum(change.old.address != change.new.address for change in self.changed)
        if moved > changed_limit or (known >= _FEW and moved * 2 > known):
            return f"The file changes {moved} of the {known} addresses that are known now."
        if known >= _FEW and len(self.absent) * 2 > known:
            return f"The file leaves out {len(self.absent)} of the {known} contacts that are known now."
        if len(self.added) > (max(changed_limit, known) if known >= _FEW else _FIRST_LIST):
            return f"The file adds {len(self.added)} contacts to the {known} that are known now."
        if self.personal:
            return f"The file brings {self.personal} address(es) of a provider where anybody can have one."
        if self.new_domains:
            return f"The file brings {self.new_domains} address(es) at a domain that is new for the authority."
        return None


def plan(rows: Iterable[ContactRow], current: Iterable[Contact], *, allowed_domains: Collection[str] = ()) -> Plan:
    """Compare the rows of a file with the contacts in the register."""
    known = {(contact.gss_code, contact.order): contact for contact in current}
    domains: dict[str, set[str]] = {}
    for contact in known.values():
        domains.setdefault(contact.gss_code, set()).add(domain_of(contact.address))
    everywhere = {domain for used in domains.values() for domain in used} | {domain.lower() for domain in allowed_domains}
    likeness = cache(lambda domain: looks_like(domain, everywhere))
    added, changed, unchanged, remarks, new_domains, personal = [], [], [], [], 0, 0
    for row in rows:
        old = known.pop((row.gss_code, row.order), None)
        new = _wanted(row, old)
        if old == new:
            unchanged.append(new)
            continue
        if old is None:
            added.append(new)
        else:
            changed.append(Change(old=old, new=new))
        if old is None or old.address != new.address:
            said = [*remarks_on(new.address, allowed_domains=allowed_domains)]
            used, like = domains.get(row.gss_code), likeness(domain_of(new.address))
            if used and domain_of(new.address) not in used:
                said.append("The domain is not the one this authority used until now.")
            if like is not None:
                said.append(f"The domain looks like {like}, and is another.")
            personal += is_personal(new.address)
            remarks += [Remark(gss_code=row.gss_code, says=says) for says in said]
            strange = domain_of(new.address) not in used if used else not is_listed(domain_of(new.address), allowed_domains)
            new_domains += strange or like is not None
    return Plan(
        added=tuple(added),
        changed=tuple(changed),
        unchanged=tuple(unchanged),
        absent=tuple(known.values()),
        remarks=tuple(remarks),
        new_domains=new_domains,
        personal=personal,
    )


def _wanted(row: ContactRow, old: Contact | None) -> Contact:
    phone = (old.phone if old else "") if row.phone is None else row.phone
    return contact_after(
        old,
        gss_code=row.gss_code,
        order=row.order,
        address=row.address,
        role=row.role,
        phone=phone,
        out_of_hours=row.out_of_hours,
        secure_note=row.secure_note,
    )
