"""Reads lines: "Label: value", several labels in one line, headings, and values that go on in the lines below."""

import re
from collections.abc import Iterable
from dataclasses import replace

from service.forms.answers import LONG, Answer, Context, end_row, take
from service.forms.blocks import Line
from service.forms.labels import ELSEWHERE, PERSONS, Section, Target, is_guidance, words_of

_COLON = re.compile(r"[:：](?=\s|$|[^\s/\d])")
_QUESTION = re.compile(r"\?\s*[:：]?(?=\s|$)|[:：](?=\s|$|[^\s/\d])")
_GAP = re.compile(r"\t+| {3,}")
_DASH = re.compile(r"\s+[-–—]\s+")
_DATED = re.compile(r"^(.{2,40}?)\s+(\d{1,2}(?:[./-]\d{1,2}[./-]\d{2,4}|(?:st|nd|rd|th)?\s+[A-Za-z]{3,9}\.?,?\s+\d{2,4}))$")
_OWNER = re.compile(r"(?:[\w'’]+['’]s?|\b(?:of|the|and|or|for|their|his|her))\s*$", re.IGNORECASE)
_LISTS = frozenset({"links_to_areas", "vehicles", "phones"})
Part = tuple[Target | None, str, str]


def split_line(text: str, context: Context, section: Section | None) -> list[Part] | None:
    """Split "Surname: X  Forename: Y" into (target, label, text); None when the line does not begin with a label and a separator.

    The first label may be unknown (its target is None then), but only known words start another answer on the same line.
    """
    labels = context.labels
    for colon in _QUESTION.finditer(text):
        head = text[: colon.start()]
        if (target := labels.find(head, section)) is not None:
            return _split_rest(text, target, head, colon.end(), context, section)
        if labels.is_known(head, section):
            return _split_rest(text, Target("", labels.about(head)), head, colon.end(), context, section)
    colon_ = _COLON.search(text)
    if colon_ is not None and _looks_like_label(text[: colon_.start()]):
        return [(None, text[: colon_.start()], text[colon_.end() :].strip())]
    return _split_without_colon(text, context, section)


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
    for begin in begins:
        label = text[start + begin : end]
        target = context.labels.find(label, section)
        if target is None and context.labels.is_known(label, section):
            target = Target("", context.labels.about(label))
        if target is None or target.opens:
            continue
        before = re.search(r"(?:^|[\s/;,|])([^\s/;,|]+)\s+$", text[start : start + begin])
        owned = before is not None and (
            _OWNER.search(before[1]) is not None
            or context.labels.about(before[1]) is not None
            or context.labels.section(before[1]) is not None
        )
        return None if owned else (target, start + begin)
    return None


def _split_without_colon(text: str, context: Context, section: Section | None) -> list[Part] | None:
    """Split at tabs, wide gaps or a dash, and before a date: only after words that are certainly a label."""
    labels = context.labels
    pieces = [piece.strip() for piece in _GAP.split(text.strip()) if piece.strip()]
    if len(pieces) > 1:
        targets = [labels.find(piece, section) for piece in pieces[::2]]
        if len(pieces) % 2 == 0 and None not in targets:
            return [(target, label, value) for target, label, value in zip(targets, pieces[::2], pieces[1::2], strict=True)]
        if targets[0] is not None and not any(labels.find(piece, section) for piece in pieces[1:]):
            return [(targets[0], pieces[0], " ".join(pieces[1:]))]
        return None
    for pattern in (_DASH, _DATED):
        match = pattern.search(text)
        if match is None:
            continue
        head, rest = (text[: match.start()], text[match.end() :]) if pattern is _DASH else (match[1], match[2])
        target = labels.find(head, section)
        if target is None or target.opens or (pattern is _DATED and "date" not in target.field and "plan_start" not in target.field):
            continue
        return [(target, head, rest.strip())] if rest.strip() and not is_guidance(rest) and labels.find(rest, section) is None else None
    return None


def _looks_like_label(text: str) -> bool:
    words = text.split()
    return 1 <= len(words) <= 10 and len(text) <= 90 and text.strip()[:1].isupper() and not re.search(r"[.!;]\s|https?$|@", text)


def read_lines(lines: Iterable[Line], context: Context, *, method: str = "label in the line") -> None:
    """Read "Label: value" lines, headings, and values that go on in the lines below."""
    open_: list[Answer] = []  # the answer that following lines may continue
    for line in lines:
        text = line.text.strip()
        if line.blank_before:
            end_row(context)
            context.after = None
            context.loose = context.implied is None and method == "label in the line"
        waits = bool(open_) and not open_[0].text and not line.blank_before and not line.heading
        if waits and open_[0].field == "adults.relationship" and ":" not in text:
            open_ = _continue(context, text)
            continue
        if not line.indented and _open_section(line, context):
            open_ = []
            continue
        parts = split_line(text, context, context.section)
        if parts is not None and not (parts[0][0] is None and _continues(open_, line)):
            end_row(context)
            open_ = _take_parts(parts, line, context, method)
        elif _continues(open_, line):
            open_ = _continue(context, text)
        else:
            open_ = _label_alone(line, context, method)


def _open_section(line: Line, context: Context) -> bool:
    """Go into the part of the form that a heading names; a heading that is also a question is left to be read as one."""
    text = line.text.strip()
    opened = context.labels.section(text.rstrip(":"))
    if opened is None:
        return False
    if opened.scope in ELSEWHERE and text.endswith(":"):  # "GP:" with nothing behind it is an empty answer, not a heading
        return False
    context.heading = opened
    context.enter(None)
    return opened.scope not in ("agencies_contacted", "associates", "police_contact", "out_of_hours_contact")


def _take_parts(parts: list[Part], line: Line, context: Context, method: str) -> list[Answer]:
    open_: list[Answer] = []
    for target, label, value in parts:
        if target is not None and target.opens and target.section is not None and target.section.scope in PERSONS:
            context.heading, context.table, context.loose = target.section, None, False
        count = len(context.answers)
        take(context, target, label=label, text=value, place=line.place, method=method)
        open_ = [context.answers[-1]] if len(context.answers) > count and context.answers[-1].field is not None else []
    return open_


def _continue(context: Context, text: str) -> list[Answer]:
    last = context.answers[-1]
    context.answers[-1] = replace(last, text=f"{last.text}\n{text}".strip())
    context.located = context.located or last.field in ("addresses.home", "addresses.current", "addresses.last_known", "addresses.previous")
    return [context.answers[-1]]


def _label_alone(line: Line, context: Context, method: str) -> list[Answer]:
    """Read a line that is nothing but a label, whose answer may stand in the next."""
    text = line.text.strip()
    certain = len(words_of(text).split()) > 1 or text.endswith(("?", ":")) or method == "label in the cell"
    target = context.find(text) if certain else None
    if target is not None and not target.opens and not target.asked:
        count = len(context.answers)
        take(context, target, label=text, text="", place=line.place, method=method)
        return [context.answers[-1]] if len(context.answers) > count else []
    if line.heading or line.blank_before:
        context.heading = None
        context.enter(None)
    return []


def _continues(open_: list[Answer], line: Line) -> bool:
    if not open_ or line.heading or is_guidance(line.text):
        return False
    answer = open_[0]
    if line.indented:
        return True
    if line.blank_before:
        return answer.text == "" and answer.field is not None
    return answer.text == "" or answer.field in LONG or answer.field in _LISTS or "address" in (answer.field or "")
