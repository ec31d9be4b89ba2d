"""Addresses as people write them: the postcode told apart, "no fixed abode" kept as words, and what must not be disclosed marked."""

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

# The format the Office for National Statistics and Royal Mail publish: area, district, sector, unit. The last two letters never are
# C I K M O V, the second never I J Z, save in the pseudo codes ZZ99 that records use for "no fixed abode" and "unknown".
_POSTCODE = re.compile(
    r"(?<![A-Z0-9])(?:(?P<outward>ZZ99|[A-PR-UWYZ](?:[0-9][0-9A-HJKPSTUW]?|[A-HK-Y][0-9][0-9ABEHMNPRVWXY]?))[ \t]{0,2}"
    r"(?P<inward>(?<=ZZ99)[0-9][A-Z]{2}|(?<=ZZ99 )[0-9][A-Z]{2}|(?<=ZZ99  )[0-9][A-Z]{2}|[0-9][ABD-HJLNP-UW-Z]{2})|"
    r"(?P<girobank>GIR)[ \t]?0AA)(?![A-Z0-9])",
    re.IGNORECASE,
)
_PROTECTED = re.compile(
    r"\b(?:confidential|protected|undisclosed|withheld|refuge|(?:do|must|should|may) not (?:be )?(?:disclosed?|shared?|revealed?)|"
    r"not (?:to be |for )?(?:disclosed|disclosure|shared|sharing)|cannot be disclosed|restricted address)\b",
    re.IGNORECASE,
)
_NOT_PROTECTED = re.compile(
    r"\b(?:not|isn'?t|no longer|if not) (?:a )?(?:confidential|protected|restricted)\b|"
    r"\b(?:confidential|protected)(?: address)?\s*[:?]+\s*no?\b",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r",\s*(?:and\s+)?|\s+(?:and|&|a)\s+", re.IGNORECASE)
_WITH_AND = ("Trinidad and Tobago", "Bosnia and Herzegovina", "Antigua and Barbuda", "Tyne and Wear", "Hereford and Worcester",
             "Saint Kitts and Nevis", "Sao Tome and Principe", "Cheshire West and Chester", "England and Wales")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address taken apart. *protected* when the form says that it must not be disclosed."""

    text: str | None = field(repr=False)
    postcode: str | None = field(repr=False)
    protected: bool


def postcode_in(text: str) -> str | None:
    """Find a UK postcode, written as Royal Mail writes it; None when there is none or more than one."""
    found = {_written(match) for match in _POSTCODE.finditer(text)}
    return found.pop() if len(found) == 1 else None


def read_place(words: str) -> Place:
    """Take an address apart. "No fixed abode" stays as words; a form's "(if not protected)" is guidance and protects nothing."""
    text = ", ".join(line.strip(" ,") for line in words.split("\n") if line.strip(" ,"))
    matches = tuple(_POSTCODE.finditer(text))
    postcode = _written(matches[0]) if len(matches) == 1 else None
    if postcode is not None and not text[matches[0].end() :].strip(" .,"):
        text = text[: matches[0].start()].strip(" ,")
    return Place(text=text or None, postcode=postcode, protected=is_protected(words))


def is_protected(words: str) -> bool:
    """Tell whether the words say that an address must not be disclosed."""
    return bool(_PROTECTED.search(_NOT_PROTECTED.sub("", words)))


def split_areas(text: str) -> list[str]:
    """Split links to areas: lines and semicolons always, commas and "and" only between short names and never within brackets."""
    found: list[str] = []
    for line in re.split(r"[;\n]", text):
        line = re.sub(r"^\s*(?:[-•·*–]|\d{1,2}[.)])\s+", "", line).strip(" \t,.")
        masked = re.sub(r"\([^()]*\)", lambda match: "\0" * len(match[0]), line)
        for name in (*_WITH_AND, *_names_with_and()):
            masked = re.sub(rf"\b{re.escape(name)}\b", "\1" * len(name), masked, flags=re.IGNORECASE)
        pieces, start = [], 0
        for match in _SEPARATOR.finditer(masked):
            pieces.append((start, match.start()))
            start = match.end()
        pieces.append((start, len(line)))
        names = [line[begin:end].strip(" .") for begin, end in pieces]
        are_names = all(
            name and not name[0].islower() and len(masked[begin:end].replace("\0", "").split()) <= 4
            for name, (begin, end) in zip(names, pieces, strict=True)
        )
        found += names if are_names else [line]
    return [one for one in found if one]


@cache
def _names_with_and() -> tuple[str, ...]:
    """Name the authorities whose own name holds an "and" or a comma, longest first."""
    import csv

    rows = csv.DictReader(files("directory").joinpath("data/authorities.csv").read_text(encoding="utf-8").splitlines())
    names = {row[column].strip() for row in rows for column in ("name", "short_name")}
    return tuple(sorted((name for name in names if " and " in name or "," in name), key=len, reverse=True))


def _written(match: re.Match[str]) -> str:
    return "GIR 0AA" if match["girobank"] else f"{match['outward']} {match['inward']}".upper()
