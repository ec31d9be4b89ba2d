"""Takes plain text and HTML apart: bodies of emails with "Label: value" lines, and the tables of pasted forms."""

import re
from copy import deepcopy

from lxml import etree, html

from service.forms.blocks import EMPTY, TICKED, Block, Cell, Document, Line, Table

_MAXIMUM_CHARACTERS = 2_000_000
_MAXIMUM_DEPTH = 80
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|line-through|font-size\s*:\s*0", re.IGNORECASE)
_WHITE = re.compile(r"(?<![-\w])color\s*:\s*(?:white|#fff(?:fff)?\b|rgb\(\s*255\s*,\s*255\s*,\s*255)", re.IGNORECASE)
_GROUND = re.compile(r"background(?:-color)?\s*:\s*(?!white|#fff|transparent|none|inherit|initial)\S", re.IGNORECASE)
_DROPPED = frozenset({"script", "style", "head", "title", "s", "strike", "del", "template", "noscript", "svg"})
_MOST_SPANNED = 50
_LINES = frozenset(
    {"p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "article", "dt", "dd", "pre", "body", "ul", "ol",
     "form", "fieldset", "legend"}
)  # fmt: skip


def decode(content: bytes, content_type: str = "") -> str:
    """Decode text by its byte order mark, its declared charset, UTF-8, and last Windows-1252, losing nothing."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    declared = re.search(r"charset\s*=\s*\"?([\w-]{1,40})", content_type, re.IGNORECASE)
    for encoding in ("utf-8", declared[1] if declared else "", "cp1252"):
        try:
            return content.decode(encoding) if encoding else content.decode("cp1252")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("utf-8", "replace")


def read_text(text: str, file: str, *, is_form: bool) -> Document:
    """Take plain text apart into lines, remembering indentation and empty lines."""
    blocks: list[Block] = []
    blank = True
    for number, raw in enumerate(text[:_MAXIMUM_CHARACTERS].splitlines(), start=1):
        line = raw.replace("\u00a0", " ")
        if re.fullmatch(r"[\s=_*~-]*", line):
            blank = True
            continue
        blocks.append(Line(text=line.strip(), place=f"line {number}", indented=line[:1] in " \t", blank_before=blank))
        blank = False
    return Document(file=file, is_form=is_form, blocks=tuple(blocks))


def read_html(content: bytes, file: str, *, is_form: bool, content_type: str = "") -> Document:
    """Take HTML apart as a reader sees it: no scripts, nothing hidden, nothing struck out."""
    text = re.sub(r"<\?xml[^>]*\?>|\x00", "", decode(content, content_type)[:_MAXIMUM_CHARACTERS])
    if not text.strip():
        return Document(file=file, is_form=is_form, blocks=())
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return Document(file=file, is_form=is_form, blocks=())
    walk = _Walk()
    walk.element(root, 0)
    walk.end_line()
    return Document(file=file, is_form=is_form, blocks=tuple(walk.blocks))


class _Walk:
    """One pass over an HTML page, gathering lines and tables."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[str] = []
        self._tables = 0
        self._lines = 0
        self._blank = True
        self._heading = False

    def element(self, element: etree._Element, depth: int) -> None:
        """Walk one element and what follows inside its parent."""
        if not isinstance(element.tag, str) or element.tag in _DROPPED or _is_hidden(element) or depth > _MAXIMUM_DEPTH:
            return
        if element.tag == "table" and _is_grid(element):
            self.end_line()
            self._table(element, depth)
            return
        if element.tag == "dl":
            self.end_line()
            self._described(element, depth)
            return
        is_line = element.tag in _LINES or element.tag in ("tr", "table", "td", "th")
        if is_line:
            self.end_line()
            self._blank = self._blank or element.tag in ("p", "table")
            self._heading = element.tag in ("h1", "h2", "h3", "h4", "h5", "h6")
        self._pieces.append(_input(element))
        if element.tag in ("select", "textarea"):
            return
        self._pieces.append(_flat(element.text))
        for child in element:
            if child.tag == "br":
                heading = self._heading
                self.end_line()
                self._heading = heading
            else:
                self.element(child, depth + 1)
            self._pieces.append(_flat(child.tail))
        if is_line:
            self.end_line()

    def end_line(self) -> None:
        """Finish the line that is being gathered."""
        text = "".join(self._pieces).strip()
        self._pieces = []
        if not text:
            return
        self._lines += 1
        self.blocks.append(Line(text=text, place=f"line {self._lines}", heading=self._heading, blank_before=self._blank))
        self._blank = False
        self._heading = False

    def _table(self, table: etree._Element, depth: int) -> None:
        self._tables += 1
        nested: list[etree._Element] = []
        rows: list[tuple[Cell, ...]] = []
        below: dict[int, int] = {}  # column → rows that a cell above still covers
        for row in table.iterfind(".//tr"):
            if next(row.iterancestors("table")) is not table or _is_hidden(row):
                continue
            cells = self._row(row, below, nested, depth)
            if cells:
                rows.append(cells)
        self.blocks.append(Table(number=self._tables, rows=tuple(rows)))
        self._blank = True
        for inner in nested:
            self.element(inner, depth + 1)

    def _described(self, listed: etree._Element, depth: int) -> None:
        """Take a list of terms and descriptions as a table of labels and answers."""
        rows: list[tuple[Cell, ...]] = []
        nested: list[etree._Element] = []
        for one in listed.iter("dt", "dd"):
            if next(one.iterancestors("dl")) is not listed or _is_hidden(one):
                continue
            text = _cell_text(one, nested, depth)
            if one.tag == "dt":
                rows.append((Cell(text=text), Cell(text="")))
            elif rows:
                before = rows[-1][1].text
                rows[-1] = (rows[-1][0], Cell(text=f"{before}\n{text}".strip()))
        self._tables += 1
        self.blocks.append(Table(number=self._tables, rows=tuple(rows)))
        self._blank = True
        for inner in nested:
            self.element(inner, depth + 1)

    def _row(self, row: etree._Element, below: dict[int, int], nested: list[etree._Element], depth: int) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th") or _is_hidden(cell):
                continue
            column = _skip_covered(column, below, cells)
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            cells.append(Cell(text=_cell_text(cell, nested, depth), heading=cell.tag == "th", across=across))
            if down > 1:
                below[column] = down - 1
            column += across
        _skip_covered(column, below, cells)
        return tuple(cells)


