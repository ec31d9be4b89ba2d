"""The board as a file for a spreadsheet. What begins like a formula is text there, whoever wrote it (ASVS 1.2.10)."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

from xlsxwriter import Workbook

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
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet("Board"), book.add_format({"bold": True})
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(_rows(board), start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(COLUMNS) - 1, 25)
    return out.getvalue()


def _rows(board: Board) -> Iterator[tuple[str | int, ...]]:
    for line in board.lines:
        one = line.delivery
        said = one.smtp_status or str(one.smtp_code or "")
        who, stands = (one.recipient_name, one.gss_code or ""), (line.place.name, line.owner, line.place.next)
        yield *who, *stands, uk_time(line.since), line.days, line.until.isoformat() if line.until else "", said


def _harmless(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
