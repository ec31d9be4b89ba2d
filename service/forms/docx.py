"""Takes a Word document (.docx) apart: what is visible and entered, never what was deleted, struck out, hidden or a placeholder.

python-docx loses content controls without a word, so this walks the XML itself; runs are read in `docx_runs`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from service.forms.blocks import Block, Cell, Control, Document, Line, Table, Unreadable
from service.forms.choices import Piece, settle, settle_row
from service.forms.docx_bound import Bound
from service.forms.docx_runs import MAXIMUM_DEPTH, Inline, Runs, shown, style_of
from service.forms.docx_styles import OFF, PLAIN_FILLS, W, read_styles
from service.forms.guards import BROKEN, Archive, parse_xml

_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_NEWLINE: Piece = ("\n", frozenset())


def read_docx(archive: Archive, file: str) -> Document:
    """Take the main text and its headers of one document apart."""
    root = _part(archive, "word/document.xml")
    body = root.find(W + "body")
    if body is None:
        raise Unreadable(BROKEN)
    styles = read_styles(_part(archive, "word/styles.xml") if "word/styles.xml" in archive else None)
    walk = _Walk(Runs(styles, Bound(archive)))
    walk.container(body)
    for name in sorted(name for name in archive.names() if name.startswith("word/header") and name.endswith(".xml")):
        walk.header(_part(archive, name))
    return Document(file=file, is_form=True, blocks=tuple(walk.blocks))


def _part(archive: Archive, name: str) -> etree._Element:
    content = archive.read(name)
    return parse_xml(content.replace(_STRICT, W[1:-1].encode()) if _STRICT in content else content)


@dataclass(slots=True)
class _Content:
    """What one cell holds."""

    pieces: list[Piece] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    nested: list[etree._Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        lines = (line.strip() for line in settle(self.pieces).split("\n"))
        return "\n".join(line for line in lines if line)

    @property
    def marks(self) -> frozenset[str]:
        """Name the marks that all words of the cell bear."""
        marked = [marks for text, marks in self.pieces if text.strip()]
        return frozenset.intersection(*marked) if marked else frozenset()


class _Walk:
    """One pass over a document, in reading order."""

    def __init__(self, runs: Runs) -> None:
        self.blocks: list[Block] = []
        self._runs = runs
        self._where = ""
        self._tables = self._lines = self._boxes = 0
        self._blank = True

    def header(self, root: etree._Element) -> None:
        """Walk a page header; what another header said already is not said again."""
        before = len(self.blocks)
        self._where, self._blank = "page header", True
        self.container(root)
        known = {(block.text, block.place) for block in self.blocks[:before] if isinstance(block, Line)}
        fresh = [block for block in self.blocks[before:] if not isinstance(block, Line) or (block.text, block.place) not in known]
        self.blocks[before:] = [replace(block, blank_before=True) if isinstance(block, Line) else block for block in fresh]

    def container(self, parent: etree._Element, controls: tuple[Control, ...] = (), depth: int = 0) -> None:
        """Walk paragraphs and tables, through every wrapper Word may put around them."""
        if depth > MAXIMUM_DEPTH:
            raise Unreadable(BROKEN)
        for child in shown(parent):
            if child.tag == W + "p":
                self._paragraph(child, controls, depth)
            elif child.tag == W + "tbl":
                self._table(child, depth)
            elif child.tag == W + "sdt":
                self._block_control(child, controls, depth)
            else:
                self.container(child, controls, depth + 1)

    def _block_control(self, sdt: etree._Element, controls: tuple[Control, ...], depth: int) -> None:
        content = sdt.find(W + "sdtContent")
        if content is None or self._runs.is_placeholder(sdt):
            if text := self._runs.bound_text(sdt):
                control = self._runs.entered(sdt, text)
                self._say(text, heading=False, controls=(*controls, control) if control else controls)
            return
        gathered = _Content()
        self._gather(content, gathered, depth)
        control = self._runs.entered(sdt, gathered.text)
        self.container(content, (*controls, control) if control else controls, depth + 1)

    def _say(self, text: str, *, heading: bool, controls: tuple[Control, ...]) -> None:
        for line in text.split("\n"):
            if not line.strip():
                self._blank = True
                continue
            self._lines += 1
            place = self._where or f"paragraph {self._lines}"
            self.blocks.append(Line(text=line.strip(), place=place, heading=heading, blank_before=self._blank, controls=controls))
            self._blank = False

    def _paragraph(self, paragraph: etree._Element, controls: tuple[Control, ...], depth: int) -> None:
        inline = self._runs.inline(paragraph)
        heading = self._runs.styles.is_heading(style_of(paragraph))
        self._say(settle(inline.pieces), heading=heading, controls=(*controls, *inline.controls))
        for box in inline.boxes:
            outer, self._boxes = self._where, self._boxes + 1
            self._where, self._blank = outer or f"text box {self._boxes}", True
            self.container(box, depth=depth + 1)
            self._where, self._blank = outer, True

    def _table(self, table: etree._Element, depth: int, beside: str = "") -> None:
        if depth > MAXIMUM_DEPTH:
            raise Unreadable(BROKEN)
        self._tables += 1
        number = self._tables
        nested: list[tuple[etree._Element, str]] = []
        rows = [self._row(row, nested, depth) for row in _children(table, "tr")]
        self.blocks.append(Table(number=number, rows=tuple(row for row in rows if row), beside=beside))
        self._blank = True
        for inner, words in nested:
            self._table(inner, depth + 1, words)

    def _row(self, row: etree._Element, nested: list[tuple[etree._Element, str]], depth: int) -> tuple[Cell, ...]:
        is_header = row.find(f"{W}trPr/{W}tblHeader") is not None
        cells: list[Cell] = []
        marks: list[frozenset[str]] = []
        for element in _children(row, "tc"):
            properties = element.find(W + "tcPr")
            across = _number(properties, "gridSpan")
            if _merges(properties, "hMerge") and cells:
                cells[-1] = replace(cells[-1], across=cells[-1].across + across)
                continue
            if _merges(properties, "vMerge"):
                cells.append(Cell(text="", across=across, merged=True))
                marks.append(frozenset())
                continue
            content = self._cell(element, depth)
            own = content.text
            near = own.split("\n")[-1] if own else next((cell.text for cell in reversed(cells) if cell.text), "")
            nested.extend((table, near) for table in content.nested)
            holds = bool(content.nested)
            cells.append(Cell(text=own, controls=tuple(content.controls), heading=is_header, across=across, holds_table=holds))
            marks.append(content.marks | ({"shaded"} if _is_shaded(properties) else set()))
        return tuple(settle_row(cells, marks))

    def _cell(self, cell: etree._Element, depth: int) -> _Content:
        content = _Content()
        outer = cell.getparent()
        wrapper = outer.getparent() if outer is not None and outer.tag == W + "sdtContent" else None
        if wrapper is None or wrapper.tag != W + "sdt":
            self._gather(cell, content, depth)
            return content
        if not self._runs.is_placeholder(wrapper):
            self._gather(cell, content, depth)
        elif text := self._runs.bound_text(wrapper):
            content.pieces.append((text, frozenset()))
        control = self._runs.entered(wrapper, content.text)
        content.controls += [control] if control else []
        return content

    def _gather(self, parent: etree._Element, content: _Content, depth: int) -> None:
        """Gather the paragraphs under *parent*, each on lines of its own, and the tables within."""
        if depth > MAXIMUM_DEPTH:
            raise Unreadable(BROKEN)
        loose = Inline()
        for child in shown(parent):
            if child.tag == W + "p":
                inline = self._runs.inline(child)
                content.pieces += [*inline.pieces, _NEWLINE]
                content.controls += inline.controls
                for box in inline.boxes:
                    self._gather(box, content, depth + 1)
            elif child.tag == W + "tbl":
                content.nested.append(child)
            elif child.tag == W + "sdt":
                self._gather_control(child, content, depth)
            elif child.tag == W + "r":
                self._runs.run(child, loose, "", 0)
            else:
                self._gather(child, content, depth + 1)
        content.pieces += [*loose.pieces, _NEWLINE] if loose.pieces else []

    def _gather_control(self, sdt: etree._Element, content: _Content, depth: int) -> None:
        inside = sdt.find(W + "sdtContent")
        inner = _Content()
        if inside is not None and not self._runs.is_placeholder(sdt):
            self._gather(inside, inner, depth + 1)
        text = inner.text or self._runs.bound_text(sdt)
        control = self._runs.entered(sdt, text) if text or inner.nested else None
        content.pieces += inner.pieces or ([(text, frozenset()), _NEWLINE] if text else [])
        content.nested += inner.nested
        content.controls += [*inner.controls, *([control] if control else [])]


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield rows of a table or cells of a row, also those inside content controls, but never those of a table within."""
    for child in shown(parent):
        if child.tag == W + name:
            properties = child.find(W + ("trPr" if name == "tr" else "tcPr"))
            gone = ("del", "hidden") if name == "tr" else ("cellDel",)
            if properties is None or all(properties.find(W + mark) is None for mark in gone):
                yield child
        elif child.tag not in (W + "tbl", W + "tr", W + "tc", W + "p"):
            yield from _children(child, name)


def _merges(properties: etree._Element | None, name: str) -> bool:
    """Tell whether a cell only continues the one above (vMerge) or before it (hMerge)."""
    mark = properties.find(W + name) if properties is not None else None
    return mark is not None and mark.get(W + "val", "continue") == "continue"


def _number(properties: etree._Element | None, name: str) -> int:
    mark = properties.find(W + name) if properties is not None else None
    value = str(mark.get(W + "val", "1")) if mark is not None else "1"
    return min(int(value), 63) if value.isdigit() and value != "0" else 1


def _is_shaded(properties: etree._Element | None) -> bool:
    mark = properties.find(W + "shd") if properties is not None else None
    if mark is None:
        return False
    return str(mark.get(W + "fill", "auto")) not in PLAIN_FILLS or str(mark.get(W + "val", "clear")) not in OFF | {"clear"}
