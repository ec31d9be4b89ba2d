"""The words a page of a PDF shows, with their places and marks: nothing hidden, tiny, turned, or struck through."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.forms.blocks import Control
from service.forms.choices import Piece as Run
from service.forms.choices import settle

_DATED = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8} \d{4}\b")
_ENTRY = re.compile(r"[A-Z][^,;:–—\d-]{1,60}(?:\s[-–—]|[,;:])(?:\s|$)")
_PLAIN: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One word, or the place of one form field with what it holds (*is_field*; its text may be empty), or one tick box."""

    text: str = field(repr=False)
    x0: float
    x1: float
    top: float
    bottom: float
    is_field: bool = False
    is_box: bool = False
    control: Control | None = None
    marks: frozenset[str] = _PLAIN

    @property
    def middle(self) -> float:
        """Tell how far down the page its middle is."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Tell how high it is, which follows the size of its letters."""
        return self.bottom - self.top


def rows_of(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Gather pieces that stand on one line of the page, from top to bottom, each line from left to right."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: (one.middle, one.x0)):
        last = rows[-1] if rows else None
        if last is not None and piece.middle - max(one.middle for one in last[-3:]) <= 0.45 * min(piece.height, last[-1].height):
            last.append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda one: one.x0) for row in rows]


def joined(rows: Sequence[Sequence[Piece]], right: float, *, entries: bool = False) -> str:
    """Join lines into text as it was typed: a line that the next word would have fitted on ended a paragraph, others were wrapped.

    Where a list is asked for (*entries*), each of its entries begins a line.
    """
    runs: list[Run] = []
    before: Sequence[Piece] | None = None
    for row in rows:
        said = _runs(row)
        if not said:
            continue
        if before is not None:
            so_far = "".join(text for text, _ in runs)
            between = _between(before, row, right)
            if entries and begins_entry(so_far, words_in(row)):
                between = "\n"
            elif entries and row[0].text[:1].islower() and between == "\n":
                between = " "
            runs.append((between, _PLAIN))
        runs += said
        before = row
    return settle(runs).strip()


def _between(before: Sequence[Piece], row: Sequence[Piece], right: float) -> str:
    last, first = before[-1], row[0]
    if re.search(r"\d[/.-]\d?$", last.text) and re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", last.text + first.text):
        return ""
    if not is_wrapped(before, row, right):
        return "\n"
    if last.text.endswith("-") and first.text[:1].isalpha() and last.text[-2:-1].isalpha():
        return ""
    # a date or an address of email that is longer than its cell is broken where the cell ends, without a sign
    letter = (first.x1 - first.x0) / max(len(first.text), 1)
    is_date = first.text[:1].isdigit() and re.search(r"\d[/.-]\d+$", last.text) is not None
    is_address = "@" in last.text and first.text[:1].isalnum() and first.text[:1].islower()
    return "" if right - last.x1 < letter and (is_date or is_address) else " "


def begins_entry(so_far: str, text: str) -> bool:
    """Tell whether *text* begins another entry of a list: "Name - " or "Name, ", once the entry before it has its date."""
    return _ENTRY.match(text) is not None and _DATED.search(so_far.rpartition("\n")[2]) is not None


def is_wrapped(before: Sequence[Piece], row: Sequence[Piece], right: float) -> bool:
    """Tell whether *row* goes on with the line before it, which was full."""
    if before[-1].is_field or row[0].is_field:
        return False
    first, last = row[0], before[-1]
    if first.text[:1].isupper() and (last.text.endswith(")") or (_DATED.search(words_in(before)) and _DATED.search(words_in(row)))):
        return False  # entries of a list
    return last.x1 + 0.2 * last.height + (first.x1 - first.x0) > right - 1.0


def words_in(row: Sequence[Piece]) -> str:
    """Join the words of one line."""
    return settle(_runs(row)).strip()


def _runs(row: Sequence[Piece]) -> list[Run]:
    """List the words of one line with their marks; a form field is told from the label before it by a colon when the form prints none."""
    runs: list[Run] = []
    for piece in row:
        if not piece.text:
            continue
        if piece.is_field and runs and not runs[-1][0].endswith((":", "?")):
            runs.append((":", _PLAIN))
        if runs:
            runs.append((" ", piece.marks & runs[-1][1]))
        runs.append((piece.text, piece.marks))
    return runs
