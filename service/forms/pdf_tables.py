"""Tables of a PDF page: the ruled ones by their lines, and the grid that both these and unruled columns become."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from service.forms.blocks import Cell, Control
from service.forms.labels import Labels
from service.forms.pdf_words import Piece, joined, rows_of

_NEAR = 3.0
_PADDING = 4.0

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
        if rows and self.is_ruled and len(rows[0]) == len(self.rows[-1]) > 1 and _is_cut(self.rows[-1][0].text, rows[0], labels):
            self.rows[-1] = tuple(_glued(upper, lower) for upper, lower in zip(self.rows[-1], rows.pop(0), strict=True))
        self.rows += rows


def _is_cut(label: str, row: Sequence[Cell], labels: Labels) -> bool:
    """Tell whether a row at the top of a page is the rest of the one before: its label is empty or the rest of that label."""
    rest = row[0].text
    if not rest:
        return any(cell.text for cell in row)
    return labels.find(rest) is None and labels.find(f"{label} {rest}") is not None


def _glued(upper: Cell, lower: Cell) -> Cell:
    text = " ".join(text for text in (upper.text, lower.text) if text)
    return replace(upper, text=text, controls=(*upper.controls, *lower.controls))


def controls_in(pieces: Sequence[Piece]) -> tuple[Control, ...]:
    """List the form fields among the pieces."""
    return tuple(piece.control for piece in pieces if piece.control is not None)


def is_inside(piece: Piece, box: Box) -> bool:
    """Tell whether the middle of a piece lies in a box (left, top, right, bottom)."""
    return box[0] <= (piece.x0 + piece.x1) / 2 <= box[2] and box[1] <= piece.middle <= box[3]


def unbroken(text: str, labels: Labels) -> str:
    """Return the text of a cell on one line when it is a label: labels wrap wherever their column ends."""
    whole = text.replace("\n", " ")
    return whole if whole != text and labels.find(whole) is not None else text


def ruled_grid(cells: Sequence[Box], pieces: Sequence[Piece], labels: Labels) -> Grid:
    """Put the pieces into the cells: a cell merged downwards is repeated empty, one merged sideways is there once."""
    tops, starts = _distinct(cell[1] for cell in cells), _distinct(cell[0] for cell in cells)
    rows: list[tuple[Cell, ...]] = []
    for top in tops:
        here = sorted((cell for cell in cells if cell[1] <= top + _NEAR and cell[3] > top + _NEAR), key=lambda cell: cell[0])
        rows.append(
            tuple(_cell(cell, pieces, starts, labels) if abs(cell[1] - top) <= _NEAR else Cell(text="", merged=True) for cell in here)
        )
    return Grid(rows=rows, starts=starts, top=tops[0], is_ruled=True)


def _cell(box: Box, pieces: Sequence[Piece], starts: Sequence[float], labels: Labels) -> Cell:
    inside = [piece for piece in pieces if is_inside(piece, box)]
    across = sum(box[0] - _NEAR <= start < box[2] - _NEAR for start in starts)
    text = unbroken(joined(rows_of(inside), box[2] - _PADDING), labels)
    return Cell(text=text, controls=controls_in(inside), across=max(across, 1))


def _distinct(numbers: Iterable[float]) -> tuple[float, ...]:
    found: list[float] = []
    for number in sorted(numbers):
        if not found or number - found[-1] > _NEAR:
            found.append(number)
    return tuple(found)
