"""Dates as people write them on British forms: day first, partial dates kept, never a guess."""

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan ionawr ion", "february feb chwefror chwef", "march mar mawrth", "april apr ebrill ebr", "may mai",
            "june jun mehefin meh", "july jul gorffennaf gorff", "august aug awst", "september sept sep medi", "october oct hydref hyd",
            "november nov tachwedd tach", "december dec rhagfyr rhag",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = r"(?P<name>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_ISO = re.compile(r"(?<![\d/.-])(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?(?![\d/-])")
_NUMBERS = re.compile(r"(?<![\d/.-])(?P<day>\d{1,2})\s?(?P<sep>[/.\-–])\s?(?P<month>\d{1,2})\s?(?P=sep)\s?(?P<year>\d{4}|\d{2})(?![\d/-])")
_SPACED = re.compile(r"(?<![\d/.-])(?P<day>\d{1,2}) (?P<month>\d{1,2}) (?P<year>\d{4})(?![\d/-])")
_NAMED = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|ain|eg|fed|af)?(?:\s+of)?[\s\-/.,]*{_MONTH}[\s\-/.,]*(?P<year>\d{{4}}|'?\d{{2}})(?!\d|:)",
    re.I,
)
_NAME_FIRST = re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?!\d)", re.I)
_MONTH_YEAR = re.compile(rf"\b{_MONTH}[\s\-/.,]*(?P<year>\d{{4}})(?!\d)", re.I)
_MONTH_NUMBER = re.compile(r"(?<![\d/.-])(?P<month>\d{1,2})[/.](?P<year>\d{4})(?![\d/-])")
_YEAR = re.compile(r"(?<![\d/.,:-])(?P<year>(?:19|20)\d{2})(?![\d/:-])")
_LOOKS_NUMERIC = re.compile(r"\d{1,4}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?\d{1,4}")
_AGE = re.compile(
    r"\b(?:aged?|oed(?:ran)?)\s*:?\s*(?P<age>\d{1,2})\b|\b(?P<years>\d{1,2})\s*(?:years?|yrs?)\b(?:\s*old)?|\((?P<bare>\d{1,2})\)", re.I
)


def dates_in(text: str, *, today: date, birth: bool = False) -> tuple[str, ...]:
    """Find the distinct dates in *text* as ISO 8601, partial where the text is; an impossible date is no date."""
    text = re.sub(r"\b(\d{4}-\d{2}-\d{2})T[\d:.]+Z?", r"\1", text)
    found: list[tuple[int, str]] = []
    for pattern in (_ISO, _NUMBERS, _SPACED, _NAMED, _NAME_FIRST, _MONTH_YEAR, _MONTH_NUMBER, _YEAR):
        for match in tuple(pattern.finditer(text)):
            groups = match.groupdict()
            month = _MONTHS[groups["name"].casefold()] if groups.get("name") else groups.get("month")
            when = _assemble(groups["year"], month, groups.get("day"), today=today, birth=birth)
            if when is not None:
                found.append((match.start(), when))
            text = text[: match.start()] + "\0" * (match.end() - match.start()) + text[match.end() :]
    return tuple(dict.fromkeys(when for _, when in sorted(found)))


def read_date(text: str, *, today: date, birth: bool = False) -> str | None:
    """Read the one date in *text*; None when there is none, more than one, or one that cannot be."""
    found = dates_in(text, today=today, birth=birth)
    if len(found) != 1:
        return None
    numeric = _LOOKS_NUMERIC.search(text)
    return None if len(found[0]) < 10 and numeric else found[0]


def age_in(text: str) -> int | None:
    """Read an age such as "aged 9", "9 yrs" or "(9)"."""
    match = _AGE.search(text)
    return int(next(group for group in match.groups() if group)) if match else None


def first_day(when: str) -> date:
    """Turn an ISO date, perhaps partial, into the first day it can mean."""
    parts = [int(part) for part in when.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def _assemble(year: str, month: str | int | None, day: str | None, *, today: date, birth: bool) -> str | None:
    number = int(year.lstrip("'"))
    if len(year.lstrip("'")) == 2:
        number += 2000
        # a birth lies in the past; an event this year or next is more likely a slip or a plan than a hundred years old
        try:
            future = date(number, int(month or 1), int(day or 1)) > today
        except ValueError:
            return None
        if (birth and future) or number > today.year + 1:
            number -= 100
    if not 1900 <= number <= 2100:
        return None
    if month is None:
        return f"{number:04}"
    if not 1 <= int(month) <= 12:
        return None
    if day is None:
        return f"{number:04}-{int(month):02}"
    try:
        return date(number, int(month), int(day)).isoformat()
    except ValueError:
        return None
