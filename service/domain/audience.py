"""Who gets a notice, and in which order: places the family has links to, then neighbours, then everyone else."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

Successors = Mapping[str, tuple[str, ...]]  # which authorities of today took the place of one that is no more, by GSS code


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """One authority that is to get the notice, at today's address.

    *also*: older addresses of it that answered, and get the notice as well. *fallbacks*: its other addresses, each tried when those before
    it failed. *stands_for*: former authorities that were told and that this one answers for.
    """

    gss_code: str
    name: str
    address: str = field(repr=False)
    also: tuple[str, ...] = field(default=(), repr=False)
    fallbacks: tuple[str, ...] = field(default=(), repr=False)
    stands_for: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that a letter of this notice may go to."""
        return (self.address, *self.also, *self.fallbacks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one letter that told an authority of a case. *answered*: somebody there read it as theirs."""

    gss_code: str
    name: str
    address: str = field(repr=False)
    reached: bool
    answered: bool


def audience_of_an_end(told: Sequence[Told], today: Mapping[str, Addressee], successors: Successors) -> tuple[Addressee, ...]:
    """Return who has to hear how a case ended: everyone who was told of it.

    *told* are the letters of the case, oldest first; *today* the directory. An authority that is no more is told through its successors;
    one without an address today at the last one that took a letter, because somebody there still believes that the child is missing. An
    older address that had answered is told as well, once, and an address that did not take the last letter is not the first to be tried.
    """
    by_heir: dict[str, list[Told]] = {}
    for one in told:
        first, *others = heirs_of(one.gss_code, successors)
        by_heir.setdefault(first, []).append(one)
        for gss_code in others:
            by_heir.setdefault(gss_code, []).append(replace(one, reached=False, answered=False))
    return tuple(found for gss_code, letters in by_heir.items() if (found := _heard_of_the_end(gss_code, letters, today.get(gss_code))))


def _heard_of_the_end(gss_code: str, letters: Sequence[Told], known: Addressee | None) -> Addressee | None:
    last = {one.address.casefold(): one for one in letters}
    took = [one.address for one in reversed(letters) if last[one.address.casefold()].reached]
    if known is None and not took:
        return None  # no letter ever reached them, and there is no address that could be tried
    dead = {address for address, one in last.items() if not one.reached and not one.answered}
    addresses = sorted(known.addresses if known else took[:1], key=lambda one: one.casefold() in dead)
    answered = {one.address.casefold(): one.address for one in letters if one.answered}
    there = {one.casefold() for one in addresses}
    return Addressee(
        gss_code=gss_code,
        name=known.name if known else letters[-1].name,
        address=addresses[0],
        also=tuple(address for key, address in answered.items() if key not in there),
        fallbacks=tuple(addresses[1:]),
        stands_for=tuple(sorted({one.gss_code for one in letters} - {gss_code})),
    )


def heirs_of(gss_code: str, successors: Successors) -> tuple[str, ...]:
    """Return the authorities that answer today for what *gss_code* once was; itself when nothing took its place."""
    return successors.get(gss_code, (gss_code,))


def in_order(addressees: Iterable[Addressee], *, linked: Iterable[str], neighbours: Iterable[str]) -> tuple[Addressee, ...]:
    """Put the linked areas first, then the neighbours, then the rest by name."""
    first, second = set(linked), set(neighbours)
    return tuple(sorted(addressees, key=lambda one: (one.gss_code not in first, one.gss_code not in second, one.name)))


def line_of(gss_code: str, address: str) -> str:
    """Write an authority and an address of it as the one line that an approval binds."""
    return f"{gss_code} {address.casefold()}"


def lines_of(addressees: Iterable[Addressee]) -> list[str]:
    """Return the lines of a recipient set, sorted."""
    return sorted(line_of(one.gss_code, address) for one in addressees for address in one.addresses)


def fingerprint(addressees: Iterable[Addressee]) -> str:
    """Hash the recipient set, whatever its order, so that an approval can bind to it."""
    return fingerprint_of(lines_of(addressees))


def fingerprint_of(lines: Sequence[str]) -> str:
    """Hash the lines of a recipient set."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def bound_content(letter_sha256: str, recipients_sha256: str) -> str:
    """Return the one hash an approval binds to: these bytes to these recipients."""
    return hashlib.sha256(f"{letter_sha256} {recipients_sha256}".encode()).hexdigest()
