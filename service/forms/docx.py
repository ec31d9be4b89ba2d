"""Takes a Word document (.docx) apart: what is visible and entered, never what was deleted, struck out, hidden or a placeholder.

python-docx loses content controls without a word, so this walks the XML itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from service.forms.blocks import EMPTY, TICKED, Block, Cell, Control, Document, Line, Table, Unreadable
from service.forms.guards import BROKEN, Archive, parse_xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_OFF = frozenset({"0", "false", "off", "none"})
_SYMBOLS = {"F0FE": TICKED, "F0FD": TICKED, "F052": TICKED, "F053": TICKED, "F0FC": TICKED, "F0FB": TICKED}
_SYMBOLS |= {"F0A8": EMPTY, "F06F": EMPTY, "F0A1": EMPTY, "F0A3": EMPTY, "2612": TICKED, "2611": TICKED, "2610": EMPTY}
_SKIPPED = frozenset(_W + name for name in ("del", "moveFrom", "sdtPr", "rPr", "pPr", "tblPr", "tcPr", "trPr", "instrText", "delText"))
_MAXIMUM_DEPTH = 60


def read_docx(archive: Archive, file: str) -> Document:
    """Take the main text and its headers of one document apart."""
    content = archive.read("word/document.xml")
    if _STRICT in content:
        content = content.replace(_STRICT, _W[1:-1].encode())
    root = parse_xml(content)
    body = root.find(_W + "body")
    if body is None:
        raise Unreadable(BROKEN)
    walk = _Walk()
    walk.container(body)
    for name in sorted(name for name in archive.names() if name.startswith("word/header") and name.endswith(".xml")):
        walk.where = "page header"
        walk.container(parse_xml(archive.read(name)))
    return Document(file=file, is_form=True, blocks=tuple(walk.blocks))


@dataclass(slots=True)
class _Inline:
    """The text and the controls of one paragraph, and the text boxes anchored in it."""

    pieces: list[str] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    legacy: etree._Element | None = None
    legacy_part: str = ""


class _Walk:
    """One pass over a document, in reading order."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.where = ""
        self._tables = 0
        self._lines = 0
        self._blank = True

    def container(self, parent: etree._Element, controls: tuple[Control, ...] = (), depth: int = 0) -> None:
        """Walk paragraphs and tables, through every wrapper Word may put around them."""
        if depth > _MAXIMUM_DEPTH:
            raise Unreadable(BROKEN)
        for child in _shown(parent):
            if child.tag == _W + "p":
                self._paragraph(child, controls, depth)
            elif child.tag == _W + "tbl":
                self._table(child, depth)
            elif child.tag == _W + "sdt":
                content = child.find(_W + "sdtContent")
                if content is None or _is_placeholder(child):
                    continue
                control = _control(child, _block_text(content, depth))
                self.container(content, (*controls, control) if control else controls, depth + 1)
            else:
                self.container(child, controls, depth + 1)

    def _paragraph(self, paragraph: etree._Element, controls: tuple[Control, ...], depth: int) -> None:
        inline = _inline(paragraph)
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        heading = style is not None and str(style.get(_W + "val", "")).lower().startswith(("heading", "title"))
        for text in "".join(inline.pieces).split("\n"):
            if not text.strip():
                self._blank = True
                continue
            self._lines += 1
            place = self.where or f"paragraph {self._lines}"
            found = (*controls, *inline.controls)
            self.blocks.append(Line(text=text.strip(), place=place, heading=heading, blank_before=self._blank, controls=found))
            self._blank = False
        for box in inline.boxes:
            self.container(box, depth=depth + 1)

    def _table(self, table: etree._Element, depth: int) -> None:
        self._tables += 1
        number = self._tables
        nested: list[etree._Element] = []
        rows = [tuple(_cell(cell, nested, depth) for cell in _children(row, "tc")) for row in _children(table, "tr")]
        self.blocks.append(Table(number=number, rows=tuple(row for row in rows if row)))
        self._blank = True
        for inner in nested:
            self._container_table(inner, depth + 1)

    def _container_table(self, table: etree._Element, depth: int) -> None:
        if depth > _MAXIMUM_DEPTH:
            raise Unreadable(BROKEN)
        self._table(table, depth)


