"""Reads tables row by row: pairs of label and value cells, titles over and beside them, grids of boxes, and what `columns` recognises."""

import re
from collections.abc import Sequence

from service.forms.answers import Context, end_row, take
from service.forms.blocks import EMPTY, TICKED, Cell, Table
from service.forms.cells import filled, holds_lines, is_inline, is_label, label_of, may_be_label, place_of, read_cell, read_within
from service.forms.choices import fold, grid_text, groups_of, is_offer, is_option_row, is_tick
from service.forms.columns import (
    Places,
    Row,
    choice_columns,
    header,
    people_columns,
    read_below_header,
    read_choice_rows,
    read_people_columns,
)
from service.forms.headings import section_of_heading
from service.forms.labels import ELSEWHERE, PERSONS, Section, Target, is_guidance, words_of
from service.forms.spacers import is_heading_of_answers, without_guidance, without_spacers
from service.forms.splitting import split_line
from service.forms.stacked import read_numbered, read_value_below
from service.forms.strangers import skip_below_header, unknown_header

_SHORT = 100
_NOBODY = Section("")  # the part below a title nobody knows is no longer about those whom the heading over the table named
_NUMBER = re.compile(r"^\s*(?:[Qq]\s?)?(?:\d{1,3}[a-z]?[.):]?|\(?[a-zA-Z\d]{1,2}[.)]|\d{1,2}\.\d{1,2})\s*$")


def read_table(table: Table, context: Context) -> None:
    """Read one table into the context's answers."""
    context.enter(context.labels.section(table.beside) if table.beside else None)
    places = [place_of(table.number, number) for number in range(1, len(table.rows) + 1)]
    _read_rows(table.rows, places, context)
    context.enter(None)


def _read_rows(rows: Sequence[Row], places: Places, context: Context) -> None:
    number = 0
    rows = without_spacers(without_guidance(rows), context)
    settled: dict[Section | None, bool] = {}
    while number < len(rows):
        row = rows[number]
        following = rows[number + 1] if number + 1 < len(rows) else None
        if not filled(row):
            number += 1
        elif following and following[0].merged and row[0].text.strip():
            number = _read_beside_title(rows, places, number, context)
        elif following and (columns_of_choices := choice_columns(row)) and context.find(row[0].text) is None:
            number = _at_least(number, read_choice_rows(rows, places, number, columns_of_choices, context), row, places, context)
        elif following and (people := people_columns(row, following, context)):
            number = _read_people(rows, places, number, people, context)
        elif (after := read_numbered(rows, places, number, context) or _read_boxes(rows, places, number, context)) is not None:
            number = after
        elif following and (columns := header(row, following, context)):
            number = read_below_header(rows, places, number, columns, context)
        elif following and unknown_header(row, following, context):
            number = skip_below_header(rows, places, number, context)
        elif (after := read_value_below(rows, places, number, context)) is not None:
            number = after
        else:
            section = context.section
            if section not in settled:
                settled[section] = _is_settled(rows, context)
            _read_row(row, following, places[number], context, settled[section])
            number += 1
        end_row(context)


def _at_least(start: int, after: int, row: Row, places: Places, context: Context) -> int:
    """Read a row of choices as an ordinary row when no row of ticks followed it."""
    if after == start + 1:
        _read_row(row, None, places[start], context, True)
    return after


def _is_settled(rows: Sequence[Row], context: Context) -> bool:
    """Tell whether the table shows somewhere that its second column holds values, so that a value may be spelt like a label."""
    for row in rows:
        if len(row) > 1 and row[1].text.strip() and label_of(row[0], context, context.section) is not None:
            target = label_of(row[1], context, context.section)
            if (target is None or target.opens) and not is_inline(row[1], context, context.section):
                return True
    pairs = [row for row in rows if len(row) == 2]
    labelled = sum(label_of(row[0], context, context.section) is not None for row in pairs)
    inline = sum(is_inline(row[1], context, context.section) for row in pairs)
    return labelled == len(pairs) > 2 and inline == 1


def _read_beside_title(rows: Sequence[Row], places: Places, start: int, context: Context) -> int:
    """Read rows that share one cell merged down their left side: a title of what stands beside it, or a label of several value rows."""
    end = start + 1
    while end < len(rows) and rows[end] and rows[end][0].merged:
        end += 1
    title = rows[start][0]
    inner = [row[1:] for row in rows[start:end]]
    opened = context.labels.section(title.text)
    first = [row[0] for row in inner if row]
    part = opened or context.section
    labelled = any(label_of(cell, context, part) is not None or is_inline(cell, context, part) for cell in first)
    target = label_of(title, context, context.section)
    if group := _offered(target, inner):
        assert target is not None
        rest = [row for row in inner if is_option_row(row, group) or any(is_tick(cell.text) for cell in row)]
        take(context, target, label=title.text, text=grid_text(rest), place=places[start], method="ticked box")
    elif labelled or (opened is not None and target is None):
        outer = context.table
        context.enter(opened or outer)
        _read_rows(inner, places[start:end], context)
        context.enter(outer)
    else:
        texts = [" ".join(cell.text.strip() for cell in fold(row) if cell.text.strip() and not is_guidance(cell.text)) for row in inner]
        take(
            context,
            target,
            label=title.text.split("\n")[0],
            text="\n".join(text for text in texts if text),
            place=places[start],
            method="label cell",
        )
    return end


