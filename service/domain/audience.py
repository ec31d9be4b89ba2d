"""Who gets a notice, and in which order: places the family has links to, then neighbours, then everyone else."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """One authority that is to get the notice, at today's address."""

    gss_code: str
    name: str
    address: str = field(repr=False)


def in_order(addressees: Iterable[Addressee], *, linked: Iterable[str], neighbours: Iterable[str]) -> tuple[Addressee, ...]:
    """Put the linked areas first, then the neighbours, then the rest by name."""
    first, second = set(linked), set(neighbours)
    return tuple(sorted(addressees, key=lambda one: (one.gss_code not in first, one.gss_code not in second, one.name)))


def fingerprint(addressees: Sequence[Addressee]) -> str:
    """Hash the recipient set, whatever its order, so that an approval can bind to it."""
    lines = sorted(f"{one.gss_code} {one.address.casefold()}" for one in addressees)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def bound_content(letter_sha256: str, recipients_sha256: str) -> str:
    """Return the one hash an approval binds to: these bytes to these recipients."""
    return hashlib.sha256(f"{letter_sha256} {recipients_sha256}".encode()).hexdigest()
