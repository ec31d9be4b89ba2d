"""PDF pages: lines, columns and tables as a reader sees them, nothing that is hidden, struck out or printed around the form."""

from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from service.forms.blocks import Line, Unreadable

from .pdfs import HEIGHT, Draw, apart, lines, pdf, ruled, texts, together, words


def read(*pages: Draw) -> list[str | list[list[str]]]:
    return texts(apart(pdf(*pages)))


def refusal(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        apart(content)
    return caught.value


def test_labels_beside_their_values_are_rows_and_an_empty_value_stays_empty() -> None:
    rows = [("Surname", "Example", "Forename", "Amy"), ("Gender", "", "Ethnicity", "White British"), ("School", "Sample", "NHS number", "")]
    placed = [(x, 100 + 20 * n, text) for n, row in enumerate(rows) for x, text in zip((60, 160, 300, 400), row, strict=True) if text]
    assert read(words(*placed)) == [[list(rows[0]), list(rows[1]), ["School", "Sample", "NHS number", ""]]]


def test_two_labels_side_by_side_are_never_label_and_value() -> None:
    assert read(words((60, 100, "Surname"), (300, 100, "Forename"), (400, 100, "Amy"))) == [[["Surname", "", "Forename", "Amy"]]]


def test_a_value_that_is_wrapped_goes_on_in_its_own_column() -> None:
    placed = [
        (60, 100, "Circumstances"), (250, 100, "Nobody answered at home on the next day and the flat had"),
        (250, 112, "been cleared. Her phone is off."), (60, 134, "School"), (250, 134, "Sample Primary"), (250, 146, "School"),
    ]  # fmt: skip
    right = (250, 200, "This line shows how far the column goes to the right of page")
    [[first, second]], _ = [*read(words(*placed, right))][:1], None
    assert first == ["Circumstances", "Nobody answered at home on the next day and the flat had been cleared. Her phone is off."]
    assert [part.replace("\n", " ") for part in second] == ["School", "Sample Primary School"]


def test_a_label_that_is_wrapped_is_one_label() -> None:
    placed = [
        (60, 100, "Where and when were they last"), (250, 100, "At school"), (60, 112, "seen and by whom?"),
        (60, 134, "School"), (250, 134, "Sample Primary School"),
    ]  # fmt: skip
    assert read(words(*placed)) == [[["Where and when were they last seen and by whom?", "At school"], ["School", "Sample Primary School"]]]


def test_label_and_value_wrapped_together_stay_apart() -> None:
    placed = [
        (60, 100, "Where and when were they last"), (250, 100, "At school, by her class"),
        (60, 112, "seen and by whom?"), (250, 112, "teacher"), (60, 140, "Gender"), (250, 140, "Female"),
    ]  # fmt: skip
    [[first, second]] = read(words(*placed))
    assert first[0] == "Where and when were they last seen and by whom?"
    assert first[1].replace("\n", " ") == "At school, by her class teacher"
    assert second == ["Gender", "Female"]


def test_people_in_columns_under_a_header_keep_their_columns() -> None:
    placed = [
        (60, 100, "Name"), (200, 100, "Date of birth"), (350, 100, "Relationship to child"),
        (60, 120, "Jo Example"), (200, 120, "1 July 1994"), (350, 120, "Mother"),
        (60, 140, "Rhys Sample"), (350, 140, "Father"),
    ]  # fmt: skip
    assert read(words(*placed)) == [
        [["Name", "Date of birth", "Relationship to child"], ["Jo Example", "1 July 1994", "Mother"], ["Rhys Sample", "", "Father"]]
    ]


def test_labels_with_their_values_side_by_side_are_lines() -> None:
    assert read(words((60, 100, "Surname: Example"), (300, 100, "Forename: Amy"))) == ["Surname: Example", "Forename: Amy"]


def test_a_paragraph_is_one_line_and_a_label_begins_another() -> None:
    text = "Circumstances: She was collected from school and was not seen again by anybody who"
    assert read(lines(text, "knows the family.", "School: Sample Primary School", pitch=12)) == [
        f"{text} knows the family.", "School: Sample Primary School"
    ]  # fmt: skip


def test_a_ruled_table_keeps_its_cells_and_wrapped_words() -> None:
    rows = [("Surname", "Example"), ("Home address", "1 Example Road\nZZ99 9ZZ"), ("Gender", "")]
    assert read(ruled(rows, (120, 200))) == [[list(row) for row in rows]]


def test_cells_merged_downwards_are_empty_and_sideways_there_once() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for x, y, width, height, text in (
            (60, 700, 300, 30, "Child 1"), (60, 640, 100, 60, "Names"), (160, 670, 200, 30, "Amy Example"),
            (160, 640, 200, 30, "Amy Sample"),
        ):  # fmt: skip
            canvas.rect(x, y, width, height)
            canvas.drawString(x + 4, y + height - 12, text)

    document = apart(pdf(draw))
    assert texts(document) == [[["Child 1"], ["Names", "Amy Example"], ["", "Amy Sample"]]]
    [table] = document.blocks
    assert not isinstance(table, Line)
    assert (table.rows[0][0].across, table.rows[2][0].merged) == (2, True)


def test_a_table_goes_on_over_the_page_without_its_repeated_header() -> None:
    header = ("Agency", "Date contacted", "Outcome")
    first = ruled([header, ("GP", "27/10/2026", "no contact")], (120, 120, 200), top=700)
    second = ruled([header, ("Housing", "28/10/2026", "moved out")], (120, 120, 200), top=60)
    assert read(first, second) == [[list(header), ["GP", "27/10/2026", "no contact"], ["Housing", "28/10/2026", "moved out"]]]


def test_a_row_that_a_page_break_cuts_in_two_is_one_row() -> None:
    first = ruled([("School", "Sample"), ("Circumstances", "Nobody answered at home")], (120, 300), top=700)
    second = ruled([("", "and her phone is off."), ("Ethnicity", "White British")], (120, 300), top=60)
    [table] = read(first, second)
    assert table == [
        ["School", "Sample"],
        ["Circumstances", "Nobody answered at home and her phone is off."],
        ["Ethnicity", "White British"],
    ]


def test_page_numbers_marks_and_running_headers_are_no_values() -> None:
    def page(number: int, text: str) -> Draw:
        return together(
            words((60, 40, "National Missing Child Alert"), (60, 820, f"Page {number} of 2")),
            lines(text),
            words((250, 30, "OFFICIAL-SENSITIVE")),
        )

    assert read(page(1, "Surname: Example"), page(2, "Forename: Amy")) == [
        "National Missing Child Alert", "Surname: Example", "Forename: Amy"
    ]  # fmt: skip


def test_words_that_are_struck_through_hidden_tiny_or_turned_are_not_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, 700, "Gender: Male / Female")
        start = 60 + canvas.stringWidth("Gender: ", "Helvetica", 10)
        canvas.line(start, 703.3, start + canvas.stringWidth("Male /", "Helvetica", 10), 703.3)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(60, 680, "Surname: Hidden")
        canvas.setFillColorRGB(0, 0, 0)
        canvas.setFont("Helvetica", 1)
        canvas.drawString(60, 660, "Surname: Tiny")
        canvas.setFont("Helvetica", 10)
        canvas.rotate(90)
        canvas.drawString(300, -500, "Surname: Turned")

    assert read(draw) == [[["Gender:", "Female"]]]


