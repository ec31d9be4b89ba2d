"""What a row of a table is to us before anything is understood: text in cells, or the reason why a cell has no text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

SIZE_LIMIT = 25_000_000
ROW_LIMIT = 100_000
COLUMN_LIMIT = 30
# A cell that begins with one of these may be a formula to a spreadsheet (OWASP ASVS 5.0, 1.2.10), so it is written behind an apostrophe.
_FORMULA_SIGNS = "=+-@\t\r\0'"


class Unreadable(ValueError):  # noqa: N818
    """A file that cannot be read as a table; *says* tells why, without a word of what is in it."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell whose text would be a guess; *says* tells what it holds instead."""

    says: str


Cell = str | BadCell
Row = tuple[int, Sequence[Cell]]
Progress = Callable[[int], None]


def safe(text: str) -> str:
    """Return the text of a cell so that no spreadsheet takes it for a formula; `plain` takes the apostrophe off again."""
    return f"'{text}" if text and text[0] in _FORMULA_SIGNS else text


def plain(cell: Cell) -> Cell:
    """Return a cell as it was before `safe`; any other is left alone."""
    if isinstance(cell, BadCell) or len(cell) < 2 or cell[0] != "'" or cell[1] not in _FORMULA_SIGNS:
        return cell
    return cell[1:]
