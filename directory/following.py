"""Who took the place of an authority that is no more."""

from collections.abc import Iterable
from datetime import date

from directory.authority import Authority


def current_successors(authorities: Iterable[Authority], on: date) -> dict[str, tuple[str, ...]]:
    """Return, for every code that stands for no authority on *on*, the codes of those of that day that took its place, ordered.

    Successors of successors count, and so do former codes. An authority that is to come, or ended without successor, is left out.
    """
    every = {one.gss_code: one for one in authorities}
    found: dict[str, tuple[str, ...]] = {
        former: (one.gss_code,) for one in every.values() if one.is_current(on) for former in one.former_codes if former not in every
    }
    for one in every.values():
        if one.valid_to is not None and one.valid_to < on:
            followed = tuple(sorted(code for code in followers(one.gss_code, every) if every[code].is_current(on)))
            if followed:
                found[one.gss_code] = followed
    return found


def followers(gss_code: str, every: dict[str, Authority]) -> set[str]:
    """Return the codes of the successors of an authority, and of theirs; of itself too, when they go round in a circle."""
    seen: set[str] = set()
    ahead = [*every[gss_code].successors]
    while ahead:
        code = ahead.pop()
        if code in every and code not in seen:
            seen.add(code)
            ahead += every[code].successors
    return seen
