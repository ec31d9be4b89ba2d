"""Looks into the binary format of old Word documents (.doc) for what a plain reader would show wrongly or not at all.

[MS-DOC]: 2.5.1 Fib, 2.4.1 text, 2.9.33 ChpxFkp, 2.6.1 character properties.
"""

import re
import struct

_CHARACTER_FORMATS = 0xFA  # where the Fib says where the table of character formats is
_TEXT_LENGTH, _PIECES = 0x4C, 0x1A2
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_PAGE = 512
_MOST_PAGES = 5_000
# struck, struck twice, deleted while changes were tracked, hidden; and a sign of a symbol font, such as a ticked box
_SWITCHES = (b"\x37\x08", b"\x53\x2a", b"\x00\x08")
_SYMBOL = b"\x09\x6a"
_CHOICE_FIELDS = ("FORMCHECKBOX", "FORMDROPDOWN")


def is_encrypted(stream: bytes) -> bool:
    """Tell whether the main stream of a document is protected with a password."""
    return len(stream) > 12 and bool(struct.unpack_from("<H", stream, 10)[0] & _ENCRYPTED)


def table_stream(stream: bytes) -> str:
    """Name the stream that holds the tables of the document."""
    return "1Table" if len(stream) > 12 and struct.unpack_from("<H", stream, 10)[0] & _SECOND_TABLE else "0Table"


def hides_what_counts(stream: bytes, table: bytes) -> bool:
    """Tell whether words are struck out or deleted, or choices are shown by form fields or symbols, which antiword cannot tell apart."""
    if any(word.encode("utf-16-le") in stream or word.encode() in stream for word in _CHOICE_FIELDS):
        return True
    return any(_matters(properties) for properties in _character_formats(stream, table))


def _matters(properties: bytes) -> bool:
    switched = any(properties[at + 2 : at + 3] not in (b"", b"\x00") for mark in _SWITCHES if (at := properties.find(mark)) >= 0)
    return switched or _SYMBOL in properties


def _character_formats(stream: bytes, table: bytes) -> list[bytes]:
    """List the character properties of every run; empty when the document is too odd to have any."""
    found: list[bytes] = []
    try:
        begin, length = struct.unpack_from("<II", stream, _CHARACTER_FORMATS)
        count = min((length - 4) // 8, _MOST_PAGES)
        for number in struct.unpack_from(f"<{count}I", table, begin + 4 * (count + 1)) if count > 0 else ():
            page = stream[(number & 0x3FFFFF) * _PAGE :][:_PAGE]
            runs = page[_PAGE - 1]
            offsets = page[4 * (runs + 1) : 4 * (runs + 1) + runs]
            found += [page[2 * at + 1 : 2 * at + 1 + page[2 * at]] for at in offsets if at]
    except (struct.error, IndexError):
        return found
    return found


def main_text(stream: bytes, table: bytes) -> str:
    """Return the words of the document without its tables' marks and without field codes; empty when they cannot be found."""
    try:
        length, begin = struct.unpack_from("<I", stream, _TEXT_LENGTH)[0], struct.unpack_from("<I", stream, _PIECES)[0]
        while table[begin] == 1:
            begin += 3 + struct.unpack_from("<H", table, begin + 1)[0]
        count = min((struct.unpack_from("<I", table, begin + 1)[0] - 4) // 12, _MOST_PAGES)
        places = struct.unpack_from(f"<{count + 1}I", table, begin + 5)
        text = "".join(_piece(stream, table, begin + 5 + 4 * (count + 1) + 8 * n, places[n + 1] - places[n]) for n in range(count))
    except (struct.error, IndexError):
        return ""
    return re.sub(r"\x13[^\x13-\x15]*\x14?|\x15", "", text[:length])


def _piece(stream: bytes, table: bytes, at: int, length: int) -> str:
    place = struct.unpack_from("<I", table, at + 2)[0]
    if place & 0x40000000:
        return stream[(place & 0x3FFFFFFF) // 2 :][:length].decode("cp1252", "replace")
    return stream[place:][: 2 * length].decode("utf-16-le", "replace")
