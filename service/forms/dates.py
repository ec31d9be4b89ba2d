"""Dates as people write them on British forms: day first, partial dates kept, never a guess.

dateparser reads a whole short answer that our own patterns do not know ("2026/10/20", "20 of the 10 2026"). It does not come first: asked
for any of these it answers with a date for "20/10", "12th", "9 years" and "10/20/2026", fills "March 2018" up with today's day, passes over
"Monday" when it was a Tuesday, cannot find a date within a sentence, and does not know the mutated Welsh months ("3ydd o Ragfyr").
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan ionawr ion", "february feb chwefror chwef", "march mar mawrth fawrth", "april apr ebrill ebr", "may mai fai",
            "june jun mehefin meh fehefin", "july jul gorffennaf gorff orffennaf", "august aug awst", "september sept sep medi fedi",
            "october oct hydref hyd", "november nov tachwedd tach dachwedd", "december dec rhagfyr rhag ragfyr",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon llun", "tuesday tues tue mawrth", "wednesday weds wed mercher", "thursday thurs thur thu iau", "friday fri gwener",
            "saturday sat sadwrn", "sunday sun sul",
        )
    )
    for name in names.split()
}  # fmt: skip
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH = r"(?P<name>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_ORDINAL = r"(?:st|nd|rd|th|ain|af|ail|il|ydd|fed|eg|ed)"
_NOT_A_TIME = r"(?!\d|:\d|\s?(?:hrs?|hours|h|gmt|bst)\b)"
_YEAR_AFTER = rf"[\s\-/.,]*(?P<year>\d{{4}}|'?\d{{2}}){_NOT_A_TIME}"
_DAY_OF = rf"(?<!\d)(?P<day>\d{{1,2}}){_ORDINAL}?(?:\s+(?:of|o))?[\s\-/.,]*"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\d/.-])(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2})(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)?(?![\d/-])",
        r"(?<![\d/.-])(?P<day>\d{1,2})\s?(?P<sep>[/.\-])\s?(?P<month>\d{1,2})\s?(?P=sep)\s?(?P<year>\d{4}|\d{2})(?![\d/-]|\.\d)",
        r"(?<![\d/.-])(?P<day>\d{1,2}) (?P<month>\d{1,2}) (?P<year>\d{4})(?![\d/-])",
        rf"{_DAY_OF}{_MONTH}{_YEAR_AFTER}",
        rf"\b{_MONTH}\s+(?P<day>\d{{1,2}}){_ORDINAL}?,?\s+(?P<year>\d{{4}}){_NOT_A_TIME}",
        rf"\b{_MONTH}[\s\-/.,]*(?P<year>\d{{4}}){_NOT_A_TIME}",
        r"(?<![\d/.-])(?P<month>\d{1,2})[/.](?P<year>\d{4})(?![\d/-])",
        rf"(?<![\d/.,:'-])(?<!\bat )(?P<year>(?:19|20)\d{{2}})(?![/-]){_NOT_A_TIME}",
    )
)
_LOOKS_NUMERIC = re.compile(r"\d{1,4}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?\d{1,4}")
_DAY_NAME = r"(?:dydd\s+)?(?P<weekday>" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + r")\b\.?"
_DAY_BEFORE = re.compile(rf"\b{_DAY_NAME}[\s,]*(?:the\s+)?$", re.IGNORECASE)
_DAY_AFTER = re.compile(rf"^[\s,]*\(?\s*{_DAY_NAME}(?!\s+\d)", re.IGNORECASE)
# "19 and 20 October 2026", "19/20 October", "before 20 October": the date that stands there is not the day that is meant
_OTHER_END = re.compile(
    rf"(?<![\d:./-])\b\d{{1,2}}{_ORDINAL}?(?:\s+{_MONTH})?\s*(?:-|/|&|\b(?:to|and|or|until|till|a|neu|i)\b)\s*(?:the\s+)?$", re.IGNORECASE
)
_NOT_ON = re.compile(
    r"\b(?:before|after|prior to|earlier than|later than|by|until|till|up to|"
    r"week (?:commencing|beginning|ending|of)|w\s?/\s?[cebo]|w\.?c\.?)"
    r"[:\s]*(?:the\s+)?$",
    re.IGNORECASE,
)
_MARKS = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00a0\u2007\u2009\u202f\u200a", " ")
    | dict.fromkeys("\u2019\u2018`", "'")
)
_AGE = re.compile(
    r"\b(?:aged?|oed(?:ran)?)\s*:?\s*(?P<aged>\d{1,2})\b(?!\s*(?:/|months?|mths?|weeks?|wks?|days?))|"
    r"\b(?P<years>\d{1,2})\s*(?:years?|yrs?|y\s?/?\s?o|y)\b|(?<![\d/])(?P<weeks>\d{1,3})\s*(?:/\s*52\b|weeks?\b|wks?\b)|"
    r"(?<![\d/])(?P<months>\d{1,2})\s*(?:/\s*12\s+old\b|months?\b|mths?\b)|(?<![\d/])(?P<days>\d{1,3})\s*(?:/\s*7\s+old\b|days?\b)|"
    r"\((?P<bare>\d{1,2})\)",
    re.IGNORECASE,
)
_LONGEST_ODD_DATE = 40
_NEAR = 40  # characters before a date that can still change what it means
_WORDS = re.compile(r"[^\W\d_]+")
_WITHIN_A_DATE = frozenset({*_MONTHS, *_WEEKDAYS, "of", "the", "day", "st", "nd", "rd", "th"})


@dataclass(frozen=True, slots=True)
class Age:
    """An age in whole years, and the words it was given in."""

    years: int
    words: str


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date as ISO 8601, partial where the text is, and where in the text it stands. *when* is None when no such day exists."""

    start: int
    end: int
    when: str | None


