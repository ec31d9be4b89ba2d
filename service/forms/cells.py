"""Tells what a cell of a table is: a label, a label with its answer, a choice, or words that are somebody's answer."""

import re

from service.forms.answers import Context
from service.forms.blocks import EMPTY, TICKED, Cell, Line
from service.forms.labels import Labels, Section, Target, is_guidance
from service.forms.lines import read_lines
from service.forms.splitting import split_line

_LONGEST_UNKNOWN = 160
_NUMBERS = re.compile(r"\d{3}|\d[./-]\d|@")  # a date, a telephone number or an address is somebody's answer


def place_of(number: int, row: int) -> str:
    """Name a row of a table as people count it."""
    return f"table {number}, row {row}"


def filled(row: tuple[Cell, ...] | list[Cell]) -> list[Cell]:
    """List the cells that hold words."""
    return [cell for cell in row if cell.text.strip() or cell.holds_table]


def label_of(cell: Cell, context: Context, section: Section | None) -> Target | None:
    """Find what a cell means when the whole cell is a label, guidance aside."""
    text = cell.text.strip()
    if not text or TICKED in text or EMPTY in text:
        return None
    target = context.labels.find(text, section)
    if target is None:
        return None
    parts = split_line(text.split("\n")[0], context, section)
    inline = parts[-1][2] if parts else ""
    return None if parts and inline and not is_guidance(inline) else target


def is_label(cell: Cell, context: Context, section: Section | None) -> bool:
    """Tell whether a cell is a label; "Child protection plan", which is as often an answer, is not."""
    target = label_of(cell, context, section)
    return target is not None and not target.asked


def is_inline(cell: Cell, context: Context, section: Section | None) -> bool:
    """Tell whether a cell holds a label together with its answer, or several labels."""
    text = cell.text.strip()
    if not text or label_of(cell, context, section) is not None:
        return False
    first, _, rest = text.partition("\n")
    parts = split_line(first, context, section)
    if parts is not None:
        return (parts[0][0] is not None and bool(parts[0][2] or rest.strip())) or len(parts) > 1
    target = context.labels.find(first, section)
    if not rest.strip() or target is None or target.opens or target.asked or is_guidance(rest):
        return False
    return context.labels.find(rest, section) is None


def is_known(cell: Cell, labels: Labels, section: Section | None) -> bool:
    """Tell whether a cell is a label that is understood and left in the form."""
    return bool(cell.text.strip()) and labels.is_known(cell.text, section)


def may_be_label(text: str) -> bool:
    """Tell whether unknown words are short enough to be somebody's label."""
    text = text.strip()
    return (
        bool(text)
        and not _NUMBERS.search(text)
        and len(text) <= _LONGEST_UNKNOWN
        and "\n" not in text
        and TICKED not in text
        and EMPTY not in text
    )


def read_cell(cell: Cell, place: str, context: Context) -> None:
    """Read a cell that holds whole lines of a form."""
    lines = [Line(text=text, place=place) for text in cell.text.split("\n") if text.strip()]
    if not lines or not (":" in cell.text or "?" in cell.text or is_inline(cell, context, context.section)):
        return
    heading, table = context.heading, context.table
    read_lines(lines, context, method="label in the cell")
    if context.table is None and context.heading is heading:
        context.table = table


def holds_lines(text: str, section: Section | None, context: Context) -> bool:
    """Tell whether a cell beside or below a person's title holds lines with labels of their own: "Mother | Name: …"."""
    parts = split_line(text.split("\n")[0], context, section)
    return parts is not None and parts[0][0] is not None and parts[0][0].section == section


def read_within(text: str, section: Section | None, place: str, context: Context) -> None:
    """Read a cell whose lines have labels of their own, all about one person."""
    outer = context.table
    context.enter(section)
    read_lines([Line(text=line, place=place) for line in text.split("\n")], context, method="label in the cell")
    context.enter(outer)
