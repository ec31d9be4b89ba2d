"""The original of a notice: every file in reading order, and only what a person may have is handed out."""

import pytest

from service.flow.original import MOST_PIECES, ending_of, file_of, take_original
from service.forms.blocks import Line, Table
from service.forms.reading import SourceFile
from tests.service.forms.documents import docx, package, paragraph, table
from tests.service.web.seeds import letter

FORM = docx(paragraph("National Missing Child Alert"), table(("Date missing", "20 October 2026")), paragraph("Thank you"))


def test_every_file_of_a_letter_is_shown_in_reading_order() -> None:
    shown = take_original(letter("Please send this out.", "An alert", form=FORM))
    assert [(one.number, one.name) for one in shown.files] == [(1, "form.docx"), (2, "the letter itself")]
    title, answers, thanks = shown.files[0].blocks
    assert isinstance(title, Line)
    assert isinstance(answers, Table)
    assert isinstance(thanks, Line)
    assert [cell.text for cell in answers.rows[0]] == ["Date missing", "20 October 2026"]
    assert (shown.sender, shown.subject, shown.views) == ("sam@reporter.test", "An alert", ())


def test_what_a_reply_quotes_is_there_to_be_opened() -> None:
    shown = take_original(letter("2: yes\n\nOn 1 November 2026 alerts@kent.test wrote:\n> 2. Is the risk high?\n"))
    assert "Is the risk high" not in str(shown.files[0].blocks)
    assert [(title, "Is the risk high" in text) for title, text in shown.views] == [("The whole text of the letter", True)]


def test_a_file_is_saved_under_a_name_of_ours_by_its_own_bytes() -> None:
    raw = letter("Look", form=FORM, picture=b"\x89PNG\r\n\x1a\n picture")
    first, second = file_of(raw, 1), file_of(raw, 2)
    assert first is not None
    assert second is not None
    assert (first.name, first.content) == ("file-1.docx", FORM)
    assert second.name == "file-2.png"


@pytest.mark.parametrize("number", [0, -1, 3, 10**9])
def test_there_is_no_other_file(number: int) -> None:
    assert file_of(letter("Look", form=FORM), number) is None


def test_a_program_is_named_and_never_handed_out() -> None:
    raw = letter("Look", program=b"MZ program")
    shown = take_original(raw).files[0]
    assert "program" in shown.says
    assert not shown.offered
    assert file_of(raw, 1) is None


def test_a_macro_is_never_handed_out() -> None:
    macro = package({"word/document.xml": "<x/>", "word/vbaProject.bin": b"x"})
    assert file_of(letter("Look", form=macro), 1) is None


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b"%PDF-1.7", "pdf"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"<html><script>alert(1)</script></html>", "txt"),
        (b"{\\rtf1", "rtf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc"),
        (b"\x00\x01\x02", "bin"),
        (b"PK\x03\x04 nothing we know", "bin"),
    ],
)
def test_the_ending_rests_on_the_bytes_whatever_the_name(content: bytes, ending: str) -> None:
    assert ending_of(SourceFile(name="photo.exe", content_type="text/html", content=content)) == ending


def test_a_huge_table_is_cut_and_says_so() -> None:
    rows = tuple((f"Label {number}", "x") for number in range(MOST_PIECES + 50))
    shown = take_original(letter("Look", form=docx(table(*rows)))).files[0]
    assert shown.cut
    assert isinstance(shown.blocks[0], Table)
    assert len(shown.blocks[0].rows) == MOST_PIECES
