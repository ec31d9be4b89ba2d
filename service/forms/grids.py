"""Reads tables: pairs of label and value cells, tables with a header row, people side by side, and cells that hold whole lines."""

import re
from collections import Counter
from dataclasses import replace

from service.forms.answers import Context, end_row, read_lines, split_line, take
from service.forms.blocks import EMPTY, TICKED, Cell, Line, Table
from service.forms.labels import PERSONS, Labels, Section, Target, is_guidance, words_of

_TICKS = re.compile(r"^(?:x|X|✓|✔|☒|☑|yes|Yes|YES|true)$")
_CHOICES = frozenset({"yes", "no", "y", "n", "not known", "n a", "dont know", "unknown"})


def read_table(table: Table, labels: Labels, context: Context) -> None:
    """Read one table into the context's answers."""
    context.table = None
    context.implied = None
    context.loose = context.after_adult = False
    rows = table.rows
    number = 0
    while number < len(rows):
        row = rows[number]
        following = rows[number + 1] if number + 1 < len(rows) else None
        if (choices := _choice_columns(row)) and following:
            number = _read_choices(table, number, choices, labels, context)
        elif (people := _people_columns(row, labels)) and following:
            number = _read_people_columns(table, number, people, labels, context)
        elif following and (columns := _header(row, following, labels, context)):
            number = _read_below_header(table, number, columns, labels, context)
        else:
            _read_row(row, _place(table, number), labels, context)
            number += 1
        end_row(context)
    context.table = None
    context.implied = None
    context.after_adult = False


def _place(table: Table, index: int) -> str:
    return f"table {table.number}, row {index + 1}"


def _label_of(cell: Cell, labels: Labels, section: Section | None) -> Target | None:
    """Find what a cell means when the whole cell is a label, guidance aside."""
    text = cell.text.strip()
    if not text or TICKED in text:
        return None
    target = labels.find(text, section)
    if target is None:
        return None
    parts = split_line(text.split("\n")[0], labels, section)
    inline = parts[-1][2] if parts else ""
    return None if parts and inline and not is_guidance(inline) else target


def _filled(row: tuple[Cell, ...]) -> list[Cell]:
    return [cell for cell in row if cell.text.strip()]


