"""Joins the two sides of a notice: the values that were read, and the original with the place each came from. Links go both ways."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from service.flow.original import Original, OriginalFile
from service.forms.blocks import Line, Table

_BY_REPLY = "reply"
_THE_LETTER = "the letter itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One line of the original or one row of a table: where it can be jumped to, and what was read in it."""

    anchor: str
    cells: tuple[str, ...] = field(repr=False)
    heading: bool = False
    read: tuple[tuple[str, str], ...] = ()  # anchor and label of each value that came from here


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line, or one table of rows."""

    is_table: bool
    places: tuple[Place, ...]
    width: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """One file of the original as it is shown."""

    number: int
    name: str = field(repr=False)
    size: int
    says: str
    offered: bool
    cut: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """One letter the notice rests on; *trouble* is set when it could not be opened."""

    email_id: str
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    files: tuple[FileView, ...]
    views: tuple[tuple[str, str], ...] = field(repr=False, default=())
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A letter and what the sandbox made of it."""

    email_id: str
    original: Original | None = field(repr=False)
    trouble: str = ""


class Anchors:
    """Finds the anchor of a place such as *table 2, row 3* of a file; the newest letter that has it counts."""

    def __init__(self, letters: Sequence[Opened], prefix: str) -> None:
        self._prefix = prefix
        self._known: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._in_letters: list[tuple[str, str]] = []
        self._texts: list[tuple[str, str]] = []
        for index, letter in enumerate(letters):
            known: dict[tuple[str, str], list[tuple[str, str]]] = {}
            for file in letter.original.files if letter.original else ():
                for place, anchor, text in _places(file, prefix, index):
                    known.setdefault((file.name, place), []).append((anchor, text))
                    self._texts.append((anchor, text))
                    if file.name == _THE_LETTER:
                        self._in_letters.append((anchor, text))
            self._known |= known

    def find(self, file: str, place: str, label: str, words: str) -> str | None:
        """Return the anchor of a place, or None when the original shown here does not have it."""
        candidates = self._known.get((file, place), [])
        if file == _BY_REPLY:
            candidates = [one for one in self._in_letters[::-1] if words and words in one[1]]
        best = [anchor for anchor, text in candidates if (words and words in text) or (label and label in text)]
        return next(iter(best or [anchor for anchor, _ in candidates]), None)

    def holding(self, words: str) -> str | None:
        """Return the anchor of the first place that has *words* in it."""
        return next((anchor for anchor, text in self._texts if words and words in text), None)


def _places(file: OriginalFile, prefix: str, letter: int) -> Iterable[tuple[str, str, str]]:
    """Yield every place of a file with its anchor and text."""
    for number, block in enumerate(file.blocks):
        start = f"{prefix}-o{letter}-{file.number}-{number}"
        if isinstance(block, Line):
            yield block.place, start, block.text
        else:
            for row, cells in enumerate(block.rows, start=1):
                yield f"table {block.number}, row {row}", f"{start}-{row}", "\n".join(cell.text for cell in cells)


def letter_views(letters: Sequence[Opened], prefix: str, read: Mapping[str, Sequence[tuple[str, str]]]) -> tuple[LetterView, ...]:
    """Lay the letters out for display; *read* tells for an anchor which values came from there."""
    return tuple(_letter(index, letter, prefix, read) for index, letter in enumerate(letters))


def _letter(index: int, letter: Opened, prefix: str, read: Mapping[str, Sequence[tuple[str, str]]]) -> LetterView:
    original = letter.original
    if original is None:
        return LetterView(email_id=letter.email_id, sender="", subject="", files=(), trouble=letter.trouble)
    files = tuple(
        FileView(
            number=file.number,
            name=file.name,
            size=file.size,
            says=file.says,
            offered=file.offered and file.name != _THE_LETTER,
            cut=file.cut,
            parts=tuple(_part(block, f"{prefix}-o{index}-{file.number}-{number}", read) for number, block in enumerate(file.blocks)),
        )
        for file in original.files
    )
    return LetterView(email_id=letter.email_id, sender=original.sender, subject=original.subject, files=files, views=original.views)


def _part(block: Line | Table, start: str, read: Mapping[str, Sequence[tuple[str, str]]]) -> Part:
    if isinstance(block, Line):
        return Part(
            is_table=False, places=(Place(anchor=start, cells=(block.text,), heading=block.heading, read=tuple(read.get(start, ()))),)
        )
    places = []
    for number, row in enumerate(block.rows, start=1):
        anchor = f"{start}-{number}"
        heading = bool(row) and all(cell.heading for cell in row)
        places.append(Place(anchor=anchor, cells=tuple(cell.text for cell in row), heading=heading, read=tuple(read.get(anchor, ()))))
    return Part(is_table=True, places=tuple(places), width=max((len(one.cells) for one in places), default=1))
