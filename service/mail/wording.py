"""How a letter writes what a form says: dates, ages, yes and no, and rows of label and value with nothing that is not known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from service.domain.calendar import LONDON

Row = tuple[str, str]

WHO = ("Name", "Also known as", "Unborn baby", "Expected date of delivery", "Date of birth")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_PLAIN = {
    "section_47": "section 47 enquiry",
    "accommodated_section_20": "accommodated (section 20)",
    "abducted": "child on a care order, abducted",
    "removed": "accommodated child removed without notice",
    "not_known": "not known",
    "uasc": "unaccompanied asylum-seeking child",
}


def day(value: object) -> str:
    """Write an ISO date, or the part of one that is known, as "20 October 2026"."""
    if isinstance(value, date):
        value = value.isoformat()[:10]
    parts = str(value).split("-") if value else []
    if not parts or not all(part.isdigit() for part in parts) or len(parts) > 3 or (len(parts) > 1 and not 1 <= int(parts[1]) <= 12):
        return str(value or "")
    return " ".join([str(int(part)) for part in parts[2:]] + [_MONTHS[int(part) - 1] for part in parts[1:2]] + parts[:1])


def moment(value: datetime) -> str:
    """Write a moment in British time as "14:00 on 24 November 2026"."""
    local = value.astimezone(LONDON)
    return f"{local:%H:%M} on {day(local.date())}"


def clock(value: datetime) -> str:
    """Write the time of day in British time."""
    return f"{value.astimezone(LONDON):%H:%M}"


def age(born: object, at: datetime) -> str:
    """Write the age at *at* of someone whose whole date of birth is known; empty otherwise."""
    try:
        birth = date.fromisoformat(str(born))
    except ValueError:
        return ""
    today = at.astimezone(LONDON).date()
    months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
    if months < 0:
        return ""
    return f"{months} month{'' if months == 1 else 's'}" if months < 24 else f"{months // 12} years"


def words(value: object) -> str:
    """Write a value of the form in plain words: yes and no, code words, lists; empty when it is not known."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    if isinstance(value, str):
        return _PLAIN.get(value, value).strip()
    if isinstance(value, Mapping):
        return ", ".join(filter(None, (words(each) for each in value.values())))
    if isinstance(value, Iterable):
        return "; ".join(filter(None, (words(each) for each in value)))
    return str(value)


def codes(value: object) -> str:
    """Write code words such as `child_protection_plan` in plain words."""
    return words([_PLAIN.get(each, each.replace("_", " ")) for each in _strings(value)])


def _strings(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value or () if each] if isinstance(value, Iterable) else []


def rows(*pairs: tuple[str, object]) -> list[Row]:
    """Keep the pairs that have something to say."""
    return [(label, said) for label, value in pairs if (said := words(value))]


def child_rows(child: Mapping[str, Any], at: datetime, *, only: Sequence[str] = ()) -> list[Row]:
    """Describe one child, born or not; with *only*, just those rows."""
    born = child.get("date_of_birth")
    years = age(born, at)
    identifiers = child.get("identifiers") or {}
    described = rows(
        ("Name", " ".join(filter(None, (child.get("given_names"), child.get("family_name"))))),
        ("Also known as", child.get("aliases")),
        ("Unborn baby", True if child.get("unborn") else None),
        ("Expected date of delivery", day(child.get("expected_delivery_date"))),
        ("Date of birth", f"{day(born)} (age {years})" if years else day(born)),
        ("Sex", codes(child.get("sex"))),
        ("Ethnicity", child.get("ethnicity")),
        ("Description", child.get("description")),
        ("School", child.get("school")),
        ("Legal status", codes(child.get("legal_status"))),
        ("Plan since", day(child.get("plan_start"))),
        ("Plan category", codes(child.get("plan_categories"))),
        *((label.replace("_", " ").capitalize().replace("Nhs", "NHS"), said) for label, said in identifiers.items()),
    )
    return [row for row in described if not only or row[0] in only]


def adult_rows(adult: Mapping[str, Any]) -> list[Row]:
    """Describe one adult the child may be with."""
    return rows(
        ("Name", adult.get("name")),
        ("Also known as", adult.get("aliases")),
        ("Relationship", adult.get("relationship")),
        ("Date of birth", day(adult.get("date_of_birth"))),
        ("Parental responsibility", adult.get("parental_responsibility")),
        ("In custody", adult.get("in_custody")),
        ("Address", adult.get("address")),
        ("Phone", adult.get("phone")),
        ("Risk", adult.get("risk")),
    )


def address_lines(addresses: Sequence[Mapping[str, Any]]) -> tuple[list[Row], bool]:
    """Write the addresses that may be told, and say whether one was left out because it is protected."""
    told = [each for each in addresses if not each.get("confidential")]
    shown: list[Row] = []
    for each in told:
        whole = ", ".join(filter(None, (each.get("text"), each.get("postcode"))))
        shown += rows((f"Address ({codes(each.get('kind')) or 'last known'})", whole))
    return shown, len(told) < len(addresses)


def contact(person: object) -> str:
    """Write one contact: name, team, phone, address."""
    if isinstance(person, Mapping):
        return ", ".join(str(person[key]) for key in ("name", "team", "phone", "email") if person.get(key))
    return words(person)


def media(said: Mapping[str, Any] | None) -> str:
    """Write the media statement that every alert must carry."""
    said = said or {}
    if all(said.get(key) is None for key in ("considered", "necessary", "media_to_be_informed")):
        return ""
    sentences = {
        "considered": ("A media strategy has been considered.", "A media strategy has not been considered."),
        "necessary": ("It is necessary.", "It is not necessary at present."),
        "media_to_be_informed": ("The media will be informed; we will send an update.", "The media will not be informed."),
    }
    return " ".join(pair[0 if said[key] else 1] for key, pair in sentences.items() if said.get(key) is not None)


def who_is_missing(children: Sequence[Mapping[str, Any]]) -> str:
    """Say who is missing without a name, for a subject."""
    if len(children) > 1:
        return f"{len(children)} children missing"
    return "unborn baby missing" if children and children[0].get("unborn") else "child missing"
