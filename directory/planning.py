"""What an import would change in the register: shown to a person before anything is stored."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from directory.checks import domain_of, remarks_on
from directory.contact import Contact
from directory.importing import ContactRow


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

    @property
    def empty(self) -> bool:
        """Whether the import would change nothing."""
        return not self.added and not self.changed

    def second_person_reason(self, *, changed_limit: int = 20) -> str | None:
        """Say why a second administrator must agree to this import; None when one is enough."""
        known = len(self.changed) + len(self.unchanged) + len(self.absent)
        moved = sum(change.old.address != change.new.address for change in self.changed)
        if moved > changed_limit or (known >= 5 and moved * 2 > known):
            return f"The file changes {moved} of the {known} addresses that are known now."
        if known >= 5 and len(self.absent) * 2 > known:
            return f"The file leaves out {len(self.absent)} of the {known} contacts that are known now."
        return None


def plan(rows: Iterable[ContactRow], current: Iterable[Contact], *, allowed_domains: Collection[str] = ()) -> Plan:
    """Compare the rows of a file with the contacts in the register."""
    known = {(contact.gss_code, contact.order): contact for contact in current}
    added, changed, unchanged, remarks = [], [], [], []
    for row in rows:
        old = known.pop((row.gss_code, row.order), None)
        new = contact_after(old, gss_code=row.gss_code, order=row.order, address=row.address, role=row.role, phone=row.phone)
        if old is None:
            added.append(new)
        elif old == new:
            unchanged.append(old)
            continue
        else:
            changed.append(Change(old=old, new=new))
        if old is None or old.address != new.address:
            remarks += [Remark(gss_code=row.gss_code, says=says) for says in remarks_on(new.address, allowed_domains=allowed_domains)]
        if old is not None and domain_of(old.address) != domain_of(new.address):
            remarks.append(Remark(gss_code=row.gss_code, says="The domain is not the one this authority used until now."))
    return Plan(
        added=tuple(added), changed=tuple(changed), unchanged=tuple(unchanged), absent=tuple(known.values()), remarks=tuple(remarks)
    )


def contact_after(old: Contact | None, *, gss_code: str, order: int, address: str, role: str, phone: str) -> Contact:
    """Return the contact as it would be stored: proof belongs to an address and does not outlive it."""
    proved_at = old.proved_at if old is not None and old.address == address else None
    return Contact(gss_code=gss_code, order=order, address=address, role=role, phone=phone, proved_at=proved_at)
