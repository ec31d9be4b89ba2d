"""Writes minimal old Word documents (.doc): paragraphs, one table, and runs that are struck out, so that the converters can be tried.

[MS-DOC]: 2.5.1 Fib, 2.8.35 PlcPcd, 2.9.33 ChpxFkp, 2.9.174 PapxFkp.
"""

import struct
from collections.abc import Sequence

from tests.documents.compound import compound

_TEXT = 0x800
_IN_TABLE, _ROW_END = b"\x16\x24\x01", b"\x17\x24\x01"
_STRUCK = b"\x37\x08\x01"


def old_word(lines: Sequence[str], rows: Sequence[Sequence[str]] = (), *, struck: str = "", protected: bool = False) -> bytes:
    """Return a document of *lines* and then a table of *rows*; the words *struck* are struck out wherever they stand."""
    paragraphs = [(f"{line}\r", b"") for line in lines]
    for row in rows:
        paragraphs += [(f"{cell}\x07", _IN_TABLE) for cell in row]
        paragraphs.append(("\x07", _IN_TABLE + _ROW_END + _table(len(row))))
    paragraphs.append(("\r", b""))
    text = "".join(words for words, _ in paragraphs)
    coded = text.encode("utf-16-le")
    begin = text.find(struck) if struck else -1
    runs = [(len(text), b"")] if begin < 0 else [(begin, b""), (begin + len(struck), _STRUCK), (len(text), b"")]
    stream = bytearray(_TEXT) + coded
    stream += b"\x00" * (-len(stream) % 512)
    character_page, paragraph_page = len(stream) // 512, len(stream) // 512 + 1
    stream += _characters([run for run in runs if run[0] or len(runs) == 1])
    stream += _paragraphs(paragraphs)
    stream += b"\x00" * max(0, 4096 - len(stream))
    last = _TEXT + len(coded)
    tables = {
        0xA2: struct.pack("<HHHHHHHHHH", 18, 15, 10, 1, 91, 15, 0, 0, 0, 0) + b"\x00" * 30,
        0xFA: struct.pack("<III", _TEXT, last, character_page),
        0x102: struct.pack("<III", _TEXT, last, paragraph_page),
        0x1A2: b"\x02" + struct.pack("<I", 16) + struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, _TEXT, 0),
    }
    table = b""
    for place, content in tables.items():
        struct.pack_into("<II", stream, place, len(table), len(content))
        table += content
    struct.pack_into("<HHHHHH", stream, 0, 0xA5EC, 0xC1, 0, 0x0809, 0, 0x0100 if protected else 0)
    struct.pack_into("<HI", stream, 0x0C, 0xBF, 0)
    struct.pack_into("<II", stream, 0x18, _TEXT, last)
    struct.pack_into("<H", stream, 0x20, 14)
    struct.pack_into("<H", stream, 0x3E, 22)
    struct.pack_into("<I", stream, 0x40, len(stream))
    struct.pack_into("<I", stream, 0x4C, len(text))
    struct.pack_into("<H", stream, 0x98, 93)
    return compound({"WordDocument": bytes(stream), "0Table": table.ljust(4096, b"\x00")})


def _table(columns: int) -> bytes:
    edges = struct.pack(f"<B{columns + 1}h", columns, *(2000 * number for number in range(columns + 1))) + b"\x00" * 20 * columns
    return b"\x08\xd6" + struct.pack("<H", len(edges) + 1) + edges


def _characters(runs: Sequence[tuple[int, bytes]]) -> bytes:
    page, at = bytearray(512), 510
    places = [_TEXT, *(_TEXT + 2 * end for end, _ in runs)]
    struct.pack_into(f"<{len(places)}I", page, 0, *places)
    for number, (_, properties) in enumerate(runs):
        if properties:
            at -= len(properties) + 1
            at -= at % 2
            page[at : at + len(properties) + 1] = bytes([len(properties)]) + properties
            page[4 * len(places) + number] = at // 2
    page[511] = len(runs)
    return bytes(page)


def _paragraphs(paragraphs: Sequence[tuple[str, bytes]]) -> bytes:
    page, at, end = bytearray(512), 510, 0
    places = [_TEXT]
    for words, _ in paragraphs:
        end += len(words)
        places.append(_TEXT + 2 * end)
    struct.pack_into(f"<{len(places)}I", page, 0, *places)
    known: dict[bytes, int] = {}
    for number, (_, properties) in enumerate(paragraphs):
        content = struct.pack("<H", 0) + properties
        if content not in known:
            coded = content + b"\x00" * (len(content) % 2)
            whole = bytes([0, len(coded) // 2]) + coded
            at -= len(whole)
            at -= at % 2
            page[at : at + len(whole)] = whole
            known[content] = at // 2
        page[4 * len(places) + 13 * number] = known[content]
    page[511] = len(paragraphs)
    return bytes(page)
