"""Takes an OpenDocument text (.odt) apart: what is shown and entered, never what was deleted, struck out, hidden or a placeholder."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from service.forms.blocks import Block, Cell, Control, Document, Line, Table, Unreadable
from service.forms.choices import Piece, settle, settle_row
from service.forms.guards import BROKEN, MAXIMUM_CELLS, TOO_LONG, Archive, parse_xml
from service.forms.odt_fields import FIELD, LOEXT, FormControls, content_control, field_mark
from service.forms.odt_styles import OFFICE, STYLE, TABLE, TEXT, Effect, Styles, is_gone, marks_of
from service.forms.rtf_words import symbol

_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SKIPPED = frozenset(
    {TEXT + name for name in ("tracked-changes", "note", "placeholder", "hidden-text", "sequence-decls", "user-field-decls")}
    | {TEXT + "table-of-content", OFFICE + "annotation", OFFICE + "forms", OFFICE + "event-listeners", _DRAW + "image", _DRAW + "object"}
)
_MAXIMUM_DEPTH = 60
_MAXIMUM_REPEAT = 30
_NEWLINE: Piece = ("\n", frozenset())


def read_odt(archive: Archive, file: str) -> Document:
    """Take the text and the page headers of one document apart."""
    content = parse_xml(archive.read("content.xml"))
    styles_part = parse_xml(archive.read("styles.xml")) if "styles.xml" in archive else None
    styles = Styles(content, styles_part)
    body = content.find(f"{OFFICE}body/{OFFICE}text")
    if body is None:
        raise Unreadable(BROKEN)
    walk = _Walk(styles, FormControls(body))
    walk.container(body, 0)
    headers = styles_part.iterfind(f"{OFFICE}master-styles/{STYLE}master-page/{STYLE}header") if styles_part is not None else ()
    walk.where = "page header"
    for header in headers:
        walk.container(header, 0)
    return Document(file=file, is_form=True, blocks=tuple(walk.blocks))


@dataclass(slots=True)
class _Inline:
    """The text and controls of one paragraph, and the text boxes anchored in it."""

    pieces: list[Piece] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)

    def say(self, text: str, effect: Effect) -> None:
        """Take words as they are marked, unless they are struck out or hidden."""
        if text and not is_gone(effect):
            self.pieces.append((text, marks_of(effect)))


@dataclass(slots=True)
class _Content:
    """What one cell holds."""

    pieces: list[Piece] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    nested: list[etree._Element] = field(default_factory=list)


@dataclass(slots=True)
class _Walk:
    """One pass over a document, in reading order."""

    styles: Styles
    forms: FormControls
    blocks: list[Block] = field(default_factory=list)
    where: str = ""
    _tables: int = 0
    _lines: int = 0
    _boxes: int = 0
    _cells: int = 0
    _blank: bool = True

    def container(self, parent: etree._Element, depth: int) -> None:
        """Walk headings, paragraphs and tables, through lists and sections."""
        _check_depth(depth)
        for child in self._shown(parent):
            if child.tag in (TEXT + "p", TEXT + "h"):
                self._paragraph(child, depth)
            elif child.tag == TABLE + "table":
                self._table(child, depth)
            else:
                self.container(child, depth + 1)

    def _shown(self, parent: etree._Element) -> Iterator[etree._Element]:
        for child in parent:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED and child.get(TEXT + "display") not in ("none", "condition"):
                yield child

    def _paragraph(self, paragraph: etree._Element, depth: int) -> None:
        inline = self._inline(paragraph, depth)
        heading = paragraph.tag == TEXT + "h" or self.styles.is_heading(paragraph.get(TEXT + "style-name"))
        controls = tuple(inline.controls)
        for text in settle(inline.pieces).split("\n"):
            if not text.strip():
                self._blank = True
                continue
            self._lines += 1
            place = self.where or f"paragraph {self._lines}"
            self.blocks.append(Line(text=text.strip(), place=place, heading=heading, blank_before=self._blank, controls=controls))
            self._blank, controls = False, ()
        for box in inline.boxes:
            outer, self._boxes = self.where, self._boxes + 1
            self.where, self._blank = outer or f"text box {self._boxes}", True
            self.container(box, depth + 1)
            self.where, self._blank = outer, True

    def _inline(self, paragraph: etree._Element, depth: int) -> _Inline:
        inline = _Inline()
        self._runs(paragraph, inline, self.styles.effect("paragraph", paragraph.get(TEXT + "style-name"), {}), depth)
        return inline

    def _runs(self, parent: etree._Element, inline: _Inline, effect: Effect, depth: int) -> None:
        """Gather what is typed in a paragraph; line breaks become new lines, marked fields become their value."""
        _check_depth(depth)
        inline.say(_flat(parent.text), effect)
        for child in parent:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED:
                self._run(child, inline, effect, depth)
            inline.say(_flat(child.tail), effect)

    def _run(self, child: etree._Element, inline: _Inline, effect: Effect, depth: int) -> None:
        if child.tag == TEXT + "span":
            self._runs(child, inline, self.styles.effect("text", child.get(TEXT + "style-name"), effect), depth + 1)
        elif child.tag == _DRAW + "text-box":
            inline.boxes.append(child)
        elif child.tag == _DRAW + "control":
            if (control := self.forms.shown(child.get(_DRAW + "control"))) is not None:
                inline.say(f" {control.text} ", effect)
                inline.controls.append(control)
        elif child.tag == LOEXT + "content-control":
            inner = _Inline()
            self._runs(child, inner, effect, depth + 1)
            typed = "".join(text for text, _ in inner.pieces)
            text, control = content_control(child, typed)
            inline.pieces += inner.pieces if text == typed else [(text, frozenset())]
            inline.controls += [*inner.controls, *([control] if control else [])]
            inline.boxes += inner.boxes
        elif child.tag.startswith(FIELD):
            inline.say(field_mark(child), effect)
        elif child.tag == TEXT + "drop-down":
            inline.say(_drop_down(child), effect)
        elif child.tag in (TEXT + "s", TEXT + "tab", TEXT + "line-break"):
            count = child.get(TEXT + "c", "1")
            spaces = " " * min(int(count) if count.isdigit() and len(count) < 4 else 1, 40)
            inline.say({"s": spaces, "tab": "\t", "line-break": "\n"}[child.tag.removeprefix(TEXT)], effect)
        elif child.tag.startswith((TEXT, _DRAW, LOEXT)):
            self._runs(child, inline, effect, depth + 1)

    def _table(self, table: etree._Element, depth: int, beside: str = "") -> None:
        _check_depth(depth)
        self._tables += 1
        number = self._tables
        nested: list[tuple[etree._Element, str]] = []
        rows: list[tuple[Cell, ...]] = []
        below: dict[int, int] = {}  # column → rows that a cell above still covers
        for row, is_header in self._rows(table, False, depth):
            cells = self._row(row, below, nested, is_header, depth)
            repeated = _count(row, "number-rows-repeated") if any(cell.text for cell in cells) else 1
            rows += [cells] * repeated if cells else []
            self._cells += len(cells) * repeated
            if self._cells > MAXIMUM_CELLS:
                raise Unreadable(TOO_LONG, by_hand=True)
        self.blocks.append(Table(number=number, rows=tuple(rows), beside=beside))
        self._blank = True
        for inner, words in nested:
            self._table(inner, depth + 1, words)

    def _rows(self, parent: etree._Element, is_header: bool, depth: int) -> Iterator[tuple[etree._Element, bool]]:
        _check_depth(depth)
        for child in parent:
            if child.tag == TABLE + "table-row":
                if child.get(TABLE + "visibility", "visible") == "visible":
                    yield child, is_header
            elif child.tag in (TABLE + "table-header-rows", TABLE + "table-rows", TABLE + "table-row-group"):
                yield from self._rows(child, is_header or child.tag == TABLE + "table-header-rows", depth + 1)

    def _row(
        self, row: etree._Element, below: dict[int, int], nested: list[tuple[etree._Element, str]], is_header: bool, depth: int
    ) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        marks: list[frozenset[str]] = []
        column = 0
        for child in row:
            if child.tag == TABLE + "covered-table-cell":
                if below.get(column, 0) > 0:
                    below[column] -= 1
                    cells.append(Cell(text="", merged=True))
                    marks.append(frozenset())
                column += _count(child, "number-columns-repeated")
                continue
            if child.tag != TABLE + "table-cell":
                continue
            sideways, down = _count(child, "number-columns-repeated"), _count(child, "number-rows-spanned")
            if down > 1:
                below[column] = down - 1
            cell, marked, tables = self._cell(child, is_header, depth)
            near = cell.text.split("\n")[-1] if cell.text else next((one.text for one in reversed(cells) if one.text), "")
            nested += [(table, near) for table in tables]
            cells += [cell] * sideways
            marks += [marked] * sideways
            column += sideways
        return tuple(settle_row(cells, marks))

    def _cell(self, cell: etree._Element, is_header: bool, depth: int) -> tuple[Cell, frozenset[str], list[etree._Element]]:
        """Read one cell: with the marks that all its words bear, and the tables within."""
        content = _Content()
        self._gather(cell, content, depth + 1)
        text = "\n".join(line.strip() for line in settle(content.pieces).split("\n") if line.strip())
        marked = [marks for words, marks in content.pieces if words.strip()]
        marks = frozenset.intersection(*marked) if marked else frozenset[str]()
        shaded = {"shaded"} if self.styles.is_shaded(cell.get(TABLE + "style-name")) else set()
        made = Cell(text=text, controls=tuple(content.controls), heading=is_header, across=_count(cell, "number-columns-spanned"))
        return made, marks | shaded, content.nested

    def _gather(self, parent: etree._Element, content: _Content, depth: int) -> None:
        """Gather the paragraphs under *parent*, each on a line of its own, and the tables within."""
        _check_depth(depth)
        for child in self._shown(parent):
            if child.tag in (TEXT + "p", TEXT + "h"):
                inline = self._inline(child, depth)
                content.pieces += [*inline.pieces, _NEWLINE]
                content.controls += inline.controls
                for box in inline.boxes:
                    self._gather(box, content, depth + 1)
            elif child.tag == TABLE + "table":
                content.nested.append(child)
            else:
                self._gather(child, content, depth + 1)


def _check_depth(depth: int) -> None:
    if depth > _MAXIMUM_DEPTH:
        raise Unreadable(BROKEN)


def _count(element: etree._Element, name: str) -> int:
    said = element.get(TABLE + name, "1")
    return max(1, min(int(said), _MAXIMUM_REPEAT)) if said.isdigit() and len(said) < 9 else 1


def _flat(text: str | None) -> str:
    text = re.sub(r"[ \t\r\n]+", " ", (text or "").replace("\u00a0", " "))
    return "".join(symbol(ord(one)) if "\uf000" <= one <= "\uf0ff" else one for one in text)


def _drop_down(element: etree._Element) -> str:
    """Return what a list shows: its words stand behind the last of its labels."""
    labels = element.findall(TEXT + "label")
    chosen = next((one.get(TEXT + "value") for one in labels if one.get(TEXT + "current-selected") == "true"), None)
    shown = (labels[-1].tail if labels else element.text) or ""
    return str(chosen) if chosen is not None else shown.strip()
