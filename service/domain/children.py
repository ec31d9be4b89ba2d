"""The children of a case: what has become of each, and which of them somebody means. In doubt nobody is meant."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from service.domain.names import alias_words, family_words, folded, given_words, words_in

Child = Mapping[str, Any]
EARLIEST_BIRTH, LATEST_BIRTH = timedelta(days=126), timedelta(days=28)  # around the expected date: from 22 to 44 weeks


class ChildStatus(StrEnum):
    """What has become of a child."""

    MISSING = "missing"
    FOUND = "found"
    DECEASED = "deceased"


def children_of(fields: Mapping[str, Any]) -> tuple[Child, ...]:
    """Return the children a notice names."""
    return tuple(fields.get("children") or ())


def status_of(child: Child) -> ChildStatus:
    """Return what has become of a child; a child of whom nothing is said is missing."""
    return ChildStatus(child.get("status") or ChildStatus.MISSING)


def places_with(fields: Mapping[str, Any], *wanted: ChildStatus) -> tuple[int, ...]:
    """Return the places of the children that have one of these statuses."""
    return tuple(place for place, child in enumerate(children_of(fields)) if status_of(child) in wanted)


def still_missing(fields: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the places of the children who are still missing."""
    return places_with(fields, ChildStatus.MISSING)


def with_status(fields: Mapping[str, Any], places: Sequence[int], status: ChildStatus) -> dict[str, Any]:
    """Return the fields with the children at *places* in another status."""
    changed = [{**child, "status": status.value} if place in places else child for place, child in enumerate(children_of(fields))]
    return {**fields, "children": changed}


def same_child(one: Child, other: Child) -> bool:
    """Say whether two forms plainly mean one child: by a given name or alias, or by date of birth where no name speaks against it."""
    ours, theirs = given_words(one), given_words(other)
    families = family_words(one), family_words(other)
    family_agrees = (
        not all(families) or bool(families[0] & families[1]) or bool(families[0] & alias_words(other) | families[1] & alias_words(one))
    )
    if ours and theirs:
        named = bool(ours & theirs) or bool(ours & alias_words(other)) or bool(theirs & alias_words(one))
        return named and (family_agrees or _same_birth(one, other))
    return _same_birth(one, other) and family_agrees


def _same_birth(one: Child, other: Child) -> bool:
    return bool(one.get("date_of_birth")) and one.get("date_of_birth") == other.get("date_of_birth")


def matching(children: Sequence[Child], meant: Child) -> tuple[int, ...]:
    """Return the places of the children that *meant* may be; those whose given names agree go before those who share a birthday."""
    found = tuple(place for place, child in enumerate(children) if same_child(child, meant))
    named = tuple(place for place in found if given_words(children[place]) & (given_words(meant) | alias_words(meant)))
    return named or found


def born_meanwhile(children: Sequence[Child], newborn: Child, since: date | None, today: date) -> int | None:
    """Return the place of the unborn child of the case that *newborn* is; None when there is none, or more than one.

    The date of birth has to fit the expected date; without one the child must have been born after the family went missing.
    """
    unborn = [place for place, child in enumerate(children) if child.get("unborn") and status_of(child) is ChildStatus.MISSING]
    born = _whole_date(newborn.get("date_of_birth"))
    if len(unborn) != 1 or born is None or born > today or newborn.get("unborn"):
        return None
    due = _whole_date(children[unborn[0]].get("expected_delivery_date"))
    if due is not None:
        return unborn[0] if due - EARLIEST_BIRTH <= born <= due + LATEST_BIRTH else None
    return unborn[0] if since is not None and born >= since else None


class Unclear(Exception):  # noqa: N818
    """It cannot be told which children are meant; somebody has to be asked."""


_CLAUSE = re.compile(r"[.!?;:,\n()]+|\b(?:but|however|although|though|while|whilst|and|whereas|ond)\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|both|everyone|everybody|pawb|y ddau|y ddwy)\b", re.IGNORECASE)
_NO_LONGER = re.compile(r"\bno longer\b[^.!?;\n]{0,30}\bmissing\b", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:not|never|nor|neither|none|no|without|except|excluding|missing|remains?|unknown|nearly|almost|unsure|ddim|heb)\b"
    r"|n['’]t\b|\bapart from\b|\bother than\b|\blooking for\b",
    re.IGNORECASE,
)


def children_named(children: Sequence[Child], text: str, *, others: Sequence[str] = (), prose: bool = False) -> tuple[int, ...]:
    """Return the places of the children that *text* says something of; raises Unclear rather than guess.

    A name in a clause with *not* or *missing* is not meant, a name that two children or one of the *others* (workers, adults) share tells
    nothing, and in *prose* only words with a capital are names: "will" is no William.
    """
    names = [given_words(child) | _single_aliases(child) for child in children]
    shared = {word for place, words in enumerate(names) for word in words if any(word in other for other in names[place + 1 :])}
    shared |= {folded(word) for name in others for word in words_in(name)}
    meant, denied, everyone = set[int](), set[int](), False
    for clause in _CLAUSE.split(_NO_LONGER.sub("found", text)):
        said = _said(clause, prose)
        here = {place for place, words in enumerate(names) if words & said}
        if said & shared & frozenset().union(*names):
            raise Unclear
        if _NOT.search(clause):
            denied |= here
        else:
            meant |= here
            everyone = everyone or _ALL.search(clause) is not None
    if denied and (everyone or meant & denied or not meant):
        raise Unclear
    if everyone:
        if meant and len(meant) < len(children):
            raise Unclear
        return tuple(range(len(children)))
    if not meant:
        raise Unclear
    return tuple(sorted(meant))


def _said(clause: str, prose: bool) -> frozenset[str]:
    words = (word for word in re.split(r"[^\w'’-]+", clause) if word and (word[0].isupper() or not prose))
    return frozenset(folded(part) for word in words for part in (*words_in(word), "".join(words_in(word))) if part)


def _single_aliases(child: Child) -> frozenset[str]:
    return frozenset(folded(words[0]) for alias in child.get("aliases") or () if len(words := words_in(alias)) == 1)


def turned(child: Child, years: int, today: date) -> date | None:
    """Return the day the child reached *years*, when that has come."""
    born = _whole_date(child.get("date_of_birth"))
    if born is None:
        return None
    try:
        day = born.replace(year=born.year + years)
    except ValueError:  # born on 29 February: the day after the 28th
        day = date(born.year + years, 3, 1)
    return day if day <= today else None


def expected(child: Child) -> date | None:
    """Return the day an unborn child is expected, when it is wholly known."""
    return _whole_date(child.get("expected_delivery_date")) if child.get("unborn") else None


def _whole_date(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None
