"""The case reference that every letter of a case carries: `KEN-2026-0042-K`."""

import re

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REFERENCE = re.compile(r"\b([A-Z]{3})-(\d{4})-(\d{4,6})-([0-9A-Z])\b", re.IGNORECASE)


def make_reference(code: str, year: int, number: int) -> str:
    """Build a reference; the last character catches any single mistyped one (ISO 7064 MOD 37,36)."""
    stem = f"{code}{year:04d}{number:04d}".upper()
    return f"{code.upper()}-{year:04d}-{number:04d}-{check_character(stem)}"


def check_character(stem: str) -> str:
    """Return the check character of *stem* (ISO 7064, hybrid system MOD 37,36)."""
    product = 36
    for character in stem:
        product = (product + _ALPHABET.index(character)) % 36 or 36
        product = product * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def references_in(text: str) -> tuple[str, ...]:
    """Find every well-formed reference in *text*, each once, in order; mistyped ones are left out."""
    found = []
    for code, year, number, check in _REFERENCE.findall(text):
        if check_character(f"{code}{year}{number}".upper()) == check.upper():
            found.append(f"{code}-{year}-{number}-{check}".upper())
    return tuple(dict.fromkeys(found))