def _header(row: tuple[Cell, ...], following: tuple[Cell, ...], labels: Labels, context: Context) -> list[tuple[str, Target | None]] | None:
    """Recognise a header row: every column is a label, and the row below does not begin with one."""
    if len(row) < 2 or len(following) < 2 or len(following) > len(row):
        return None
    best: list[tuple[str, Target | None]] | None = None
    sections: list[Section | None] = [context.table or context.heading]
    if sections[0] is None or sections[0].scope not in PERSONS:
        sections += [Section("children"), Section("adults"), Section("agencies_contacted")]
    for section in sections:
        columns = [(cell.text, _label_of(cell, labels, section)) for cell in row]
        known = [
            target.field for _, target in columns if target is not None and not (target.opens and target.section and target.section.role)
        ]
        score = len(set(known))
        unnamed = sum(1 for text, target in columns if target is None and text.strip())
        if score < 2 or unnamed > max(1, len(row) // 3) or len(set(known)) != len(known):
            continue
        adults = any(field.startswith("adults.") and field != "adults.name" for field in known)
        fits = section is None or sum(field.startswith(f"{section.scope}.") for field in known)
        if section is not None and section is not sections[0] and (not fits or (section.scope == "children" and adults)):
            continue
        if best is None or score > sum(1 for _, target in best if target):
            best = columns
    if best is None or _alternates(row, best, following, labels, context):
        return None
    return best


def _alternates(
    row: tuple[Cell, ...], columns: list[tuple[str, Target | None]], following: tuple[Cell, ...], labels: Labels, context: Context
) -> bool:
    """Tell label-value rows from header rows: below a header there are values, below a pair there is the next label."""
    if all(cell.heading for cell in row):
        return False
    below = [_label_of(cell, labels, context.section) for cell in following[::2]]
    if any(target is not None for target in below):
        return True
    if any(columns[index][1] is None for index in range(0, len(columns), 2)):
        return True
    return any(not text.strip() for text, _ in columns)


def _read_below_header(table: Table, start: int, columns: list[tuple[str, Target | None]], labels: Labels, context: Context) -> int:
    number = start + 1
    while number < len(table.rows):
        row = table.rows[number]
        if len(row) < 2 or len(row) > len(columns):
            break
        if number > start + 1 and _label_of(row[0], labels, context.table) is not None and len(_filled(row)) > 1:
            person = labels.section(row[0].text)
            if person is None or columns[0][1] is not None:
                break
        leading = columns[0][1] is None or columns[0][1].opens
        named = labels.section(row[0].text) if leading and row[0].text.strip() else None
        for (label, target), cell in zip(columns, row, strict=False):
            if not cell.text.strip():
                continue
            if target is None:
                if labels.section(cell.text) is None and label.strip() and not labels.is_known(label):
                    take(context, None, label=label, text=cell.text, place=_place(table, number), method="column of a table")
                continue
            scope = target.field.split(".")[0]
            section = target.section
            if scope in PERSONS or scope == "agencies_contacted":
                section = named if named is not None and named.scope == scope else Section(scope, f"table {table.number} row {number + 1}")
            take(
                context,
                replace(target, section=section),
                label=label,
                text=cell.text,
                place=_place(table, number),
                method="column of a table",
            )
            context.implied = None
        number += 1
    return number


def _people_columns(row: tuple[Cell, ...], labels: Labels) -> dict[int, Section] | None:
    """Recognise people side by side: a header of "Child 1 | Child 2" or "Mother | Father" over a first column of labels."""
    if len(row) < 3 or labels.find(row[0].text) is not None:
        return None
    people = {index: section for index, cell in enumerate(row[1:], 1) if (section := labels.section(cell.text)) is not None}
    distinct = Counter((section.scope, section.key) for section in people.values())
    return (
        people
        if len(people) == len(row) - 1 and len(distinct) == len(people) and all(s.scope in PERSONS for s in people.values())
        else None
    )


def _read_people_columns(table: Table, start: int, people: dict[int, Section], labels: Labels, context: Context) -> int:
    number = start + 1
    while number < len(table.rows) and len(table.rows[number]) == len(table.rows[start]):
        row = table.rows[number]
        for index, section in people.items():
            target = _label_of(row[0], labels, section)
            take(context, target, label=row[0].text, text=row[index].text, place=_place(table, number), method="column of a person")
            context.implied = None
        number += 1
    return number


def _choice_columns(row: tuple[Cell, ...]) -> dict[int, str] | None:
    """Recognise a table of questions with a column for each choice: "Question | Yes | No"."""
    found = {index: cell.text.strip() for index, cell in enumerate(row) if words_of(cell.text) in _CHOICES}
    words = {words_of(text) for text in found.values()}
    return found if 0 not in found and len(row) >= 3 and (words >= {"yes", "no"} or words >= {"y", "n"}) else None


def _read_choices(table: Table, start: int, choices: dict[int, str], labels: Labels, context: Context) -> int:
    if labels.find(table.rows[start][0].text, context.section) is not None:  # "Unborn? | Yes | No": one question, not a header
        _read_row(table.rows[start], _place(table, start), labels, context)
        return start + 1
    number = start + 1
    while number < len(table.rows) and len(table.rows[number]) == len(table.rows[start]):
        row = table.rows[number]
        ticked = [choice for index, choice in choices.items() if _TICKS.match(row[index].text.strip())]
        label = row[0].text
        text = f"{TICKED} " + f" {TICKED} ".join(ticked) if ticked else ""
        take(
            context, _label_of(row[0], labels, context.section), label=label, text=text, place=_place(table, number), method="ticked column"
        )
        number += 1
    return number


def _read_row(row: tuple[Cell, ...], place: str, labels: Labels, context: Context) -> None:
    filled = _filled(row)
    if not filled:
        return
    if len(row) == 1 or (len(filled) == 1 and row[0] is filled[0] and _label_of(row[0], labels, context.section) is None):
        opened = labels.section(filled[0].text)
        if opened is not None:
            context.table, context.implied, context.after_adult = opened, None, False
        else:
            _read_cell(filled[0], place, labels, context)
            if ":" not in filled[0].text and len(filled[0].text) < 100:
                context.table, context.implied = None, None
        return
    cells = list(row)
    if len(cells) % 2 == 1 and len(cells) >= 3 and (opened := labels.section(cells[0].text)) is not None:
        if _label_of(cells[1], labels, opened) is not None and _label_of(cells[2], labels, opened) is None:
            context.table, context.implied = opened, None
            cells = cells[1:]
    elif len(cells) % 2 == 1 and not cells[0].text.strip() and _label_of(cells[1], labels, context.section) is not None:
        cells = cells[1:]
    index = 0
    while index < len(cells):
        index += _read_pair(cells, index, place, labels, context)


def _read_pair(cells: list[Cell], index: int, place: str, labels: Labels, context: Context) -> int:
    """Read the label at *index* with its value; return how many cells were used."""
    cell = cells[index]
    target = _label_of(cell, labels, context.section)
    if target is None:
        parts = split_line(cell.text.split("\n")[0], labels, context.section) if cell.text.strip() else None
        if parts is not None and ((parts[0][0] is not None and parts[0][2]) or len(parts) > 1):
            _read_cell(cell, place, labels, context)
            return 1
    rest = cells[index + 1 :]
    if not rest:
        if cell.text.strip():
            _read_cell(cell, place, labels, context)
        return 1
    used = _width(cells, index, labels, context)
    values = [value.text.strip() for value in rest[: used - 1] if value.text.strip()]
    plain = [value for value in values if not is_guidance(value)]
    text = "\n".join(plain) if not any(TICKED in value or EMPTY in value for value in plain) else " ".join(plain)
    if target is not None:
        take(context, target, label=cell.text.split("\n")[0], text=text, place=place, method="label cell")
    elif cell.text.strip() and len(cell.text) <= 160 and "\n" not in cell.text.strip() and not labels.is_known(cell.text):
        take(context, None, label=cell.text, text=text, place=place, method="label cell")
        context.implied = None
    else:
        context.implied = None
    return used


def _width(cells: list[Cell], index: int, labels: Labels, context: Context) -> int:
    """Count the label and the cells of its value: one, or more when they hold choices or guidance."""
    if index + 1 < len(cells) and _is_only_labels(cells[index + 1], cells[index], labels, context):
        return 1
    end = index + 2
    while end < len(cells):
        text = cells[end].text.strip()
        choice = TICKED in text or EMPTY in text or words_of(text) in _CHOICES
        if text and not choice and not (is_guidance(text) and _label_of(cells[end], labels, context.section) is None):
            is_odd_one = end == len(cells) - 1  # nothing follows that could be its value
            if not is_odd_one or _label_of(cells[end], labels, context.section) is not None or ":" in text:
                break
        if not text and end + 1 < len(cells) and cells[end + 1].text.strip():
            break
        end += 1
    return end - index


def _is_only_labels(cell: Cell, label: Cell, labels: Labels, context: Context) -> bool:
    """Tell whether a cell repeats the label beside it or holds nothing but labels: a row of a form that was left empty."""
    text = cell.text.strip()
    if text and words_of(text) == words_of(label.text):
        return True
    parts = split_line(text, labels, context.section) if text.endswith(":") else None
    return parts is not None and all(target is not None and not value for target, _, value in parts)


def _read_cell(cell: Cell, place: str, labels: Labels, context: Context) -> None:
    lines = [Line(text=text, place=place) for text in cell.text.split("\n") if text.strip()]
    if ":" in cell.text or "?" in cell.text or (len(lines) > 1 and labels.find(lines[0].text, context.section) is not None):
        read_lines(lines, labels, context, method="label in the cell")
