"""Takes a PDF apart: pages as they are read, the fields of fillable forms in their places, and which PDFs only a person can read."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import islice
from typing import Any

from service.forms import recognise
from service.forms.blocks import Block, Document, Line, Table, Unreadable
from service.forms.guards import BROKEN_PDF, TOO_LONG
from service.forms.labels import load_labels
from service.forms.pdf_fields import Widget, has_xfa, same_words, widgets_on
from service.forms.pdf_layout import lay_out
from service.forms.pdf_letters import cells_on, words_on
from service.forms.pdf_tables import Box, Grid, is_inside
from service.forms.pdf_words import Piece, rows_of, words_in
from service.forms.recognise import FileSort, refusal

MAXIMUM_PAGES = 60
_MAXIMUM_PIECES = 20_000
_MAXIMUM_EDGES = 6_000
_MARGIN = 0.09
_PAGE_NUMBER = re.compile(
    r"\b(?:page|tudalen)\s*\d{1,3}(?:\s*(?:of|o|/)\s*\d{1,3})?\b|^\W*\d{1,3}(?:\s*(?:of|o|/)\s*\d{1,3})?\W*$", re.IGNORECASE
)
_MARK = re.compile(
    r"\b(?:official|restricted|not protectively marked|protect|(?:private and |strictly )?confidential)"
    r"(?:\W+(?:sensitive|personal|private|confidential))*(?:\W+when completed?)?\b",
    re.IGNORECASE,
)
_UNMAPPED = re.compile(r"\(cid:\d+\)")


@dataclass(slots=True)
class _Page:
    """What one page shows, before it is laid out."""

    number: int
    height: float
    pieces: list[Piece]
    fields: list[Widget] = field(default_factory=list)
    tables: list[list[Box]] = field(default_factory=list)
    is_scan: bool = False

    def all_pieces(self, *, printed: bool) -> list[Piece]:
        """Return the words with every field in its place, as it is filled in or as it is printed."""
        return [*self.pieces, *(_piece_of(widget, self.pieces, widget.shown if printed else widget.text) for widget in self.fields)]


def read_pdf(content: bytes, file: str) -> Document:
    """Take one PDF apart; raises Unreadable when it is protected, scanned, damaged, or far longer than a form."""
    pages, is_xfa = _pages(content)
    _check_readable(pages, is_xfa=is_xfa)
    _drop_furniture(pages)
    differs = any(widget.text != widget.shown for page in pages for widget in page.fields)
    return Document(file=file, is_form=True, blocks=_blocks(pages, printed=False), printed=_blocks(pages, printed=True) if differs else ())


def _refused(sort: FileSort) -> Unreadable:
    return Unreadable(refusal(sort, ""), by_hand=True)


def _pages(content: bytes) -> tuple[list[_Page], bool]:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.pdfpage import PDFPage
    from pdfplumber.page import Page

    try:
        with pdfplumber.open(BytesIO(content), password="", raise_unicode_errors=False) as pdf:
            if any(True for _ in islice(PDFPage.create_pages(pdf.doc), MAXIMUM_PAGES, None)):
                raise Unreadable(TOO_LONG, by_hand=True)
            found = []
            for number, one in enumerate(PDFPage.create_pages(pdf.doc), start=1):
                page = Page(pdf, one, page_number=number)
                found.append(_page(page, number, pdf.doc.catalog))
                page.close()
            return found, has_xfa(pdf.doc.catalog)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # pdfminer raises many kinds for broken files
        if isinstance(error, PDFPasswordIncorrect) or any(isinstance(one, PDFPasswordIncorrect) for one in error.args):
            raise _refused(recognise.LOCKED_PDF) from error
        raise Unreadable(BROKEN_PDF, by_hand=True) from error


def _page(page: Any, number: int, catalog: dict[str, Any]) -> _Page:
    if len(page.chars) > 10 * _MAXIMUM_PIECES or len(page.rects) + len(page.lines) > _MAXIMUM_EDGES:
        raise Unreadable(TOO_LONG, by_hand=True)
    area = float(page.width * page.height) or 1.0
    covered = max((one["width"] * one["height"] / area for one in page.images), default=0.0)
    tables = cells_on(page)
    pieces, fields = _under_fields(words_on(page, [cell for cells in tables for cell in cells]), widgets_on(page.page_obj, catalog))
    if len(pieces) > _MAXIMUM_PIECES:
        raise Unreadable(TOO_LONG, by_hand=True)
    return _Page(
        number=number,
        height=float(page.height),
        pieces=pieces,
        fields=fields,
        # a frame around something is no table, nor is a stack of frames
        tables=[cells for cells in tables if len({round(cell[0]) for cell in cells}) > 1],
        is_scan=covered > 0.85 or (covered > 0.2 and not pieces),
    )


def _check_readable(pages: Sequence[_Page], *, is_xfa: bool) -> None:
    words = [piece.text for page in pages for piece in page.pieces]
    fields = any(page.fields for page in pages)
    if is_xfa and not fields:
        raise _refused(recognise.XFA)
    if not fields and (not words or all(page.is_scan for page in pages if page.pieces)):
        raise _refused(recognise.SCAN)
    if words and sum(bool(_UNMAPPED.search(word)) for word in words) > len(words) / 5:
        raise _refused(recognise.NO_LETTERS)


def _drop_furniture(pages: Sequence[_Page]) -> None:
    """Take away page numbers, protective marks, and what the margins of several pages repeat after its first time."""
    seen: Counter[tuple[str, int]] = Counter()
    for page in pages:
        for row in rows_of(page.pieces):
            text, top = words_in(row), row[0].top
            in_margin = top < _MARGIN * page.height or row[0].bottom > (1 - _MARGIN) * page.height
            repeated = re.sub(r"\d+", "#", text), round(top / 4)
            seen[repeated] += in_margin
            if in_margin and (seen[repeated] > 1 or not re.search(r"\w", _MARK.sub("", _PAGE_NUMBER.sub("", text)))):
                page.pieces = [piece for piece in page.pieces if piece not in row]


def _under_fields(pieces: list[Piece], fields: Sequence[Widget]) -> tuple[list[Piece], list[Widget]]:
    """Part the words that are printed inside the box of a field from all others: on paper they are what the field shows."""
    labels, kept, found = load_labels(), list(pieces), []
    for widget in fields:
        box = (widget.x0, widget.top, widget.x1, widget.bottom)
        inside = [] if widget.is_box else [piece for piece in kept if is_inside(piece, box)]
        words = " ".join(words_in(row) for row in rows_of(inside))
        if words and labels.find(words) is None and not words.endswith(":"):
            kept = [piece for piece in kept if piece not in inside]
            widget = widget if same_words(words, widget.text) else replace(widget, shown=words)
        found.append(widget)
    return kept, found


def _piece_of(widget: Widget, pieces: Sequence[Piece], text: str) -> Piece:
    """Put a field beside its label: a tall box belongs to the line on which the words to its left begin."""
    top, bottom = widget.top, widget.bottom
    if not widget.is_box:
        beside = [one for one in pieces if one.x1 <= widget.x0 + 2 and widget.top - 2 <= one.middle <= widget.bottom + 2]
        if beside:
            first = min(beside, key=lambda one: one.middle)
            top, bottom = first.top, first.bottom
        else:
            bottom = min(bottom, top + 14.0)
    return Piece(
        text=text,
        x0=widget.x0,
        x1=widget.x1,
        top=top,
        bottom=bottom,
        is_field=not widget.is_box,
        is_box=widget.is_box,
        control=widget.control,
    )


def _letter_height(pages: Sequence[_Page]) -> float:
    """Return how high most letters of the document are: headings are higher."""
    counted: Counter[float] = Counter()
    for page in pages:
        for piece in page.pieces:
            counted[round(piece.height, 1)] += len(piece.text)
    return counted.most_common(1)[0][0] if counted else 10.0


def _blocks(pages: Sequence[_Page], *, printed: bool) -> tuple[Block, ...]:
    items: list[Line | Grid] = []
    labels, height = load_labels(), _letter_height(pages)
    for page in pages:
        found = lay_out(page.all_pieces(printed=printed), page.tables, labels, page.number, height)
        last, first = (items[-1] if items else None), (found[0] if found else None)
        if isinstance(last, Grid) and isinstance(first, Grid) and last.goes_on_as(first):
            last.add(first, labels)
            found = found[1:]
        items += found
    blocks: list[Block] = []
    for item in items:
        if isinstance(item, Grid):
            number = sum(isinstance(block, Table) for block in blocks) + 1
            blocks.append(Table(number=number, rows=tuple(row for row in item.rows if row)))
        else:
            blocks.append(replace(item, blank_before=item.blank_before or not blocks))
    return tuple(blocks)
