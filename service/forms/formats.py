"""Chooses how to take a file apart by its bytes, not by what it is called or declared to be."""

import re

from service.forms import recognise
from service.forms.blocks import Document, Unreadable
from service.forms.guards import BROKEN, EMPTY_FILE, MAXIMUM_FILE, PERSON_READS, Archive, check_length
from service.forms.recognise import Fate, FileSort, misnamed, refusal
from service.forms.text import decode, read_html, read_text

_MACRO_SORTS = (("word/", recognise.WORD_MACROS), ("xl/", recognise.SHEET_MACROS), ("ppt/", recognise.SLIDES_MACROS))
_MACRO_ENDINGS = {
    "docm": recognise.WORD_MACROS,
    "dotm": recognise.WORD_MACROS,
    "xlsm": recognise.SHEET_MACROS,
    "xlsb": recognise.SHEET_MACROS,
}
_FORM_ENDINGS = frozenset({"docx", "doc", "pdf", "odt", "rtf"})


def take_apart(name: str, content_type: str, content: bytes) -> Document | None:
    """Take one file apart; None when it is a picture or empty; raises Unreadable when we must not or cannot read it."""
    if not content.strip(b"\x00\r\n\t "):
        if recognise.ending_of(name) in _FORM_ENDINGS:
            raise Unreadable(EMPTY_FILE)
        return None
    if len(content) > MAXIMUM_FILE:
        raise Unreadable(f"This file is larger than 40 MB, so it was not opened. {PERSON_READS}", by_hand=True)
    sort = recognise.recognise(name, content)
    if (says := misnamed(sort, name)) is not None:
        raise Unreadable(says)
    if sort.fate in (Fate.PICTURE, Fate.NOTHING):
        return None
    try:
        document = _opened(sort, name, content_type, content)
    except Unreadable as error:
        # what arrived in part may be urgent: the sender is asked to send it again, and a person looks at it meanwhile
        raise Unreadable(error.says, by_hand=error.by_hand or error.says == BROKEN) from error
    return check_length(document)


def _opened(sort: FileSort, name: str, content_type: str, content: bytes) -> Document:
    if sort is recognise.ZIP:
        return _zipped(name, content)
    if sort is recognise.COMPOUND:
        return _compound(name, content)
    if sort.fate is not Fate.READ:
        raise _refused(sort, name)
    return _plain(sort, name, content_type, content)


def is_picture(name: str, content: bytes) -> bool:
    """Tell whether the bytes are those of a picture, such as the photograph of a child or of a form."""
    return recognise.recognise(name, content).fate is Fate.PICTURE


def _refused(sort: FileSort, name: str) -> Unreadable:
    return Unreadable(refusal(sort, name), by_hand=sort.fate is Fate.BY_HAND)


def _plain(sort: FileSort, name: str, content_type: str, content: bytes) -> Document:
    # Each reader is loaded when it is needed: the pages of the web process never read a form.
    if sort is recognise.PDF:
        from service.forms.pdf import read_pdf

        return read_pdf(content, name)
    if sort is recognise.RTF:
        from service.forms.rtf import read_rtf

        return read_rtf(content, name)
    return _textual(name, content_type, content)


def _zipped(name: str, content: bytes) -> Document:
    archive = Archive(content)
    names = archive.names()
    types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in archive else b""
    kind = archive.read("mimetype") if "mimetype" in archive else b""
    if (macros := _macros(name, names, types)) is not None:
        raise _refused(macros, name)
    if "word/document.xml" in archive:
        from service.forms.docx import read_docx

        return read_docx(archive, name)
    if kind.strip().startswith((b"application/vnd.oasis.opendocument.text", b"application/vnd.sun.xml.writer")):
        return _open_document(archive, name)
    raise _refused(_packed(names, kind), name)


def _macros(name: str, names: tuple[str, ...], types: bytes) -> FileSort | None:
    if any(part.casefold().endswith("vbaproject.bin") for part in names) or b"macroEnabled" in types:
        return next((sort for folder, sort in _MACRO_SORTS if any(part.startswith(folder) for part in names)), recognise.WORD_MACROS)
    if any(part.startswith(("Basic/", "Scripts/")) and not part.endswith("/") for part in names) and "content.xml" in names:
        return recognise.OPEN_MACROS
    return _MACRO_ENDINGS.get(recognise.ending_of(name))


def _open_document(archive: Archive, name: str) -> Document:
    from service.forms.odt import read_odt

    manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive else b""
    if b"encryption-data" in manifest:
        raise _refused(recognise.LOCKED_OFFICE, name)
    return read_odt(archive, name)


def _packed(names: tuple[str, ...], kind: bytes) -> FileSort:
    """Name what else a zip can be."""
    if any(part.startswith("xl/") for part in names) or b"opendocument.spreadsheet" in kind:
        return recognise.SHEET
    if any(part.startswith("ppt/") for part in names) or b"opendocument.presentation" in kind:
        return recognise.SLIDES
    if any(part.casefold().endswith(".iwa") for part in names):
        return recognise.PAGES
    if "META-INF/MANIFEST.MF" in names:
        return recognise.JAVA
    return recognise.ZIP


def _compound(name: str, content: bytes) -> Document:
    from service.forms.old_word import compound_sort, read_old_word

    sort = compound_sort(content)
    if sort is not recognise.OLD_WORD:
        raise _refused(sort, name)
    return read_old_word(content, name)


def _textual(name: str, content_type: str, content: bytes) -> Document:
    # a file that was attached under its own name is a form; the letter's own text is not
    is_form = bool(re.search(r"\.(?:txt|html?|text)$", name, re.IGNORECASE))
    if re.search(rb"<(?:!doctype html|html|body|table|div|p|br)\b", content[:4096], re.IGNORECASE):
        return read_html(content, name, is_form=is_form, content_type=content_type)
    return read_text(decode(content, content_type), name, is_form=is_form)