def _offered(target: Target | None, rows: Sequence[Row]) -> str | None:
    """Name the list of choices that rows of boxes under a label offer."""
    if target is None or not rows:
        return None
    options = [cell.text for row in rows for cell in row if cell.text.strip() and not is_tick(cell.text) and groups_of(cell.text)]
    groups = frozenset.intersection(*(groups_of(text) for text in options)) if len(options) > 1 else frozenset()
    group = next((one for one in ("ethnicity", "status", "category", "risk", "sex", "answer") if one in groups), None)
    return (
        group
        if group and all(is_option_row(row, group) or not filled(row) or all(is_tick(c.text) for c in filled(row)) for row in rows)
        else None
    )


def _read_boxes(rows: Sequence[Row], places: Places, start: int, context: Context) -> int | None:
    """Read a label over, or at the head of, a grid of boxes: "Ethnicity (please tick)" and its options in the rows below."""
    row = rows[start]
    target = label_of(row[0], context, context.section)
    if target is None:
        return None
    rest = row[1:]
    end = start + 1
    indent = 1 if rest and filled(rest) else 0
    grid = [rest] if indent else []
    if indent and not any(groups_of(cell.text) for cell in rest):
        return None
    while end < len(rows) and filled(rows[end]):
        cells = rows[end]
        if indent and cells[0].text.strip() and not groups_of(cells[0].text) and not is_tick(cells[0].text):
            break
        candidate = cells[1:] if indent and not cells[0].text.strip() else cells
        if _offered(target, [*grid, candidate, candidate]) is None:
            break
        grid.append(candidate)
        end += 1
    group = _offered(target, grid)
    if group is None or (len(grid) < 2 and indent):
        return None
    take(context, target, label=row[0].text.split("\n")[0], text=grid_text(grid), place=places[start], method="ticked box")
    context.implied = None
    return end


def _read_people(rows: Sequence[Row], places: Places, start: int, people: dict[int, Section], context: Context) -> int:
    outer, after = context.table, start + 1
    for number, section, cells in read_people_columns(rows, places, start, people, context):
        context.enter(section)
        if 0 in people:
            _read_row(tuple(cells), None, places[number], context, True)
        else:
            target = label_of(cells[0], context, section)
            texts = [cell.text for cell in cells[1:] if cell.text.strip()]
            take(context, target, label=cells[0].text, text="\n".join(texts), place=places[number], method="column of a person")
        after = number + 1
    context.enter(outer)
    return after


def _read_row(row: Row, following: Row | None, place: str, context: Context, settled: bool) -> None:
    cells = fold(_without_numbering(row))
    full = filled(cells)
    if not full:
        return
    if (len(cells) == 1 or (len(full) == 1 and cells[0] is full[0])) and _read_banner(cells, following, place, context):
        return
    if (
        len(full) == len(cells) == 2
        and is_heading_of_answers(cells[1].text)
        and (opened := context.labels.section(cells[0].text)) is not None
    ):
        context.enter(opened)
        return
    if len(cells) % 2 == 1 and len(cells) >= 3 and (opened := context.labels.section(cells[0].text)) is not None:
        if label_of(cells[1], context, opened) is not None and label_of(cells[2], context, opened) is None:
            context.enter(opened)
            cells = cells[1:]
    elif len(cells) > 2 and not cells[0].text.strip() and label_of(cells[1], context, context.section) is not None:
        cells = cells[1:]
    if len(full) > 2 and all(is_label(cell, context, context.section) for cell in full):  # a header over nothing, or a form left empty
        return
    aligned, named, index = _aligned(cells, context), dict[int, Section](), 0
    while index < len(cells):
        if aligned and index in context.columns:
            context.implied, context.after = context.columns[index], None
        used = _read_pair(cells, index, place, context, settled)
        if context.implied is not None:
            named[index] = context.implied
        index += used
    if not aligned:
        context.columns = named if len({(one.scope, one.key) for one in named.values()}) > 1 else {}


def _without_numbering(row: Row) -> list[Cell]:
    """Leave out cells that only number a question or hold the colon of its label."""
    cells = [cell for cell in row if cell.text.strip() not in (":", "-", "–", "：")]
    is_number = len(cells) > 1 and cells[1].text.strip() and _NUMBER.match(cells[0].text)
    return cells[1:] if is_number else cells


