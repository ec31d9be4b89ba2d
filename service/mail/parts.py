"""The parts of a letter: which are to be read, which are attached, which are reports; and bytes to text whatever the character set."""

import codecs
import email.header
import re
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from service.mail.visible import visible_text

DEEPEST = 20
MOST_PARTS = 200
LONGEST_SUBJECT = 400
LONGEST_TEXT = 500_000

_BAD_CODECS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_7", "mbcs", "oem", "undefined", "unicode-escape", "utf-7"}
)
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One attached file, named as the sender named it and cleaned for showing."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    inline: bool = False  # it belongs to the text, as the logo of a signature does


def clean(text: str, limit: int) -> str:
    """Return *text* as one bounded line without control characters and with direction overrides shown."""
    return _BIDI.sub("\ufffd", CONTROLS.sub(" ", text[:limit])).strip()


def decode_words(value: str, limit: int = LONGEST_SUBJECT) -> str:
    """Decode the encoded words of a header value into clean, bounded text."""
    value = value[: limit * 12]
    try:
        pieces = email.header.decode_header(value)
        text = "".join(p if isinstance(p, str) else decode_text(p, c or "ascii")[0] for p, c in pieces)
    except Exception:  # the decoder raises several kinds for broken base64
        text = value
    return clean(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), limit)


def decode_text(content: bytes, charset: str) -> tuple[str, bool]:
    """Decode *content*; the flag says whether the declared character set was wrong or unknown."""
    name = charset.strip().strip("\"'").lower()
    guesses = ("utf-8", "cp1252")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) and name.startswith("utf-16"):
        return content.decode("utf-16", "replace"), False
    if name not in ("", "ascii", "us-ascii", "unknown-8bit", "x-unknown", "default", "8bit", "binary"):
        try:
            info = codecs.lookup(name)
            if info.name.lower().replace("-", "_") not in _BAD_CODECS:
                return content.decode(info.name), False
        except (LookupError, UnicodeError, ValueError, TypeError):
            pass
        else:
            return content.decode("ascii", "replace"), True
        if name.replace("_", "-") in ("utf-8", "utf8"):
            return content.decode("utf-8", "replace"), True
    for guess in guesses:
        try:
            return content.decode(guess), guess != "utf-8" or name not in ("", "ascii", "us-ascii")
        except UnicodeError:
            continue
    return content.decode("latin-1"), True


def unflow(text: str, delsp: bool) -> str:
    """Join the lines that format=flowed broke softly (RFC 3676)."""
    done: list[str] = []
    depths: list[int] = []
    open_line = False
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:]
        body = body[1:] if body.startswith(" ") else body
        soft = body.endswith(" ") and body != "-- "
        if open_line and depths[-1] == depth and body != "-- ":
            done[-1] = (done[-1][:-1] if delsp else done[-1]) + body
        else:
            done.append((">" * depth + " " if depth else "") + body)
            depths.append(depth)
        open_line = soft
    return "\n".join(done)


class Walk:
    """Collects the parts of one message."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        self.attachments: list[Attachment] = []
        self.letters: list[bytes] = []
        self.types: list[str] = []
        self.status: list[str] = []
        self.returned: list[str] = []
        self.pages: list[str] = []

    def text_of(self, part: Message) -> str:
        content = self.bytes_of(part)
        if len(content) > LONGEST_TEXT:
            self.problems.append("text cut short")
            content = content[:LONGEST_TEXT]
        text, wrong = decode_text(content, str(part.get_content_charset("") or ""))
        if wrong:
            self.problems.append("character set")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if part.get_content_type() == "text/plain" and str(part.get_param("format", "")).lower() == "flowed":
            text = unflow(text, str(part.get_param("delsp", "")).lower() == "yes")
        return text

    @staticmethod
    def bytes_of(part: Message) -> bytes:
        try:
            content: Any = part.get_payload(decode=True)
        except Exception:  # the decoders raise several kinds for broken input
            content = None
        if isinstance(content, bytes):
            return content
        payload = part.get_payload()
        return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""

    def file_name(self, part: Message) -> str:
        try:
            name = part.get_filename() or ""
        except Exception:  # RFC 2231 decoding raises for odd character sets
            name = "unnamed"
        return clean(re.sub(r"[\\/]", "_", decode_words(str(name))), 200)

    def segments(self, part: Message, depth: int = 0) -> list[tuple[str | None, str | None]]:
        if depth > DEEPEST or len(self.types) >= MOST_PARTS:
            self.problems.append("too many parts" if depth <= DEEPEST else "nested too deep")
            return []
        kind = part.get_content_type()
        self.types.append(kind)
        payload = part.get_payload()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            self.status.append(status_text(part))
            return []
        if kind.startswith("message/") and isinstance(payload, list):
            self.letter(part, payload)
            return []
        if isinstance(payload, list):
            kids = [self.segments(p, depth + 1) for p in payload if isinstance(p, Message)]
            if kind == "multipart/alternative":
                texts = [t for kid in kids for t, _ in kid if t is not None]
                pages = [h for kid in kids for _, h in kid if h is not None]
                return [("\n\n".join(texts) if texts else None, "\n\n".join(pages) if pages else None)] if texts or pages else []
            return [segment for kid in kids for segment in kid]
        name = self.file_name(part)
        attached = part.get_content_disposition() == "attachment" or bool(name)
        if kind in ("text/rfc822-headers", "message/rfc822-headers"):
            self.returned.append(self.text_of(part))
        elif kind == "text/plain" and not attached:
            return [(self.text_of(part), None)]
        elif kind == "text/html" and not attached:
            page = self.text_of(part)
            self.pages.append(page)
            return [(None, visible_text(page))]
        else:
            content = self.bytes_of(part)
            if kind == "message/rfc822":
                self.letters.append(content)
                self.returned.append(decode_text(content, "")[0])
            else:
                inline = part.get_content_disposition() != "attachment" and part.get("Content-ID") is not None
                self.attachments.append(Attachment(name=name or "unnamed", content_type=kind, content=content, inline=inline))
        return []

    def letter(self, part: Message, payload: list[Any]) -> None:
        for inner in payload[:20]:
            try:
                content = inner.as_bytes()
            except Exception:  # the generator raises several kinds for what the parser let pass
                content = "\n".join(f"{n}: {v}" for n, v in inner.items()).encode("utf-8", "replace")
            if part.get_content_type() == "message/rfc822":
                self.letters.append(content)
            else:
                self.attachments.append(Attachment(name="unnamed", content_type=part.get_content_type(), content=content))
            self.returned.append(decode_text(content[:LONGEST_TEXT], "")[0])


def status_text(part: Message) -> str:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return decode_text(Walk.bytes_of(part), "")[0]
    blocks = []
    for block in payload:
        if not isinstance(block, Message):
            continue
        lines = [f"{n}: {re.sub(chr(13) + '?' + chr(10) + '[ ' + chr(9) + ']*', ' ', str(v))}" for n, v in block.raw_items()]
        rest = block.get_payload()
        if isinstance(rest, str) and rest.strip():
            if not lines:  # the whole report is encoded, as RFC 6533 allows
                block["Content-Transfer-Encoding"] = str(part.get("Content-Transfer-Encoding", ""))
                rest = decode_text(Walk.bytes_of(block), "")[0]
            lines.append(rest)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
