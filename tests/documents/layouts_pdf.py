"""PDF forms: with fields to fill in, printed flat from a case system, scanned, locked."""

from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from tests.documents.form import Form, Item

FONT = "Helvetica"
TOP, BOTTOM, LEFT, RIGHT = 790, 60, 50, 545
LONG = ("circumstances", "actions_taken", "reason_for_concern", "agencies_contacted")


def _canvas() -> tuple[Canvas, BytesIO]:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setFont(FONT, 10)
    return canvas, out


class _Pen:
    """Writes down the page and turns it when it is full."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self.y = canvas, TOP

    def room(self, height: float) -> None:
        if self.y - height < BOTTOM:
            self.canvas.setFont(FONT, 8)
            self.canvas.drawString(LEFT, 30, f"OFFICIAL-SENSITIVE    Page {self.canvas.getPageNumber()}")
            self.canvas.showPage()
            self.canvas.setFont(FONT, 10)
            self.y = TOP

    def title(self, text: str, size: int = 12) -> None:
        self.room(40)
        self.canvas.setFont(f"{FONT}-Bold", size)
        self.canvas.drawString(LEFT, self.y, text)
        self.canvas.setFont(FONT, 10)
        self.y -= 24

    def text(self, x: float, y: float, lines: list[str]) -> None:
        for n, line in enumerate(lines):
            self.canvas.drawString(x, y - 12 * n, line)


def _lines(text: str, width: float) -> list[str]:
    return [part for line in text.split("\n") for part in simpleSplit(line, FONT, 10, width)]


def flat_columns(form: Form) -> bytes:
    """Labels in a left column, words in a right one, no lines drawn; both wrap."""
    canvas, out = _canvas()
    pen = _Pen(canvas)
    pen.title(form.title, 14)
    for section in form.sections:
        pen.title(section.title)
        for item in section.items:
            labels, words = _lines(item.label, 160), _lines(item.shown, 300)
            height = 12 * max(len(labels), len(words)) + 10
            pen.room(height)
            pen.text(LEFT, pen.y, labels)
            pen.text(LEFT + 190, pen.y, words)
            pen.y -= height
    canvas.save()
    return out.getvalue()


def flat_pairs(form: Form) -> bytes:
    """ "Label: words" twice on a line where they are short."""
    canvas, out = _canvas()
    pen = _Pen(canvas)
    pen.title(form.title, 14)
    for section in form.sections:
        pen.title(section.title)
        short = [item for item in section.items if len(item.label) + len(item.shown) < 44 and "\n" not in item.shown]
        for n in range(0, len(short), 2):
            pen.room(18)
            for x, item in zip((LEFT, LEFT + 260), short[n : n + 2], strict=False):
                canvas.drawString(x, pen.y, f"{item.label.rstrip(':')}: {item.shown}")
            pen.y -= 18
        for item in section.items:
            if item not in short:
                words = _lines(item.shown, 480)
                pen.room(12 * len(words) + 24)
                canvas.drawString(LEFT, pen.y, f"{item.label.rstrip(':')}:")
                pen.text(LEFT, pen.y - 12, words)
                pen.y -= 12 * len(words) + 24
    canvas.save()
    return out.getvalue()


def _platypus(form: Form, tables: Iterator[object]) -> bytes:
    out = BytesIO()
    document = SimpleDocTemplate(out, pagesize=A4, invariant=1)
    document.build([Paragraph(form.title, getSampleStyleSheet()["Title"]), *tables])
    return out.getvalue()


def _cell(text: str) -> Paragraph:
    return Paragraph(text.replace("&", "&amp;").replace("\n", "<br/>"), getSampleStyleSheet()["BodyText"])


_RULED = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")])


def ruled(form: Form) -> bytes:
    """Tables with lines, label and words in two columns."""

    def tables() -> Iterator[object]:
        for section in form.sections:
            yield Paragraph(section.title, getSampleStyleSheet()["Heading2"])
            yield Table([[_cell(item.label), _cell(item.shown)] for item in section.items], colWidths=[170, 290], style=_RULED)
            yield Spacer(1, 8)

    return _platypus(form, tables())


def ruled_people(form: Form) -> bytes:
    """The children in a ruled table with a header row, all else in two columns."""

    def tables() -> Iterator[object]:
        children = form.of("children")
        for section in form.sections:
            if section.people == "children":
                if section is children[0]:
                    labels = {item.key: item.label for one in children for item in one.items}
                    shown = [{item.key: item.shown for item in one.items} for one in children]
                    yield Paragraph("Children", getSampleStyleSheet()["Heading2"])
                    rows = [list(labels.values()), *([one.get(key, "") for key in labels] for one in shown)]
                    yield Table([[_cell(text) for text in row] for row in rows], colWidths=[480 / len(labels)] * len(labels), style=_RULED)
                continue
            yield Paragraph(section.title, getSampleStyleSheet()["Heading2"])
            yield Table([[_cell(item.label), _cell(item.shown)] for item in section.items], colWidths=[170, 290], style=_RULED)

    return _platypus(form, tables())


def fields(form: Form, *, speaking_names: bool = True, printed: dict[str, str] | None = None) -> bytes:
    """Form fields beside printed labels. *printed* draws other words over a field's place: paper and field disagree."""
    canvas, out = _canvas()
    pen = _Pen(canvas)
    pen.title(form.title, 14)
    number = 0
    for section in form.sections:
        pen.title(section.title)
        for item in section.items:
            number += 1
            lines = item.shown.count("\n") + 1 if item.key not in LONG else 4
            height = 16 * lines + 10
            pen.room(height)
            labels = _lines(item.label, 180)
            pen.text(LEFT, pen.y, labels)
            name = f"{section.title}_{item.label}".replace(" ", "_").replace(".", "")[:60] if speaking_names else f"Text{number}"
            _widget(canvas, item, name, pen.y, height - 8)
            if printed and item.key in printed:
                canvas.drawString(LEFT + 330, pen.y, printed[item.key])
            pen.y -= max(height, 12 * len(labels) + 8)
    canvas.save()
    return out.getvalue()


def _widget(canvas: Canvas, item: Item, name: str, y: float, height: float) -> None:
    form, x = canvas.acroForm, LEFT + 190
    if item.options == ("Yes", "No"):
        for n, option in enumerate(item.options):
            form.checkbox(
                name=f"{name}_{option}", tooltip=f"{item.label} {option}", x=x + 60 * n, y=y - 4, size=12, checked=option in item.chosen
            )
            canvas.drawString(x + 16 + 60 * n, y, option)
    elif item.options and len(item.chosen) == 1 and item.chosen[0] in item.options:
        form.choice(
            name=name,
            tooltip=item.label,
            value=item.chosen[0],
            options=[" ", *item.options],
            x=x,
            y=y - 4,
            width=160,
            height=16,
            fontSize=9,
        )
    else:
        flags = "multiline" if height > 20 else ""
        form.textfield(
            name=name,
            tooltip=item.label,
            value=item.shown,
            x=x,
            y=y - height + 12,
            width=300,
            height=height,
            fontSize=9,
            fieldFlags=flags,
            maxlen=2000,
        )


def scanned(form: Form) -> bytes:
    """A picture of a page and not one letter of text."""
    canvas, out = _canvas()
    for x in range(60, 500, 9):
        canvas.rect(x, 300 + x % 70, 6, 40, fill=1)
    canvas.save()
    return out.getvalue()


def locked(form: Form) -> bytes:
    """A PDF that opens with a password only."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(flat_columns(form))))
    writer.encrypt("secret-password", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
