"""Reads letters that Outlook saved as files (.msg): their text and attachments, and letters within them.

[MS-OXMSG]: every property is a stream named `__substg1.0_` and its number; attachments and letters within are storages of their own.
"""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from service.mail.parts import Attachment, decode_text

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES = "__properties_version1.0"
_STREAM = "__substg1.0_"
_ATTACHMENT = "__attach_version1.0_"
_SUBJECT, _TEXT, _HTML, _RICH = "0037", "1000", "1013", "1009"
_CONTENT, _LONG_NAME, _SHORT_NAME, _TYPE = "3701", "3707", "3704", "370E"
_LARGEST = 40_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedLetter:
    """A letter out of a file: what its writer wrote, and what was attached."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    attachments: tuple[Attachment, ...]
    letters: tuple["SavedLetter", ...] = ()


def is_message_file(content: bytes) -> bool:
    """Tell whether the bytes are those of a letter saved by Outlook."""
    return content.startswith(MAGIC) and _PROPERTIES.encode("utf-16-le") in content


def read_message_file(content: bytes, deepest: int) -> SavedLetter | None:
    """Read one saved letter with the letters within it, down to *deepest*; None when it is damaged."""
    import olefile

    try:
        with olefile.OleFileIO(BytesIO(content)) as compound:
            return _letter(compound, [], deepest)
    except Exception:  # olefile raises many kinds for broken files
        return None


def _letter(compound: Any, path: list[str], deepest: int) -> SavedLetter:
    here = [entry for entry in compound.listdir(streams=True, storages=True) if entry[: len(path)] == path]
    attachments: list[Attachment] = []
    letters: list[SavedLetter] = []
    for name in sorted({entry[len(path)] for entry in here if len(entry) > len(path) and entry[len(path)].startswith(_ATTACHMENT)}):
        inner = [*path, name]
        if [*inner, f"{_STREAM}{_CONTENT}000D"] in here:
            if deepest > 0:
                letters.append(_letter(compound, [*inner, f"{_STREAM}{_CONTENT}000D"], deepest - 1))
            continue
        title = _words(compound, inner, _LONG_NAME) or _words(compound, inner, _SHORT_NAME) or "unnamed"
        content = _bytes(compound, inner, f"{_CONTENT}0102")
        attachments.append(Attachment(name=title, content_type=_words(compound, inner, _TYPE), content=content))
    text, html = _words(compound, path, _TEXT), _html(compound, path)
    rich = _bytes(compound, path, f"{_RICH}0102")
    if rich and not text.strip() and not html:
        attachments.append(Attachment(name="the letter's text.rtf", content_type="text/rtf", content=_unpacked(rich)))
    return SavedLetter(
        subject=_words(compound, path, _SUBJECT), text=text, html=html, attachments=tuple(attachments), letters=tuple(letters)
    )


def _unpacked(rich: bytes) -> bytes:
    import compressed_rtf

    return bytes(compressed_rtf.decompress(rich))


def _bytes(compound: Any, path: list[str], name: str) -> bytes:
    full = [*path, _STREAM + name]
    return bytes(compound.openstream(full).read(_LARGEST)) if compound.exists(full) and compound.get_type(full) == 2 else b""


def _words(compound: Any, path: list[str], name: str) -> str:
    if wide := _bytes(compound, path, f"{name}001F"):
        return wide.decode("utf-16-le", "replace").replace("\x00", "")
    return decode_text(_bytes(compound, path, f"{name}001E"), "")[0].replace("\x00", "")


def _html(compound: Any, path: list[str]) -> str:
    return decode_text(_bytes(compound, path, f"{_HTML}0102"), "")[0] or _words(compound, path, _HTML)
