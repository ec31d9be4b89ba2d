"""Cuts rich text (.rtf) into its words: group borders, controls with their numbers, bytes and text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.forms.blocks import EMPTY, TICKED

_WORD = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n\x00]+)|[\r\n\x00]+|\\", re.DOTALL)
_SIGNS = {b"~": "~", b"_": "_", b"*": "*", b"\r": "par", b"\n": "par", b"\t": "tab"}

LETTERS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ", "~": " ", "_": "-",
}  # fmt: skip
CODE_PAGES = {
    0: "cp1252", 1: "cp1252", 2: "symbol", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_BOXES = dict.fromkeys((0xFE, 0xFD, 0xFC, 0xFB, 0x52, 0x53), TICKED) | dict.fromkeys((0xA8, 0x6F, 0xA1, 0xA3, 0x71, 0x72), EMPTY)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the file; *kind* is open, close, control, byte or text."""

    kind: str
    name: str = ""
    number: int | None = None
    text: bytes = b""


def words_in(content: bytes) -> Iterator[Word]:
    """Yield the words of a file in order, without the raw bytes of pictures."""
    position = 0
    while (match := _WORD.match(content, position)) is not None:
        position = match.end()
        name, number, byte, sign, border, text = match.groups()
        if name is not None:
            value = int(number) if number else None
            if name == b"bin" and value and value > 0:
                position += value
            else:
                yield Word("control", name.decode(), value)
        elif byte is not None:
            yield Word("byte", text=bytes.fromhex(byte.decode()))
        elif sign is not None:
            yield from _sign(sign)
        elif border is not None:
            yield Word("open" if border == b"{" else "close")
        elif text is not None:
            yield Word("text", text=text)


def _sign(sign: bytes) -> Iterator[Word]:
    if sign in (b"\\", b"{", b"}"):
        yield Word("text", text=sign)
    elif sign in _SIGNS:
        yield Word("control", _SIGNS[sign])


def whole(pieces: Iterable[str]) -> str:
    """Join pieces of text; characters beyond the first plane come as two halves, and half a character is none."""
    return "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def symbol(code: int | bytes) -> str:
    """Return the box that a sign of a symbol font shows; empty for other signs of such fonts and for plain characters."""
    if isinstance(code, bytes):
        return "".join(_BOXES.get(one, "") for one in code)
    code %= 0x10000
    return _BOXES.get(code - 0xF000, "") if 0xF000 <= code <= 0xF0FF else ""
