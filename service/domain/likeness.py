"""Whether two cases may be about one child. Only marks are compared, and what they mean is said in words; nothing is ever merged.

A mark is one small fact in plain words: a pair of names, a date of birth. The database keeps and compares them under a key, so that equal
marks say that the words are equal and nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from service.domain.children import children_of
from service.domain.names import folded, whole_and_parts, words_in

DUE_APART = 14
_BORN_AROUND_DUE = 28
_MOST_PAIRS = 60


class MarkKind(StrEnum):
    """What a mark is of."""

    NAME = "name"  # a given name or alias with a family name, in any order
    GIVEN = "given"
    FAMILY = "family"
    BORN = "born"  # a whole date of birth
    BORN_PART = "born_part"  # all that is known: a month or a year
    BORN_MONTH = "born_month"  # the month or the year of a whole date
    DUE = "due"
    MOTHER = "mother"


@dataclass(frozen=True, slots=True)
class Mark:
    """One fact about one child of a case, as it is kept."""

    child: int
    kind: MarkKind
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Clue:
    """One mark to look for, and what finding it says; *about* is what it compares: name, given, family, born, due or mother."""

    child: int
    kind: MarkKind
    value: str = field(repr=False)
    says: str
    about: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A clue that was found at a child of another case."""

    case_id: str
    their_child: int
    clue: Clue


@dataclass(frozen=True, slots=True)
class Likeness:
    """A child here that may be a child of another case, and why."""

    child: int
    case_id: str
    says: str


def marks_of(fields: Mapping[str, Any]) -> tuple[Mark, ...]:
    """Return what is kept of the children of a case."""
    mothers = _mothers(fields)
    found: dict[Mark, None] = {}
    for place, child in enumerate(children_of(fields)):
        given, family = _given(child), _family(child)
        for pair in _pairs(child):
            found[Mark(place, MarkKind.NAME, pair)] = None
        found |= {Mark(place, MarkKind.GIVEN, word): None for word in sorted(given)}
        found |= {Mark(place, MarkKind.FAMILY, word): None for word in sorted(family)}
        born = str(child.get("date_of_birth") or "")
        if _whole(born):
            found[Mark(place, MarkKind.BORN, born)] = None
            found |= {Mark(place, MarkKind.BORN_MONTH, part): None for part in (born[:7], born[:4])}
        elif born or not child.get("unborn"):
            found[Mark(place, MarkKind.BORN_PART, born or _UNKNOWN)] = None
        due = str(child.get("expected_delivery_date") or "")
        if child.get("unborn") and _whole(due):
            found[Mark(place, MarkKind.DUE, due)] = None
        found |= {Mark(place, MarkKind.MOTHER, pair): None for pair in mothers}
    return tuple(found)


def clues_of(fields: Mapping[str, Any]) -> tuple[Clue, ...]:
    """Return what to look for: the same names and dates, and the dates that a slip of the pen makes of them."""
    mothers = _mothers(fields)
    clues: list[Clue] = []
    for place, child in enumerate(children_of(fields)):
        alone = not child.get("date_of_birth") and not child.get("unborn")
        same_name = f"same name, {_NOTHING_TO_COMPARE}" if alone else "same name"
        clues += [Clue(place, MarkKind.NAME, pair, same_name, "name") for pair in _pairs(child)]
        clues += [Clue(place, MarkKind.GIVEN, word, "same given name", "given") for word in sorted(_given(child))]
        clues += [Clue(place, MarkKind.FAMILY, word, "same family name", "family") for word in sorted(_family(child))]
        if born := str(child.get("date_of_birth") or ""):
            clues += [Clue(place, kind, value, says, "born") for kind, value, says in _births(born)]
        clues += [Clue(place, MarkKind.MOTHER, pair, "same mother", "mother") for pair in mothers]
        clues += [Clue(place, kind, value, says, "due") for kind, value, says in _around_birth(child)]
    return tuple(clues)


def judge(hits: Iterable[Hit]) -> tuple[Likeness, ...]:
    """Say which children here look like a child of another case: by name and birth, or by name and brothers and sisters."""
    pairs: dict[tuple[str, int, int], dict[str, str]] = defaultdict(dict)
    for hit in hits:
        told = pairs[hit.case_id, hit.clue.child, hit.their_child]
        told.setdefault(hit.clue.about, hit.clue.says)
    named = defaultdict(set)
    for (case_id, child, _), told in pairs.items():
        if "name" in told:
            named[case_id].add(child)
    found: dict[tuple[int, str], str] = {}
    for (case_id, child, _), told in sorted(pairs.items(), key=lambda item: (item[0][1], item[0][0], item[0][2])):
        says = _why(told, siblings=len(named[case_id] - {child}))
        if says and len(says) > len(found.get((child, case_id), "")):
            found[child, case_id] = says
    return tuple(Likeness(child, case_id, says) for (child, case_id), says in found.items())


