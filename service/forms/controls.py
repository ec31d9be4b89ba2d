"""Reads content controls and named form fields whose tag or title names a field, where no visible label has claimed their words."""

import re
from collections.abc import Iterable

from service.forms.answers import Answer, Context
from service.forms.blocks import Block, Control, Line, Table
from service.forms.labels import Labels, Section

_LONGEST_NAME = 100


def from_controls(blocks: Iterable[Block], context: Context) -> list[Answer]:
    """Read the controls whose tag or title names a field and whose words no visible label has claimed."""
    claimed: dict[str, list[str]] = {}
    for place, words in (*((answer.place, answer.text) for answer in context.answers), *context.passed):
        claimed.setdefault(place, []).append(words)
    found: list[Answer] = []
    section: Section | None = None
    for block in blocks:
        rows = [(block.text, block.place, block.controls)] if isinstance(block, Line) else _rows(block)
        for text, place, controls in rows:
            if not controls:  # a title that controls below it belong to
                opened = context.labels.section(text) if text else None
                section = opened if opened is not None or (isinstance(block, Line) and block.heading) else section
            found += _named(controls, context.labels, section, place, claimed)
    return found


def _rows(table: Table) -> list[tuple[str, str, tuple[Control, ...]]]:
    """List the rows of a table: their words where one cell alone holds any, their place, and their controls."""
    rows = []
    for number, row in enumerate(table.rows, start=1):
        words = [cell.text for cell in row if cell.text.strip()]
        controls = tuple(control for cell in row for control in cell.controls)
        rows.append((words[0] if len(words) == 1 else "", f"table {table.number}, row {number}", controls))
    return rows


def _named(controls: Iterable[Control], labels: Labels, section: Section | None, place: str, claimed: dict[str, list[str]]) -> list[Answer]:
    found = []
    for control in controls:
        if not control.text.strip() or any(control.text.strip() in words for words in claimed.get(place, ())):
            continue
        for name in (control.tag, control.title):
            target = labels.find(name, section) or labels.find(_readable(name), section)
            if target is not None and not target.asked and not (target.opens and len(control.text) > _LONGEST_NAME):
                found.append(
                    Answer(
                        field=target.field,
                        section=target.section,
                        label=control.title or _readable(name),
                        text=control.text,
                        place=place,
                        method="content control",
                    )
                )
                break
    return found


def _readable(name: str) -> str:
    """Part the words of a designer's name: "txtChild1_FirstName" reads "Child 1 First Name"."""
    name = re.sub(r"^(?:txt|cbo|chk|ddl|dtp|fld|tb|cb|dd|lbl|rb)(?=[A-Z_])", "", name)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.sub(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|[_.\[\]-]+", " ", name).strip()
