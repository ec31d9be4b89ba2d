"""Reads corrections that people send by reply: numbered answers, and the value a written answer gives to a field."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from service.forms.agencies import read_agencies
from service.forms.filling import PROTECTED
from service.forms.findings import Finding, Problem, Provenance
from service.forms.labels import label_of
from service.forms.names import read_named, without_title
from service.forms.people import EXPECTED
from service.forms.places import read_place
from service.forms.shapes import (
    BLANKS,
    FOUND,
    WHEREABOUTS,
    blank_address,
    blank_agency,
    blank_child,
    blank_contact,
    blank_fields,
    blank_found,
)
from service.forms.values import Converted, chosen_words, convert, is_not_known

_NUMBERED = re.compile(
    r"^\s{0,3}(?:>\s?)?(?:(?:Q(?:uestion)?|A(?:nswer)?|No\.?|#)\s*)?\(?(\d{1,2})\s*(?:[:)]\s*|\.(?!\d)\s*|[-–—]\s+)(.*)$", re.IGNORECASE
)
_PATH = re.compile(r"^([a-z_]+)(?:\[(\d{1,2})\])?(?:\.([a-z_.]+))?$")
_SIGN_OFF = re.compile(r"^\s*(?:--|kind regards|many thanks|regards|thanks|thank you|best wishes|yours|diolch|cofion)\b", re.IGNORECASE)
_MOST_PEOPLE = 20


def read_numbered_answers(text: str) -> dict[int, str]:
    """Read lines like "3: 12/04/2019", "3. …" or "3) …"; an answer goes on until a blank line, the next number or the sign-off."""
    answers: dict[int, list[str]] = {}
    current: int | None = None
    for line in text.splitlines():
        match = _NUMBERED.match(line)
        if match and not re.match(r"\s*\d{1,2}:\d{2}\b", line):
            current = int(match[1])
            answers[current] = [match[2].strip()]
        elif _SIGN_OFF.match(line) or (not line.strip() and current is not None and any(answers[current])):
            current = None
        elif current is not None and line.strip():
            answers[current].append(line.strip())
    joined = {number: "\n".join(part for part in parts if part) for number, parts in answers.items()}
    return {number: answer for number, answer in joined.items() if answer}


def apply_answers(
    fields: Mapping[str, Any], answers: Mapping[str, str], *, today: date
) -> tuple[dict[str, Any], dict[str, Provenance], tuple[Finding, ...]]:
    """Put written answers into a copy of *fields*, by path; what cannot be read is a finding and changes nothing."""
    changed = {**blank_fields(), **deepcopy(dict(fields))}
    provenance: dict[str, Provenance] = {}
    findings: list[Finding] = []
    for path, text in answers.items():
        words = chosen_words(text)
        if words is None:
            continue
        place = _holder(changed, path)
        if place is None:
            findings.append(Finding(path, Problem.UNRECOGNISED, "We could not tell which question this answers.", label_of(path)))
            continue
        holder, key, plain = place
        source = Provenance(file="reply", place="numbered answer", label=label_of(path), text=words, method="answer by reply")
        if is_not_known(words) and plain != "children.sex":
            provenance[path] = source
            continue
        found = _put(holder, key, plain, words, today)
        if found is not None:
            problem = Problem.CONTRADICTION if found.contradiction else Problem.UNREADABLE
            findings.append(Finding(path, problem, found.says or "", label_of(path)))
        if found is None or found.value is not None:
            provenance[path] = source
    return changed, provenance, tuple(findings)


def _put(holder: dict[str, Any], key: str, plain: str, words: str, today: date) -> Converted | None:
    """Put one answer where it belongs, and return what there is to say about it."""
    if plain == "children.date_of_birth" and EXPECTED.search(words):
        key, plain = "expected_delivery_date", "children.expected_delivery_date"
    if plain == "addresses.text":
        place = read_place(words)
        holder["text"], holder["postcode"] = place.text, place.postcode or holder["postcode"]
        holder["confidential"] = holder["confidential"] or place.protected
        return Converted(place.text, says=PROTECTED, contradiction=True) if place.protected else None
    if plain == "agencies_contacted":
        holder[key] = [agency for _, agency in read_agencies(words, today=today)]
        return None
    if plain == "adults.name":
        words = read_named(words, today=today).name
    converted = convert(plain, words, today=today)
    if converted.value is not None or converted.says is None:
        holder[key] = without_title(converted.value) if plain == "adults.name" else converted.value
        if plain == "children.expected_delivery_date":
            holder["unborn"] = True
        if plain == "children.date_of_birth":  # whoever answers with a birth says that the baby has been born
            holder["unborn"], holder["expected_delivery_date"] = False, None
    return converted if converted.says is not None else None


def _holder(fields: dict[str, Any], path: str) -> tuple[dict[str, Any], str, str] | None:
    """Find the dictionary and the key a path names, making the person when the form had none; None when there is no such field."""
    match = _PATH.match(path)
    if match is None or match[1] not in fields:
        return None
    name, index, key = match[1], match[2], match[3]
    if index is not None:
        return _within_list(fields, name, int(index), key)
    if key is None:
        structured = {"children", "adults", "addresses", "whereabouts", "media_strategy", "found"}
        if name in ("social_worker", "team_manager"):
            fields[name] = fields[name] or blank_contact()
            return fields[name], "name", f"{name}.name"
        return None if name in structured else (fields, name, name)
    known = {"whereabouts": WHEREABOUTS, "found": FOUND, "social_worker": tuple(blank_contact()), "team_manager": tuple(blank_contact()),
             "media_strategy": ("considered", "necessary", "media_to_be_informed")}  # fmt: skip
    if key not in known.get(name, ()):
        return None
    if fields[name] is None:
        fields[name] = blank_found() if name == "found" else dict.fromkeys(known[name])
    return fields[name], key, f"{name}.{key}"


def _within_list(fields: dict[str, Any], name: str, index: int, key: str | None) -> tuple[dict[str, Any], str, str] | None:
    blanks: dict[str, Callable[[], dict[str, Any]]] = {**BLANKS, "addresses": _home_address, "agencies_contacted": blank_agency}
    if name not in blanks or index > len(fields[name]) or index >= _MOST_PEOPLE:
        return None
    template = blanks[name]()
    key = key or ("text" if name == "addresses" else None)
    if key is None:
        return None
    if key.startswith("identifiers.") and name == "children":
        person = _person(fields[name], index, blank_child())
        return person["identifiers"], key.partition(".")[2], f"{name}.{key}"
    if key not in template or key == "identifiers":
        return None
    return _person(fields[name], index, template), key, f"{name}.{key}"


def _home_address() -> dict[str, Any]:
    return blank_address("home")


def _person(people: list[dict[str, Any]], index: int, template: dict[str, Any]) -> dict[str, Any]:
    if index == len(people):
        people.append(template)
    return people[index]
