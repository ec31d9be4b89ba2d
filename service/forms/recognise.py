"""Names what a file is by its bytes, whatever it is called or declared to be, and says what becomes of that kind of file."""

import re
from dataclasses import dataclass
from enum import StrEnum

from service.forms.guards import PASTE, PERSON_READS, SAVE_AS_DOCX


class Fate(StrEnum):
    """What becomes of a kind of file."""

    READ = "read"
    PICTURE = "picture"
    NOTHING = "nothing"  # it belongs to the letter, such as a signature or a visiting card
    REFUSED = "refused"
    BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class FileSort:
    """One kind of file: what it *is* in words, its *fate*, what to *do* instead, and the *endings* of an honest name."""

    key: str
    says: str
    fate: Fate
    do: str = ""
    endings: tuple[str, ...] = ()


_UNPACK = "Please attach the form itself, not packed."
_ONLY_FORM = f"Please send only the form, as a Word document (.docx), {PASTE}"
_WITHOUT = f"{PERSON_READS} To be quicker, send it without protection, {PASTE}"
_INSTEAD = f"{PERSON_READS} To be quicker, send the Word document (.docx) it was made from, {PASTE}"

PDF = FileSort("pdf", "a PDF", Fate.READ, endings=("pdf",))
RTF = FileSort("rtf", "a rich text file (.rtf)", Fate.READ, endings=("rtf", "doc"))
ZIP = FileSort("zip", "a zip archive (.zip)", Fate.REFUSED, _UNPACK, ("zip",))
COMPOUND = FileSort("compound", "an old Office file", Fate.REFUSED, SAVE_AS_DOCX, ("doc", "xls", "ppt", "msg"))
TEXT = FileSort("text", "text", Fate.READ)
BINARY = FileSort("binary", "of a kind that cannot be read", Fate.REFUSED, SAVE_AS_DOCX)
PICTURE = FileSort("picture", "a picture", Fate.PICTURE, _INSTEAD, ("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "heic"))
PROGRAM = FileSort("program", "a program", Fate.REFUSED, _ONLY_FORM, ("exe", "com", "scr", "dll", "msi"))
SCRIPT = FileSort("script", "a script, which is a small program,", Fate.REFUSED, _ONLY_FORM)
WORD_MACROS = FileSort("docm", "a Word document with macros (.docm)", Fate.REFUSED, SAVE_AS_DOCX, ("docm", "dotm"))
OLD_WORD_MACROS = FileSort("doc with macros", "an old Word document (.doc) with macros", Fate.REFUSED, SAVE_AS_DOCX, ("doc", "dot"))
OPEN_MACROS = FileSort("odt with macros", "an OpenDocument text with macros", Fate.REFUSED, SAVE_AS_DOCX, ("odt", "odm"))
SHEET_MACROS = FileSort("xlsm", "an Excel workbook with macros (.xlsm)", Fate.REFUSED, _ONLY_FORM, ("xlsm", "xlsb", "xls"))
SLIDES_MACROS = FileSort("pptm", "a presentation with macros (.pptm)", Fate.REFUSED, _ONLY_FORM, ("pptm",))
SHEET = FileSort("xlsx", "a spreadsheet, not a form", Fate.REFUSED, _ONLY_FORM, ("xlsx", "xls", "ods", "csv"))
SLIDES = FileSort("pptx", "a presentation, not a form", Fate.REFUSED, _ONLY_FORM, ("pptx", "ppt", "odp"))
PAGES = FileSort("pages", "an Apple Pages document (.pages)", Fate.REFUSED, "Please export it as a Word document (.docx) and send that.")
LOCKED_OFFICE = FileSort("locked office", "an Office document protected with a password", Fate.BY_HAND, _WITHOUT)
LOCKED_PDF = FileSort("locked pdf", "a PDF protected with a password", Fate.BY_HAND, _WITHOUT)
ENCRYPTED_PGP = FileSort("pgp", "an encrypted letter (PGP)", Fate.BY_HAND, _WITHOUT)
ENCRYPTED_SMIME = FileSort("smime", "an encrypted or signed letter (S/MIME)", Fate.BY_HAND, _WITHOUT)
ENCRYPTED_RPMSG = FileSort("rpmsg", "an encrypted Microsoft letter (.rpmsg)", Fate.BY_HAND, _WITHOUT)
SCAN = FileSort("scan", "a scanned PDF: pictures of pages without text", Fate.BY_HAND, _INSTEAD)
XFA = FileSort("xfa", "an XFA form, a kind of PDF that only Adobe Reader can show", Fate.BY_HAND, _INSTEAD)
NO_LETTERS = FileSort("no letters", "a PDF whose letters are stored as pictures or codes", Fate.BY_HAND, _INSTEAD)
FILM = FileSort("film", "a film or a sound recording", Fate.BY_HAND, PERSON_READS)
WORD_XML = FileSort("word xml", "a Word document saved as XML", Fate.REFUSED, SAVE_AS_DOCX)
LETTER = FileSort("letter", "an email inside this email", Fate.BY_HAND, _INSTEAD, ("eml", "msg", "dat"))
SIGNATURE = FileSort("signature", "a signature", Fate.NOTHING)
CARD = FileSort("card", "a visiting card or an appointment", Fate.NOTHING)
JAVA = FileSort("java", "a Java program (.jar)", Fate.REFUSED, _ONLY_FORM, ("jar",))
OLD_WORD = FileSort("doc", "an old Word document (.doc)", Fate.READ, SAVE_AS_DOCX, ("doc", "dot"))
SHORTCUT = FileSort("shortcut", "a shortcut (.lnk)", Fate.REFUSED, _ONLY_FORM, ("lnk",))
DISK = FileSort("disk", "a disk image (.iso)", Fate.REFUSED, _ONLY_FORM, ("iso", "img"))


def _archive(ending: str, words: str = "an archive") -> FileSort:
    return FileSort(ending, f"{words} (.{ending})", Fate.REFUSED, _UNPACK, (ending,))


_MAGIC: tuple[tuple[int, bytes, FileSort], ...] = (
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", COMPOUND),
    (0, b"\x89PNG", PICTURE),
    (0, b"\xff\xd8\xff", PICTURE),
    (0, b"GIF8", PICTURE),
    (0, b"II*\x00", PICTURE),
    (0, b"MM\x00*", PICTURE),
    (0, b"\x00\x00\x00\x0cjP", PICTURE),
    (0, b"8BPS", PICTURE),
    (0, b"\xd7\xcd\xc6\x9a", PICTURE),
    (40, b" EMF", PICTURE),
    (8, b"WEBP", PICTURE),
    (0, b"7z\xbc\xaf\x27\x1c", _archive("7z", "a 7-Zip archive")),
    (0, b"Rar!\x1a\x07", _archive("rar", "a RAR archive")),
    (0, b"\x1f\x8b", _archive("gz", "a packed file")),
    (0, b"BZh", _archive("bz2", "a packed file")),
    (0, b"\xfd7zXZ\x00", _archive("xz", "a packed file")),
    (0, b"\x28\xb5\x2f\xfd", _archive("zst", "a packed file")),
    (0, b"MSCF", _archive("cab", "a Windows archive")),
    (257, b"ustar", _archive("tar")),
    (32769, b"CD001", DISK),
    (0, b"\x7fELF", PROGRAM),
    (0, b"\xca\xfe\xba\xbe", PROGRAM),
    (0, b"\xcf\xfa\xed\xfe", PROGRAM),
    (0, b"\xce\xfa\xed\xfe", PROGRAM),
    (0, b"\x00asm", PROGRAM),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", SHORTCUT),
    (0, b"ITSF", FileSort("chm", "a Windows help file (.chm)", Fate.REFUSED, _ONLY_FORM, ("chm",))),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", FileSort("one", "a OneNote notebook (.one)", Fate.REFUSED, SAVE_AS_DOCX, ("one",))),
    (0, b"\x76\xe8\x04\x60\xc4\x11\xe3\x86", ENCRYPTED_RPMSG),
    (0, b"-----BEGIN PGP MESSAGE", ENCRYPTED_PGP),
    (0, b"-----BEGIN PGP SIGNATURE", SIGNATURE),
    (0, b"-----BEGIN PKCS7", ENCRYPTED_SMIME),
    (0, b"\x78\x9f\x3e\x22", LETTER),
    (0, b"BEGIN:VCARD", CARD),
    (0, b"BEGIN:VCALENDAR", CARD),
    (0, b"ID3", FILM),
    (0, b"OggS", FILM),
    (0, b"\x1aE\xdf\xa3", FILM),
    (0, b"#!", SCRIPT),
    (0, b"RIFF", FILM),
)
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"})
_PKCS7 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07"
# What a mail program would run if somebody opened it: the name alone makes it dangerous, whatever the bytes are.
RUNNABLE = {
    "exe": "a program", "com": "a program", "scr": "a program", "msi": "a program", "dll": "a program", "pif": "a program",
    "cpl": "a program", "jar": "a Java program", "lnk": "a shortcut", "url": "a shortcut", "iso": "a disk image", "img": "a disk image",
    "js": "a script", "jse": "a script", "vbs": "a script", "vbe": "a script", "wsf": "a script", "wsh": "a script", "hta": "a script",
    "bat": "a script", "cmd": "a script", "ps1": "a script", "psm1": "a script", "sh": "a script", "py": "a script", "reg": "a script",
    "scf": "a shortcut", "chm": "a Windows help file", "appx": "a program", "msix": "a program", "apk": "a program",
}  # fmt: skip
_PROTECTED = {
    "p7m": ENCRYPTED_SMIME, "rpmsg": ENCRYPTED_RPMSG, "pgp": ENCRYPTED_PGP, "gpg": ENCRYPTED_PGP,
    "p7s": SIGNATURE, "sig": SIGNATURE, "vcf": CARD, "ics": CARD,
}  # fmt: skip
_WORDS = {
    "docx": "a Word document", "doc": "a Word document", "docm": "a Word document", "rtf": "a rich text file",
    "odt": "an OpenDocument text", "pdf": "a PDF", "txt": "plain text", "htm": "a web page", "html": "a web page",
    "jpg": "a picture", "jpeg": "a picture", "png": "a picture", "tif": "a picture", "heic": "a picture", "eml": "an email",
    "msg": "an email",
    "xlsx": "a spreadsheet",
}  # fmt: skip


def ending_of(name: str) -> str:
    """Return what stands behind the last dot of a file name, lower case; empty when it is not a short plain ending."""
    found = re.search(r"\.([a-z0-9]{1,5})[ .]*$", name.casefold())
    return found[1] if found else ""


def recognise(name: str, content: bytes) -> FileSort:
    """Name the kind of file, by its bytes; its name decides only where the bytes are plain text or unknown."""
    if content[4:8] == b"ftyp":
        return PICTURE if content[8:12] in _HEIF else FILM
    ending = ending_of(name)
    for offset, magic, sort in _MAGIC:
        if content.startswith(magic, offset):
            return sort
    if b"%PDF-" in content[:1024]:
        return PDF
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{\\rt"):
        return RTF
    if content.startswith(b"MZ") and (b"\x00" in head or ending in RUNNABLE):
        return PROGRAM
    if content.startswith(b"BM") and b"\x00" in head:
        return PICTURE
    if ending in _PROTECTED:
        return _PROTECTED[ending]
    if content.startswith(b"0") and _PKCS7 in content[:60]:
        return ENCRYPTED_SMIME
    if ending in RUNNABLE:
        return FileSort("runnable", f"{RUNNABLE[ending]} (.{ending})", Fate.REFUSED, _ONLY_FORM, (ending,))
    return _textual(head, content)


def _textual(head: bytes, content: bytes) -> FileSort:
    start = head.lower()
    if start.startswith((b"<?xml", b"<svg")) and b"<svg" in start:
        return PICTURE
    if b'progid="word.document"' in start or b"<pkg:package" in start:
        return WORD_XML
    if b"\x00" in head and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return BINARY
    return TEXT


def refusal(sort: FileSort, name: str) -> str:
    """Write the sentence about a file that is not read: what it is, what its name pretends, and what to do. Never the name itself."""
    ending = ending_of(name)
    pretended = f", although its name says that it is {_WORDS[ending]} (.{ending})" if ending in _WORDS else ""
    pretended = "" if ending in sort.endings or sort.fate is not Fate.REFUSED or not sort.endings else pretended
    opened = "it was not opened" if sort.fate is Fate.REFUSED else "it could not be read here"
    return f"This file is {sort.says}{pretended}, so {opened}. {sort.do}".strip()


def misnamed(sort: FileSort, name: str) -> str | None:
    """Say what is wrong with a document that is named like something a computer would run; None when nothing is."""
    ending = ending_of(name)
    if ending not in RUNNABLE or sort.key not in ("pdf", "rtf", "zip", "compound"):
        return None
    return f"This file is named like {RUNNABLE[ending]} (.{ending}) although it is {sort.says}, so it was not opened. {_ONLY_FORM}"