def _skip_covered(column: int, below: dict[int, int], cells: list[Cell]) -> int:
    """Put an empty cell where one from a row above reaches down, and return the next free column."""
    while below.get(column, 0) > 0:
        below[column] -= 1
        cells.append(Cell(text="", merged=True))
        column += 1
    return column


def _span(cell: etree._Element, name: str) -> int:
    said = (cell.get(name) or "1").strip()
    return max(1, min(int(said), _MOST_SPANNED)) if said.isdigit() and len(said) < 6 else 1


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style") or ""
    if _HIDDEN.search(style) or element.get("hidden") is not None:
        return True
    is_white = _WHITE.search(style) or (element.tag == "font" and re.fullmatch(r"(?i)white|#fff(?:fff)?", element.get("color") or ""))
    return bool(is_white) and not any(_has_ground(one) for one in (element, *element.iterancestors()))


def _has_ground(element: etree._Element) -> bool:
    given = (element.get("bgcolor") or "").casefold()
    return bool(_GROUND.search(element.get("style") or "")) or (given not in ("", "white", "#fff", "#ffffff"))


def _is_grid(table: etree._Element) -> bool:
    """Tell a table of answers from one that only lays out the page."""
    rows = [row for row in table.iterfind(".//tr") if next(row.iterancestors("table")) is table]
    return any(sum(1 for cell in row if cell.tag in ("td", "th")) > 1 for row in rows)


def _flat(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", (text or "").replace("\u00a0", " "))


def _input(element: etree._Element) -> str:
    """Return what a field of the page shows: a tick, what was typed, or what was chosen in a list."""
    if element.tag == "textarea":
        return element.text or ""
    if element.tag == "select":
        return ", ".join(
            _flat("".join(option.itertext())).strip() for option in element.iter("option") if option.get("selected") is not None
        )
    if element.tag != "input":
        return ""
    if (element.get("type") or "").casefold() in ("checkbox", "radio"):
        return TICKED if element.get("checked") is not None else EMPTY
    return element.get("value") or "" if (element.get("type") or "text").casefold() == "text" else ""


def _cell_text(cell: etree._Element, nested: list[etree._Element], depth: int) -> str:
    inner = _Walk()
    inside = [table for table in cell.iter("table") if next(table.iterancestors("table", "td", "th"), None) is cell]
    nested.extend(inside)
    if inside:
        cell = deepcopy(cell)
        for table in list(cell.iter("table")):
            parent = table.getparent()
            if parent is not None:
                parent.remove(table)
    inner.element(cell, depth + 1)
    inner.end_line()
    return "\n".join(block.text for block in inner.blocks if isinstance(block, Line))
