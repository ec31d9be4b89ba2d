"""Reads labels whose values stand below them, and people in numbered columns: "1. Name | 2. Name" over "Address | Address"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from service.forms.answers import Context, take
from service.forms.blocks import TICKED, Cell
from service.forms.cells import filled, is_inline, is_label, label_of
from service.forms.labels import ELSEWHERE, PERSONS, Section, Target, is_guidance, words_of
from service.forms.splitting import split_line

Row = tuple[Cell, ...]
_NUMBERED = re.compile(r"^\s*\(?(\d{1,2})[.):]\s*")
_LONGEST_HEADING = 90


def read_value_below(rows: Sequence[Row], places: Sequence[str], start: int, context: Context) -> int | None:
    """Read a label that fills a row and whose value fills the row below; None when these are not such rows."""
    row = rows[start]
    if len(filled(row)) != 1 or (len(row) > 1 and row[0].across == 1 and not all(cell.merged for cell in row[1:])):
        return None
    cell = filled(row)[0]
    target = label_of(cell, context, context.section)
    asks = target is None and cell.text.strip().endswith((":", "?")) and len(cell.text) < _LONGEST_HEADING and "\n" not in cell.text
    if (target is None and not asks) or (context.labels.section(cell.text) is not None and (target is None or target.opens)):
        return None
    number = start + 1
    while number < len(rows) and len(filled(rows[number])) == 1 and is_guidance(filled(rows[number])[0].text):
        number += 1
    if number >= len(rows) or len(filled(rows[number])) != 1:
        return None
    value = filled(rows[number])[0]
    if rows[number][0] is not value or is_label(value, context, context.section) or is_inline(value, context, context.section):
        return None
    if context.labels.section(value.text) is not None or (value.text.strip().endswith(":") and TICKED not in value.text):
        return None
    if context.labels.is_known(value.text, context.section) or (asks and context.labels.is_known(cell.text, context.section)):
        return None
    take(context, target, label=cell.text.split("\n")[0], text=value.text, place=places[number], method="label above")
    return number + 1


def read_numbered(rows: Sequence[Row], places: Sequence[str], start: int, context: Context) -> int | None:
    """Read people in columns where every cell of a row has the same label; None when the row is not of that kind."""
    labelled = _same_label(rows[start], context)
    section = context.table or context.heading
    if labelled is None or len(rows[start]) < 2:
        return None
    label, target, texts = labelled
    numbers = [match[1] if (match := _NUMBERED.match(cell.text)) else None for cell in rows[start]]
    if target is None or not _is_personal(target, section) or (None in numbers and (section is None or section.scope not in PERSONS)):
        return None
    scope = target.field.split(".")[0]
    keys = [number or f"{places[start].replace(',', '')} column {index}" for index, number in enumerate(numbers, start=1)]
    people = [Section(scope, str(int(key)) if key.isdigit() else key) for key in keys]
    at = start
    while at < len(rows) and len(rows[at]) == len(people):
        labelled = _same_label(rows[at], context)
        if labelled is None:
            break
        label, target, texts = labelled
        place, at = places[at], at + 1
        if not any(texts) and at < len(rows) and len(rows[at]) == len(people) and _same_label(rows[at], context) is None:
            texts, place, at = [cell.text for cell in rows[at]], places[at], at + 1
        for person, text in zip(people, texts, strict=True):
            own = context.labels.find(label, person)
            context.after = None
            take(
                context, own if own is None else replace(own, section=person), label=label, text=text, place=place, method="numbered column"
            )
            context.implied = None
    return at


def _is_personal(target: Target, section: Section | None) -> bool:
    if section is not None and section.scope in ELSEWHERE:
        return False
    return target.field.split(".")[0] in PERSONS | {"associates"}


def _same_label(row: Row, context: Context) -> tuple[str, Target | None, list[str]] | None:
    """Find the one label that every cell of a row begins with, and what stands behind it in each."""
    found: list[tuple[str, str]] = []
    section = context.table or context.heading
    for cell in row:
        plain = _NUMBERED.sub("", cell.text.strip(), count=1)
        if label_of(replace(cell, text=plain), context, section) is not None:
            found.append((plain, ""))
            continue
        first, _, rest = plain.partition("\n")
        parts = split_line(first, context, section)
        if parts is not None and len(parts) == 1 and parts[0][0] is not None:
            found.append((parts[0][1], "\n".join(text for text in (parts[0][2], rest) if text.strip())))
        elif context.labels.find(first, section) is not None:
            found.append((first, rest))
        else:
            return None
    if not found or len({words_of(label) for label, _ in found}) != 1:
        return None
    label = found[0][0]
    return label, context.labels.find(label, section), [text for _, text in found]
