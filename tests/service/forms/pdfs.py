"""Draws small PDFs for the tests, word by word, so that every layout can be written down."""

from collections.abc import Callable, Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from service.forms.blocks import Cell, Document, Line
from service.forms.formats import take_apart

Draw = Callable[[Canvas], None]
HEIGHT = A4[1]


def pdf(*pages: Draw) -> bytes:
    """Return a PDF with one page for each function, which draws with 10 point letters unless it says otherwise."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for page in pages:
        canvas.setFont("Helvetica", 10)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def words(*placed: tuple[float, float, str], size: int = 10) -> Draw:
    """Draw words at (from the left, from the top)."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", size)
        for x, top, text in placed:
            canvas.drawString(x, HEIGHT - top, text)

    return draw


def lines(*texts: str, top: float = 100, pitch: float = 20) -> Draw:
    """Draw lines under each other."""
    return words(*((60, top + pitch * number, text) for number, text in enumerate(texts)))


def ruled(rows: Sequence[Sequence[str]], widths: Sequence[float], *, top: float = 100, height: float = 30, pitch: float = 12) -> Draw:
    """Draw a table with lines; a line break in a text begins a new line of the cell."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.setLineWidth(0.5)
        for number, row in enumerate(rows):
            x, y = 60.0, HEIGHT - top - height * (number + 1)
            for width, text in zip(widths, row, strict=True):
                canvas.rect(x, y, width, height)
                for line, part in enumerate(text.split("\n")):
                    canvas.drawString(x + 4, y + height - 12 - pitch * line, part)
                x += width

    return draw


def together(*drawn: Draw) -> Draw:
    """Draw several things on one page."""

    def draw(canvas: Canvas) -> None:
        for one in drawn:
            one(canvas)

    return draw


def apart(content: bytes) -> Document:
    """Take the PDF apart."""
    document = take_apart("form.pdf", "application/pdf", content)
    assert document is not None
    return document


def texts(document: Document, *, printed: bool = False) -> list[str | list[list[str]]]:
    """List lines as text and tables as rows of texts."""

    def row_of(row: tuple[Cell, ...]) -> list[str]:
        return [cell.text for cell in row]

    blocks = document.printed if printed else document.blocks
    return [block.text if isinstance(block, Line) else [row_of(row) for row in block.rows] for block in blocks]