def _shown(parent: etree._Element) -> Iterator[etree._Element]:
    for child in parent:
        if not isinstance(child.tag, str) or child.tag in _SKIPPED or child.tag == _MC + "Fallback":
            continue
        yield child


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield rows of a table or cells of a row, also those inside content controls, but never those of a table within."""
    for child in _shown(parent):
        if child.tag == _W + name:
            if name == "tr" and child.find(f"{_W}trPr/{_W}del") is not None:
                continue
            yield child
        elif child.tag not in (_W + "tbl", _W + "tr", _W + "tc", _W + "p"):
            yield from _children(child, name)


def _cell(cell: etree._Element, nested: list[etree._Element], depth: int) -> Cell:
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    if merge is not None and merge.get(_W + "val", "continue") == "continue":
        return Cell(text="")
    controls: list[Control] = []
    outer = cell.getparent()
    wrapper = outer.getparent() if outer is not None and outer.tag == _W + "sdtContent" else None
    if wrapper is not None and wrapper.tag == _W + "sdt":
        if _is_placeholder(wrapper):
            return Cell(text="")
        control = _control(wrapper, _block_text(cell, depth))
        controls += [control] if control else []
    return Cell(text=_block_text(cell, depth, controls, nested), controls=tuple(controls))


def _block_text(
    parent: etree._Element, depth: int, controls: list[Control] | None = None, nested: list[etree._Element] | None = None
) -> str:
    """Join the paragraphs under *parent*; tables within are handed to *nested* instead."""
    if depth > _MAXIMUM_DEPTH:
        raise Unreadable(BROKEN)
    lines: list[str] = []
    loose: list[etree._Element] = []
    for child in _shown(parent):
        if child.tag == _W + "p":
            inline = _inline(child)
            lines.append("".join(inline.pieces).strip())
            if controls is not None:
                controls.extend(inline.controls)
            lines.extend(_block_text(box, depth + 1, controls, nested) for box in inline.boxes)
        elif child.tag == _W + "tbl":
            if nested is not None:
                nested.append(child)
        elif child.tag == _W + "sdt":
            content = child.find(_W + "sdtContent")
            if content is None or _is_placeholder(child):
                continue
            inner = _block_text(content, depth + 1, controls, nested)
            control = _control(child, inner)
            if control and controls is not None:
                controls.append(control)
            lines.append(inner)
        elif child.tag == _W + "r":
            loose.append(child)
        else:
            lines.append(_block_text(child, depth + 1, controls, nested))
    if loose:
        inline = _Inline()
        for run in loose:
            _run(run, inline, 0)
        lines.append("".join(inline.pieces))
    return "\n".join(line for line in lines if line.strip()).strip()


def _inline(paragraph: etree._Element) -> _Inline:
    inline = _Inline()
    _runs(paragraph, inline, 0)
    return inline


def _runs(parent: etree._Element, inline: _Inline, depth: int) -> None:
    if depth > _MAXIMUM_DEPTH:
        raise Unreadable(BROKEN)
    for child in _shown(parent):
        if child.tag == _W + "r":
            _run(child, inline, depth)
        elif child.tag == _W + "sdt":
            _inline_control(child, inline, depth)
        elif child.tag == _W + "txbxContent":
            inline.boxes.append(child)
        else:
            _runs(child, inline, depth + 1)


def _inline_control(sdt: etree._Element, inline: _Inline, depth: int) -> None:
    content = sdt.find(_W + "sdtContent")
    if content is None or _is_placeholder(sdt):
        return
    inner = _Inline()
    _runs(content, inner, depth + 1)
    control = _control(sdt, "".join(inner.pieces).strip())
    entered = control.text if control else "".join(inner.pieces)
    inline.pieces.append(entered)
    inline.controls.extend(inner.controls)
    inline.boxes.extend(inner.boxes)
    if control:
        inline.controls.append(control)


def _control(sdt: etree._Element, text: str) -> Control | None:
    properties = sdt.find(_W + "sdtPr")
    if properties is None:
        return None
    tag, title = properties.find(_W + "tag"), properties.find(_W + "alias")
    ticked = properties.find(f"{_W14}checkbox/{_W14}checked")
    date = properties.find(_W + "date")
    if properties.find(_W14 + "checkbox") is not None:
        text = TICKED if ticked is not None and ticked.get(_W14 + "val", "1") not in _OFF else EMPTY
    elif date is not None and date.get(_W + "fullDate"):
        text = str(date.get(_W + "fullDate"))[:10]
    return Control(
        tag=str(tag.get(_W + "val", "")) if tag is not None else "",
        title=str(title.get(_W + "val", "")) if title is not None else "",
        text=text,
    )


def _is_placeholder(sdt: etree._Element) -> bool:
    mark = sdt.find(f"{_W}sdtPr/{_W}showingPlcHdr")
    checkbox = sdt.find(f"{_W}sdtPr/{_W14}checkbox")
    return mark is not None and checkbox is None and mark.get(_W + "val", "1") not in _OFF


def _is_on(properties: etree._Element | None, *names: str) -> bool:
    if properties is None:
        return False
    marks = (properties.find(_W + name) for name in names)
    return any(mark is not None and mark.get(_W + "val", "1") not in _OFF for mark in marks)


def _run(run: etree._Element, inline: _Inline, depth: int) -> None:
    if _is_on(run.find(_W + "rPr"), "strike", "dstrike", "vanish"):
        return
    for child in run:
        if not isinstance(child.tag, str):
            continue
        name = child.tag.removeprefix(_W)
        if name == "t":
            if inline.legacy_part != "instruction" and not (inline.legacy_part == "result" and _holds_choice(inline.legacy)):
                inline.pieces.append(child.text or "")
        elif name == "tab":
            inline.pieces.append("\t")
        elif name in ("br", "cr"):
            inline.pieces.append("\n")
        elif name == "noBreakHyphen":
            inline.pieces.append("-")
        elif name == "sym":
            inline.pieces.append(_SYMBOLS.get(str(child.get(_W + "char", "")).upper(), ""))
        elif name == "fldChar":
            _legacy(child, inline)
        elif name in ("drawing", "pict", "object") or child.tag == _MC + "AlternateContent":
            _runs(child, inline, depth + 1)


def _holds_choice(data: etree._Element | None) -> bool:
    return data is not None and (data.find(_W + "checkBox") is not None or data.find(_W + "ddList") is not None)


def _legacy(mark: etree._Element, inline: _Inline) -> None:
    """Follow a legacy form field: begin (with its data), instruction, separate, result, end."""
    kind = mark.get(_W + "fldCharType")
    if kind == "begin":
        inline.legacy, inline.legacy_part = mark.find(_W + "ffData"), "instruction"
        entered = _legacy_choice(inline.legacy)
        if entered is not None:
            inline.pieces.append(entered)
    elif kind == "separate":
        inline.legacy_part = "result"
    elif kind == "end":
        inline.legacy, inline.legacy_part = None, ""


def _legacy_choice(data: etree._Element | None) -> str | None:
    if data is None:
        return None
    box = data.find(_W + "checkBox")
    if box is not None:
        mark = box.find(_W + "checked")
        mark = box.find(_W + "default") if mark is None else mark
        return TICKED if mark is not None and mark.get(_W + "val", "1") not in _OFF else EMPTY
    choices = data.find(_W + "ddList")
    if choices is not None:
        result = choices.find(_W + "result")
        entries = [str(entry.get(_W + "val", "")) for entry in choices.findall(_W + "listEntry")]
        chosen = int(result.get(_W + "val", "0")) if result is not None and str(result.get(_W + "val", "0")).isdigit() else 0
        # the first entry without a recorded choice is only what the list shows before anyone has chosen
        return entries[chosen] if result is not None and chosen < len(entries) else ""
    return None