def date_spans(text: str, *, today: date, birth: bool = False) -> tuple[DateSpan, ...]:
    """Find what is written as a date in *text*, in reading order."""
    text = text.translate(_MARKS)
    found: list[DateSpan] = []
    for pattern in _PATTERNS:
        for match in tuple(pattern.finditer(text)):
            groups = match.groupdict()
            month = _MONTHS[groups["name"].casefold()] if groups.get("name") else groups.get("month")
            when = _assemble(groups["year"], month, groups.get("day"), today=today, birth=birth)
            found.append(DateSpan(match.start(), match.end(), when))
            text = text[: match.start()] + "\0" * (match.end() - match.start()) + text[match.end() :]
    return tuple(sorted(found, key=lambda span: span.start))


def dates_in(text: str, *, today: date, birth: bool = False) -> tuple[str, ...]:
    """Find the distinct dates in *text* as ISO 8601; an impossible date is no date, and neither is one end of a range."""
    plain = text.translate(_MARKS)
    spans = date_spans(text, today=today, birth=birth)
    return tuple(dict.fromkeys(span.when for span in spans if span.when and _is_the_day(plain, span.start)))


def read_date(text: str, *, today: date, birth: bool = False) -> str | None:
    """Read the one date in *text*; None when there is none, more than one, one that cannot be, or only the end of a range."""
    plain = text.translate(_MARKS).strip()
    spans = date_spans(plain, today=today, birth=birth)
    if any(span.when and not _is_the_day(plain, span.start) for span in spans):
        return None
    found = dates_in(plain, today=today, birth=birth)
    if (not found and not spans) or (len(found) == 1 and len(found[0]) == 4):
        odd, names_a_month = _odd_date(plain), any(word.casefold() in _MONTHS for word in _WORDS.findall(plain))
        return odd or (found[0] if found and not names_a_month and not _LOOKS_NUMERIC.search(plain) else None)
    if len(found) != 1 or (len(found[0]) < 10 and _LOOKS_NUMERIC.search(plain)):
        return None
    return found[0]


