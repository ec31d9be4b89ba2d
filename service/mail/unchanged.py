"""Reads the one reply that says an address is right. The words are few and exact; what is written otherwise a person reads."""

import re

_WORDS = frozenset(
    (
        "nothing has changed",
        "nothing changed",
        "no change",
        "no changes",
        "unchanged",
        "confirmed",
        "received",
        "acknowledged",
        "dim wedi newid",
        "does dim wedi newid",
        "dim newid",
        "cadarnhawyd",
        "derbyniwyd",
        "cydnabuwyd",
    )
)
_EDGES = " \t\u00a0\u200b\ufeff*_\"'“”‘’.!"
# Said below the first line, any of these may take it back, so a person reads the letter.
_DOUBT = re.compile(
    r"\b(but|except|however|apart|although|new|change|changes|changed|moved|leaving|left|not|no|ond|heblaw|newydd|newid)\b", re.I
)


def says_unchanged(new_text: str) -> bool:
    """Whether the first line is exactly one of the words, and nothing below it could take it back."""
    lines = [line for line in new_text.splitlines() if line.strip(_EDGES)]
    if not lines:
        return False
    first = re.sub(r"\s+", " ", lines[0].strip(_EDGES)).casefold()
    return first in _WORDS and not _DOUBT.search("\n".join(lines[1:]))
