"""From the letters and lines a page of a PDF draws to its words: what is not seen is left out, how words are marked is kept."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from service.forms.blocks import EMPTY, TICKED
from service.forms.pdf_tables import Box
from service.forms.pdf_words import Piece
from service.forms.rtf_words import symbol

_TINIEST = 3.0
_THIN = 2.0
_BOX_SIDES = (5.0, 18.0)
_MARK_HEIGHT = 2.2
_ZAPF = dict.fromkeys("3456789✓✔✗✘", TICKED) | dict.fromkeys("noq❏❑■□", EMPTY)
_WINGDINGS = dict.fromkeys("þýüûRSx", TICKED) | dict.fromkeys("¨oq£", EMPTY)
Thing = dict[str, Any]


def cells_on(page: Any) -> list[list[Box]]:
    """List the ruled tables of a page, each as its cells; the strokes of tick boxes rule nothing."""
    plain = page.filter(lambda thing: thing["object_type"] not in ("rect", "line", "curve") or not _is_small(thing))
    return [list(table.cells) for table in plain.find_tables()]


def words_on(page: Any, cells: Sequence[Box]) -> list[Piece]:
    """List the visible words and the drawn tick boxes of a page in no particular order; *cells* are those of its tables."""
    drawing = _Drawing(page, cells)
    found = page.filter(drawing.is_seen).extract_words(x_tolerance_ratio=0.15, use_text_flow=False, return_chars=True)
    pieces = [drawing.piece(one) for one in found]
    boxes, filled = drawing.tick_boxes(pieces)
    return [piece for piece in pieces if piece not in filled] + boxes


class _Drawing:
    """The lines, areas and squares of one page, which strike out, mark and tick."""

    def __init__(self, page: Any, cells: Sequence[Box]) -> None:
        self._width, self._height = float(page.width), float(page.height)
        self._strokes: dict[int, list[Thing]] = defaultdict(list)
        edges: dict[int, list[Box]] = defaultdict(list)
        for cell in cells:
            for edge in (cell[1], cell[3]):
                edges[round(edge)].append(cell)
        for one in (*page.lines, *page.rects):
            if one["height"] <= _THIN and one["width"] > _TINIEST:
                beside = [cell for off in (-1, 0, 1) for cell in edges.get(round(_middle(one)) + off, ())]
                one["is_rule"] = any(one["x0"] <= cell[0] + 3 and one["x1"] >= cell[2] - 3 for cell in beside)
                self._strokes[int(_middle(one))].append(one)
        self._fills = [
            one for one in page.rects if one.get("fill") and one["height"] > _THIN and not _is_white(one.get("non_stroking_color"))
        ]
        self._squares = [one for one in page.rects if _is_square(one)]
        self._strokes_within = [one for one in (*page.lines, *page.curves) if one["width"] < 20 and one["height"] < 20]
        self._frames = [one for one in (*page.rects, *page.curves) if one["height"] > _THIN and not one.get("fill")]
        self._bars = [one for one in page.lines if one["width"] < 1.0 and _TINIEST < one["height"] < 40]

    def is_seen(self, thing: Thing) -> bool:
        """Tell whether a letter is there for a reader; other things of a page are left alone."""
        if thing["object_type"] != "char":
            return True
        if not thing["upright"] or thing["size"] < _TINIEST or thing["x1"] < 0 or thing["x0"] > self._width:
            return False
        if thing["bottom"] < 0 or thing["top"] > self._height or self._crosses(thing, -0.5, -0.12):
            return False
        return not (_is_white(thing.get("non_stroking_color")) and not any(_lies_in(thing, one) for one in self._fills))

    def piece(self, word: Thing) -> Piece:
        """Make one word of its letters."""
        chars = word["chars"]
        font = str(chars[0].get("fontname", "")).casefold()
        signs = _ZAPF if "dingbats" in font and "zapf" in font else _WINGDINGS if "wingdings" in font else {}
        text = "".join(symbol(ord(one)) if "\uf000" <= one <= "\uf0ff" else signs.get(one, one) for one in word["text"])
        marks = set()
        if any(kind in font for kind in ("bold", "black", "heavy")):
            marks.add("bold")
        if all(self._crosses(one, 0.0, 0.4, rules=False) for one in chars):
            marks.add("underline")
        if any(_lies_in(word, one) and one["height"] < _MARK_HEIGHT * chars[0]["size"] for one in self._fills):
            marks.add("highlight")
        if self._is_framed(word, chars[0]["size"]):
            marks.add("boxed")
        return Piece(
            text=text,
            x0=float(word["x0"]),
            x1=float(word["x1"]),
            top=float(word["top"]),
            bottom=float(word["bottom"]),
            marks=frozenset(marks),
        )

    def tick_boxes(self, pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
        """List the squares that are drawn as tick boxes, and the words that stand in them as ticks."""
        boxes: list[Piece] = []
        filled: list[Piece] = []
        for square in self._squares:
            if any(abs(one.x0 - square["x0"]) < 4 and abs(one.top - square["top"]) < 4 for one in boxes):
                continue  # drawn twice, as edge and as ground
            inside = [one for one in pieces if _holds(square, (one.x0 + one.x1) / 2, one.middle)]
            if any(len(one.text) > 1 for one in inside):
                continue  # a framed word is no box
            drawn = any(_holds(square, _across(one), _middle(one)) and _is_tick(one, square) for one in self._strokes_within)
            ticked = drawn or any(one.text not in ("", EMPTY) for one in inside)
            filled += inside
            left, right, top, bottom = (float(square[side]) for side in ("x0", "x1", "top", "bottom"))
            boxes.append(Piece(text=TICKED if ticked else EMPTY, x0=left, x1=right, top=top, bottom=bottom, is_box=True))
        return boxes, filled

    def _crosses(self, char: Thing, upper: float, lower: float, *, rules: bool = True) -> bool:
        """Tell whether a thin line runs through or under a letter, between two heights over its base line in letter sizes."""
        base = char["bottom"] - (char["matrix"][5] - char["y0"])
        first, last = base + upper * char["size"], base + lower * char["size"]
        across = _across(char)
        return any(
            first <= _middle(one) <= last and one["x0"] - 0.5 <= across <= one["x1"] + 0.5
            for level in range(int(first), int(last) + 1)
            for one in self._strokes.get(level, ())
            if rules or not one["is_rule"]
        )

    def _is_framed(self, word: Thing, size: float) -> bool:
        across, down = _across(word), _middle(word)
        width = word["x1"] - word["x0"]
        tight = (one for one in self._frames if one["height"] < 3 * size and one["width"] < width + 4 * size)
        if any(_holds(one, across, down) for one in tight):
            return True
        bars = [one for one in self._bars if one["height"] < _MARK_HEIGHT * size and one["top"] <= down <= one["bottom"]]
        return any(0 <= word["x0"] - one["x1"] < 5 for one in bars) and any(0 <= one["x0"] - word["x1"] < 5 for one in bars)


def _is_small(thing: Thing) -> bool:
    return bool(max(thing["width"], thing["height"]) <= _BOX_SIDES[1])


def _is_square(rect: Thing) -> bool:
    low, high = _BOX_SIDES
    is_empty = not rect.get("fill") or _is_white(rect.get("non_stroking_color"))
    return bool(low <= rect["width"] <= high and abs(rect["width"] - rect["height"]) <= 2 and is_empty)


def _is_tick(stroke: Thing, square: Thing) -> bool:
    return bool(max(stroke["width"], stroke["height"]) >= 0.35 * square["width"] and stroke["width"] > 1 and stroke["height"] > 1)


def _is_white(colour: Any) -> bool:
    values = colour if isinstance(colour, list | tuple) else (colour,)
    numbers = [value for value in values if isinstance(value, int | float)]
    if not numbers or len(numbers) != len(values):
        return False
    return all(value <= 0.02 for value in numbers) if len(numbers) == 4 else all(value >= 0.98 for value in numbers)


def _across(thing: Thing) -> float:
    return float(thing["x0"] + thing["x1"]) / 2


def _middle(thing: Thing) -> float:
    return float(thing["top"] + thing["bottom"]) / 2


def _holds(box: Thing, across: float, down: float) -> bool:
    return bool(box["x0"] <= across <= box["x1"] and box["top"] <= down <= box["bottom"])


def _lies_in(thing: Thing, box: Thing) -> bool:
    return _holds(box, _across(thing), _middle(thing))
