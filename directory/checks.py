"""Things a person should look at before an address is trusted: no rule refuses them, none of them is silent."""

import re
from collections.abc import Collection

PUBLIC_SECTOR_ENDINGS = (".gov.uk", ".gov.wales", ".gov.scot", ".llyw.cymru", ".hscni.net", ".gov.gg", ".gov.im", ".gov.je")


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
    return domain.endswith((*PUBLIC_SECTOR_ENDINGS, ".test")) or domain in {allowed.lower() for allowed in allowed_domains}


def domain_of(address: str) -> str:
    """Return the domain of an address."""
    return address.lower().rpartition("@")[2]
