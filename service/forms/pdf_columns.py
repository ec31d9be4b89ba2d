"""Columns without rules on a PDF page: labels beside their values, people side by side, values and labels wrapped over several lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from service.forms.blocks import EMPTY, TICKED, Cell
from service.forms.labels import PERSONS, Labels
from service.forms.pdf_tables import Grid, asks_for_entries, controls_in, is_inline, unbroken
from service.forms.pdf_words import Piece, joined, words_in

_ALIGNED = 4.0
_WIDE = 1.0  # a gap of this many letter heights parts two columns
_TIGHT = 0.6  # a smaller gap between two lines means that one row goes on
_APART = 3.0  # a larger one ends the columns


@dataclass(slots=True)
class Segment:
    """Words of one line that stand together."""

    pieces: list[Piece]

    @property
    def x0(self) -> float:
        """Tell where it begins."""
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        """Tell where it ends."""
        return self.pieces[-1].x1

    @property
    def text(self) -> str:
        """Tell its words."""
        return words_in(self.pieces)

    @property
    def is_field(self) -> bool:
        """Tell whether it is a form field alone."""
        return self.pieces[0].is_field


def segments(row: Sequence[Piece]) -> list[Segment]:
    """Part a line where a wide gap or a form field stands."""
    found: list[Segment] = []
    for number, piece in enumerate(row):
        last = found[-1].pieces[-1] if found else None
        apart = last is None or piece.is_field or last.is_field or piece.x0 - last.x1 > _WIDE * max(piece.height, last.height)
        if apart or _parts_at_box(row, number):
            found.append(Segment([piece]))
        else:
            found[-1].pieces.append(piece)
    return found


def _parts_at_box(row: Sequence[Piece], number: int) -> bool:
    """Tell whether a tick box begins or ends a part before this piece: it belongs to the word that is nearer to it."""
    if number == 0:
        return False
    before, piece = row[number - 1], row[number]
    if piece.is_box and number + 1 < len(row):
        return row[number + 1].x0 - piece.x1 <= piece.x0 - before.x1
    return before.is_box and number > 1 and piece.x0 - before.x1 > before.x0 - row[number - 2].x1


def floats(parts: Sequence[Segment], labels: Labels) -> bool:
    """Tell whether labels with colons stand anywhere in a line: then it is running text, and its gaps are no columns."""
    return any(_has_label_within(part.text, labels) for part in parts if not part.is_field)


def _has_label_within(text: str, labels: Labels) -> bool:
    if text.startswith((TICKED, EMPTY)):
        return False
    heads = [head.rstrip("? ").split() for head in text.split(":")[:-1]]
    begins = bool(heads) and labels.find(" ".join(heads[0])) is not None
    return any(
        labels.find(" ".join(words[start:])) is not None
        for words in (heads[1:] if begins else heads)
        for start in range(0 if begins else 1, len(words))
    )


def gap(above: Sequence[Piece], below: Sequence[Piece]) -> float:
    """Measure the space between two lines in letter heights."""
    letters = [piece for piece in (*above, *below) if not piece.is_field] or list(below)
    height = max(min(piece.height for piece in letters), 1.0)
    return (min(piece.top for piece in below) - max(piece.bottom for piece in above)) / height


@dataclass(slots=True)
class _Slot:
    """One cell being gathered: the lines of words in it."""

    x0: float
    lines: list[list[Piece]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(words for line in self.lines if (words := words_in(line)))


class Columns:
    """A stretch of lines in columns; `take` adds a line or says that it does not belong."""

    def __init__(self, labels: Labels, first: Sequence[Piece], right: float) -> None:
        self._labels = labels
        self._right = right
        self._rows: list[list[_Slot]] = []
        self._last = first
        self.top = min(piece.top for piece in first)
        self._new_row(segments(first))

    def take(self, row: Sequence[Piece]) -> bool:
        """Add one line; False when the columns end before it."""
        parts, between = segments(row), gap(self._last, row)
        if between > _APART or floats(parts, self._labels) or not self._fits(parts, between):
            return False
        if self._goes_on(parts, between):
            for part in parts:
                slot = self._slot_at(part.x0)
                if slot is not None:
                    slot.lines.append(part.pieces)
        else:
            self._new_row(parts)
        self._last = row
        return True

    def replace_first(self, pairs: Sequence[tuple[Segment, Segment]], row: Sequence[Piece]) -> None:
        """Begin with labels that stand above their fields."""
        self._rows.clear()
        self.add_pairs(pairs, row)

    def add_pairs(self, pairs: Sequence[tuple[Segment, Segment]], row: Sequence[Piece]) -> None:
        """Add labels that stand above their fields as a row of label, value, label, value."""
        self._rows.append([_Slot(part.x0, [part.pieces]) for pair in pairs for part in pair])
        self._last = row

    def grid(self) -> Grid:
        """Return the rows with an empty cell wherever a column that other rows use is empty."""
        starts = self._starts()
        rows = []
        for slots in self._rows:
            places = [] if self._has_inline_labels(slots) else [one for one in starts if not self._is_covered(one, slots)]
            cells = [(slot.x0, self._cell(slot, slots, starts)) for slot in slots] + [(place, Cell(text="")) for place in places]
            rows.append(tuple(self._parted(sorted(cells, key=lambda pair: pair[0]))))
        return Grid(rows=rows, starts=starts, top=self.top)

    def is_inline(self, row: Sequence[Cell]) -> bool:
        """Tell whether every cell of a row holds its label and its value."""
        return all(self._is_inline(cell.text) for cell in row if cell.text)

    def _new_row(self, parts: Sequence[Segment]) -> None:
        self._rows.append([_Slot(part.x0, [part.pieces]) for part in parts])

    def _slot_at(self, x0: float) -> _Slot | None:
        return next((slot for slot in self._rows[-1] if abs(slot.x0 - x0) <= _ALIGNED), None)

    def _is_known(self, text: str) -> bool:
        return self._labels.find(text) is not None

    def _is_label(self, text: str) -> bool:
        """Tell whether the words are a label; "Mother" alone is as often the answer to one."""
        target = self._labels.find(text)
        return target is not None and not (target.opens and target.section is not None and target.section.scope in PERSONS)

    def _fits(self, parts: Sequence[Segment], between: float) -> bool:
        """Tell whether a line still belongs to the columns: several parts always do, a single one where it stands under one of them."""
        if len(parts) > 1 or parts[0].is_field:
            return True
        part, columns = parts[0], sorted({slot.x0 for slots in self._rows for slot in slots})
        index = next((number for number, start in enumerate(columns) if abs(start - part.x0) <= _ALIGNED), None)
        if index is None:
            return False
        if index == 0 and self._has_inline_labels(self._rows[-1]):
            return between <= _TIGHT and not part.text.endswith((":", "?")) and not self._is_label(part.text)
        if index == 0 and between <= _TIGHT and self._completes(self._rows[-1][0].text, part.text):
            return True
        if index == 0:
            is_wide = len(columns) > 1 and part.x1 > columns[1] - 1.0
            if is_wide or self._labels.section(part.text.rstrip(":")) is not None:
                return False
            # a label whose value is empty, or the rest of one; anything else is a heading of what follows
            return self._is_label(part.text) or (between <= _TIGHT and not part.text[:1].isupper())
        return between <= 1.5

    def _goes_on(self, parts: Sequence[Segment], between: float) -> bool:
        """Tell whether a line goes on with the row above: a wrapped value, a wrapped label, or both."""
        slots = [self._slot_at(part.x0) for part in parts]
        if any(slot is None for slot in slots) or any(part.is_field for part in parts):
            return False
        leads = slots[0] is self._rows[-1][0]
        if between > _TIGHT and (leads or len(parts) > 1):
            return False
        added = {id(slot): part.text for slot, part in zip(slots, parts, strict=True)}
        return all(self._joins(slot, part.text, leads, added) for slot, part in zip(slots, parts, strict=True) if slot is not None)

    def _joins(self, slot: _Slot, text: str, leads: bool, added: dict[int, str]) -> bool:
        if self._is_value(slot, added):
            return True
        before = slot.text
        if self._completes(before, text):
            return True
        if self._is_label(text) or self._is_inline(text):
            return False
        return bool(re.match(r"[a-z(]", text)) or self._is_inline(before) or not leads

    def _completes(self, before: str, text: str) -> bool:
        """Tell whether the words are the rest of a label that is none without them; what is one already stands alone."""
        heads = text[:1].isupper() and self._labels.section(text.rstrip(":")) is not None
        return not heads and not self._is_label(before) and self._is_known(f"{before} {text}")

    def _is_value(self, slot: _Slot, added: dict[int, str]) -> bool:
        """Tell whether a cell stands behind a label of the same row, which the words *added* by this line may complete."""
        slots = self._rows[-1]
        index = next(number for number, one in enumerate(slots) if one is slot)
        if index == 0:
            return False
        left = slots[index - 1].text
        whole = f"{left} {added.get(id(slots[index - 1]), '')}".strip()
        return (self._is_label(left) or self._is_label(whole) or whole.endswith((":", "?"))) and not self._is_label(slot.text)

    def _is_inline(self, text: str) -> bool:
        return is_inline(text, self._labels)

    def _has_inline_labels(self, slots: Sequence[_Slot]) -> bool:
        return any(self._is_inline(slot.text) for slot in slots)

    def _starts(self) -> tuple[float, ...]:
        """List where columns begin that at least two rows use, or any row when there is only one."""
        found: list[list[float]] = []
        for x0 in sorted(slot.x0 for slots in self._rows for slot in slots):
            if found and x0 - found[-1][0] <= _ALIGNED:
                found[-1].append(x0)
            else:
                found.append([x0])
        return tuple(group[0] for group in found if len(group) > 1)

    def _is_covered(self, place: float, slots: Sequence[_Slot]) -> bool:
        return any(slot.x0 - _ALIGNED <= place <= max(slot.x0 + _ALIGNED, max(line[-1].x1 for line in slot.lines)) for slot in slots)

    def _cell(self, slot: _Slot, slots: Sequence[_Slot], starts: Sequence[float]) -> Cell:
        following = [one.x0 for one in slots if one.x0 > slot.x0 + _ALIGNED] + [one for one in starts if one > slot.x0 + _ALIGNED]
        right = min(following) - 6.0 if following else self._right
        number = next(at for at, one in enumerate(slots) if one is slot)
        entries = number > 0 and asks_for_entries(slots[number - 1].text, self._labels)
        text = unbroken(joined(slot.lines, right, entries=entries), slot.lines, self._labels)
        return Cell(text=text, controls=controls_in([piece for line in slot.lines for piece in line]))

    def _parted(self, cells: Sequence[tuple[float, Cell]]) -> list[Cell]:
        """Put an empty value between two labels that stand side by side, so that the second is never read as the first one's value.

        Where the second heads a column of values it belongs to a row of headings, which stays as it is.
        """
        are_labels = [bool(cell.text) and self._is_label(cell.text) for _, cell in cells]
        parted: list[Cell] = []
        for number, (x0, cell) in enumerate(cells):
            if number and are_labels[number] and are_labels[number - 1] and not all(are_labels) and not self._heads_values(x0):
                parted.append(Cell(text=""))
            parted.append(cell)
        return parted

    def _heads_values(self, x0: float) -> bool:
        column = [slot.text for slots in self._rows for slot in slots if abs(slot.x0 - x0) <= _ALIGNED]
        return any(text and not self._is_label(text) for text in column)