def test_white_words_on_a_dark_ground_and_underlined_words_are_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(50, 695, 200, 20, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(60, 700, "Child 1")
        canvas.setFillColorRGB(0, 0, 0)
        canvas.drawString(60, 660, "Surname: Example")
        canvas.line(60, 658.5, 150, 658.5)

    assert read(draw) == ["Child 1", "Surname: Example"]


def picture() -> ImageReader:
    from PIL import Image

    out = BytesIO()
    Image.new("L", (60, 80), 200).save(out, "PNG")
    return ImageReader(BytesIO(out.getvalue()))


def test_a_scanned_pdf_is_for_a_person_even_with_the_words_a_machine_guessed() -> None:
    def scan(canvas: Canvas) -> None:
        canvas.drawImage(picture(), 0, 0, 596, HEIGHT)

    def guessed(canvas: Canvas) -> None:
        text = canvas.beginText(60, 700)
        text.setTextRenderMode(3)
        text.textOut("Date of birth: 04/03/2013")
        canvas.drawText(text)
        scan(canvas)

    for content in (pdf(scan), pdf(guessed), pdf(lambda canvas: canvas.rect(10, 10, 50, 50))):
        refused = refusal(content)
        assert refused.by_hand
        assert "scanned PDF" in refused.says


def test_a_signed_page_that_was_scanned_does_not_keep_the_others_from_being_read() -> None:
    assert read(lines("Surname: Example"), lambda canvas: canvas.drawImage(picture(), 0, 0, 596, HEIGHT)) == ["Surname: Example"]


def test_a_pdf_that_needs_a_password_is_for_a_person_and_one_that_only_forbids_changes_is_read() -> None:
    content = pdf(lines("Surname: Example"))
    for user, is_read in (("secret", False), ("", True)):
        writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
        writer.encrypt(user_password=user, owner_password="owner", algorithm="AES-256")
        out = BytesIO()
        writer.write(out)
        if is_read:
            assert texts(apart(out.getvalue())) == ["Surname: Example"]
        else:
            assert refusal(out.getvalue()).by_hand
            assert "password" in refusal(out.getvalue()).says


def test_a_damaged_pdf_is_told_as_one() -> None:
    content = pdf(lines("Surname: Example"))
    for broken in (content[: len(content) // 3], b"%PDF-1.4\n", b"%PDF-1.4\n" + b"\x00" * 100):
        refused = refusal(broken)
        assert refused.by_hand
        assert "damaged" in refused.says or "scanned" in refused.says


def test_places_name_the_page() -> None:
    document = apart(pdf(lines("Surname: Example"), lines("Forename: Amy")))
    assert [block.place for block in document.blocks if isinstance(block, Line)] == ["page 1, line 1", "page 2, line 1"]


def test_boxes_that_are_drawn_are_ticked_or_empty() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, 700, "Is a parent in custody?")
        for x, word, ticked in ((220, "Yes", False), (280, "No", True)):
            canvas.rect(x, 698, 10, 10)
            canvas.drawString(x + 14, 700, word)
            if ticked:
                canvas.line(x, 698, x + 10, 708)
                canvas.line(x, 708, x + 10, 698)
        canvas.drawString(60, 670, "Unborn?")
        canvas.rect(220, 668, 10, 10)
        canvas.drawString(222, 670, "X")
        canvas.drawString(234, 670, "Yes")

    assert read(draw) == [[["Is a parent in custody?", "☐ Yes", "☒ No"], ["Unborn?", "☒ Yes"]]]


def test_a_choice_that_alone_is_marked_is_the_one_that_was_made() -> None:
    def marked(mark: str) -> Draw:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 10)
            start = 60 + canvas.stringWidth("Yes / ", "Helvetica", 10)
            if mark == "highlight":
                canvas.setFillColorRGB(1, 1, 0)
                canvas.rect(start - 1, 697, 16, 12, fill=1, stroke=0)
                canvas.setFillColorRGB(0, 0, 0)
            canvas.drawString(60, 700, "Yes / ")
            canvas.setFont("Helvetica-Bold" if mark == "bold" else "Helvetica", 10)
            canvas.drawString(start, 700, "No")
            if mark == "underline":
                canvas.line(start, 698.8, start + 13, 698.8)
            if mark == "circle":
                canvas.ellipse(start - 4, 695, start + 17, 711)

        return draw

    for mark in ("bold", "highlight", "underline", "circle"):
        assert read(marked(mark)) == ["☐ Yes ☒ No"], mark


def test_signs_of_symbol_fonts_are_ticks() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(80, 700, "Yes")
        canvas.setFont("ZapfDingbats", 10)
        canvas.drawString(66, 700, "✔")

    assert read(draw) == ["☒ Yes"]


def test_a_line_over_columns_is_their_heading_and_never_a_label_with_an_empty_value() -> None:
    placed = [
        (60, 100, "Addresses and links"),
        (60, 114, "Home address"),
        (250, 114, "1 Example Road"),
        (60, 128, "School"),
        (250, 128, "Sample"),
    ]
    document = apart(pdf(words(*placed)))
    assert texts(document) == ["Addresses and links", [["Home address", "1 Example Road"], ["School", "Sample"]]]
    first = document.blocks[0]
    assert isinstance(first, Line)
    assert first.heading


def test_a_list_of_agencies_keeps_its_entries_apart_and_a_broken_date_whole() -> None:
    contacted = "GP - 27/10/2026 - no contact since\nAugust\nHousing Office - 28/10/2026 - moved"
    [table] = read(ruled([("Agencies contacted", contacted), ("Date missing", "20/10/\n2026")], (120, 185), height=50))
    assert table == [
        ["Agencies contacted", "GP - 27/10/2026 - no contact since August\nHousing Office - 28/10/2026 - moved"],
        ["Date missing", "20/10/2026"],
    ]


def test_labels_with_colons_anywhere_in_a_line_are_running_text() -> None:
    assert read(
        words((60, 100, "Legal status: CP plan Start date of child protection plan: 11.02.2026"), (460, 100, "Category: Neglect"))
    ) == ["Legal status: CP plan Start date of child protection plan: 11.02.2026 Category: Neglect"]
