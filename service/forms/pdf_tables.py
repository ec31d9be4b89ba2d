"""Tables of a PDF page: the ruled ones by their lines, and the grid that both these and unruled columns become."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from service.forms.blocks import Cell, Control
from service.forms.choices import groups_of
from service.forms.labels import Labels
from service.forms.pdf_words import Piece, begins_entry, joined, rows_of, words_in

_NEAR = 3.0
_PADDING = 4.0
_MOST_LABEL_LINES = 5

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Grid:
    """A table being gathered, maybe over several pages; *starts* are the left edges of its columns."""

    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    starts: tuple[float, ...] = ()
    top: float = 0.0
    is_ruled: bool = False

    def goes_on_as(self, other: "Grid") -> bool:
        """Tell whether *other*, at the top of the next page, has the same columns."""
        same = len(self.starts) == len(other.starts) and all(abs(a - b) <= _NEAR for a, b in zip(self.starts, other.starts, strict=True))
        return bool(self.rows and other.rows) and self.is_ruled == other.is_ruled and same and len(self.starts) > 1

    def add(self, other: "Grid", labels: Labels) -> None:
        """Take the rows of the next page: without the header that is printed again, and the first one joined if it was cut in two."""
        rows = list(other.rows)
        if rows and [cell.text for cell in rows[0]] == [cell.text for cell in self.rows[0]]:
            rows.pop(0)
        if rows and self.is_ruled and len(rows[0]) == len(self.rows[-1]) > 1 and _is_cut(self.rows[-1], rows[0], labels):
            self.rows[-1] = _glued(self.rows[-1], rows.pop(0), labels)
        self.rows += rows


def _is_cut(upper: Sequence[Cell], lower: Sequence[Cell], labels: Labels) -> bool:
    """Tell whether a row at the top of a page is the rest of the one before: its label is empty, or the rest of that label or value."""
    label, rest = upper[0].text, lower[0].text
    if not rest:
        return any(cell.text for cell in lower)
    if is_inline(label, labels):
        return not any(is_inline(cell.text, labels) or labels.find(cell.text.rstrip(":")) is not None for cell in lower)
    return labels.find(rest) is None and labels.find(label) is None and labels.find(f"{label} {rest}") is not None


def is_inline(text: str, labels: Labels) -> bool:
    """Tell whether a cell holds a label and its value."""
    head, colon, rest = text.partition(":")
    return bool(colon and rest.strip()) and labels.find(head.rstrip("?")) is not None


def asks_for_entries(label: str, labels: Labels) -> bool:
    """Tell whether a label asks for a list of entries, each with its date and outcome."""
    target = labels.find(label)
    return target is not None and target.field == "agencies_contacted"


def _glued(upper: Sequence[Cell], lower: Sequence[Cell], labels: Labels) -> tuple[Cell, ...]:
    """Join the two halves of a row that a page break has cut."""
    cells: list[Cell] = []
    for number, (first, second) in enumerate(zip(upper, lower, strict=True)):
        entries = number > 0 and asks_for_entries(upper[number - 1].text, labels)
        between = "\n" if entries and begins_entry(first.text, second.text) else " "
        text = between.join(text for text in (first.text, second.text) if text)
        cells.append(replace(first, text=text, controls=(*first.controls, *second.controls)))
    return tuple(cells)


def controls_in(pieces: Sequence[Piece]) -> tuple[Control, ...]:
    """List the form fields among the pieces."""
    return tuple(piece.control for piece in pieces if piece.control is not None)


def is_inside(piece: Piece, box: Box) -> bool:
    """Tell whether the middle of a piece lies in a box (left, top, right, bottom)."""
    return box[0] <= (piece.x0 + piece.x1) / 2 <= box[2] and box[1] <= piece.middle <= box[3]


def unbroken(text: str, rows: Sequence[Sequence[Piece]], labels: Labels) -> str:
    """Return the *text* of a cell on one line when its *rows* are a label or a choice: these wrap anywhere, even within a word."""
    lines = [words for row in rows if (words := words_in(row))]
    if not 1 < len(lines) <= _MOST_LABEL_LINES or (labels.find(text) is not None and "\n" not in text):
        return text
    wholes = [
        lines[0] + "".join(gap + line for gap, line in zip(gaps, lines[1:], strict=True))
        for gaps in product((" ", ""), repeat=len(lines) - 1)
    ]
    known = next((whole for whole in wholes if groups_of(whole)), None) or next((whole for whole in wholes if labels.find(whole)), None)
    return known or text


def ruled_grid(cells: Sequence[Box], pieces: Sequence[Piece], labels: Labels) -> Grid:
    """Put the pieces into the cells: a cell merged downwards is repeated empty, one merged sideways is there once."""
    tops, starts = _distinct(cell[1] for cell in cells), _distinct(cell[0] for cell in cells)
    rows: list[tuple[Cell, ...]] = []
    for top in tops:
        here = sorted((cell for cell in cells if cell[1] <= top + _NEAR and cell[3] > top + _NEAR), key=lambda cell: cell[0])
        row: list[Cell] = []
        for cell in here:
            if abs(cell[1] - top) > _NEAR:
                row.append(Cell(text="", merged=True))
            else:
                row.append(_cell(cell, pieces, starts, labels, asks_for_entries(row[-1].text, labels) if row else False))
        rows.append(tuple(row))
    return Grid(rows=rows, starts=starts, top=tops[0], is_ruled=True)


def _cell(box: Box, pieces: Sequence[Piece], starts: Sequence[float], labels: Labels, entries: bool) -> Cell:
    inside = [piece for piece in pieces if is_inside(piece, box)]
    across = sum(box[0] - _NEAR <= start < box[2] - _NEAR for start in starts)
    rows = rows_of(inside)
    text = unbroken(joined(rows, box[2] - _PADDING, entries=entries), rows, labels)
    return Cell(text=text, controls=controls_in(inside), across=max(across, 1))


def _distinct(numbers: Iterable[float]) -> tuple[float, ...]:
    found: list[float] = []
    for number in sorted(numbers):
        if not found or number - found[-1] > _NEAR:
            found.append(number)
    return tuple(found)
