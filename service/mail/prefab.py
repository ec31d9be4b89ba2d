"""Prefabricated letters: the whole MIME message is built once per cascade, and per recipient only the slots are filled in.

A slot stands alone between soft line breaks, so that no value can be cut by, or cut, the quoted-printable around it. Its marker says where
it stands: `\\x00:to\\x00` in a header, `\\x00link\\x00` in the text, `\\x00&link\\x00` in the HTML.
"""

import base64
import binascii
import hashlib
import html as markup
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from typing import Protocol

BODY_SLOTS = ("link", "number", "token", "authority")
_HEADER_SLOTS = ("to", "date", "message_id", "reply_to", "references", "delivery_id")
_SHOWN = {"link": "‹your personal link›", "number": "‹number›", "token": "‹reference›", "authority": "‹your authority›"}
_MARKER = re.compile(rb"\x00([:&]?)([a-z_]+)\x00")
_TEXT_SLOT = re.compile("\x00(" + "|".join(BODY_SLOTS) + ")\x00")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,200}@[A-Za-z0-9.-]{1,255}")
_ATTACHED = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.[a-z0-9]{1,8}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")
_MESSAGE_ID = re.compile(r"<?([!-;=?-~]{1,400}@[!-;=?-~]{1,400}?)>?")
_PLAIN_LENGTH = 60  # longer or odd header text goes into encoded words, which can be folded anywhere


class Letter(Protocol):
    """What `templates.Rendered` offers: the words of one letter."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a letter, the same for every recipient. Its name is ours: lower case, and never a person's."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What differs from one recipient to the next."""

    to_name: str = field(repr=False)
    to_address: str = field(repr=False)
    message_id: str
    date: datetime
    reply_to: str = field(repr=False)
    delivery_id: str
    references: tuple[str, ...] = ()
    link: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    authority: str = ""


def freeze(
    letter: Letter, *, sender_name: str, sender_address: str, attachments: Sequence[Attachment] = (), hears_of_absence: bool = False
) -> bytes:
    """Build the wire form of *letter* with its slots still open; the adapter dot-stuffs, nothing here does.

    With *hears_of_absence* it does not ask Exchange to keep an out-of-office reply back: a request needs to know of it.
    """
    body = _multipart(
        b"alternative",
        [
            b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n' % kind + words
            for kind, words in ((b"plain", _quoted_printable(letter.text, b"")), (b"html", _quoted_printable(letter.html, b"&")))
        ],
    )
    if attachments:
        body = _multipart(b"mixed", [body, *map(_attached, attachments)])
    head = [
        b"From: " + _mailbox(sender_name, sender_address),
        b"To: \x00:to\x00",
        b"Subject: " + _unstructured(letter.subject),
        b"Date: \x00:date\x00",
        b"Message-ID: \x00:message_id\x00",
        b"Reply-To: \x00:reply_to\x00",
        b"\x00:references\x00Auto-Submitted: auto-generated",
        b"X-Auto-Response-Suppress: " + (b"DR, RN, NRN, AutoReply" if hears_of_absence else b"All"),
        b"X-National-Alerts-Delivery: \x00:delivery_id\x00",
        b"Content-Language: en-GB",
        b"MIME-Version: 1.0",
        body,
    ]
    frozen = b"\r\n".join([*head, b""])
    _read_back(frozen, letter)
    return frozen


def _read_back(frozen: bytes, letter: Letter) -> None:
    """Read the letter as a mail program does, once for all recipients, and refuse one that would not show the words it was made of."""
    subject, text, page = readable(frozen)
    words = _TEXT_SLOT.sub(lambda slot: _SHOWN[slot[1]], letter.text)
    markup_words = _TEXT_SLOT.sub(lambda slot: markup.escape(_SHOWN[slot[1]]), letter.html)
    if subject.split() != letter.subject.split() or _plain(text) != _plain(words) or _plain(page) != _plain(markup_words):
        raise ValueError("A letter would not be read as it was written, so it is not sent.")


def _plain(words: str) -> str:
    return words.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").encode("utf-8", "replace").decode().rstrip("\n")