def _read_banner(cells: list[Cell], following: Row | None, place: str, context: Context) -> bool:
    """Read the only words of a row: a title, a label with an empty answer, or whole lines."""
    cell = cells[0]
    target = label_of(cell, context, context.section)
    opened = section_of_heading(cell.text, context.labels) if len(cells) == 1 else context.labels.section(cell.text)
    is_answered = opened is not None and opened.scope in ELSEWHERE and cell.text.rstrip().endswith(":")  # "School:", left empty
    if target is not None and (len(cells) > 1 or is_answered or _names_school(opened)) and not _begins(following, opened, context):
        if len(cells) == 1:
            take(context, target, label=cell.text, text="", place=place, method="label cell")
        return len(cells) == 1
    if opened is not None:
        context.enter(opened)
    else:
        read_cell(cell, place, context)
        if ":" not in cell.text and len(cell.text) < _SHORT:
            listed = context.heading is not None and context.heading.scope in PERSONS and context.heading.key is None
            context.enter(_NOBODY if listed else None)
    return True


def _names_school(opened: Section | None) -> bool:
    return opened is not None and opened.scope == "school"


def _begins(following: Row | None, opened: Section | None, context: Context) -> bool:
    """Tell whether the row below asks for the name of whom a title may have opened; without that, it is a label nobody answered."""
    target = label_of(following[0], context, opened) if opened is not None and following is not None and len(following) > 1 else None
    if opened is None or target is None or target.opens:
        return False
    names = ("name", "family_name", "given_names") if opened.scope == "children" else ("name", "school")
    return target.field.partition(".")[2] in names and target.bare


def _aligned(cells: Sequence[Cell], context: Context) -> bool:
    """Tell whether a row asks the same of each of those the row above named: "Mother | Father" over "DOB | DOB"."""
    asked = {words_of(re.split(r"[:\n]", cells[index].text)[0]) if index < len(cells) else "" for index in context.columns}
    return len(context.columns) > 1 and len(asked) == 1 and "" not in asked


def _read_pair(cells: list[Cell], index: int, place: str, context: Context, settled: bool) -> int:
    """Read the label at *index* with its value; return how many cells were used."""
    cell = cells[index]
    target = label_of(cell, context, context.section)
    rest = cells[index + 1 :]
    if target is None and (is_inline(cell, context, context.section) or _is_answered(cell, rest, context)):
        read_cell(cell, place, context)
        return 1
    if cell.holds_table and rest and rest[0].holds_table:  # titles of tables side by side
        return 1
    if not rest:
        if cell.text.strip():
            read_cell(cell, place, context)
        return 1
    used = _width(cells, index, context, settled)
    values = [value.text.strip() for value in rest[: used - 1] if value.text.strip()]
    plain = [value for value in values if not is_guidance(value) and not (len(values) > 1 and is_offer(value))]
    text = "\n".join(plain) if not any(TICKED in value or EMPTY in value for value in plain) else " ".join(plain)
    if target is not None and target.opens and holds_lines(text, target.section, context):
        read_within(text, target.section, place, context)
    elif target is not None:
        take(context, target, label=cell.text.split("\n")[0], text=text, place=place, method="label cell")
    elif may_be_label(cell.text) or context.labels.is_known(cell.text, context.section):
        take(context, None, label=cell.text, text=text, place=place, method="label cell")
    else:
        context.implied = None
    return used


def _is_answered(cell: Cell, rest: list[Cell], context: Context) -> bool:
    """Tell whether a cell holds a label nobody knows with its answer, because the next one holds a known label with its own."""
    if not rest or not is_inline(rest[0], context, context.section):
        return False
    parts = split_line(cell.text.split("\n")[0], context, context.section)
    return parts is not None and parts[0][0] is None and bool(parts[0][2])


def _width(cells: list[Cell], index: int, context: Context, settled: bool) -> int:
    """Count the label and the cells of its value: one, or more when they hold choices or guidance."""
    if index + 1 < len(cells) and _is_next_label(cells, index, context, settled):
        return 1
    end = index + 2
    while end < len(cells):
        text = cells[end].text.strip()
        choice = TICKED in text or EMPTY in text or bool(groups_of(text) & {"answer"})
        labelled = is_label(cells[end], context, context.section)
        if text and not choice and not (is_guidance(text) and not labelled):
            is_odd_one = end == len(cells) - 1  # nothing follows that could be its value
            if not is_odd_one or labelled or ":" in text:
                break
        if not text and end + 1 < len(cells) and cells[end + 1].text.strip():
            break
        end += 1
    return end - index


def _is_next_label(cells: list[Cell], index: int, context: Context, settled: bool) -> bool:
    """Tell whether the cell after a label is the next label, so that the first has no answer."""
    label, cell = cells[index], cells[index + 1]
    text = cell.text.strip()
    if not text:
        return False
    if words_of(text) == words_of(label.text):
        return True
    parts = split_line(text, context, context.section) if text.endswith(":") else None
    if parts is not None and all(target is not None and not value for target, _, value in parts):
        return True
    here = label_of(label, context, context.section)
    if here is not None and label.text.strip().endswith(":") and is_inline(cell, context, context.section) and "\n" not in text:
        return not settled
    target = label_of(cell, context, context.section)
    if here is None or target is None or target.opens or target.asked:
        return False
    left = len(cells) - index
    return not settled if left % 2 == 0 else left > 2
