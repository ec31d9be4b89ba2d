"""The letter a notice came from, for a person to read beside the values: every file taken apart into lines and tables.

All of it runs in the sandbox, because these are a stranger's bytes; what comes out is text and names of places, nothing that runs.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from service.flow.understanding import files_of
from service.forms.blocks import Block, Cell, Line, Unreadable
from service.forms.formats import take_apart
from service.forms.reading import SourceFile
from service.mail.message import parse
from service.mail.quoting import new_text

MOST_PIECES = 2_000
_LONGEST = 400_000
_LONGEST_VIEW = 60_000
# What a file is called on the way out rests on its own first bytes: neither its name nor its declared type is believed.
_ENDINGS = (
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"{\\rtf", "rtf"),
    (b"\xd0\xcf\x11\xe0", "doc"),
)
_PICTURES = frozenset({"png", "jpg", "gif", "bmp", "tif", "heic"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalFile:
    """One file of a letter. *offered* says whether a person may save it; *says* is why it cannot be shown, when it cannot."""

    number: int
    name: str = field(repr=False)
    size: int
    ending: str
    blocks: tuple[Block, ...] = field(repr=False)
    cut: bool = False
    says: str = ""
    offered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A letter as a person reads it. *views* are its whole text as mail programs show it, where that is more than its new text."""

    sender: str = field(repr=False)
    subject: str = field(repr=False)
    files: tuple[OriginalFile, ...] = field(repr=False)
    views: tuple[tuple[str, str], ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """One file of a letter to be saved, under a name of ours."""

    name: str
    content: bytes = field(repr=False)


def take_original(raw: bytes) -> Original:
    """Take a letter apart for display; what a file cannot be read for becomes a sentence beside its name."""
    email = parse(raw)
    text = new_text(email)
    files = files_of(email, text)
    views = [
        (title, whole[:_LONGEST_VIEW])
        for title, whole in (("The whole text of the letter", email.plain_view), ("The letter as a mail program shows it", email.html_view))
        if _words(whole) and _words(whole) != _words(text)
    ]
    if len(views) == 2 and _words(views[0][1]) == _words(views[1][1]):
        views.pop()
    return Original(
        sender=email.from_address or "Not plain",
        subject=email.subject,
        files=tuple(_file(number, file) for number, file in enumerate(files, start=1)),
        views=tuple(views),
    )


def file_of(raw: bytes, number: int) -> SavedFile | None:
    """Return one file of a letter to be saved; None when there is no such file or it is one that we do not hand on."""
    email = parse(raw)
    files = files_of(email, new_text(email))
    if not 1 <= number <= len(files):
        return None
    shown = _file(number, files[number - 1])
    return SavedFile(name=f"file-{number}.{shown.ending}", content=files[number - 1].content) if shown.offered else None


def ending_of(file: SourceFile) -> str:
    """Return the ending a file is saved under; a page of HTML is saved as text, so that opening it runs nothing."""
    content = file.content
    if content[4:12] in (b"ftypheic", b"ftypmif1"):
        return "heic"
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK"):
        return "docx" if b"word/" in content else "odt" if b"opendocument" in content[:200] else "bin"
    known = next((ending for start, ending in _ENDINGS if content.startswith(start)), None)
    return known or ("bin" if b"\x00" in content[:4096] else "txt")


def _file(number: int, file: SourceFile) -> OriginalFile:
    ending = ending_of(file)
    shown = OriginalFile(number=number, name=file.name, size=len(file.content), ending=ending, blocks=())
    try:
        document = take_apart(file.name, file.content_type, file.content)
    except Unreadable as refused:
        # What a person can open is handed on, a scan for example; a macro or a program stays in the mailbox.
        return replace(shown, says=refused.says, offered=refused.by_hand)
    if document is None:
        return replace(shown, says="A picture. A person has to look at it." if ending in _PICTURES else "There is nothing to read in it.")
    blocks, cut = _bounded(document.blocks)
    return replace(shown, blocks=blocks, cut=cut)


def _bounded(blocks: Iterable[Block]) -> tuple[tuple[Block, ...], bool]:
    """Keep the first lines and rows: a page with thirty thousand cells helps nobody."""
    kept: list[Block] = []
    pieces = letters = 0
    for block in blocks:
        if isinstance(block, Line):
            pieces, letters = pieces + 1, letters + len(block.text)
            if pieces > MOST_PIECES or letters > _LONGEST:
                return tuple(kept), True
            kept.append(block)
            continue
        rows: list[tuple[Cell, ...]] = []
        for row in block.rows:
            pieces, letters = pieces + 1 + len(row) // 8, letters + sum(len(cell.text) for cell in row)
            if pieces > MOST_PIECES or letters > _LONGEST:
                return (*kept, replace(block, rows=tuple(rows))), True
            rows.append(row)
        kept.append(block)
    return tuple(kept), False


def _words(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip()
