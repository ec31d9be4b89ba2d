"""Lays one page of a PDF out as it is read: paragraphs, ruled tables, and columns without rules, from top to bottom."""

import re
from collections.abc import Sequence
from dataclasses import replace

from service.forms.blocks import Cell, Line
from service.forms.choices import groups_of
from service.forms.labels import Labels
from service.forms.pdf_columns import Columns, Segment, floats, gap, segments
from service.forms.pdf_tables import Box, Grid, controls_in, is_inside, ruled_grid
from service.forms.pdf_words import Piece, is_wrapped, rows_of, words_in

_EMPTY_LINE = 1.25  # a gap of so many letter heights is an empty line, less is only space between paragraphs
_LONGEST_HEADING = 60
_ABOVE = 1.5  # a label is at most this many letter heights above its field


def lay_out(pieces: Sequence[Piece], tables: Sequence[Sequence[Box]], labels: Labels, page: int, height: float) -> list[Line | Grid]:
    """Return the lines and tables of one page in reading order; *height* is that of the document's plain letters."""
    grids = [ruled_grid(cells, pieces, labels) for cells in tables]
    boxes = [cell for cells in tables for cell in cells]
    loose = [piece for piece in pieces if not any(is_inside(piece, box) for box in boxes)]
    reader = _Flow(labels, page, pieces, height)
    items: list[Line | Grid] = []
    for grid in sorted(grids, key=lambda one: (one.top, one.starts)):
        above = [piece for piece in loose if piece.middle < grid.top]
        loose = [piece for piece in loose if piece.middle >= grid.top]
        items += reader.read(rows_of(above))
        reader.head(items)
        items.append(grid)
    return items + reader.read(rows_of(loose))


class _Flow:
    """Reads the words of one page that stand outside ruled tables."""

    def __init__(self, labels: Labels, page: int, pieces: Sequence[Piece], height: float) -> None:
        self._labels = labels
        self._page = page
        printed = [piece for piece in pieces if not piece.is_field] or list(pieces)
        self._height = height
        self._right = max((piece.x1 for piece in printed), default=0.0)
        self._lines = 0

    def read(self, rows: Sequence[list[Piece]]) -> list[Line | Grid]:
        """Read one stretch of lines."""
        items: list[Line | Grid] = []
        before: list[Piece] | None = None
        number = 0
        while number < len(rows):
            row, below = rows[number], rows[number + 1] if number + 1 < len(rows) else None
            parts = segments(row)
            if (pairs := _labels_above(row, below)) or (len(parts) > 1 and not floats(parts, self._labels)):
                columns = Columns(self._labels, row, self._right)
                number = self._columns(columns, rows, number, pairs)
                self.head(items)
                items += self._spread(columns)
                before = None
                continue
            self._line(row, before, items)
            before, number = row, number + 1
        return items

    def head(self, items: list[Line | Grid]) -> None:
        """Make the last line a heading when a table or columns follow it and it is neither label nor value."""
        last, before = (items[-1] if items else None), (items[-2] if len(items) > 1 else None)
        if not isinstance(last, Line) or len(last.text) > _LONGEST_HEADING or re.search(r"[.:?]", last.text) or not last.text[:1].isupper():
            return
        awaited = isinstance(before, Line) and before.text.endswith((":", "?"))
        if not awaited and not groups_of(last.text) and self._labels.find(last.text) is None:
            items[-1] = replace(last, heading=True)

    def _columns(self, columns: Columns, rows: Sequence[list[Piece]], number: int, pairs: list[tuple[Segment, Segment]]) -> int:
        """Read a stretch of columns and return the number of the line after it."""
        if pairs:
            columns.replace_first(pairs, rows[number + 1])
            number += 1
        number += 1
        while number < len(rows):
            below = rows[number + 1] if number + 1 < len(rows) else None
            pairs = _labels_above(rows[number], below)
            if pairs and below is not None:
                columns.add_pairs(pairs, below)
                number += 2
            elif columns.take(rows[number]):
                number += 1
            else:
                break
        return number

    def _spread(self, columns: Columns) -> list[Line | Grid]:
        """Turn rows that hold only "Label: value" into lines, so that they are read as such; the others stay a table."""
        grid = columns.grid()
        items: list[Line | Grid] = []
        for row in grid.rows:
            if columns.is_inline(row):
                items += [line for cell in row for line in self._cell_lines(cell, not items)]
            elif items and isinstance(items[-1], Grid):
                items[-1].rows.append(row)
            else:
                items.append(Grid(rows=[row], starts=grid.starts, top=grid.top))
        return items

    def _cell_lines(self, cell: Cell, is_first: bool) -> list[Line]:
        lines = []
        for number, text in enumerate(text for text in cell.text.split("\n") if text):
            self._lines += 1
            place = f"page {self._page}, line {self._lines}"
            controls = cell.controls if number == 0 else ()
            lines.append(Line(text=text, place=place, indented=number > 0, blank_before=is_first and number == 0, controls=controls))
        return lines

    def _line(self, row: list[Piece], before: list[Piece] | None, items: list[Line | Grid]) -> None:
        text, between = words_in(row), gap(before, row) if before else 9.0
        if not text and not controls_in(row):
            return
        last = items[-1] if items else None
        if before and isinstance(last, Line) and between <= 0.6 and self._runs_on(before, row, text):
            joined = f"{last.text} {text}"
            items[-1] = Line(text=joined, place=last.place, heading=last.heading, indented=last.indented, blank_before=last.blank_before)
            return
        self._lines += 1
        is_first = before is None and not items and self._page > 1  # a page break is no empty line
        line = Line(
            text=text,
            place=f"page {self._page}, line {self._lines}",
            heading=self._is_large(row),
            indented=before is not None and not self._is_large(row) and row[0].x0 > before[0].x0 + 8.0,
            blank_before=between > _EMPTY_LINE and not is_first and not self._is_large(row),
            controls=controls_in(row),
        )
        items.append(line)

    def _runs_on(self, before: list[Piece], row: list[Piece], text: str) -> bool:
        head = re.split(r"[:?]", text, maxsplit=1)[0]
        same = abs(before[0].x0 - row[0].x0) <= 20.0 and abs(before[0].height - row[0].height) <= 1.0
        starts = self._labels.section(text.rstrip(":")) is not None or (head != text and self._labels.find(head) is not None)
        is_title = self._is_large(before) and self._is_large(row)
        return same and not starts and (is_title or is_wrapped(before, row, self._right))

    def _is_large(self, row: list[Piece]) -> bool:
        return max(piece.height for piece in row) > 1.15 * self._height


def _labels_above(row: list[Piece], below: list[Piece] | None) -> list[tuple[Segment, Segment]]:
    """Pair the labels of one line with the form fields that stand right under them; empty when the next line is anything else."""
    if below is None or any(piece.is_field for piece in row) or not all(piece.is_field for piece in below) or gap(row, below) > _ABOVE:
        return []
    labels, pairs = segments(row), []
    for piece in below:
        label = next((one for one in labels if abs(one.x0 - piece.x0) <= 8.0), None)
        if label is None:
            return []
        pairs.append((label, Segment([piece])))
    return pairs if len(pairs) == len(labels) else []
