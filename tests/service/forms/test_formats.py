"""Hostile and unreadable files: each is refused with a sentence for the sender, quickly and without being unpacked."""

import zipfile
from io import BytesIO
from time import monotonic

import pytest

from service.forms.formats import take_apart
from service.forms.reading import SourceFile, Unreadable, read_files

from .documents import TITLE, TODAY, TYPES, docx, package, paragraph, table


def refusal(content: bytes, name: str = "form.docx") -> str:
    with pytest.raises(Unreadable) as caught:
        take_apart(name, "", content)
    return caught.value.says


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        with archive.open("word/document.xml", "w") as part:
            for _ in range(60):
                part.write(b" " * 1_000_000)
    started = monotonic()
    assert "unpacks" in refusal(buffer.getvalue())
    assert monotonic() - started < 2


def test_a_directory_that_lies_about_sizes_does_not_help() -> None:
    content = bytearray(package({"[Content_Types].xml": TYPES, "word/document.xml": b"<a>" + b" " * 30_000_000 + b"</a>"}))
    for size in ((30_000_007).to_bytes(4, "little"),):
        while (position := content.find(size)) >= 0:
            content[position : position + 4] = (100).to_bytes(4, "little")
    assert refusal(bytes(content))


def test_three_thousand_parts_are_refused() -> None:
    assert "unpacks" in refusal(package({f"word/{number}.xml": "x" for number in range(3000)}))


@pytest.mark.parametrize(
    "declaration",
    ['<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', "<!DOCTYPE x>"],
)
def test_document_types_and_entities_are_refused(declaration: str) -> None:
    body = f'<?xml version="1.0"?>{declaration}<x>&e;</x>'
    assert "entities" in refusal(package({"[Content_Types].xml": TYPES, "word/document.xml": body}))


def test_a_document_type_hidden_in_utf_16_is_refused() -> None:
    body = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e "a">]><x>&e;</x>'.encode("utf-16")
    assert refusal(package({"[Content_Types].xml": TYPES, "word/document.xml": body}))


def test_a_cut_off_document_is_refused() -> None:
    whole = docx(paragraph(TITLE), table(("Surname", "Example")))
    for length in range(4, len(whole), 7):
        assert "damaged" in refusal(whole[:length])


def test_deep_nesting_is_refused_and_not_a_crash() -> None:
    deep = "<w:smartTag>" * 200 + "</w:smartTag>" * 200
    assert refusal(docx(f"<w:p>{deep}</w:p>"))
    assert refusal(docx("<w:tbl><w:tr><w:tc>" * 80 + "</w:tc></w:tr></w:tbl>" * 80))


def test_bytes_count_and_not_names() -> None:
    reading = read_files([SourceFile("form.txt", "text/plain", docx(paragraph(TITLE), table(("Surname", "Example"))))], today=TODAY)
    assert reading is not None
    assert reading.fields["children"][0]["family_name"] == "Example"


def test_pictures_and_empty_files_hold_nothing() -> None:
    for content in (b"", b" \r\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"):
        assert take_apart("photo", "", content) is None


def test_an_empty_form_is_told_since_something_was_meant_to_come() -> None:
    assert "empty" in refusal(b"", "form.docx")
    assert take_apart("logo", "", b"") is None


def test_a_vast_table_is_for_a_person_before_its_labels_are_looked_for() -> None:
    started = monotonic()
    for content in (docx(*("<w:tbl>" + "<w:tr><w:tc><w:p/></w:tc><w:tc><w:p/></w:tc></w:tr>" * 15_000 + "</w:tbl>",)), html_table(30_000)):
        with pytest.raises(Unreadable) as caught:
            take_apart("form.docx", "", content)
        assert caught.value.by_hand
        assert "longer than a form" in caught.value.says
    assert monotonic() - started < 8


def html_table(cells: int) -> bytes:
    return b"<html><body><table>" + b"<tr><td>Surname</td><td>Example</td></tr>" * (cells // 2) + b"</table></body></html>"


def test_a_refused_file_beside_a_good_form_is_told() -> None:
    form = docx(paragraph(TITLE), table(("Surname", "Example"), ("Forename", "Amy")))
    reading = read_files([SourceFile("a.pdf", "", b"%PDF-1.4"), SourceFile("b.docx", "", form)], today=TODAY)
    assert reading is not None
    assert [finding.problem for finding in reading.findings] == ["unreadable"]
