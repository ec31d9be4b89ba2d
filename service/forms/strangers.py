"""Goes past tables about people the alert has no place for, such as professionals or siblings, but for the workers in them."""

from collections.abc import Sequence

from service.forms.answers import Context, take
from service.forms.blocks import Cell
from service.forms.cells import filled, is_inline, is_known, label_of
from service.forms.labels import CONTACTS, ELSEWHERE, Section, words_of

Row = tuple[Cell, ...]
Places = Sequence[str]
_ROLES = frozenset({"role", "professional", "profession", "designation", "position", "post", "job"})
_STRANGER = Section("elsewhere")


def unknown_header(row: Row, following: Row, context: Context) -> bool:
    """Recognise the header of a table about people the alert has no place for, such as professionals or siblings."""
    if len(row) < 2 or len(following) != len(row) or len(filled(row)) < len(row) or len(filled(following)) < 2:
        return False
    section = context.table or context.heading
    closed = section is not None and section.scope in ELSEWHERE
    attributes = sum(is_known(cell, context.labels, _STRANGER) for cell in row)
    if any(is_inline(cell, context, context.section) for cell in (*row, *following)):
        return False
    begins = label_of(following[0], context, context.section)
    below = (begins is not None and not begins.opens) or (attributes < len(row) and is_known(following[0], context.labels, _STRANGER))
    return not below and attributes >= 2 and (attributes >= len(row) - 1 or (closed and attributes * 2 >= len(row)))


def skip_below_header(rows: Sequence[Row], places: Places, start: int, context: Context) -> int:
    """Go past a table nobody's answers are taken from, showing its columns as unknown unless they are about a doctor or the like."""
    number = start + 1
    while number < len(rows) and len(rows[number]) == len(rows[start]) and not _is_pairs(rows[number], context):
        number += 1
    section = context.table or context.heading
    for row, place in zip(rows[start + 1 : number], places[start + 1 : number], strict=True):
        _read_worker(rows[start], row, place, context)
    for index, cell in enumerate(rows[start]):
        texts = [row[index].text for row in rows[start + 1 : number] if row[index].text.strip()]
        if texts and section is not None and section.scope == "others":
            take(context, None, label=cell.text, text="\n".join(texts), place=places[start], method="column of a table")
    return number


def _read_worker(head: Row, row: Row, place: str, context: Context) -> None:
    """Read the social worker or team manager from a list of professionals by role."""
    roles = [index for index, cell in enumerate(head) if set(words_of(cell.text).split()) & _ROLES]
    section = context.labels.section(row[roles[0]].text) if len(roles) == 1 and row[roles[0]].text.strip() else None
    if section is None or section.scope not in CONTACTS:
        return
    for index, cell in enumerate(row):
        target = context.labels.find(head[index].text, section) if index != roles[0] else None
        if target is not None and target.section is not None and target.section.scope == section.scope:
            context.after = None
            take(context, target, label=head[index].text, text=cell.text, place=place, method="column of a table")
    context.implied = context.after = None


def _is_pairs(row: Row, context: Context) -> bool:
    """Tell whether a row is a header or label-value pairs again."""
    labelled = [label_of(cell, context, context.section) is not None or is_known(cell, context.labels, _STRANGER) for cell in row]
    begins = label_of(row[0], context, context.section)
    return all(labelled) or (begins is not None and not begins.opens and all(labelled[::2]) and not any(labelled[1::2]))
