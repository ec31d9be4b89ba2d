"""The rows of a table that somebody sends as CSV or as a workbook (.xlsx): a stream of text, refused where it would be a guess."""

import csv
import io
from codecs import getincrementaldecoder
from collections.abc import Collection, Iterator

from directory.cells import ROW_LIMIT, SIZE_LIMIT, BadCell, Row, Unreadable, plain

_PIECE = 1 << 20


def rows_of(raw: bytes, known_columns: Collection[str]) -> Iterator[Row]:
    """Give each row that is not empty with its number (the column names are row 1), as text.

    *known_columns* tell the delimiter of a CSV file. Raises Unreadable for a file that is no table.
    """
    if len(raw) > SIZE_LIMIT:
        raise Unreadable("The file is larger than 25 MB; a list of contacts is far smaller.")
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("This is an old Excel file (.xls) or one with a password. Save it as .xlsx or CSV without a password.")
    from directory.workbooks import workbook_rows  # openpyxl takes 20 MB, which the sending of letters can do without

    for number, cells in workbook_rows(raw) if raw.startswith(b"PK") else _csv_rows(raw, known_columns):
        if any(isinstance(cell, BadCell) or cell.strip() for cell in cells):
            if number > ROW_LIMIT + 1:
                raise Unreadable(f"The file has more than {ROW_LIMIT:,} rows; no more are read at once.")
            yield number, [plain(cell) for cell in cells]


def _csv_rows(raw: bytes, known_columns: Collection[str]) -> Iterator[Row]:
    encoding = _encoding(raw)
    reader = csv.reader(_opened(raw, encoding), delimiter=_delimiter(raw, encoding, known_columns), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error:
        raise Unreadable(f"The quotation marks are not closed as they should be, in row {number + 1} or after it.") from None


def _encoding(raw: bytes) -> str:
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        if _decodes(raw, encoding):
            return encoding
    raise Unreadable("The letters of this file cannot be read. Save it as CSV UTF-8 and try again.")


def _decodes(raw: bytes, encoding: str) -> bool:
    decoder = getincrementaldecoder(encoding)()
    try:
        texts = (decoder.decode(raw[at : at + _PIECE], final=at + _PIECE >= len(raw)) for at in range(0, len(raw), _PIECE))
        return not any("\0" in text for text in texts)
    except UnicodeDecodeError:
        return False


def _delimiter(raw: bytes, encoding: str, known_columns: Collection[str]) -> str:
    """Return the delimiter that explains most of the column names."""
    return max(",;\t", key=lambda delimiter: len(set(_header(raw, encoding, delimiter)) & set(known_columns)))


def _header(raw: bytes, encoding: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip().lower() for cell in next(csv.reader(_opened(raw, encoding), delimiter=delimiter), [])]
    except csv.Error:
        return []


def _opened(raw: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(raw), encoding, newline="")
