"""What the reader notices about a form: where each value came from, and what is contradictory, unreadable or unrecognised."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from service.forms.dates import Age, first_day, last_day, spoken, years_between
from service.forms.labels import label_of

_MAY_BE_SIGHTED = frozenset({"update", "renewal", "found"})  # a sighting after the missing date is their news, not a slip


_ADULT_AGE = 18
_LONGEST_PREGNANCY = timedelta(days=310)


class Problem(StrEnum):
    """What is wrong with an answer. The reader never says missing: which answers are required is the policy's business."""

    MISSING = "missing"
    CONTRADICTION = "contradiction"
    UNREADABLE = "unreadable"
    UNRECOGNISED = "unrecognised"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a value came from: the file, the place in it, the form's own label and words, and how they were read."""

    file: str
    place: str
    label: str
    text: str = field(repr=False)
    method: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at, in a sentence; *label* is the form's own name for the field."""

    field: str
    problem: str
    says: str
    label: str | None = None


def contradictions(
    fields: Mapping[str, Any], provenance: Mapping[str, Provenance], ages: Mapping[str, Age], *, kind: str, today: date
) -> Iterator[Finding]:
    """Find answers that cannot all be true, or that an alert could not stand on."""
    found = (
        *_about_the_episode(fields, kind, today),
        *_about_the_children(fields["children"], ages, fields["date_went_missing"], today),
        *_about_the_adults(fields["adults"], today),
        *_about_the_answers(fields),
        *_about_the_end(fields, kind, today),
    )
    for path, says in found:
        label = provenance[path].label if path in provenance else label_of(path)
        yield Finding(field=path, problem=Problem.CONTRADICTION, says=says, label=label)


def _about_the_episode(fields: Mapping[str, Any], kind: str, today: date) -> Iterator[tuple[str, str]]:
    missing, seen = fields["date_went_missing"], fields["date_last_seen"]
    for path in ("date_went_missing", "date_last_seen"):
        when = fields[path]
        if when and first_day(when) > today:
            yield path, f"{spoken(when)} is in the future."
    if missing and seen and first_day(seen) > last_day(missing) and kind not in _MAY_BE_SIGHTED:
        yield "date_last_seen", f"Last seen on {spoken(seen)} is after the child went missing on {spoken(missing)}."


def _about_the_children(
    children: Sequence[Mapping[str, Any]], ages: Mapping[str, Age], missing: str | None, today: date
) -> Iterator[tuple[str, str]]:
    for number, child in enumerate(children):
        base = f"children[{number}]"
        yield from ((f"{base}.{key}", says) for key, says in _about_birth(child, ages.get(base), missing, today))
        yield from ((f"{base}.{key}", says) for key, says in _about_being_unborn(child, today))
        yield from ((f"{base}.{key}", says) for key, says in _about_the_plan(child, today))
        for earlier, other in enumerate(children[:number]):
            if not _same_name(child, other):
                continue
            born, theirs = child["date_of_birth"], other["date_of_birth"]
            if born == theirs:
                yield f"{base}.given_names", f"Children {earlier + 1} and {number + 1} have the same name. Is one child named twice?"
            elif born and theirs:
                says = f"Children {earlier + 1} and {number + 1} have the same name, but different dates of birth. Which is right?"
                yield f"{base}.date_of_birth", says


def _about_birth(child: Mapping[str, Any], age: Age | None, missing: str | None, today: date) -> Iterator[tuple[str, str]]:
    born = child["date_of_birth"]
    if not born:
        return
    if first_day(born) > today:
        yield "date_of_birth", f"A date of birth cannot be in the future: {spoken(born)}. Is this the date an unborn baby is expected?"
        return
    oldest, youngest = years_between(first_day(born), today), years_between(min(last_day(born), today), today)
    if age is not None and not youngest - 1 <= age.years <= oldest:
        yield "date_of_birth", f"Age {age.words} does not fit {spoken(born)}"
    if youngest >= _ADULT_AGE:
        yield "date_of_birth", f"Born in {spoken(born)[-4:]}, this person is 18 or over. The alert system is for children."
    if missing and first_day(born) > last_day(missing):
        yield "date_of_birth", f"Born on {spoken(born)}, after going missing on {spoken(missing)}."


