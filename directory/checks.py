"""Things a person should look at before an address is trusted, and what is wrong with the list: no rule refuses them, none is silent."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from directory.authority import Authority
from directory.contact import PRIMARY, BadAddress, Contact, address_key, normalise_address
from directory.domains import DomainState

# Nobody else gets a name there: government, the NHS of each nation (nhs.net is one domain for all of it), the police.
PUBLIC_SECTOR_ENDINGS = (
    *(".gov.uk", ".gov.scot", ".gov.wales", ".llyw.cymru", ".gov.gg", ".gov.im", ".gov.je"),
    *(".nhs.uk", ".nhs.net", ".nhs.scot", ".nhs.wales", ".hscni.net", ".police.uk"),
)
_SOON = timedelta(days=90)


class About(StrEnum):
    """What a finding is about."""

    GAP = "no address"
    ADDRESS = "address"
    DUPLICATE = "duplicate"
    ENDED = "ended"
    ROLE = "role"
    DOMAIN = "domain"
    NOTE = "note"

    @property
    def stops_letters(self) -> bool:
        """Whether a letter may not arrive because of it."""
        return self in (About.GAP, About.ADDRESS, About.ENDED, About.DOMAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something in the directory that a person should put right; *says* is a sentence without an address."""

    gss_code: str
    about: About
    says: str
    order: int | None = None


def remarks_on(address: str, *, allowed_domains: Collection[str] = ()) -> tuple[str, ...]:
    """Say in sentences what is unusual about a new address, without repeating it."""
    local_part, _, domain = address.lower().rpartition("@")
    found = []
    if not is_listed(domain, allowed_domains):
        found.append("The domain is not one that authorities use; check that it belongs to this authority.")
    if re.fullmatch(r"[a-z'-]+\.[a-z'-]+\d*", local_part):
        found.append("This looks like the mailbox of one person; alerts should go to a mailbox that a team reads.")
    return tuple(found)


def is_listed(domain: str, allowed_domains: Collection[str] = ()) -> bool:
    """Say whether a domain is one that authorities use, or one that was allowed by name."""
    return f".{domain}".endswith((*PUBLIC_SECTOR_ENDINGS, ".test")) or domain in {allowed.lower() for allowed in allowed_domains}


def domain_of(address: str) -> str:
    """Return the domain of an address."""
    return address.lower().rpartition("@")[2]


def check_contacts(
    authorities: Iterable[Authority],
    contacts: Iterable[Contact],
    *,
    on: date,
    test_environment: bool = False,
    allowed_domains: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Return what is wrong with the list by itself: addresses, duplicates, authorities that ended or soon will, gaps and missing roles."""
    listed, by_authority = tuple(contacts), dict[str, list[Contact]]()
    for contact in listed:
        by_authority.setdefault(contact.gss_code, []).append(contact)
    known = {authority.gss_code: authority for authority in authorities}
    places = Counter(key for key, _ in {(address_key(contact.address), contact.gss_code) for contact in listed})
    found: list[Finding] = []
    for contact in listed:
        found += _about_address(contact, places[address_key(contact.address)], test_environment, allowed_domains)
    for gss_code, authority in known.items():
        found += _about_authority(authority, by_authority.get(gss_code, []), by_authority, known, on)
    return tuple(sorted(found, key=lambda finding: (finding.gss_code, finding.order is not None, finding.order or 0)))


def check_domains(contacts: Iterable[Contact], states: Mapping[str, DomainState]) -> tuple[Finding, ...]:
    """Return what the domain name system says against the domains of the contacts, as `Domains.states` found it."""
    found = []
    for contact in contacts:
        state = states.get(domain_of(contact.address))
        if state is None:
            continue
        if state.trouble:
            proved = contact.proved_at
            before = f" A letter to this contact was proved on {proved.day} {proved:%B %Y}, so this is new." if proved else ""
            found.append(Finding(gss_code=contact.gss_code, order=contact.order, about=About.DOMAIN, says=state.trouble + before))
        found += [Finding(gss_code=contact.gss_code, order=contact.order, about=About.NOTE, says=note) for note in state.notes]
    return tuple(found)


def _about_address(contact: Contact, places: int, test_environment: bool, allowed_domains: Collection[str]) -> Iterator[Finding]:
    def finding(about: About, says: str) -> Finding:
        return Finding(gss_code=contact.gss_code, order=contact.order, about=about, says=says)

    try:
        if normalise_address(contact.address, test_environment=test_environment) != contact.address:
            yield finding(About.ADDRESS, "The address is not written the way addresses are kept here.")
    except BadAddress as bad:
        yield finding(About.ADDRESS, bad.says)
    if places > 1:
        yield finding(About.DUPLICATE, f"{places} authorities share this mailbox; check that all of them mean to.")
    for says in remarks_on(contact.address, allowed_domains=allowed_domains):
        yield finding(About.NOTE, says)


def _about_authority(
    authority: Authority, contacts: list[Contact], every: Mapping[str, list[Contact]], known: Mapping[str, Authority], on: date
) -> Iterator[Finding]:
    def finding(about: About, says: str) -> Finding:
        return Finding(gss_code=authority.gss_code, about=about, says=says)

    ends = authority.valid_to
    if ends is not None and ends < on and contacts:
        yield finding(About.ENDED, "The authority has ended and still has contacts.")
    if ends is not None and ends - on <= _SOON:
        for code in authority.successors:
            if code in known and not every.get(code):
                yield finding(About.ENDED, f"{known[code].name} follows this authority and has no address yet.")
        if not authority.successors and ends >= on:
            yield finding(About.ENDED, "The authority soon ends, and nobody is known to follow it.")
    if not authority.in_uk or not authority.is_current(on):
        return
    own = [contact for contact in contacts if not contact.is_partner]
    if not any(contact.order == PRIMARY for contact in own):
        yield finding(About.GAP, "There is no primary address; alerts cannot reach this authority.")
        return
    if not any("custodian" in contact.role.casefold() or "designated" in contact.role.casefold() for contact in own):
        yield finding(About.ROLE, "Nobody is named as custodian or designated officer.")
    if len(own) == 1:
        yield finding(About.ROLE, "There is no fallback when the primary address fails.")
    if not any(contact.phone for contact in own):
        yield finding(About.ROLE, "There is no telephone number to ring when no letter is answered.")
