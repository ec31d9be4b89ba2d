"""Fillable PDFs: values stand where their field stands, ticks are ticks, and paper that shows something else is told."""

from collections.abc import Callable
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from service.forms.blocks import Control, Document, Line, Unreadable

from .documents import read
from .pdfs import HEIGHT, apart, pdf, texts, words


def form(draw: Callable[[Canvas], None], *labels: tuple[float, float, str]) -> bytes:
    """Return a page with printed words and the fields that *draw* puts on it."""

    def page(canvas: Canvas) -> None:
        words(*labels)(canvas)
        draw(canvas)

    return pdf(page)


def text(
    canvas: Canvas, name: str, value: str, top: float, *, x: float = 200, height: float = 16, tooltip: str = "", flags: str = ""
) -> None:
    y = HEIGHT - top + 12 - height
    canvas.acroForm.textfield(
        name=name, value=value, tooltip=tooltip or None, x=x, y=y, width=150, height=height, fontSize=9, fieldFlags=flags, maxlen=1000
    )


def box(canvas: Canvas, name: str, top: float, x: float, *, ticked: bool) -> None:
    canvas.acroForm.checkbox(name=name, x=x, y=HEIGHT - top - 2, size=12, checked=ticked)


def changed(content: bytes, change: Callable[[DictionaryObject], None]) -> bytes:
    """Change every field of a form as *change* says."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    for page in writer.pages:
        for annotation in page.get("/Annots", ()):
            change(annotation.get_object())
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def controls(document: Document) -> list[Control]:
    found: list[Control] = []
    for block in document.blocks:
        cells = (block,) if isinstance(block, Line) else tuple(cell for row in block.rows for cell in row)
        found += [control for cell in cells for control in cell.controls]
    return found


def test_values_stand_beside_their_labels_and_empty_fields_keep_their_place() -> None:
    def draw(canvas: Canvas) -> None:
        text(canvas, "Text1", "", 100, tooltip="Family name")
        text(canvas, "child1.forename", "Amy", 100, x=420)
        text(canvas, "Text3", "1 Example Road\nExampleton", 130, height=40, flags="multiline")

    document = apart(form(draw, (60, 100, "Surname"), (360, 100, "Forename"), (60, 130, "Home address")))
    assert texts(document) == [[["Surname", "", "Forename", "Amy"], ["Home address", "1 Example Road\nExampleton"]]]
    told = [(one.tag, one.title, one.text) for one in controls(document)]
    assert told[:2] == [("Text1", "Family name", ""), ("child1.forename", "", "Amy")]
    assert document.printed == ()


def test_a_field_in_a_cell_of_a_ruled_table_is_the_words_of_that_cell() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(60, HEIGHT - 130, 120, 30)
        canvas.rect(180, HEIGHT - 130, 200, 30)
        text(canvas, "a", "Example", 118, x=190)

    assert texts(apart(form(draw, (64, 118, "Surname")))) == [[["Surname", "Example"]]]


def test_a_label_above_its_field_names_it() -> None:
    def draw(canvas: Canvas) -> None:
        text(canvas, "a", "Example", 116, x=60)
        text(canvas, "b", "Amy", 116, x=300)

    assert texts(apart(form(draw, (60, 100, "Surname"), (300, 100, "Forename")))) == [[["Surname", "Example", "Forename", "Amy"]]]


def test_a_box_belongs_to_the_word_that_is_nearer_to_it() -> None:
    def before(canvas: Canvas) -> None:
        box(canvas, "yes", 100, 290, ticked=False)
        box(canvas, "no", 100, 340, ticked=True)

    def behind(canvas: Canvas) -> None:
        box(canvas, "yes", 100, 318, ticked=False)
        box(canvas, "no", 100, 366, ticked=True)

    after = [(60, 100, "Is a parent in custody?"), (305, 100, "Yes"), (355, 100, "No")]
    ahead = [(60, 100, "Is a parent in custody?"), (298, 100, "Yes"), (350, 100, "No")]
    assert texts(apart(form(before, *after))) == [[["Is a parent in custody?", "☐ Yes", "☒ No"]]]
    assert texts(apart(form(behind, *ahead))) == [[["Is a parent in custody?", "Yes ☐", "No ☒"]]]


def test_a_radio_button_says_the_word_of_what_is_chosen_and_off_is_no_value() -> None:
    def draw(canvas: Canvas) -> None:
        for number, state in enumerate(("Medium", "High")):
            canvas.acroForm.radio(name="risk_level", value=state, selected=state == "High", x=200 + 80 * number, y=HEIGHT - 102, size=12)
        for number, state in enumerate(("Female", "Male")):
            canvas.acroForm.radio(name="sex", value=state, selected=False, x=200 + 80 * number, y=HEIGHT - 132, size=12)

    first = [(60, 100, "Level of risk"), (216, 100, "Medium"), (296, 100, "High")]
    document = apart(form(draw, *first, (60, 130, "Gender"), (216, 130, "F"), (296, 130, "M")))
    assert texts(document) == [[["Level of risk", "☐ Medium", "☒ High"], ["Gender", "☐ F", "☐ M"]]]
    assert [(one.tag, one.text) for one in controls(document)] == [("risk_level", ""), ("risk_level", "High"), ("sex", ""), ("sex", "")]
    assert "Off" not in repr(texts(document))


def test_numbered_radio_states_are_told_by_their_options() -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(2):
            canvas.acroForm.radio(name="sex", value=str(number), selected=number == 0, x=200 + 80 * number, y=HEIGHT - 102, size=12)

    def name_options(field: DictionaryObject) -> None:
        parent = field["/Parent"].get_object()
        assert isinstance(parent, DictionaryObject)
        parent[NameObject("/Opt")] = ArrayObject([TextStringObject("Female"), TextStringObject("Male")])

    document = apart(changed(form(draw, (60, 100, "Gender")), name_options))
    assert [one.text for one in controls(document)] == ["Female", ""]


def test_a_chosen_entry_shows_its_words_and_not_its_code() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.acroForm.choice(
            name="a", value="H", options=[("Low", "L"), ("High", "H")], x=200, y=HEIGHT - 104, width=100, height=16, fontSize=9
        )

    def code(field: DictionaryObject) -> None:
        field[NameObject("/Opt")] = ArrayObject(
            [ArrayObject([TextStringObject("L"), TextStringObject("Low")]), ArrayObject([TextStringObject("H"), TextStringObject("High")])]
        )
        field[NameObject("/V")] = TextStringObject("H")

    assert texts(apart(changed(form(draw, (60, 100, "Level of risk")), code))) == [[["Level of risk", "High"]]]


def test_names_that_a_form_designer_framed_are_told_plainly() -> None:
    def rename(field: DictionaryObject) -> None:
        field[NameObject("/T")] = TextStringObject("Surname[0]")
        parent = DictionaryObject({NameObject("/T"): TextStringObject("#subform[0]")})
        field[NameObject("/Parent")] = parent

    content = changed(form(lambda canvas: text(canvas, "a", "Example", 100), (60, 100, "Surname")), rename)
    assert [one.tag for one in controls(apart(content))] == ["Surname"]


def test_hidden_fields_passwords_and_buttons_are_no_values() -> None:
    def draw(canvas: Canvas) -> None:
        text(canvas, "a", "Example", 100)
        text(canvas, "b", "secret", 130)

    def hide(field: DictionaryObject) -> None:
        if field["/T"] == "b":
            field[NameObject("/F")] = NumberObject(2)

    assert "secret" not in repr(texts(apart(changed(form(draw, (60, 100, "Surname"), (60, 130, "Forename")), hide))))
    kept = form(lambda canvas: text(canvas, "b", "secret", 100, flags="password"), (60, 100, "Surname"))
    assert "secret" not in repr(texts(apart(kept)))


def test_paper_that_shows_something_else_than_the_field_is_kept_beside_it() -> None:
    def restate(field: DictionaryObject) -> None:
        field[NameObject("/V")] = TextStringObject("Sample")

    document = apart(changed(form(lambda canvas: text(canvas, "a", "Example", 100), (60, 100, "Surname")), restate))
    assert texts(document) == [[["Surname", "Sample"]]]
    assert texts(document, printed=True) == [[["Surname", "Example"]]]


def test_words_printed_in_the_box_of_a_field_are_what_paper_shows() -> None:
    content = form(lambda canvas: text(canvas, "a", "20/10/2026", 100), (60, 100, "Date missing"), (280, 100, "21/10/2026"))
    assert texts(apart(content)) == [[["Date missing", "20/10/2026"]]]
    assert texts(apart(content), printed=True) == [[["Date missing", "21/10/2026"]]]


def test_an_xfa_form_without_fields_on_its_page_is_for_a_person() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(words((60, 100, "Please wait..."))))))
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/Fields"): ArrayObject(), NameObject("/XFA"): TextStringObject("<xdp/>")}
    )
    out = BytesIO()
    writer.write(out)
    with pytest.raises(Unreadable) as caught:
        apart(out.getvalue())
    assert caught.value.by_hand
    assert "XFA" in caught.value.says


def test_a_whole_form_is_read_by_its_labels_and_by_its_names() -> None:
    def draw(canvas: Canvas) -> None:
        text(canvas, "Text1", "20/10/2026", 130)
        text(canvas, "Text2", "Example", 160)
        text(canvas, "Text3", "Amy", 190)
        text(canvas, "police_reference", "XY/1/26", 400, x=60)

    labels = [(60, 100, "National Missing Child Alert"), (60, 130, "Date missing"), (60, 160, "Surname"), (60, 190, "Forename")]
    reading = read(form(draw, *labels), "form.pdf")
    assert reading.fields["date_went_missing"] == "2026-10-20"
    assert (reading.fields["children"][0]["family_name"], reading.fields["children"][0]["given_names"]) == ("Example", "Amy")
    assert reading.fields["police_reference"] == "XY/1/26"
    assert reading.provenance["police_reference"].method == "content control"
