"""Every kind of file is named by its bytes: what is refused, what only a person can read, and what belongs to the letter."""

import struct

import pytest

from service.forms.blocks import Unreadable
from service.forms.formats import is_picture, take_apart
from tests.documents.compound import Tree, compound

from .documents import TYPES, docx, package, paragraph


def refusal(content: bytes, name: str = "form.docx") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        take_apart(name, "", content)
    return caught.value


def word(**parts: bytes) -> bytes:
    """Return an old Word file that only looks like one, with *parts* beside its main stream."""
    flags = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, parts.pop("flags", b"\x00")[0] << 8)
    tree: Tree = {"WordDocument": flags + b"\x00" * 5000, "0Table": b"\x00" * 5000}
    for name, content in parts.items():
        tree[name] = {"VBA": content}
    return compound(tree)


MACROS = {"[Content_Types].xml": TYPES, "word/document.xml": "<x/>", "word/vbaProject.bin": b"x"}
REFUSED = [
    (package(MACROS), "form.docx", "Word document with macros (.docm)"),
    (docx(paragraph("x")), "form.docm", "Word document with macros (.docm)"),
    (package({"[Content_Types].xml": "macroEnabled", "word/document.xml": "<x/>"}), "form.docx", "Word document with macros (.docm)"),
    (package({"xl/workbook.xml": "x", "xl/vbaProject.bin": b"x"}), "form.xlsx", "Excel workbook with macros (.xlsm)"),
    (package({"ppt/presentation.xml": "x", "ppt/vbaProject.bin": b"x"}), "form.pptx", "presentation with macros (.pptm)"),
    (package({"xl/workbook.xml": "x"}), "form.xlsx", "spreadsheet"),
    (package({"ppt/presentation.xml": "x"}), "form.pptx", "presentation"),
    (package({"Index/Document.iwa": "x"}), "form.pages", "Apple Pages"),
    (package({"META-INF/MANIFEST.MF": "x"}), "form.zip", "Java program (.jar)"),
    (package({"form.docx": "x"}), "form.zip", "zip archive (.zip)"),
    (b"7z\xbc\xaf\x27\x1c" + b"\x00" * 30, "form.7z", "7-Zip archive (.7z)"),
    (b"Rar!\x1a\x07\x01\x00", "form.rar", "RAR archive (.rar)"),
    (b"\x1f\x8b\x08\x00" + b"\x00" * 30, "form.gz", "packed file (.gz)"),
    (b"\x00" * 257 + b"ustar" + b"\x00" * 300, "form.tar", "archive (.tar)"),
    (b"\x00" * 32769 + b"CD001", "form.iso", "disk image (.iso)"),
    (b"MZ\x90\x00", "form.exe", "program"),
    (b"\x7fELF\x02", "form", "program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "form.lnk", "shortcut (.lnk)"),
    (b"#!/bin/sh\nrm x\n", "form.txt", "script"),
    (b"WScript.Echo 1\n", "form.vbs", "script (.vbs)"),
    (b"alert(1)\n", "form.js", "script (.js)"),
    (b"Get-Item x\n", "form.ps1", "script (.ps1)"),
    (b"@echo off\n", "form.bat", "script (.bat)"),
    (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><x/>', "form.xml", "saved as XML"),
    (word(Macros=b"x"), "form.doc", "old Word document (.doc) with macros"),
    (compound({"Workbook": b"x"}), "form.xls", "spreadsheet"),
    (compound({"Other": b"x"}), "form.abc", "cannot be read"),
    (b"abc\x00\x01\x02", "form.abc", "cannot be read"),
]
BY_HAND = [
    (compound({"EncryptedPackage": b"\x00" * 6000}), "form.docx", "Office document protected with a password"),
    (word(flags=b"\x01"), "form.doc", "Office document protected with a password"),
    (b"-----BEGIN PGP MESSAGE-----\n\nx", "encrypted.asc", "encrypted letter (PGP)"),
    (b"\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", "smime.p7m", "S/MIME"),
    (b"\x76\xe8\x04\x60\xc4\x11\xe3\x86" + b"\x00" * 9, "message.rpmsg", "encrypted Microsoft letter (.rpmsg)"),
    (b"\x00\x00\x00\x18ftypmp42", "film.mp4", "film"),
    (b"\x78\x9f\x3e\x22\x00", "winmail.dat", "email inside this email"),
]
PICTURES = [
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM\x00\x00", b"II*\x00", b"MM\x00*", b"RIFF\x00\x00\x00\x00WEBP",
    b"\x00\x00\x00\x18ftypheic", b"\x00\x00\x00\x18ftypmif1", b"<svg xmlns='x'/>",
]  # fmt: skip


@pytest.mark.parametrize(("content", "name", "says"), REFUSED, ids=[one[2] + " " + one[1] for one in REFUSED])
def test_what_must_be_sent_differently_is_refused_by_its_own_name(content: bytes, name: str, says: str) -> None:
    refused = refusal(content, name)
    assert says in refused.says
    assert not refused.by_hand


@pytest.mark.parametrize(("content", "name", "says"), BY_HAND, ids=[one[1] for one in BY_HAND])
def test_what_is_protected_or_no_document_is_for_a_person(content: bytes, name: str, says: str) -> None:
    refused = refusal(content, name)
    assert says in refused.says
    assert refused.by_hand
    assert "A person has to read it" in refused.says


@pytest.mark.parametrize("content", PICTURES)
def test_pictures_are_known_by_their_bytes(content: bytes) -> None:
    assert is_picture("form.docx", content)
    assert take_apart("form.docx", "", content) is None


@pytest.mark.parametrize(
    ("name", "content"), [("a.p7s", b"0\x82x"), ("b.vcf", b"BEGIN:VCARD\n"), ("c.ics", b"x"), ("d.asc", b"-----BEGIN PGP SIGNATURE")]
)
def test_signatures_and_cards_belong_to_the_letter(name: str, content: bytes) -> None:
    assert take_apart(name, "", content) is None


def test_a_program_that_is_named_as_a_document_is_told_as_both() -> None:
    says = refusal(b"MZ\x90\x00", "form.docx").says
    assert says.startswith("This file is a program, although its name says that it is a Word document (.docx), so it was not opened.")


def test_a_document_that_is_named_as_a_program_is_told_as_both() -> None:
    says = refusal(docx(paragraph("x")), "form.exe").says
    assert "named like a program (.exe)" in says


def test_a_sentence_never_holds_the_name_of_a_file() -> None:
    for content, name, _ in REFUSED + BY_HAND:
        assert "Amy" not in refusal(content, f"Amy Example.{name.partition('.')[2]}").says


def test_a_document_under_another_harmless_name_is_read() -> None:
    for name in ("form.txt", "form.pdf", "form", "form.doc"):
        assert take_apart(name, "", docx(paragraph("Surname: Example"))) is not None
