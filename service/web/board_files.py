"""The board as a file for a spreadsheet. What begins like a formula is text there, whoever wrote it (ASVS 1.2.10)."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from service.flow.house import uk_time
from service.web.board import Board

COLUMNS = ("Authority", "GSS code", "State", "Owner", "Next action", "Since", "Days", "Checks until", "Mail server said")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def as_csv(board: Board) -> bytes:
    """Write the board as CSV that a spreadsheet opens as UTF-8."""
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in _rows(board))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(board: Board) -> bytes:
    """Write the board as a workbook; every cell but the days is a string by its type, and none is a formula or a link."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Board")
    sheet.freeze_panes = "A2"
    for column in "ABCDEFGHI":
        sheet.column_dimensions[column].width = 25
    bold = Font(bold=True)
    for number, row in enumerate((COLUMNS, *_rows(board))):
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell, value in zip(cells, row, strict=True):
            cell.data_type = "n" if isinstance(value, int) else "s"
            if number == 0:
                cell.font = bold
        sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(board: Board) -> Iterator[tuple[str | int, ...]]:
    for line in board.lines:
        one = line.delivery
        said = one.smtp_status or str(one.smtp_code or "")
        who, stands = (one.recipient_name, one.gss_code or ""), (line.place.name, line.owner, line.place.next)
        yield *who, *stands, uk_time(line.since), line.days, line.until.isoformat() if line.until else "", said


def _harmless(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
