"""Agencies that were contacted, written freely: one a line, between semicolons or commas, with a date and what they said."""

import re
from datetime import date
from typing import Any

from service.forms.dates import date_spans, dates_in
from service.forms.names import without_bullet

_PARTS = re.compile(r"\s[-–—]\s|[;,]\s|:\s|\s\(|\)|\.\s+(?=[A-Z])")
_OUTCOME = re.compile(
    r"^(?:no|not|nothing|none|has|have|had|was|were|is|are|did|does|advised|said|says|confirmed|unable|contacted|called|emailed|rang|spoken|"
    r"spoke|last|seen|awaiting|checks?|checked|reply|replied|response|unaware|without|message|left|they|she|he|with)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\s+(?:was |were |has been |have been )?(?:contacted|called|emailed|rung|spoken to|checked|informed|notified)(?:\s+on)?\s*$",
    re.IGNORECASE,
)


def read_agencies(words: str, *, today: date) -> list[tuple[str, dict[str, Any]]]:
    """Read a list of agencies: the words each came from, and agency, date and outcome."""
    found: list[tuple[str, dict[str, Any]]] = []
    for line in words.split("\n"):
        for piece in _pieces(without_bullet(line), today):
            agency = _agency(piece, today)
            if agency is not None:
                found.append((piece, agency))
    return found


def _pieces(line: str, today: date) -> list[str]:
    by_semicolon = [piece.strip(" .") for piece in line.split(";") if piece.strip(" .")]
    dated = [bool(dates_in(piece, today=today)) for piece in by_semicolon]
    if len(by_semicolon) > 1 and (all(dated) or not any(dated)) and not any(_OUTCOME.match(piece) for piece in by_semicolon):
        return by_semicolon
    by_comma = [re.sub(r"^and\s+", "", piece.strip(" .")) for piece in re.split(r",\s*|\s+and\s+(?=\w+(?: \w+){0,3}\.?$)", line)]
    is_list = len(by_comma) > 2 and not any(dated) and ":" not in line and " - " not in line
    if is_list and all(piece and len(piece.split()) <= 4 and not _OUTCOME.match(piece) for piece in by_comma):
        return by_comma
    return [line] if re.search(r"[^\W_]", line) else []


def _agency(piece: str, today: date) -> dict[str, Any] | None:
    when = dates_in(piece, today=today)
    rest = _without_leading_date(piece, today)
    parts = [part.strip(" .()") for part in _PARTS.split(rest) if part and part.strip(" .()")]
    if not parts:
        return None
    name = parts[0]
    spans = date_spans(name, today=today)
    if spans and name[: spans[0].start].strip(" (-–"):
        behind = name[spans[0].end :].strip(" .,-–")
        parts[1:1] = [behind] if behind else []
        name = re.sub(r"\s+(?:on|dated)\s*$", "", name[: spans[0].start].rstrip(" (-–"))
    name = _VERB.sub("", name).strip(" -–") or name
    outcome = [part for part in parts[1:] if not dates_in(part, today=today) or len(part) > 25]
    return {"agency": name, "date": when[0] if len(when) == 1 else None, "outcome": ", ".join(outcome) or None}


def _without_leading_date(piece: str, today: date) -> str:
    spans = date_spans(piece, today=today)
    if spans and not piece[: spans[0].start].strip(" (") and piece[spans[0].end :].strip(" -–—:,.)"):
        return piece[spans[0].end :].lstrip(" -–—:,.)")
    return piece
