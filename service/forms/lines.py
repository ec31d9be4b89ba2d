"""Reads lines: "Label: value", headings, and values that go on, or stand, in the lines below their label."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from service.forms.answers import LONG, Answer, Context, end_row, take
from service.forms.blocks import Line
from service.forms.headings import section_of_heading
from service.forms.labels import CONTACTS, ELSEWHERE, PERSONS, Section, Target, is_guidance, words_of
from service.forms.names import without_bullet
from service.forms.splitting import Part, gaps_in, split_line

_LISTS = frozenset({"links_to_areas", "vehicles", "phones", "associates", "children.aliases", "adults.aliases"})
_PARTS_WITH_LABELS = frozenset({"agencies_contacted", "associates", "police_contact", "out_of_hours_contact"})
_DEBRIS = re.compile(r"\s*\[bookmark:[^\]\n]{0,60}\]")
_MARKING = re.compile(
    r"^\W*(?:OFFICIAL\b[\w \-–:/()]{0,60}|(?i:official[\s:–-]+sensitive)|"
    r"(?:RESTRICTED|PROTECT|CONFIDENTIAL|SECRET|NOT PROTECTIVELY MARKED|UNCLASSIFIED)"
    r"(?:\W*(?i:when|once) (?i:completed?))?|(?i:page)\s+\d+(?:\s+(?i:of)\s+\d+)?)\W*$"
)
_SENTENCE = re.compile(r"[.!]\s|[.!]$")
_SAYS = re.compile(r"\b(?:said|says|told|states|stated|reports|reported|he|she|they|i|we|was|were)\b", re.IGNORECASE)
_LISTED = re.compile(  # a person in a list: "2) EXAMPLE, Beth (F) DOB 03/04/2015"
    r"^(?:\(?\d{1,2}[.)]\s*|[-•*–]\s+)?(?:[Uu]nborn(?: (?:[Bb]aby|[Cc]hild))? )?[A-Z][\w'’-]*(?:,? [A-Z][\w'’-]*){0,4}[\s,]*"
    r"(?:\([A-Za-z' -]{1,30}\)[\s,]*)?[(–-]?\s*(?:(?i:d\.?o\.?b\.?|born|e\.?d\.?d\.?|due)[:\s]*)?"
    r"\d{1,2}(?:[./-]\d{1,2}[./-]\d{2,4}|(?:st|nd|rd|th)? [A-Z][a-z]{2,8} \d{4})\)?\s*(?:\([A-Za-z' -]{3,30}\))?\W*$"
)
_WHOLE_NAMES = frozenset({"children.name", "adults.name"})
_MOST_WRAPPED = 3
_SHORT_VALUE = 60


def read_lines(lines: Iterable[Line], context: Context, *, method: str = "label in the line") -> None:
    """Read "Label: value" lines, headings, and values that go on in the lines below."""
    kept = [replace(line, text=_DEBRIS.sub("", line.text)) for line in lines if not _MARKING.match(line.text)]
    open_: list[Answer] = []  # the answer that following lines may continue
    number = 0
    while number < len(kept):
        line, following = kept[number], kept[number + 1 :]
        text = line.text.strip()
        number += 1
        if line.blank_before:
            end_row(context)
            context.after = None
            context.loose = context.implied is None and method == "label in the line"
        waits = bool(open_) and not open_[0].text and not line.blank_before and not line.heading
        if waits and open_[0].field == "adults.relationship" and ":" not in text:
            open_ = _continue(context, text)
            continue
        below = _has_answer_below(line, following, context, told=not waits)
        if not line.indented and not below and _open_section(line, context):
            open_ = []
            continue
        wrapped = _wrapped(line, following, context)
        number += wrapped[1] if wrapped is not None else 0
        parts = wrapped[0] if wrapped is not None else split_line(text, context, context.section)
        if parts is not None and not _is_narrative(parts, open_, line, context):
            end_row(context)
            open_ = _take_parts(parts, line, context, method)
        elif _is_label(line, context, method, below=below):
            open_ = _label_alone(text, line, context, method)
        elif _continues(open_, line, method) or _lists_on(open_, text):
            open_ = _continue(context, text)
        elif (part := _list_of(context)) is not None and _LISTED.match(text):
            _take_listed(text, part, line.place, context, method)
            open_ = []
        else:
            open_ = []
            if line.heading or line.blank_before:
                context.heading = None
                context.enter(None)


def _has_answer_below(line: Line, following: Sequence[Line], context: Context, *, told: bool) -> bool:
    """Tell whether a line is a label, even one that could open a part of the form, because only words stand below it."""
    text = line.text.strip()
    target = context.find(text.rstrip(":"))
    if target is None or target.asked or not following:
        return False
    value = following[0]
    if value.heading or value.blank_before or not (told or line.heading or line.blank_before or text.endswith(":")):
        return False
    opened = context.labels.section(text.rstrip(":"))
    opens = target.opens or (opened is not None and opened.scope not in _PARTS_WITH_LABELS)
    if opens and (len(value.text) > _SHORT_VALUE or _SENTENCE.search(value.text) or target.field.split(".")[0] in PERSONS - {"children"}):
        return False
    if opens and (target.section is None or target.section.scope not in CONTACTS) and target.field != "children.school":
        return False
    inner = split_line(value.text, context, target.section or context.section)
    known = context.labels.find(value.text, target.section or context.section) or context.labels.section(value.text)
    return inner is None and known is None and not is_guidance(value.text)


def _open_section(line: Line, context: Context) -> bool:
    """Go into the part of the form that a heading names; a heading that is also a question is left to be read as one."""
    text = line.text.strip()
    opened = section_of_heading(text, context.labels) if line.heading else context.labels.section(text.rstrip(":"))
    if opened is None:
        return False
    if opened.scope in ELSEWHERE | _PARTS_WITH_LABELS and text.endswith(":"):  # "GP:" with nothing behind it is an empty answer
        return False
    context.heading = opened
    context.enter(None)
    return opened.scope not in _PARTS_WITH_LABELS


def _wrapped(line: Line, following: Sequence[Line], context: Context) -> tuple[list[Part], int] | None:
    """Read a label that goes on below its own column: "Could they be staying with    No" over "family or friends?"."""
    pieces = gaps_in(line.text)
    if len(pieces) != 2 or ":" in pieces[0]:
        return None
    head = pieces[0]
    best: tuple[list[Part], int] | None = None
    for used, below in enumerate(following[:_MOST_WRAPPED], start=1):
        if below.blank_before or below.indented or below.heading or len(gaps_in(below.text)) > 1 or ":" in below.text[:-1]:
            break
        head = f"{head} {below.text.strip()}"
        target = context.find(head)
        if target is not None and not target.opens:
            best = [(target, head, pieces[1])], used
        elif context.labels.is_known(head, context.section):
            best = [(Target("", context.labels.about(head)), head, pieces[1])], used
    return best


def _is_narrative(parts: list[Part], open_: list[Answer], line: Line, context: Context) -> bool:
    """Tell whether what looks like a label with an answer only goes on telling the answer above: "Police said: nothing known"."""
    target, label, value = parts[0]
    if not _continues(open_, line, ""):
        return False
    if target is None:
        asks = label.rstrip().endswith("?") or (len(label.split()) <= 6 and not _SAYS.search(label) and open_[0].text != "")
        return line.indented or not asks or open_[0].field == "agencies_contacted"
    prose = bool(value) and (value[0].islower() or len(value) > _SHORT_VALUE)
    return target.opens and open_[0].field in LONG and bool(open_[0].text) and (prose or line.indented)


def _is_label(line: Line, context: Context, method: str, *, below: bool) -> bool:
    """Tell whether a line is nothing but a label. One word is one where a label is expected, or where its answer stands below it."""
    text = line.text.strip()
    target = context.find(text)
    if target is None or (target.opens and not below) or target.asked or line.indented:
        return False
    return below or line.heading or method == "label in the cell" or text.endswith(("?", ":")) or len(words_of(text).split()) > 1


def _take_parts(parts: list[Part], line: Line, context: Context, method: str) -> list[Answer]:
    open_: list[Answer] = []
    for target, label, value in parts:
        if target is not None and target.opens and target.section is not None and target.section.scope in PERSONS:
            context.heading, context.table, context.loose = target.section, None, False
        count = len(context.answers)
        take(context, target, label=label, text=value, place=line.place, method=method)
        open_ = [context.answers[-1]] if len(context.answers) > count and context.answers[-1].field is not None else []
    return open_


def _lists_on(open_: list[Answer], text: str) -> bool:
    """Tell whether a line names another of the people whom the label above asks for, when it asks for no one in particular."""
    if not open_ or open_[0].field not in _WHOLE_NAMES or not _LISTED.match(text):
        return False
    return open_[0].section is None or open_[0].section.key is None


def _list_of(context: Context) -> Section | None:
    """Name the part whose people are listed here: one about no one in particular, or one in which somebody was just named."""
    part = context.table or context.heading
    if part is None or part.scope not in PERSONS:
        return None
    last = context.answers[-1] if context.answers else None
    named = last is not None and last.section == part and last.field == f"{part.scope}.name"
    return part if part.key is None or named else None


def _take_listed(text: str, part: Section, place: str, context: Context, method: str) -> None:
    """Take one of the people that are listed, each in a line, under a heading."""
    target = Target(f"{part.scope}.name", Section(part.scope, place))
    take(context, target, label=context.labels.says(target.field), text=without_bullet(text), place=place, method=method)
    context.implied = context.after = None


def _label_alone(text: str, line: Line, context: Context, method: str) -> list[Answer]:
    """Take a label whose answer may stand in the next line."""
    count = len(context.answers)
    take(context, context.find(text), label=text, text="", place=line.place, method=method)
    return [context.answers[-1]] if len(context.answers) > count else []


def _continue(context: Context, text: str) -> list[Answer]:
    last = context.answers[-1]
    context.answers[-1] = replace(last, text=f"{last.text}\n{text}".strip())
    context.located = context.located or last.field in ("addresses.home", "addresses.current", "addresses.last_known", "addresses.previous")
    return [context.answers[-1]]


def _continues(open_: list[Answer], line: Line, method: str) -> bool:
    if not open_ or line.heading or is_guidance(line.text):
        return False
    answer = open_[0]
    if line.indented or method == "label in the cell":
        return True
    if line.blank_before:
        return answer.text == "" and answer.field is not None
    return answer.text == "" or answer.field in LONG or answer.field in _LISTS or "address" in (answer.field or "")


__all__ = ["Section", "read_lines"]
