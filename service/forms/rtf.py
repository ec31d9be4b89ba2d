"""Takes rich text (.rtf) apart: lines, tables and form fields as they are shown, without what was struck out, deleted or hidden."""

from dataclasses import dataclass, field, replace

from service.forms.blocks import Block, Cell, Control, Document, Line, Table, Unreadable
from service.forms.choices import Piece, settle, settle_row
from service.forms.guards import BROKEN, MAXIMUM_CELLS, TOO_LONG
from service.forms.rtf_fields import FormField
from service.forms.rtf_words import CODE_PAGES, LETTERS, Word, symbol, whole, words_in

_DEEPEST = 400
_SKIPPED = frozenset(
    {"colortbl", "info", "pict", "object", "footer", "footerl", "footerr", "footerf", "footnote", "annotation", "listtext",
     "pntext", "nonesttables", "shprslt", "sp", "upr", "nonshppict", "xe", "tc", "rxe", "result", "atnid", "atnauthor"}
)  # fmt: skip
_HEADERS = frozenset({"header", "headerl", "headerr", "headerf"})
_MARKS = {"b": "bold", "ul": "underline", "ulw": "underline", "uldb": "underline", "highlight": "highlight", "chcbpat": "highlight",
          "cb": "highlight", "chbrdr": "boxed"}  # fmt: skip
_NEWLINE: Piece = ("\n", frozenset())
_KEPT = frozenset({"fldinst", "formfield", "ffname", "ffl", "ffhelptext", "shpinst", "nesttableprops", "ud"})  # read though marked \*
_FIELD_TEXTS = frozenset({"ffname", "ffl", "ffhelptext", "ffdeftext", "ffformat", "ffstattext", "ffentrymcr", "ffexitmcr"})


@dataclass(slots=True)
class _State:
    """What holds within one group of the file."""

    skipped: bool = False
    unseen: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    destination: str = ""
    in_header: bool = False
    skip_after_unicode: int = 1
    font: int = 0
    level: int = 0
    heading: bool = False
    field: FormField | None = None


@dataclass(slots=True)
class _Level:
    """A table being gathered, at one depth of nesting."""

    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    done: list[Piece] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    marks: list[frozenset[str]] = field(default_factory=list)  # of each finished cell


def read_rtf(content: bytes, file: str) -> Document:
    """Take one rich text file apart."""
    reader = _Reader()
    for word in words_in(content):
        reader.word(word)
    reader.end_paragraph()
    reader.end_table()
    return Document(file=file, is_form=True, blocks=(*reader.blocks, *reader.headers))


