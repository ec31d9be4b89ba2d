"""Leaves out the columns of a table that hold no answers: those that keep others apart, and those that say how to fill in the form."""

from collections.abc import Sequence
from dataclasses import replace

from service.forms.answers import Context
from service.forms.blocks import Cell
from service.forms.cells import filled, is_known, is_label
from service.forms.choices import groups_of
from service.forms.labels import Section, words_of

Row = tuple[Cell, ...]
_GUIDING = frozenset(
    {"guidance", "guidance notes", "guidance note", "notes for completion", "notes on completion", "guidance for completion", "help",
     "help text", "help notes", "completion notes", "how to complete", "explanation", "prompt", "prompts", "what to include",
     "what to record", "example", "canllawiau"}
)  # fmt: skip
_ASKING = frozenset(
    {"question", "questions", "field", "item", "section", "information required", "information needed", "information", "label", "data item",
     "heading", "no", "number", "ref", "cwestiwn"}
)  # fmt: skip
_ANSWERING = frozenset(
    {"response", "responses", "answer", "answers", "your answer", "your response", "details", "detail", "reply", "comments", "entry",
     "information provided", "to be completed", "please complete", "ateb"}
)  # fmt: skip


def without_spacers(rows: Sequence[Row], context: Context) -> list[Row]:
    """Leave out columns that only keep labels and values apart: empty in every row, and never before a label."""
    kept = list(rows)
    for width in {len(row) for row in rows if len(row) > 2}:
        same = [number for number, row in enumerate(rows) if len(row) == width]
        gone = {
            column
            for column in range(1, width - 1)
            if len(same) > 1
            and not any(rows[number][column].text.strip() or rows[number][column].holds_table for number in same)
            and any(rows[number][column + 1].text.strip() for number in same)
            and not any(_may_be_label(one, context) or groups_of(one.text) for one in (rows[number][column + 1] for number in same))
        }
        for number in same if gone else ():
            kept[number] = tuple(cell for column, cell in enumerate(rows[number]) if column not in gone)
    return kept


def _may_be_label(cell: Cell, context: Context) -> bool:
    """Tell whether a cell could be a label, of whomever: in a form left empty the columns of answers are no spacers."""
    parts = (context.section, Section("children"), Section("adults"), Section("social_worker"))
    return any(is_label(cell, context, part) for part in parts) or is_known(cell, context.labels, Section("elsewhere"))


def is_heading_of_answers(text: str) -> bool:
    """Tell whether a cell only heads the column of the answers: "Details", "Your response"."""
    return words_of(text) in _ANSWERING | {"information"}


def without_guidance(rows: Sequence[Row]) -> list[Row]:
    """Leave out a column that is headed as guidance: "Question | Guidance | Response"; an empty answer must not be filled from it."""
    kept: list[Row] = []
    gone: set[int] = set()
    width = 0
    for row in rows:
        words = [words_of(cell.text) for cell in row]
        if len(filled(row)) == len(row) > 2 and set(words) <= _GUIDING | _ASKING | _ANSWERING and set(words) & _ANSWERING:
            gone, width = {index for index, one in enumerate(words) if one in _GUIDING}, len(row)
            row = tuple(replace(cell, text="") for cell in row) if gone else row
        if gone and len(row) == width:
            row = tuple(cell for index, cell in enumerate(row) if index not in gone)
            row = (*row[:-1], replace(row[-1], across=row[-1].across + 1))
        kept.append(row)
    return kept
