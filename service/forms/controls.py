"""Reads content controls and named form fields whose tag or title names a field, where no visible label has claimed their words."""

import re
from collections.abc import Iterable

from service.forms.answers import Answer, Context
from service.forms.blocks import Block, Control, Line
from service.forms.labels import Labels


def from_controls(blocks: Iterable[Block], context: Context) -> list[Answer]:
    """Read the controls whose tag or title names a field and whose words no visible label has claimed."""
    claimed: dict[str, list[str]] = {}
    for place, words in (*((answer.place, answer.text) for answer in context.answers), *context.passed):
        claimed.setdefault(place, []).append(words)
    found: list[Answer] = []
    for block in blocks:
        if isinstance(block, Line):
            found += _named(block.controls, context.labels, block.place, claimed)
            continue
        for number, row in enumerate(block.rows, start=1):
            place = f"table {block.number}, row {number}"
            found += [answer for cell in row for answer in _named(cell.controls, context.labels, place, claimed)]
    return found


def _named(controls: Iterable[Control], labels: Labels, place: str, claimed: dict[str, list[str]]) -> list[Answer]:
    found = []
    for control in controls:
        if not control.text.strip() or any(control.text.strip() in words for words in claimed.get(place, ())):
            continue
        for name in (control.tag, control.title):
            target = labels.find(name, None) or labels.find(_readable(name), None)
            if target is not None and not target.asked:
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
