"""The words a page of a PDF shows, with their places: nothing hidden, tiny, turned, or struck through."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.forms.blocks import Control

_TINIEST = 3.0
_THIN = 2.0
_DATED = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8} \d{4}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One word, or the place of one form field with what it holds (*is_field*; its text may be empty)."""

    text: str = field(repr=False)
    x0: float
    x1: float
    top: float
    bottom: float
    is_field: bool = False
    control: Control | None = None

    @property
    def middle(self) -> float:
        """Tell how far down the page its middle is."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Tell how high it is, which follows the size of its letters."""
        return self.bottom - self.top


def words_on(page: Any) -> list[Piece]:
    """List the visible words of a page in no particular order."""
    strokes = [one for one in (*page.lines, *page.rects) if one["height"] <= _THIN and one["width"] > _TINIEST]
    fills = [one for one in page.rects if one.get("fill") and one["height"] > _THIN and not _is_white(one.get("non_stroking_color"))]
    width, height = float(page.width), float(page.height)

    def is_seen(thing: dict[str, Any]) -> bool:
        if thing["object_type"] != "char":
            return True
        if not thing["upright"] or thing["size"] < _TINIEST or thing["x1"] < 0 or thing["x0"] > width:
            return False
        if thing["bottom"] < 0 or thing["top"] > height or _is_struck(thing, strokes):
            return False
        return not (_is_white(thing.get("non_stroking_color")) and not any(_lies_in(thing, one) for one in fills))

    found = page.filter(is_seen).extract_words(x_tolerance_ratio=0.15, use_text_flow=False)
    return [
        Piece(text=one["text"], x0=float(one["x0"]), x1=float(one["x1"]), top=float(one["top"]), bottom=float(one["bottom"]))
        for one in found
    ]


def _is_white(colour: Any) -> bool:
    values = colour if isinstance(colour, list | tuple) else (colour,)
    numbers = [value for value in values if isinstance(value, int | float)]
    if not numbers or len(numbers) != len(values):
        return False
    return all(value <= 0.02 for value in numbers) if len(numbers) == 4 else all(value >= 0.98 for value in numbers)


def _lies_in(char: dict[str, Any], rect: dict[str, Any]) -> bool:
    across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(rect["x0"] <= across <= rect["x1"] and rect["top"] <= down <= rect["bottom"])


def _is_struck(char: dict[str, Any], strokes: Sequence[dict[str, Any]]) -> bool:
    """Tell whether a thin line goes through the middle of a letter; underlines run lower and the rules of tables beside it."""
    height = char["bottom"] - char["top"]
    upper, lower = char["top"] + 0.35 * height, char["top"] + 0.72 * height
    across = (char["x0"] + char["x1"]) / 2
    return any(one["x0"] - 0.5 <= across <= one["x1"] + 0.5 and upper <= (one["top"] + one["bottom"]) / 2 <= lower for one in strokes)


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


def joined(rows: Sequence[Sequence[Piece]], right: float) -> str:
    """Join lines into text as it was typed: a line that the next word would have fitted on ended a paragraph, others were wrapped."""
    text = ""
    for number, row in enumerate(rows):
        words = words_in(row)
        if not words:
            continue
        if text:
            before = rows[number - 1]
            text += " " if is_wrapped(before, row, right) else "\n"
        text += words
    return text


def is_wrapped(before: Sequence[Piece], row: Sequence[Piece], right: float) -> bool:
    """Tell whether *row* goes on with the line before it, which was full."""
    if before[-1].is_field or row[0].is_field:
        return False
    first, last = row[0], before[-1]
    if first.text[:1].isupper() and _DATED.search(words_in(before)) and _DATED.search(words_in(row)):
        return False  # entries of a list, each with its date
    return last.x1 + 0.2 * last.height + (first.x1 - first.x0) > right - 1.0


def words_in(row: Sequence[Piece]) -> str:
    """Join the words of one line; a form field is told from the label before it by a colon when the form prints none."""
    text = ""
    for piece in row:
        if not piece.text:
            continue
        if piece.is_field and text and not text.endswith((":", "?", "\n")):
            text += ":"
        text += f" {piece.text}" if text else piece.text
    return text.strip()
