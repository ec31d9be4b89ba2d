"""Opens zip-based documents without letting them harm us: counts, sizes, encryption, macros and XML entities are checked first."""

import re
import zipfile
from io import BytesIO

from lxml import etree

from service.forms.blocks import Document, Line, Unreadable

MAXIMUM_FILE = 40_000_000
MAXIMUM_MEMBERS = 2_000
MAXIMUM_TOTAL = 200_000_000
MAXIMUM_PART = 20_000_000
MAXIMUM_RATIO = 400
MAXIMUM_TAGS = 400_000
MAXIMUM_CELLS = 5_000
MAXIMUM_LINES = 5_000
MAXIMUM_CHARACTERS = 1_000_000

SAVE_AS_DOCX = "Please open it in Word, save it as a Word document (.docx) and send that."
PASTE = "or paste the answers into the email as “Label: answer” lines."
PERSON_READS = "A person has to read it."
BROKEN = f"This file is damaged or was cut short on its way. {SAVE_AS_DOCX}"
BROKEN_PDF = (
    f"This PDF is damaged or was cut short on its way. Please send it again, or the Word document (.docx) it was made from, {PASTE}"
)
EMPTY_FILE = f"This file is empty: nothing of it arrived. Please attach it again, {PASTE}"
TOO_LARGE = f"This file unpacks to far more than a form can hold, so it was not opened. {PERSON_READS}"
TOO_LONG = f"This file is far longer than a form can be, so it was not read. {PERSON_READS} To be quicker, send only the form, {PASTE}"
PROTECTED = f"This file is protected with a password. {PERSON_READS} To be quicker, send it without protection, {PASTE}"
ACTIVE = "This file declares document types or entities, which a form never needs, so it was not opened. " + SAVE_AS_DOCX


class Archive:
    """A zip file whose directory was checked; parts are read with a hard cap whatever the directory declares."""

    def __init__(self, content: bytes) -> None:
        if content.count(b"PK\x01\x02") > 2 * MAXIMUM_MEMBERS:  # listing a million parts is already the attack
            raise Unreadable(TOO_LARGE, by_hand=True)
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise Unreadable(BROKEN) from error
        total = sum(info.file_size for info in infos)
        if len(infos) > MAXIMUM_MEMBERS or total > MAXIMUM_TOTAL:
            raise Unreadable(TOO_LARGE, by_hand=True)
        if any(info.flag_bits & 1 for info in infos):
            raise Unreadable(PROTECTED, by_hand=True)
        self._infos = {info.filename: info for info in infos}
        if len(self._infos) != len(infos):
            raise Unreadable(BROKEN)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def names(self) -> tuple[str, ...]:
        """Name every part."""
        return tuple(self._infos)

    def read(self, name: str) -> bytes:
        """Read one part, at most MAXIMUM_PART bytes of it; raises Unreadable when it is larger, absent or damaged."""
        info = self._infos.get(name)
        if info is None:
            raise Unreadable(BROKEN)
        if info.file_size > MAXIMUM_PART or info.file_size > MAXIMUM_RATIO * max(info.compress_size, 1) + 1_000_000:
            raise Unreadable(TOO_LARGE, by_hand=True)
        try:
            with self._zip.open(info) as part:
                content = part.read(MAXIMUM_PART + 1)
        except Exception as error:  # what the decompressors raise shares no base class
            raise Unreadable(BROKEN) from error
        if len(content) > MAXIMUM_PART:
            raise Unreadable(TOO_LARGE, by_hand=True)
        return content


def parse_xml(content: bytes) -> etree._Element:
    """Parse XML from a stranger: no document type, no entities, no network; raises Unreadable."""
    if b"\x00" in content:  # UTF-16 would hide a document type from the search below; Word writes UTF-8
        raise Unreadable(BROKEN)
    if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", content, re.IGNORECASE):
        raise Unreadable(ACTIVE)
    if content.count(b"<") > MAXIMUM_TAGS:
        raise Unreadable(TOO_LONG, by_hand=True)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(BROKEN) from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(ACTIVE)
    return root


def check_length(document: Document) -> Document:
    """Return the document; raises Unreadable when it is so long that finding its labels would take minutes."""
    cells = sum(len(row) for block in document.blocks if not isinstance(block, Line) for row in block.rows)
    lines = sum(isinstance(block, Line) for block in document.blocks)
    if cells > MAXIMUM_CELLS or lines > MAXIMUM_LINES or _characters(document) > MAXIMUM_CHARACTERS:
        raise Unreadable(TOO_LONG, by_hand=True)
    return document


def _characters(document: Document) -> int:
    total = 0
    for block in document.blocks:
        total += len(block.text) if isinstance(block, Line) else sum(len(cell.text) for row in block.rows for cell in row)
    return total
