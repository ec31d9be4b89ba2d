"""Domains that are made to be taken for another, and mailboxes that anybody can have.

Addresses with letters that are not plain ASCII are refused before (`contact.normalise_address`), so what can still deceive is plain:
`1` for `l`, `rn` for `m`, a hyphen for a dot, one letter more or less, or a known domain in front of another one.
"""

from collections.abc import Iterable

from rapidfuzz.distance import OSA

from directory.checks import PUBLIC_SECTOR_ENDINGS, domain_of, is_listed

PERSONAL_DOMAINS = frozenset(
    [
        "aol.com",
        "btinternet.com",
        "fastmail.com",
        "gmail.com",
        "gmx.com",
        "googlemail.com",
        "hotmail.co.uk",
        "hotmail.com",
        "icloud.com",
        "live.co.uk",
        "live.com",
        "mac.com",
        "mail.com",
        "me.com",
        "msn.com",
        "ntlworld.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "sky.com",
        "talktalk.net",
        "tiscali.co.uk",
        "virginmedia.com",
        "yahoo.co.uk",
        "yahoo.com",
        "ymail.com",
    ]
)
_LIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("-", ""), (".", ""))


def is_personal(address: str) -> bool:
    """Say whether the mailbox is of a provider where anybody can have one."""
    return domain_of(address) in PERSONAL_DOMAINS


def looks_like(domain: str, known: Iterable[str]) -> str | None:
    """Return the known domain that this one could be taken for; None when it is known itself, or like none of them."""
    others = sorted(set(known))
    if domain in others:
        return None
    for other in others:
        if _skeleton(domain) == _skeleton(other) or domain.startswith((f"{other}.", f"{other}-")):
            return other
        # Councils have names that differ by a letter, and nobody else gets a name below these endings.
        if not is_listed(domain) and OSA.distance(domain, other, score_cutoff=1) <= 1:
            return other
    hidden = next((ending for ending in PUBLIC_SECTOR_ENDINGS if not f".{domain}".endswith(ending) and _hides(domain, ending)), None)
    return None if hidden is None else hidden.removeprefix(".")


def _hides(domain: str, ending: str) -> bool:
    return f"{ending}." in f".{domain}" or _skeleton(domain).endswith(_skeleton(ending))


def _skeleton(domain: str) -> str:
    for sign, like in _LIKE:
        domain = domain.replace(sign, like)
    return domain
