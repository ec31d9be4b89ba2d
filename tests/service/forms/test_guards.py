"""Hostile files end with a sentence before they are unpacked, and quickly."""

import struct
import zipfile
from io import BytesIO
from time import monotonic

import pytest

from service.forms.blocks import Cell, Document, Line, Table, Unreadable
from service.forms.formats import take_apart
from service.forms.guards import MAXIMUM_CELLS, MAXIMUM_LINES, Archive, check_length, parse_xml

from .documents import TYPES, docx, package, paragraph, table
from .pdfs import lines, pdf


def refusal(content: bytes, name: str = "form.docx") -> Unreadable:
    """Take a file apart that must be refused within two seconds."""
    started = monotonic()
    with pytest.raises(Unreadable) as caught:
        take_apart(name, "", content)
    assert monotonic() - started < 5
    return caught.value


def zeros(megabytes: int, name: str = "word/document.xml") -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        with archive.open(name, "w", force_zip64=True) as part:
            for _ in range(megabytes):
                part.write(b"\x00" * 1_000_000)
    return buffer.getvalue()


def test_two_gigabytes_that_the_directory_declares_are_never_unpacked() -> None:
    content = bytearray(package({"[Content_Types].xml": TYPES, "word/document.xml": b"<a/>"}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 2 * 10**9)
    refused = refusal(bytes(content))
    assert refused.by_hand
    assert "unpacks" in refused.says


def test_a_directory_that_lies_is_found_out_while_unpacking() -> None:
    content = bytearray(zeros(60))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1_000)
    assert refusal(bytes(content)).by_hand


def test_a_hundred_thousand_parts_are_refused_before_they_are_listed() -> None:
    record = b"PK\x01\x02" + b"\x00" * 24 + struct.pack("<HHH", 1, 0, 0) + b"\x00" * 12 + b"a"
    directory = record * 100_000
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 3, 3, len(directory), 0, 0)
    assert refusal(directory[:0] + b"PK\x03\x04" + directory + end).by_hand


def test_two_parts_of_one_name_are_refused() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", "<x/>")
        archive.writestr("word/document.xml", "<y/>")
    assert "damaged" in refusal(buffer.getvalue()).says


def test_a_packed_form_within_a_packed_file_is_not_unpacked() -> None:
    assert "zip archive" in refusal(package({"form.docx": docx(paragraph("Surname: Example"))}), "form.zip").says


def test_a_zip_that_is_locked_is_for_a_person() -> None:
    content = bytearray(package({"word/document.xml": "<x/>"}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(magic) + offset] |= 1
    assert refusal(bytes(content)).by_hand
    with pytest.raises(Unreadable, match="password"):
        Archive(bytes(content))


def test_what_arrived_in_part_is_asked_for_again_and_given_to_a_person() -> None:
    whole = docx(paragraph("x"))
    refused = refusal(whole[: len(whole) // 2])
    assert refused.by_hand
    assert "damaged" in refused.says


def test_document_types_and_entities_are_refused_in_every_format() -> None:
    for declaration in ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', "<!doctype x>", "<!\nENTITY e 'x'>"):
        with pytest.raises(Unreadable, match="entities"):
            parse_xml(declaration.encode() + b"<x>&e;</x>")
    odt = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<!DOCTYPE x><x/>"}
    assert "entities" in refusal(package(odt), "form.odt").says


def test_a_million_elements_are_refused_unparsed() -> None:
    with pytest.raises(Unreadable) as caught:
        parse_xml(b"<x>" + b"<y/>" * 500_000 + b"</x>")
    assert caught.value.by_hand


def test_only_what_is_as_long_as_a_form_is_read() -> None:
    line, cell = Line(text="x", place="line 1"), Cell(text="x")
    for blocks in ((line,) * (MAXIMUM_LINES + 1), (Table(number=1, rows=((cell,) * 100,) * (MAXIMUM_CELLS // 100 + 1)),)):
        with pytest.raises(Unreadable):
            check_length(Document(file="f", is_form=True, blocks=blocks))
    assert take_apart("form.docx", "", docx(*(table(*(("Surname", "x"),) * 200),) * 10)) is not None


def test_five_thousand_pages_are_for_a_person() -> None:
    refused = refusal(many_pages(5_000), "form.pdf")
    assert refused.by_hand
    assert "longer than a form" in refused.says


def many_pages(count: int) -> bytes:
    """Return a PDF of *count* pages that all show the same."""
    kids = " ".join(f"{number} 0 R" for number in range(5, 5 + count))
    objects = [
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        f"2 0 obj<</Type/Pages/Count {count}/Kids[{kids}]>>endobj",
        "3 0 obj<</Length 44>>stream\nBT /F1 12 Tf 60 700 Td (Surname: Example) Tj ET\nendstream endobj",
        "4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj",
        *(
            f"{number} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<</Font<</F1 4 0 R>>>>>>endobj"
            for number in range(5, 5 + count)
        ),
    ]
    body, places = "%PDF-1.4\n", []
    for one in objects:
        places.append(len(body))
        body += one + "\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()


def test_pages_that_hold_themselves_and_fields_that_descend_from_themselves_end() -> None:
    assert take_apart("form.pdf", "", many_pages(1).replace(b"/Kids[5 0 R]", b"/Kids[2 0 R]")) is not None
    looped = many_pages(1).replace(b"/Type/Page/", b"/Annots[6 0 R]/Type/Page/") + (
        b"\n6 0 obj<</Subtype/Widget/Parent 6 0 R/Rect[0 0 9 9]/T(a)>>endobj\n"
    )
    assert take_apart("form.pdf", "", looped) is not None


def test_a_pdf_with_scripts_is_only_read() -> None:
    content = pdf(lines("Surname: Example")).replace(
        b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>"
    )
    document = take_apart("form.pdf", "", content)
    assert document is not None
    assert [block.text for block in document.blocks if isinstance(block, Line)] == ["Surname: Example"]
