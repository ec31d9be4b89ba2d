"""Workbooks (.xlsx) read and written as a stream: values only, and nothing that a person cannot see on the one sheet."""

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any

from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.utils import column_index_from_string

from directory.cells import COLUMN_LIMIT, BadCell, Cell, Row, Unreadable

# What a part of the workbook may take unpacked: the table itself, and everything around it, of which openpyxl makes many small objects.
_TABLE_LIMIT = 150_000_000
_PART_LIMIT = 5_000_000
_PIECE = 1 << 20
_WATCHED = tuple(f"{{http://schemas.openxmlformats.org/spreadsheetml/2006/main}}{name}" for name in ("row", "col", "mergeCell"))
_NOT_A_WORKBOOK = "This is not an Excel workbook (.xlsx) that can be read. Save it as .xlsx or CSV and try again."


def workbook_rows(raw: bytes) -> Iterator[Row]:
    """Give the rows of the only sheet; macros, links to other files, hidden or merged cells and further sheets are refused."""
    try:
        yield from _rows(raw)
    except (Unreadable, MemoryError):
        raise
    except Exception:
        # Whatever a broken or hostile file does to the libraries, it is one thing to the person who sent it.
        raise Unreadable(_NOT_A_WORKBOOK) from None


def write_workbook(rows: Iterable[Sequence[str]], title: str) -> bytes:
    """Write rows of text as a workbook with one sheet; every cell is text, so no spreadsheet turns it into a number or a date."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    cells: list[SheetCell] = []
    for row in rows:
        # A row is written as it is appended, so its cells can be used again; to make and style each anew takes three times as long.
        for _ in range(len(row) - len(cells)):
            cells.append(WriteOnlyCell(sheet))
            cells[-1].number_format = "@"
        for cell, text in zip(cells, row, strict=True):
            cell.value, cell.data_type = text, "s"
        sheet.append(cell if cell.value else None for cell in cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(raw: bytes) -> Iterator[Row]:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        _refuse_what_is_not_seen(package)
        with warnings.catch_warnings():
            # Openpyxl warns of styles that it does not know: none of them is a value.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
        try:
            sheet = _only_sheet(book)
            with package.open(sheet._worksheet_path) as part:
                _refuse_what_is_hidden(part)
            sheet.reset_dimensions()
            width = 0
            for number, cells in enumerate(sheet.iter_rows(max_col=COLUMN_LIMIT), start=1):
                row = _trimmed([_cell(cell.value, cell.data_type) for cell in cells])
                width = width or len(row)
                yield number, row + [""] * (width - len(row))
        finally:
            book.close()


def _refuse_what_is_not_seen(package: zipfile.ZipFile) -> None:
    names = [name.lower() for name in package.namelist()]
    if "xl/workbook.xml" not in names:
        raise Unreadable(_NOT_A_WORKBOOK)
    if any("vbaproject" in name or name.startswith(("xl/macrosheets/", "xl/activex/")) for name in names):
        raise Unreadable("The workbook holds macros. Save it as .xlsx without macros, or as CSV.")
    if any(name.startswith("xl/externallinks/") for name in names) or "xl/connections.xml" in names:
        raise Unreadable("The workbook has links to other files. Paste the values into a new workbook and give us that.")
    if len(names) > 100 or any(part.file_size > _limit(part.filename.lower()) for part in package.infolist()):
        raise Unreadable("The workbook is far larger than a list of contacts. Copy the list into a new workbook.")
    for part in package.infolist():
        if part.filename.lower().endswith((".xml", ".rels")) and _declares_a_type(package, part):
            raise Unreadable(_NOT_A_WORKBOOK)


def _limit(name: str) -> int:
    return _TABLE_LIMIT if name.startswith("xl/worksheets/") or name == "xl/sharedstrings.xml" else _PART_LIMIT


def _declares_a_type(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Say whether a part has a document type, through which a small file grows without end; no spreadsheet writes one."""
    before = b""
    with package.open(part) as opened:
        while piece := opened.read(_PIECE):
            # UTF-16 has a zero beside each of these letters.
            if b"<!DOCTYPE" in (before + piece).replace(b"\0", b""):
                return True
            before = piece[-20:]
    return False


def _only_sheet(book: Any) -> Any:
    if any(sheet.sheet_state != "visible" for sheet in book.worksheets):
        raise Unreadable("The workbook has a hidden sheet. Show it or delete it, so that everything in the file can be seen.")
    if len(book.sheetnames) != 1 or len(book.worksheets) != 1:
        raise Unreadable("The workbook has more than one sheet. Keep only the one with the list, so that it is clear which is meant.")
    return book.worksheets[0]


def _refuse_what_is_hidden(part: Any) -> None:
    number = 0
    for _, element in etree.iterparse(part, tag=_WATCHED, resolve_entities=False, no_network=True):
        name = etree.QName(element).localname
        if name == "mergeCell":
            raise Unreadable(f"The cells {_range(element)} are merged. Undo that, and write what each row means into each row.")
        if element.get("hidden") in {"1", "true"}:
            which = f"Row {element.get('r')}" if name == "row" else "A column"
            raise Unreadable(f"{which} is hidden, perhaps by a filter. Show all rows and columns, or delete them, and try again.")
        if name == "row":
            number = _in_order(element, number)
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _in_order(row: Any, before: int) -> int:
    # Openpyxl silently leaves out rows and cells that are out of order or beyond the columns asked for.
    number = int(row.get("r", before + 1))
    column = 0
    for cell in row:
        place = cell.get("r")
        following = column_index_from_string(place.rstrip("0123456789")) if place else column + 1
        if following <= column or (place and not place.endswith(str(number))):
            raise Unreadable(_NOT_A_WORKBOOK)
        column = following
        if column > COLUMN_LIMIT and "".join(cell.itertext()):
            raise Unreadable(f"There is something to the right of column {COLUMN_LIMIT}. Delete what does not belong to the list.")
    if number <= before:
        raise Unreadable(_NOT_A_WORKBOOK)
    return number


def _range(element: Any) -> str:
    told = str(element.get("ref"))
    return told if len(told) < 20 and told.replace(":", "").isalnum() else "in it"


def _cell(value: object, kind: str) -> Cell:
    if value is None:
        return ""
    if kind == "f":
        return BadCell("holds a formula; paste its value in place of it")
    if kind == "e":
        return BadCell("holds an error of the spreadsheet")
    if isinstance(value, str):
        return value
    if isinstance(value, date | time | timedelta):
        return BadCell("holds a date; format the column as text and write it again")
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 9:
        return str(value)
    return BadCell("holds a number, which loses its leading zeros; format the column as text and write it again")


def _trimmed(cells: list[Cell]) -> list[Cell]:
    while cells and cells[-1] == "":
        cells.pop()
    return cells
