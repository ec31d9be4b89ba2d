"""The parts every document format is taken apart into: lines, tables of cells, and content controls.

A new format needs only one function from bytes to a `Document`; everything after that is shared.
"""

from dataclasses import dataclass, field

TICKED = "☒"
EMPTY = "☐"


class Unreadable(Exception):  # noqa: N818
    """The file cannot be read; *says* is a sentence for the sender that tells why and what to do.

    *by_hand* when a person could still read it (a scan, a picture, a protected file): it becomes somebody's task.
    """

    def __init__(self, says: str, *, by_hand: bool = False) -> None:
        super().__init__(says)
        self.says = says
        self.by_hand = by_hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One content control of a form: its tag and title as the designer named them, and what was entered (empty when nothing was)."""

    tag: str
    title: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One paragraph or line. *blank_before* says that an empty line or a new block came first, *indented* that it starts with space."""

    text: str = field(repr=False)
    place: str
    heading: bool = False
    indented: bool = False
    blank_before: bool = False
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table; its paragraphs are separated by line breaks. *heading* when the document marks it as one.

    *across* counts the columns it spans; *merged* says that it is the lower part of a cell that spans several rows, and therefore empty;
    *holds_table* that a table stands in it, which follows as a block of its own.
    """

    text: str = field(repr=False)
    controls: tuple[Control, ...] = ()
    heading: bool = False
    across: int = 1
    merged: bool = False
    holds_table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table, its rows as they are seen: a cell merged downwards is repeated empty, one merged sideways is there once.

    *beside* holds the words next to a table that stands inside a cell of another.
    """

    number: int
    rows: tuple[tuple[Cell, ...], ...] = field(repr=False)
    beside: str = field(default="", repr=False)


Block = Line | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file taken apart. *is_form* tells a form file from the text of an email, which ranks below it.

    *printed* is the same page as it shows on paper, where a fillable PDF shows something else than its form fields hold; else empty.
    """

    file: str
    is_form: bool
    blocks: tuple[Block, ...] = field(repr=False)
    printed: tuple[Block, ...] = field(default=(), repr=False)