class _Reader:
    """One pass over the words of a file."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.headers: list[Block] = []
        self._stack: list[_State] = []
        self._now = _State()
        self._star = False
        self._ignore = 0
        self._pieces: list[Piece] = []
        self._controls: list[Control] = []
        self._levels: dict[int, _Level] = {}
        self._merges: list[str] = []
        self._merge = ""
        self._shaded: set[int] = set()
        self._nested: list[tuple[list[tuple[Cell, ...]], str]] = []
        self._page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._style, self._style_name = 0, ""
        self._headings: set[int] = set()
        self._lines = self._tables = self._cells = 0
        self._blank = True

    def word(self, word: Word) -> None:
        """Take one word of the file: a group's border, a control, or text."""
        if word.kind == "open":
            if len(self._stack) > _DEEPEST:
                raise Unreadable(BROKEN)
            self._stack.append(self._now)
            self._now = replace(self._now)
        elif word.kind == "close":
            self._close()
        elif word.kind == "control":
            self._control(word.name, word.number)
        elif self._ignore and word.kind in ("text", "byte"):
            text = word.text[self._ignore :] if word.kind == "text" else b""
            self._ignore = max(0, self._ignore - max(len(word.text), 1))
            self._text(text)
        else:
            self._text(word.text)

    def _close(self) -> None:
        left, self._now = self._now, self._stack.pop() if self._stack else _State()
        self._ignore = 0
        if left.in_header and not self._now.in_header:
            self._put_line(left.heading)
        if left.field is None or left.field is self._now.field:
            return
        # the group of the whole field ends: a tick or a choice is what it shows
        shown = left.field.shown()
        if shown is not None:
            self._pieces.append((shown, frozenset()))
        if (control := left.field.control()) is not None:
            self._controls.append(control)

    def _text(self, raw: bytes) -> None:
        now = self._now
        if not raw or now.skipped:
            return
        charset = self._fonts.get(now.font, self._page)
        text = symbol(raw) if charset == "symbol" else raw.decode(charset, "replace")
        self._add(text)

    def _add(self, text: str) -> None:
        now = self._now
        if now.destination == "fonttbl" or now.skipped:
            return
        if now.destination == "stylesheet":
            self._style_name += text
            if text.endswith(";"):
                self._headings |= {self._style} if self._style_name.strip().casefold().startswith(("title", "heading")) else set()
                self._style, self._style_name = 0, ""
            return
        if now.field is not None and now.destination in _FIELD_TEXTS | {"fldinst", "formfield"}:
            now.field.say(now.destination, text)
        elif not now.unseen:
            self._pieces.append((text, now.marks))
            if now.field is not None and text.strip():
                now.field.result += text

    def _control(self, name: str, number: int | None) -> None:
        if name == "*":
            self._star = True
            return
        star, self._star = self._star, False
        now = self._now
        if name in _SKIPPED or (star and name not in _KEPT):
            now.skipped = True
        if now.skipped:
            return
        if name in _HEADERS:
            self.end_paragraph()
            now.in_header, now.level = True, 0
        elif name == "field":
            now.field = FormField()
        elif name in ("fldinst", "formfield", "fldrslt", "fonttbl", "stylesheet", *_FIELD_TEXTS):
            now.destination = name
        elif now.field is not None and name.startswith("ff") and now.destination == "formfield":
            now.field.number(name, number)
        elif name in LETTERS:
            self._add(LETTERS[name])
        elif name == "u" and number is not None:
            self._add(symbol(number) or chr(number % 0x10000))
            self._ignore = now.skip_after_unicode
        elif not self._format(name, number):
            self._structure(name, number)

    def _format(self, name: str, number: int | None) -> bool:
        """Follow how the words look, as far as it tells whether they count."""
        now = self._now
        if name in ("strike", "striked", "deleted", "v"):
            now.unseen = now.unseen - {name} if number == 0 else now.unseen | {name}
        elif name == "ulnone":
            now.marks -= {"underline"}
        elif name in _MARKS:
            kind = _MARKS[name]
            now.marks = now.marks - {kind} if number == 0 else now.marks | {kind}
        elif name == "plain":
            now.unseen, now.marks, now.font = now.unseen & {"deleted"}, frozenset(), 0
        elif name == "uc":
            now.skip_after_unicode = min(number or 0, 8)
        elif name == "f":
            now.font = number or 0
        elif name == "fcharset" and now.destination == "fonttbl":
            self._fonts[now.font] = CODE_PAGES.get(number or 0, self._page)
        elif name == "ansicpg":
            self._page = f"cp{number}" if number in (437, 850, 852, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258) else "cp1252"
        elif name == "s" and now.destination == "stylesheet":
            self._style = number or 0
        elif name in ("outlinelevel", "s"):
            now.heading = now.heading or ((number or 0) < 9 if name == "outlinelevel" else number in self._headings)
        else:
            return False
        return True

    def _structure(self, name: str, number: int | None) -> None:
        now = self._now
        if name == "pard":
            now.level, now.heading = 0, False
        elif name == "intbl":
            now.level = max(now.level, 1)
        elif name == "itap":
            now.level = min(number or 0, 20)
        elif name in ("par", "sect", "page"):
            self.end_paragraph()
        elif name == "trowd":
            self._merges, self._merge, self._shaded = [], "", set()
        elif name in ("clvmrg", "clmrg"):
            self._merge = name
        elif name == "clcbpat" and number:
            self._shaded.add(len(self._merges))
        elif name == "cellx":
            self._merges.append(self._merge)
            self._merge = ""
        elif name in ("cell", "nestcell"):
            self._end_cell(1 if name == "cell" else max(now.level, 2))
        elif name in ("row", "nestrow"):
            self._end_row(1 if name == "row" else max(now.level, 2))

    def end_paragraph(self) -> None:
        """Finish the paragraph that is being gathered: it belongs to a cell, or is a line and ends the table before it."""
        if self._now.level and not self._now.in_header:
            level = self._levels.setdefault(self._now.level, _Level())
            level.done += [*self._pieces, _NEWLINE]
            level.controls += self._controls
            self._pieces, self._controls = [], []
            return
        self._put_line(self._now.heading)

    def _put_line(self, heading: bool) -> None:
        text, controls = _settled(self._pieces), tuple(self._controls)
        self._pieces, self._controls = [], []
        if not self._now.in_header:
            self.end_table()
        for line in text.split("\n"):
            if not line.strip():
                self._blank = True
                continue
            self._lines += 1
            place = "page header" if self._now.in_header else f"paragraph {self._lines}"
            found = Line(text=line.strip(), place=place, heading=heading, blank_before=self._blank, controls=controls)
            (self.headers if self._now.in_header else self.blocks).append(found)
            self._blank, controls = False, ()

    def _end_cell(self, depth: int) -> None:
        level = self._levels.setdefault(depth, _Level())
        pieces = [*level.done, *self._pieces]
        text = "\n".join(line.strip() for line in _settled(pieces).split("\n") if line.strip())
        marked = [marks for words, marks in pieces if words.strip()]
        level.cells.append(Cell(text=text, controls=(*level.controls, *self._controls)))
        level.marks.append(frozenset.intersection(*marked) if marked else frozenset())
        level.done, level.controls, self._pieces, self._controls = [], [], [], []
        near = text.split("\n")[-1] if text else next((cell.text for cell in reversed(level.cells) if cell.text), "")
        self._nested += [(inner.rows, near) for at, inner in sorted(self._levels.items()) if at > depth and inner.rows]
        self._levels = {at: one for at, one in self._levels.items() if at <= depth}
        self._cells += 1
        if self._cells > MAXIMUM_CELLS:
            raise Unreadable(TOO_LONG, by_hand=True)

    def _end_row(self, depth: int) -> None:
        level = self._levels.setdefault(depth, _Level())
        shaded = [marks | ({"shaded"} if number in self._shaded else set()) for number, marks in enumerate(level.marks)]
        settled = settle_row(level.cells, shaded)
        row: list[Cell] = []
        for cell, merge in zip(settled, self._merges + [""] * len(settled), strict=False):
            if merge == "clmrg" and row:
                row[-1] = replace(row[-1], across=row[-1].across + 1)
            else:
                row.append(Cell(text="", merged=True) if merge == "clvmrg" else cell)
        if row:
            level.rows.append(tuple(row))
        level.cells, level.marks = [], []

    def end_table(self) -> None:
        """Put the table that is open, and those nested within it, behind what came before."""
        for depth in sorted(self._levels):
            if self._levels[depth].cells:
                self._end_row(depth)
        tables = [(self._levels[depth].rows, "") for depth in sorted(self._levels)] + self._nested
        for rows, beside in tables:
            if rows:
                self._tables += 1
                self.blocks.append(Table(number=self._tables, rows=tuple(rows), beside=beside))
                self._blank = True
        self._levels, self._nested = {}, []


def _settled(pieces: list[Piece]) -> str:
    return whole((settle(pieces),))
