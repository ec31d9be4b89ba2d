"""What the reader notices about a form: where each value came from, and what is contradictory, unreadable or unrecognised."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from service.forms.dates import first_day
from service.forms.labels import label_of

_MAY_BE_SIGHTED = frozenset({"update", "renewal", "found"})  # a sighting after the missing date is their news, not a slip


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
    fields: Mapping[str, Any], provenance: Mapping[str, Provenance], ages: Mapping[str, int], *, kind: str, today: date
) -> Iterator[Finding]:
    """Find answers that cannot all be true."""

    def finding(path: str, says: str) -> Finding:
        label = provenance[path].label if path in provenance else label_of(path)
        return Finding(field=path, problem=Problem.CONTRADICTION, says=says, label=label)

    missing, seen = fields["date_went_missing"], fields["date_last_seen"]
    for path, when in (("date_went_missing", missing), ("date_last_seen", seen)):
        if when and first_day(when) > today:
            yield finding(path, f"{_words(when)} is in the future.")
    if missing and seen and len(missing) == len(seen) == 10 and seen > missing and kind not in _MAY_BE_SIGHTED:
        yield finding("date_last_seen", f"Last seen on {_words(seen)} is after the child went missing on {_words(missing)}.")
    for number, child in enumerate(fields["children"]):
        base = f"children[{number}]"
        yield from (finding(f"{base}.{key}", says) for key, says in _about_child(child, ages.get(base), missing, today))
    for number, adult in enumerate(fields["adults"]):
        born = adult["date_of_birth"]
        if born and first_day(born) > today:
            yield finding(f"adults[{number}].date_of_birth", f"A date of birth cannot be in the future: {_words(born)}.")
    whereabouts = fields["whereabouts"]
    if missing and whereabouts["locality_known"]:
        yield finding("whereabouts.locality_known", "The form says that the locality is known, and also that the child is missing.")
    if whereabouts["parent_in_custody"] is False and any(adult["in_custody"] for adult in fields["adults"]):
        yield finding("whereabouts.parent_in_custody", "The form says that no parent is in custody, but names an adult who is.")
    media = fields["media_strategy"]
    if media["considered"] is False and media["media_to_be_informed"]:
        yield finding("media_strategy.considered", "No media strategy was considered, but the media are to be informed.")
    found = fields["found"] or {}
    if found.get("date") and first_day(found["date"]) > today:
        yield finding("found.date", f"{_words(found['date'])} is in the future.")
    if found.get("date") and missing and len(found["date"]) == len(missing) == 10 and found["date"] < missing:
        yield finding("found.date", f"Found on {_words(found['date'])} is before the child went missing on {_words(missing)}.")


def _about_child(child: Mapping[str, Any], age: int | None, missing: str | None, today: date) -> Iterator[tuple[str, str]]:
    born, plan = child["date_of_birth"], child["plan_start"]
    if born and first_day(born) > today:
        yield "date_of_birth", f"A date of birth cannot be in the future: {_words(born)}. Is this the date an unborn baby is expected?"
    if born and age is not None and first_day(born) <= today:
        start = first_day(born)
        years = today.year - start.year - ((today.month, today.day) < (start.month, start.day))
        if abs(years - age) > 1 or (len(born) == 10 and age > years):
            yield "date_of_birth", f"Age {age} does not fit {_words(born)}"
    if born and child["expected_delivery_date"]:
        yield "expected_delivery_date", "This child has both a date of birth and an expected date of delivery."
    if born and plan and len(plan) == 10 and len(born) == 10 and first_day(plan) < first_day(born) - timedelta(days=300):
        yield "plan_start", f"The plan started on {_words(plan)}, long before the child was born on {_words(born)}."
    if plan and first_day(plan) > today:
        yield "plan_start", f"{_words(plan)} is in the future."


def _words(when: str) -> str:
    day = first_day(when)
    if re.fullmatch(r"\d{4}", when):
        return when
    month = f"{day:%B} {day.year}"
    return f"{day.day} {month}" if len(when) == 10 else month