def _why(told: Mapping[str, str], *, siblings: int) -> str | None:
    others = ", brothers or sisters with the same names" if siblings else ""
    born = told.get("born")
    if "name" in told and born:
        return f"{told['name']}, {born}{others}"
    if "name" in told and (siblings or _NOTHING_TO_COMPARE in told["name"]):
        return f"{told['name']}{others}"
    if born == _SAME_BIRTH and "given" in told:
        return f"same given name and date of birth, another family name{others}"
    if born == _SAME_BIRTH and ("family" in told or "mother" in told):
        return f"{told.get('family') or told['mother']} and date of birth, another given name{others}"
    if "due" in told and "mother" in told:
        return f"{told['mother']}, {told['due']}"
    return None


_SAME_BIRTH = "same date of birth"


def _births(born: str) -> Iterator[tuple[MarkKind, str, str]]:
    yield MarkKind.BORN_PART, _UNKNOWN, _NOTHING_TO_COMPARE
    if not _whole(born):
        yield MarkKind.BORN_PART, born, "born in the same month or year as far as it is known"
        yield MarkKind.BORN_MONTH, born, "born in the same month or year as far as it is known"
        return
    day = date.fromisoformat(born)
    yield MarkKind.BORN, born, _SAME_BIRTH
    for near in (day - timedelta(days=1), day + timedelta(days=1)):
        yield MarkKind.BORN, near.isoformat(), "date of birth a day apart"
    if swapped := _valid(day.year, day.day, day.month):
        yield MarkKind.BORN, swapped, "day and month of birth swapped"
    for year in sorted(_near_years(day.year)):
        if other := _valid(year, day.month, day.day):
            yield (
                MarkKind.BORN,
                other,
                "date of birth a year apart" if abs(year - day.year) == 1 else "one digit of the year of birth differs",
            )
    for part in (born[:7], born[:4]):
        yield MarkKind.BORN_PART, part, "born in the same month or year as far as it is known"


_UNKNOWN = "-"
_NOTHING_TO_COMPARE = "no date of birth to compare"


def _near_years(year: int) -> set[int]:
    digits = f"{year:04d}"
    slips = {int(digits[:place] + digit + digits[place + 1 :]) for place in (2, 3) for digit in "0123456789"}
    return (slips | {year - 1, year + 1}) - {year}


def _around_birth(child: Mapping[str, Any]) -> Iterator[tuple[MarkKind, str, str]]:
    """For an unborn child: births expected or come about then. For a born one: a birth that was expected about then."""
    due, born = str(child.get("expected_delivery_date") or ""), str(child.get("date_of_birth") or "")
    if child.get("unborn") and _whole(due):
        for apart in range(-DUE_APART, DUE_APART + 1):
            says = "same expected date of delivery" if not apart else "expected dates of delivery close together"
            yield MarkKind.DUE, (date.fromisoformat(due) + timedelta(days=apart)).isoformat(), says
        for apart in range(-_BORN_AROUND_DUE, _BORN_AROUND_DUE + 1):
            yield MarkKind.BORN, (date.fromisoformat(due) + timedelta(days=apart)).isoformat(), "born when this baby was expected"
    elif _whole(born):
        for apart in range(-_BORN_AROUND_DUE, _BORN_AROUND_DUE + 1):
            yield MarkKind.DUE, (date.fromisoformat(born) + timedelta(days=apart)).isoformat(), "born when that baby was expected"


def _pairs(child: Mapping[str, Any]) -> tuple[str, ...]:
    """Join each given name with each family name, without an order: Amy Jane Smith-Jones is also Jones, Amy."""
    family = _family(child)
    found = {_pair(one, other) for one in _firsts(child.get("given_names")) for other in family if one != other}
    for alias in child.get("aliases") or ():
        words = words_in(alias)
        if len(words) == 1:
            found |= {_pair(folded(words[0]), other) for other in family if folded(words[0]) != other}
        else:
            found |= {_pair(folded(one), other) for one in words[:-1] for other in (words[-1],)}
    return tuple(sorted(found)[:_MOST_PAIRS])


def _pair(one: str, other: str) -> str:
    # Both are folded, because in which order they were written is not known.
    return " ".join(sorted((folded(one), folded(other))))


def _firsts(given: object) -> frozenset[str]:
    """Return each given name, and a double one written as one: Anne-Marie is anne, marie and annemarie."""
    parts = [words_in(part) for part in str(given or "").split()]
    return frozenset(folded(word) for words in parts for word in whole_and_parts(words))


def _given(child: Mapping[str, Any]) -> frozenset[str]:
    single = {folded(words[0]) for alias in child.get("aliases") or () if len(words := words_in(alias)) == 1}
    return _firsts(child.get("given_names")) | single


def _family(child: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(folded(word) for word in whole_and_parts(words_in(child.get("family_name"))))


def _mothers(fields: Mapping[str, Any]) -> tuple[str, ...]:
    names: Sequence[str] = [
        name
        for adult in fields.get("adults") or ()
        if "mother" in str(adult.get("relationship") or "").casefold() and "grand" not in str(adult.get("relationship") or "").casefold()
        for name in (adult.get("name"), *(adult.get("aliases") or ()))
        if name
    ]
    return tuple(sorted({_pair(one, words[-1]) for name in names if len(words := words_in(name)) > 1 for one in words[:-1]})[:_MOST_PAIRS])


def _whole(text: str) -> bool:
    if len(text) != 10:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _valid(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