def _multipart(kind: bytes, parts: Sequence[bytes]) -> bytes:
    """Join parts, each with its own header lines, under a boundary that is a hash of them, so that freezing twice gives the same bytes."""
    boundary = b"=_" + hashlib.sha256(b"\0".join(parts)).hexdigest()[:32].encode()
    opened = [b"--" + boundary + b"\r\n" + part for part in parts]
    return b"\r\n".join([b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"', b"", *opened, b"--" + boundary + b"--"])


def _attached(one: Attachment) -> bytes:
    if not _ATTACHED.fullmatch(one.name) or not _MEDIA_TYPE.fullmatch(one.media_type):
        raise ValueError("The name or the type of an attachment is not well formed.")
    charset = b'; charset="utf-8"' if one.media_type.startswith("text/") else b""
    head = b"Content-Type: " + one.media_type.encode() + charset + b"\r\nContent-Transfer-Encoding: base64\r\n"
    where = b'Content-Disposition: attachment; filename="' + one.name.encode() + b'"\r\n\r\n'
    return head + where + base64.encodebytes(one.content).strip().replace(b"\n", b"\r\n")


def personalise(frozen: bytes, slots: Slots) -> bytes:
    """Fill in *slots* for one recipient; ValueError when a value could break out of the place where it stands."""
    return b"".join(filled(frozen, slots))


def filled(frozen: bytes, slots: Slots) -> tuple[bytes, ...]:
    """Do what `personalise` does and leave the letter in pieces; what lies between the slots are the same objects for every recipient."""
    if slots.date.tzinfo is None:
        raise ValueError("The date of a letter needs a time zone.")
    head: dict[str, Callable[[], bytes]] = {
        "to": lambda: _mailbox(slots.to_name, slots.to_address),
        "date": lambda: _date(slots.date),
        "message_id": lambda: _message_id(slots.message_id),
        "reply_to": lambda: _address(slots.reply_to),
        "references": lambda: _references(slots.references),
        "delivery_id": lambda: _word(slots.delivery_id),
    }
    body = {"link": slots.link, "number": slots.number, "token": slots.token, "authority": slots.authority}
    pieces = list(_pieces(frozen))
    # re.split with two groups: text, where, name, text, where, name, …
    for at in range(1, len(pieces), 3):
        where, name = pieces[at], pieces[at + 1].decode()
        pieces[at], pieces[at + 1] = b"", head[name]() if where == b":" else _value(body[name], in_html=where == b"&")
    return tuple(pieces)


def attached_to(frozen: bytes) -> int:
    """Count the files that go with a frozen letter."""
    return frozen.count(b"\r\nContent-Disposition: attachment;")


def readable(frozen: bytes) -> tuple[str, str, str]:
    """Return subject, text and HTML as an approver sees them, with words in the place of each slot."""
    pieces = list(_pieces(frozen))
    for at in range(1, len(pieces), 3):
        where, name = pieces[at], pieces[at + 1].decode()
        pieces[at], pieces[at + 1] = b"", b"" if where == b":" else _value(_SHOWN[name], in_html=where == b"&")
    message = message_from_bytes(b"".join(pieces), policy=policy.default)
    assert isinstance(message, EmailMessage)
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert page is not None
    text, shown = (str(part.get_content()).replace("\r\n", "\n") for part in (plain, page))
    return str(message["Subject"]), text, shown


@lru_cache(maxsize=4)
def _pieces(frozen: bytes) -> tuple[bytes, ...]:
    pieces = _MARKER.split(frozen)
    if any(b"\x00" in piece for piece in pieces[::3]):
        raise ValueError("This is not a frozen letter: a slot marker is broken.")
    for where, name in zip(pieces[1::3], pieces[2::3], strict=True):
        if name.decode() not in (_HEADER_SLOTS if where == b":" else BODY_SLOTS):
            raise ValueError("This is not a frozen letter: it has a slot nobody knows.")
    return tuple(pieces)


def _quoted_printable(words: str, where: bytes) -> bytes:
    lines = words.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return b"\r\n".join(_line(line, where) for line in lines)


def _line(line: str, where: bytes) -> bytes:
    pieces = _TEXT_SLOT.split(line)
    done = _encode(pieces[0])
    for name, following in zip(pieces[1::2], pieces[2::2], strict=True):
        done = _with_room(done) + b"=\r\n\x00" + where + name.encode() + b"\x00=\r\n" + _encode(following)
    return done


def _encode(words: str) -> bytes:
    return binascii.b2a_qp(words.replace("\x00", "").encode("utf-8", "replace"), istext=False).replace(b"=\n", b"=\r\n")


def _with_room(encoded: bytes) -> bytes:
    """Leave room for the soft break that follows: a line of quoted-printable is 76 characters with it."""
    return encoded + b"=\r\n" if len(encoded) - (encoded.rfind(b"\n") + 1) > 75 else encoded


def _value(value: str, *, in_html: bool) -> bytes:
    _refuse_controls(value)
    return _with_room(_encode(markup.escape(value) if in_html else value))


def _refuse_controls(value: str) -> None:
    if _CONTROL.search(value):
        raise ValueError("A value of this letter holds a line break or another control character, so it is not sent.")


def _unstructured(words: str) -> bytes:
    _refuse_controls(words)
    if words.isascii() and len(words) <= _PLAIN_LENGTH and words == words.strip() and "=?" not in words:
        return words.encode()
    return _encoded_words(words)


def _encoded_words(words: str) -> bytes:
    chunks, chunk = [], b""
    for character in words:
        if len(chunk) + len(coded := character.encode()) > 45:
            chunks.append(chunk)
            chunk = b""
        chunk += coded
    return b"\r\n ".join(b"=?utf-8?b?" + base64.b64encode(each) + b"?=" for each in [*chunks, chunk])


def _mailbox(name: str, address: str) -> bytes:
    _refuse_controls(name)
    name, where = " ".join(name.split()), _address(address)
    if not name:
        return where
    if name.isascii() and len(name) <= _PLAIN_LENGTH and "=?" not in name:
        phrase = b'"' + name.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'
    else:
        phrase = _encoded_words(name)
    return phrase + b"\r\n <" + where + b">"


def _address(address: str) -> bytes:
    if not _ADDRESS.fullmatch(address):
        raise ValueError("An address of this letter is not one we can write to.")
    return address.encode()


@lru_cache(maxsize=4)  # the letters of a cascade were all written in one moment
def _date(moment: datetime) -> bytes:
    return format_datetime(moment).encode()


def _message_id(identity: str) -> bytes:
    if not (found := _MESSAGE_ID.fullmatch(identity)):
        raise ValueError("A Message-ID of this letter is not well formed.")
    return b"<" + found[1].encode() + b">"


def _references(identities: tuple[str, ...]) -> bytes:
    if not identities:
        return b""
    chain = [_message_id(each) for each in identities]
    return b"References: " + b"\r\n ".join(chain) + b"\r\nIn-Reply-To: " + chain[-1] + b"\r\n"


def _word(word: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,128}", word):
        raise ValueError("A delivery id of this letter is not well formed.")
    return word.encode()