def weekday_slip(text: str, *, today: date, birth: bool = False) -> tuple[str, str, str] | None:
    """Find a day of the week that does not fit its date: (date, the day it was, the day that is written)."""
    plain = text.translate(_MARKS)
    for span in date_spans(plain, today=today, birth=birth):
        named = _DAY_BEFORE.search(plain[max(span.start - _NEAR, 0) : span.start]) or _DAY_AFTER.match(plain[span.end :])
        if named is None or span.when is None or len(span.when) < 10:
            continue
        written, actual = _WEEKDAYS[named["weekday"].casefold()], date.fromisoformat(span.when).weekday()
        if written != actual:
            return span.when, WEEKDAY_NAMES[actual], WEEKDAY_NAMES[written]
    return None


def age_in(text: str) -> Age | None:
    """Read an age such as "aged 9", "9 yrs", "(9)", "3 months" or "6/52 old"."""
    match = _AGE.search(text.translate(_MARKS))
    if match is None:
        return None
    number = int(next(group for group in match.groups() if group))
    per_year = {"weeks": 52, "months": 12, "days": 365}
    name = next(name for name, group in match.groupdict().items() if group)
    return Age(number // per_year.get(name, 1), str(number) if name in ("aged", "years", "bare") else match[0].strip())


def first_day(when: str) -> date:
    """Turn an ISO date, perhaps partial, into the first day it can mean."""
    parts = [int(part) for part in when.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def last_day(when: str) -> date:
    """Turn an ISO date, perhaps partial, into the last day it can mean."""
    first = first_day(when)
    if len(when) == 10:
        return first
    month = first.month if len(when) == 7 else 12
    return date(first.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def years_between(born: date, when: date) -> int:
    """Count the birthdays somebody born on *born* has had by *when*."""
    return when.year - born.year - ((when.month, when.day) < (born.month, born.day))


def spoken(when: str) -> str:
    """Write an ISO date in words: "4 March 2018", "March 2018" or "2018"."""
    day = first_day(when)
    month = f"{day:%B} {day.year}"
    return {4: when, 7: month}.get(len(when), f"{day.day} {month}")


def _is_the_day(text: str, start: int) -> bool:
    before = _DAY_BEFORE.sub("", text[max(start - _NEAR, 0) : start])
    return not (_OTHER_END.search(before) or _NOT_ON.search(before))


def _odd_date(text: str) -> str | None:
    """Let dateparser read an answer that is nothing but a date in an order or with marks we do not know; every number must be used."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    is_date_only = len(text) <= _LONGEST_ODD_DATE and all(word.casefold() in _WITHIN_A_DATE for word in _WORDS.findall(text))
    if not is_date_only or len(numbers) not in (2, 3) or not any(1900 <= number <= 2100 for number in numbers):
        return None
    when = _strict_parser().get_date_data(text).date_obj
    if when is None:
        return None
    day, month, year = when.day, when.month, when.year
    orders = ([day, month, year], [year, month, day]) if len(numbers) == 3 else ([day, year], [year, day])
    return when.date().isoformat() if numbers in orders else None


@cache
def _strict_parser() -> Any:
    from dateparser.date import DateDataParser  # its language tables take longer to load than most letters take to read

    rules = {"DATE_ORDER": "DMY", "STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]}
    return DateDataParser(languages=["en", "cy"], settings=rules)


def _assemble(year: str, month: str | int | None, day: str | None, *, today: date, birth: bool) -> str | None:
    number = int(year.lstrip("'"))
    try:
        if len(year.lstrip("'")) == 2:
            number += 2000
            # a birth lies in the past; an event this year or next is more likely a slip or a plan than a hundred years old
            if (birth and date(number, int(month or 1), int(day or 1)) > today) or number > today.year + 1:
                number -= 100
        if not 1900 <= number <= 2100:
            return None
        when = date(number, int(month or 1), int(day or 1))
    except ValueError:
        return None
    return when.isoformat()[: 10 if day else 7 if month else 4]
