"""Chooses how to take a file apart by its bytes, not by what it is called or declared to be."""

import re

from service.forms.blocks import Document, Unreadable
from service.forms.docx import read_docx
from service.forms.guards import SAVE_AS_DOCX, Archive
from service.forms.text import decode, read_html, read_text

MAXIMUM_FILE = 40_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_PROGRAMS = (b"MZ", b"\x7fELF", b"L\x00\x00\x00\x01\x14\x02\x00")
_MACROS = "This file can hold macros (small programs), so it was not opened. " + SAVE_AS_DOCX
_PASTE = "or paste the answers into the email as “Label: answer” lines."


def take_apart(name: str, content_type: str, content: bytes) -> Document | None:
    """Take one file apart; None when it is a picture or empty; raises Unreadable when we must not or cannot read it."""
    if not content.strip(b"\x00\r\n\t "):
        return None
    if len(content) > MAXIMUM_FILE:
        raise Unreadable(f"This file is larger than 40 MB. {SAVE_AS_DOCX}")
    if content.startswith(_PICTURES) or content[4:12] in (b"ftypheic", b"ftypmif1"):
        return None
    if content.startswith(_PROGRAMS):
        raise Unreadable("This file is a program, not a form, so it was not opened.")
    if content.startswith(b"PK"):
        return _zipped(name, content)
    if content.startswith(_OLE):
        raise Unreadable(_ole(content))
    if b"%PDF-" in content[:1024]:
        raise Unreadable(f"PDF files cannot be read yet. Please send the Word document (.docx) it was made from, {_PASTE}")
    if content.lstrip().startswith(b"{\\rtf"):
        raise Unreadable(f"Rich text files (.rtf) cannot be read yet. {SAVE_AS_DOCX}")
    return _textual(name, content_type, content)


def _zipped(name: str, content: bytes) -> Document:
    archive = Archive(content)
    if any(part.casefold().endswith("vbaproject.bin") for part in archive.names()):
        raise Unreadable(_MACROS)
    types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in archive else b""
    if b"macroEnabled" in types or name.casefold().endswith((".docm", ".dotm", ".xlsm")):
        raise Unreadable(_MACROS)
    if "word/document.xml" in archive:
        return read_docx(archive, name)
    if "mimetype" in archive and b"opendocument" in archive.read("mimetype"):
        raise Unreadable(f"OpenDocument files cannot be read yet. {SAVE_AS_DOCX}")
    if any(part.startswith(("xl/", "ppt/")) for part in archive.names()):
        raise Unreadable(f"This is a spreadsheet or a presentation, not a form. {SAVE_AS_DOCX}")
    raise Unreadable("This is a zip file. Please attach the form itself, not packed.")


def _ole(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "This file is protected with a password. Please send it without one, or paste the answers into the email."
    if "WordDocument".encode("utf-16-le") in content:
        return f"This is an old Word document (.doc), which cannot be read. {SAVE_AS_DOCX}"
    return f"This kind of file cannot be read. {SAVE_AS_DOCX}"


def _textual(name: str, content_type: str, content: bytes) -> Document | None:
    sample = content[:4096]
    if b"\x00" in sample and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"This kind of file cannot be read. {SAVE_AS_DOCX}")
    # a file that was attached under its own name is a form; the letter's own text is not
    is_form = bool(re.search(r"\.(?:txt|html?|text)$", name, re.IGNORECASE))
    if re.search(rb"<(?:!doctype html|html|body|table|div|p|br)\b", sample, re.IGNORECASE):
        return read_html(content, name, is_form=is_form, content_type=content_type)
    return read_text(decode(content, content_type), name, is_form=is_form)
