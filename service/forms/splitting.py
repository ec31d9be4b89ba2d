"""Splits one line into labels and their answers: "Surname: X  Forename: Y", with colons, tabs, wide gaps, leading dots, or a dash."""

import re

from service.forms.answers import LONG, Context
from service.forms.labels import Section, Target, is_guidance, words_of

_COLON = re.compile(r"[:：](?=\s|$|[^\s/\d])")
_QUESTION = re.compile(r"\?\s*[:：]?(?=\s|$)|[:：](?=\s|$|[^\s/\d])")
_GAP = re.compile(r"\s*(?:\.{4,}|…{2,})\s*|\s*\t\s*| {3,}")
_DASH = re.compile(r"\s+[-–—]\s+")
_DATED = re.compile(r"^(.{2,40}?)\s+(\d{1,2}(?:[./-]\d{1,2}[./-]\d{2,4}|(?:st|nd|rd|th)?\s+[A-Za-z]{3,9}\.?,?\s+\d{2,4}))$")
_DATE_BEFORE = re.compile(r"\d[./-]\d{1,2}[./-]\d{2,4}[\s,;]+$")  # a date is a whole answer: somebody else may be named behind it
_OWNER = re.compile(r"(?:[\w'’]+['’]s?|\b(?:of|the|and|or|for|their|his|her))\s*$", re.IGNORECASE)
_NAMED_BEHIND = re.compile(  # "Mum - Pip Example, 28": a whole name and perhaps a date or a number, and no sentence
    r"^[A-Z][\w'’-]*(?:,? (?:[A-Z][\w'’-]*|de|van|der|den|di|al|el|bin)){1,4}"
    r"(?=$|[\s,(–-]*(?:$|[\d+(]|(?:d\.?o\.?b|born|aged?|tel|mob|phone)\b))",
)
_MOST_PIECES = 24
Part = tuple[Target | None, str, str]


def gaps_in(text: str) -> list[str]:
    """List the pieces of a line that tabs, wide gaps or leading dots keep apart."""
    return [piece for piece in _GAP.split(text.strip()) if piece.strip()]


def split_line(text: str, context: Context, section: Section | None) -> list[Part] | None:
    """Split a line into (target, label, text); None when the line does not begin with a label and a separator.

    The first label may be unknown (its target is None then), but only known words start another answer on the same line.
    """
    pieces = gaps_in(text)
    if 1 < len(pieces) <= _MOST_PIECES and (parts := _split_pieces(pieces, context, section)) is not None:
        return parts
    return _split_at_colon(text, context, section) or _split_without_colon(text, context, section)


def _split_pieces(pieces: list[str], context: Context, section: Section | None) -> list[Part] | None:
    """Read pieces as labels, answers, or both; None when the first is no label."""
    parts: list[Part] = []
    for piece in pieces:
        within = parts[-1][0].section or section if parts and parts[-1][0] is not None else section
        label = _label(piece, context, within)
        inner = None
        if label is None:
            inner = _split_at_colon(piece, context, within) or _split_without_colon(piece, context, within)
        waits = bool(parts) and not parts[-1][2]
        if label is not None and not (waits and label[0] is not None and label[0].opens):
            parts.append(label)
        elif inner is not None and inner[0][0] is not None:
            parts.extend(inner)
        elif not parts and not (inner is not None and piece.rstrip().endswith(":")):
            return None
        elif inner is not None and piece.rstrip().endswith(":"):
            parts.extend(inner)
        elif waits or not is_guidance(piece):
            target, head, value = parts[-1]
            parts[-1] = (target, head, f"{value} {piece}".strip())
    return parts


def _label(piece: str, context: Context, section: Section | None) -> Part | None:
    """Read a piece that is nothing but a known label."""
    target = context.labels.find(piece.rstrip(":： "), section)
    if target is not None and not target.asked:
        return target, piece, ""
    if context.labels.is_known(piece, section):
        return Target("", context.labels.about(piece)), piece, ""
    return None


