"""Takes an OpenDocument text (.odt) apart: what is shown and entered, never what was deleted, struck out, hidden or a placeholder."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from service.forms.blocks import Block, Cell, Control, Document, Line, Table, Unreadable
from service.forms.guards import BROKEN, MAXIMUM_CELLS, TOO_LONG, Archive, parse_xml
from service.forms.odt_fields import FIELD, LOEXT, FormControls, content_control, field_mark
from service.forms.odt_styles import OFFICE, STYLE, TABLE, TEXT, Styles

_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SKIPPED = frozenset(
    {TEXT + name for name in ("tracked-changes", "note", "placeholder", "hidden-text", "sequence-decls", "user-field-decls")}
    | {TEXT + "table-of-content", OFFICE + "annotation", OFFICE + "forms", OFFICE + "event-listeners", _DRAW + "image", _DRAW + "object"}
)
_MAXIMUM_DEPTH = 60
_MAXIMUM_REPEAT = 30


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

    pieces: list[str] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


@dataclass(slots=True)
class _Walk:
    """One pass over a document, in reading order."""

    styles: Styles
    forms: FormControls
    blocks: list[Block] = field(default_factory=list)
    where: str = ""
    _tables: int = 0
    _lines: int = 0
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
        for text in "".join(inline.pieces).split("\n"):
            if not text.strip():
                self._blank = True
                continue
            self._lines += 1
            place = self.where or f"paragraph {self._lines}"
            self.blocks.append(Line(text=text.strip(), place=place, heading=heading, blank_before=self._blank, controls=controls))
            self._blank, controls = False, ()
        for box in inline.boxes:
            self.container(box, depth + 1)

    def _inline(self, paragraph: etree._Element, depth: int) -> _Inline:
        inline = _Inline()
        struck = self.styles.is_struck("paragraph", paragraph.get(TEXT + "style-name"), inherited=False)
        self._runs(paragraph, inline, struck, depth)
        return inline

    def _runs(self, parent: etree._Element, inline: _Inline, struck: bool, depth: int) -> None:
        """Gather what is typed in a paragraph; line breaks become new lines, marked fields become their value."""
        _check_depth(depth)
        if not struck:
            inline.pieces.append(_flat(parent.text))
        for child in parent:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED:
                self._run(child, inline, struck, depth)
            if not struck:
                inline.pieces.append(_flat(child.tail))

    def _run(self, child: etree._Element, inline: _Inline, struck: bool, depth: int) -> None:
        if child.tag == TEXT + "span":
            self._runs(child, inline, self.styles.is_struck("text", child.get(TEXT + "style-name"), inherited=struck), depth + 1)
        elif child.tag == _DRAW + "text-box":
            inline.boxes.append(child)
        elif child.tag == _DRAW + "control":
            if (control := self.forms.shown(child.get(_DRAW + "control"))) is not None:
                inline.pieces.append(f" {control.text} ")
                inline.controls.append(control)
        elif child.tag == LOEXT + "content-control":
            inner = _Inline()
            self._runs(child, inner, struck, depth + 1)
            text, control = content_control(child, "".join(inner.pieces))
            inline.pieces.append(text)
            inline.controls += [*inner.controls, *([control] if control else [])]
            inline.boxes += inner.boxes
        elif child.tag.startswith(FIELD):
            inline.pieces.append(field_mark(child))
        elif child.tag == TEXT + "drop-down":
            inline.pieces.append(_drop_down(child))
        elif not struck and child.tag in (TEXT + "s", TEXT + "tab", TEXT + "line-break"):
            count = child.get(TEXT + "c", "1")
            spaces = " " * min(int(count) if count.isdigit() and len(count) < 4 else 1, 40)
            inline.pieces.append({"s": spaces, "tab": "\t", "line-break": "\n"}[child.tag.removeprefix(TEXT)])
        elif child.tag.startswith((TEXT, _DRAW, LOEXT)):
            self._runs(child, inline, struck, depth + 1)

    def _table(self, table: etree._Element, depth: int) -> None:
        self._tables += 1
        number = self._tables
        nested: list[etree._Element] = []
        rows: list[tuple[Cell, ...]] = []
        below: dict[int, int] = {}  # column → rows that a cell above still covers
        for row, is_header in self._rows(table, False, depth):
            cells = self._row(row, below, nested, is_header, depth)
            repeated = _count(row, "number-rows-repeated") if any(cell.text for cell in cells) else 1
            rows += [cells] * repeated if cells else []
            self._cells += len(cells) * repeated
            if self._cells > MAXIMUM_CELLS:
                raise Unreadable(TOO_LONG, by_hand=True)
        self.blocks.append(Table(number=number, rows=tuple(rows)))
        self._blank = True
        for inner in nested:
            self._table(inner, depth + 1)

    def _rows(self, parent: etree._Element, is_header: bool, depth: int) -> Iterator[tuple[etree._Element, bool]]:
        _check_depth(depth)
        for child in parent:
            if child.tag == TABLE + "table-row":
                if child.get(TABLE + "visibility", "visible") == "visible":
                    yield child, is_header
            elif child.tag in (TABLE + "table-header-rows", TABLE + "table-rows", TABLE + "table-row-group"):
                yield from self._rows(child, is_header or child.tag == TABLE + "table-header-rows", depth + 1)

    def _row(
        self, row: etree._Element, below: dict[int, int], nested: list[etree._Element], is_header: bool, depth: int
    ) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        column = sideways = 0
        for child in row:
            if child.tag == TABLE + "covered-table-cell":
                if below.get(column, 0) > 0:
                    below[column] -= 1
                    cells.append(Cell(text="", merged=True))
                column += _count(child, "number-columns-repeated")
                continue
            if child.tag != TABLE + "table-cell":
                continue
            sideways = _count(child, "number-columns-repeated")
            down = _count(child, "number-rows-spanned")
            if down > 1:
                below[column] = down - 1
            cells += [self._cell(child, nested, is_header, depth)] * sideways
            column += sideways
        return tuple(cells)

    def _cell(self, cell: etree._Element, nested: list[etree._Element], is_header: bool, depth: int) -> Cell:
        lines: list[str] = []
        controls: list[Control] = []
        self._cell_lines(cell, lines, controls, nested, depth + 1)
        text = "\n".join(line.strip() for line in lines if line.strip())
        return Cell(text=text, controls=tuple(controls), heading=is_header, across=_count(cell, "number-columns-spanned"))

    def _cell_lines(
        self, parent: etree._Element, lines: list[str], controls: list[Control], nested: list[etree._Element], depth: int
    ) -> None:
        _check_depth(depth)
        for child in self._shown(parent):
            if child.tag in (TEXT + "p", TEXT + "h"):
                inline = self._inline(child, depth)
                lines.append("".join(inline.pieces))
                controls += inline.controls
                for box in inline.boxes:
                    self._cell_lines(box, lines, controls, nested, depth + 1)
            elif child.tag == TABLE + "table":
                nested.append(child)
            else:
                self._cell_lines(child, lines, controls, nested, depth + 1)


def _check_depth(depth: int) -> None:
    if depth > _MAXIMUM_DEPTH:
        raise Unreadable(BROKEN)


def _count(element: etree._Element, name: str) -> int:
    said = element.get(TABLE + name, "1")
    return max(1, min(int(said), _MAXIMUM_REPEAT)) if said.isdigit() and len(said) < 9 else 1


def _flat(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", (text or "").replace("\u00a0", " "))


def _drop_down(element: etree._Element) -> str:
    """Return what a list shows: its words stand behind the last of its labels."""
    labels = element.findall(TEXT + "label")
    chosen = next((one.get(TEXT + "value") for one in labels if one.get(TEXT + "current-selected") == "true"), None)
    shown = (labels[-1].tail if labels else element.text) or ""
    return str(chosen) if chosen is not None else shown.strip()