def _about_being_unborn(child: Mapping[str, Any], today: date) -> Iterator[tuple[str, str]]:
    expected = child["expected_delivery_date"]
    if child["date_of_birth"] and expected:
        yield "expected_delivery_date", "This child has both a date of birth and an expected date of delivery."
    elif child["date_of_birth"] and child["unborn"]:
        yield "unborn", "This child is called unborn, but has a date of birth."
    elif expected and last_day(expected) < today:
        yield "expected_delivery_date", f"The baby was expected on {spoken(expected)}, which has passed. Has the baby been born?"
    elif expected and first_day(expected) > today + _LONGEST_PREGNANCY:
        yield "expected_delivery_date", f"{spoken(expected)} is more than ten months away. Please check the date."


def _about_the_plan(child: Mapping[str, Any], today: date) -> Iterator[tuple[str, str]]:
    born, plan = child["date_of_birth"], child["plan_start"]
    if born and plan and len(plan) == 10 and len(born) == 10 and first_day(plan) < first_day(born) - timedelta(days=300):
        yield "plan_start", f"The plan started on {spoken(plan)}, long before the child was born on {spoken(born)}."
    if plan and first_day(plan) > today:
        yield "plan_start", f"{spoken(plan)} is in the future."


def _about_the_adults(adults: Sequence[Mapping[str, Any]], today: date) -> Iterator[tuple[str, str]]:
    for number, adult in enumerate(adults):
        born = adult["date_of_birth"]
        if born and first_day(born) > today:
            yield f"adults[{number}].date_of_birth", f"A date of birth cannot be in the future: {spoken(born)}."
        elif born and years_between(first_day(born), today) < 10:
            yield f"adults[{number}].date_of_birth", f"Born on {spoken(born)}, this adult would be a child. Whose date of birth is it?"


def _about_the_answers(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    whereabouts, media = fields["whereabouts"], fields["media_strategy"]
    if fields["date_went_missing"] and whereabouts["locality_known"]:
        yield "whereabouts.locality_known", "The form says that the locality is known, and also that the child is missing."
    if whereabouts["parent_in_custody"] is False and any(adult["in_custody"] for adult in fields["adults"]):
        yield "whereabouts.parent_in_custody", "The form says that no parent is in custody, but names an adult who is."
    if media["considered"] is False and media["media_to_be_informed"]:
        yield "media_strategy.considered", "No media strategy was considered, but the media are to be informed."


def _about_the_end(fields: Mapping[str, Any], kind: str, today: date) -> Iterator[tuple[str, str]]:
    found, missing = fields["found"] or {}, fields["date_went_missing"]
    when, seen = found.get("date"), found.get("date_seen")
    for path, day in (("found.date", when), ("found.date_seen", seen)):
        if day and first_day(day) > today:
            yield path, f"{spoken(day)} is in the future."
    if when and missing and last_day(when) < first_day(missing):
        yield "found.date", f"Found on {spoken(when)} is before the child went missing on {spoken(missing)}."
    elif when and kind == "alert":
        yield "found.date", f"The form asks for an alert, and says that the child was found on {spoken(when)}."
    if when and seen and last_day(seen) < first_day(when):
        yield "found.date_seen", f"Seen on {spoken(seen)} is before being found on {spoken(when)}."
    if found.get("deceased") and found.get("physically_seen"):
        yield "found.deceased", "The form says that the child has died, and also that the child was physically seen. Please tell us which."


def _same_name(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    names = [tuple(" ".join((child[key] or "").casefold().split()) for key in ("given_names", "family_name")) for child in (one, other)]
    return bool(names[0][0]) and names[0] == names[1]