def _split_at_colon(text: str, context: Context, section: Section | None) -> list[Part] | None:
    labels = context.labels
    for colon in _QUESTION.finditer(text):
        head = text[: colon.start()]
        if (target := labels.find(head, section)) is not None:
            return _split_rest(text, target, head, colon.end(), context, section)
        if labels.is_known(head, section):
            return _split_rest(text, Target("", labels.about(head)), head, colon.end(), context, section)
        if text[colon.start()] == "?" and (target := labels.find(text[: colon.start() + 1], section)) is not None:
            return _split_rest(text, target, text[: colon.start() + 1], colon.end(), context, section)
    colon_ = _COLON.search(text)
    if colon_ is not None and _looks_like_label(text[: colon_.start()]):
        return [(None, text[: colon_.start()], text[colon_.end() :].strip())]
    return None


def _split_rest(text: str, target: Target, head: str, start: int, context: Context, section: Section | None) -> list[Part]:
    found: list[Part] = []
    if target.field not in LONG:
        for colon in _COLON.finditer(text, start):
            inner = _label_before(text, start, colon.start(), context, target.section or section)
            if inner is None:
                continue
            next_target, begin = inner
            found.append((target, head, text[start:begin].strip(" \t;,/|")))
            target, head, start = next_target, text[begin : colon.start()], colon.end()
    found.append((target, head, text[start:].strip()))
    return found


def _label_before(text: str, start: int, end: int, context: Context, section: Section | None) -> tuple[Target, int] | None:
    """Find the longest known label that ends at *end*; it must start a word with a capital, and no owner may stand before it."""
    begins = [match.start() for match in re.finditer(r"(?<![^\s/;,|])[A-Z]", text[start:end])][-10:]
    best: tuple[Target, int] | None = None
    for begin in begins:
        label = text[start + begin : end]
        target = context.labels.find(label, section)
        if target is None and context.labels.is_known(label, section):
            target = Target("", context.labels.about(label))
        if target is None or (target.opens and not _DATE_BEFORE.search(text[start : start + begin])):
            continue
        if best is None:
            best = target, start + begin
        elif target.field == best[0].field and target.section == best[0].section == section:
            best = target, start + begin  # "Team Manager: Alex Manager Team: 4": "Manager" is the end of the name
    if best is None:
        return None
    before = re.search(r"(?:^|[\s/;,|])([^\s/;,|]+)\s+$", text[start : best[1]])
    owned = before is not None and (
        _OWNER.search(before[1]) is not None or context.labels.about(before[1]) is not None or context.labels.section(before[1]) is not None
    )
    same = section is not None and before is not None and context.labels.section(before[1]) == _opened_alone(section)
    return None if owned and not same else best


def _opened_alone(section: Section) -> Section:
    """Return the section as its heading alone would open it."""
    return Section(section.scope, section.role, section.role)


def _split_without_colon(text: str, context: Context, section: Section | None) -> list[Part] | None:
    """Split at a dash, and before a date: only after words that are certainly a label."""
    for pattern in (_DASH, _DATED):
        match = pattern.search(text)
        if match is None:
            continue
        head, rest = (text[: match.start()], text[match.end() :]) if pattern is _DASH else (match[1], match[2])
        target = context.labels.find(head, section)
        if target is None or target.asked or (target.opens and not (pattern is _DASH and _NAMED_BEHIND.match(rest))):
            continue
        if pattern is _DATED and "date" not in target.field and "plan_start" not in target.field:
            continue
        return (
            [(target, head, rest.strip())]
            if rest.strip() and not is_guidance(rest) and context.labels.find(rest, section) is None
            else None
        )
    return None


def _looks_like_label(text: str) -> bool:
    words = text.split()
    is_begun = text.strip()[:1].isupper() or words_of(text) == "name"  # typed on a telephone, without capitals
    return 1 <= len(words) <= 10 and len(text) <= 90 and is_begun and not re.search(r"[.!;]\s|https?$|@", text)
