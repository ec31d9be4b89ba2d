"""Opens zip-based documents without letting them harm us: counts, sizes, encryption, macros and XML entities are checked first."""

import re
import zipfile
from io import BytesIO

from lxml import etree

from service.forms.blocks import Unreadable

MAXIMUM_MEMBERS = 2_000
MAXIMUM_TOTAL = 200_000_000
MAXIMUM_PART = 20_000_000
MAXIMUM_RATIO = 400

SAVE_AS_DOCX = "Please open it in Word, save it as a Word document (.docx) and send that."
BROKEN = f"This file is damaged or was cut short on its way. {SAVE_AS_DOCX}"
TOO_LARGE = f"This file unpacks to far more than a form can hold, so it was not opened. {SAVE_AS_DOCX}"
ACTIVE = "This file declares document types or entities, which a form never needs, so it was not opened. " + SAVE_AS_DOCX


class Archive:
    """A zip file whose directory was checked; parts are read with a hard cap whatever the directory declares."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise Unreadable(BROKEN) from error
        total = sum(info.file_size for info in infos)
        if len(infos) > MAXIMUM_MEMBERS or total > MAXIMUM_TOTAL:
            raise Unreadable(TOO_LARGE)
        if any(info.flag_bits & 1 for info in infos):
            raise Unreadable("This file is protected with a password. Please send it without one, or paste the answers into the email.")
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
            raise Unreadable(TOO_LARGE)
        try:
            with self._zip.open(info) as part:
                content = part.read(MAXIMUM_PART + 1)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise Unreadable(BROKEN) from error
        except Exception as error:  # zlib.error and its cousins in other decompressors share no base class
            raise Unreadable(BROKEN) from error
        if len(content) > MAXIMUM_PART:
            raise Unreadable(TOO_LARGE)
        return content


def parse_xml(content: bytes) -> etree._Element:
    """Parse XML from a stranger: no document type, no entities, no network; raises Unreadable."""
    if b"\x00" in content:  # UTF-16 would hide a document type from the search below; Word writes UTF-8
        raise Unreadable(BROKEN)
    if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", content, re.IGNORECASE):
        raise Unreadable(ACTIVE)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(BROKEN) from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(ACTIVE)
    return root
