"""One raw letter, read once into a value. Never raises for bad input: what is wrong with a letter becomes a word in `problems`."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parsedate_to_datetime

from service.mail.parts import CONTROLS, LONGEST_TEXT, Attachment, Walk, decode_words

MOST_HEADERS = 500
LONGEST_HEADER = 20_000

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))+"
_BARE = re.compile(rf"({_LOCAL}@{_DOMAIN})")
_NAMED = re.compile(rf'(?:"(?:[^"\\\r\n]|\\[^\r\n])*"|[^<>@,;:()"\[\]\\\r\n\x00]*)[ \t]*<({_LOCAL}@{_DOMAIN})>')
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,300}>")
SINGLE_HEADERS = ("from", "sender", "subject", "date", "message-id", "to", "reply-to")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncomingEmail:
    """A letter as it was read. Addresses are lower case; `from_address` is None unless it is beyond doubt who From names.

    It is equal to itself alone, so that what was found out about it can be kept beside it.
    """

    from_address: str | None = field(repr=False)
    from_problem: str | None
    sender_address: str | None = field(repr=False)
    return_path: str | None = field(repr=False)
    subject: str = field(repr=False)
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    date: datetime | None
    recipients: tuple[str, ...] = field(repr=False)
    text: str = field(repr=False)
    html_text: str = field(repr=False)
    segments: tuple[tuple[str | None, str | None], ...] = field(repr=False)
    attachments: tuple[Attachment, ...]
    attached_letters: tuple[bytes, ...] = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    content_type: str
    report_type: str
    part_types: tuple[str, ...]
    delivery_status: tuple[str, ...] = field(repr=False)
    returned_text: str = field(repr=False)
    parts: int
    problems: tuple[str, ...]
    raw: bytes = field(repr=False)
    html_source: str = field(default="", repr=False)  # its own pages as they were sent, where the cells of tables are still told apart

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of the header *name*, top first, unfolded and otherwise as it stood."""
        return tuple(v for n, v in self.headers if n.lower() == name.lower())

    def first(self, name: str) -> str:
        """Return the topmost value of the header *name*, or an empty string."""
        return next(iter(self.all(name)), "")

    @property
    def plain_view(self) -> str:
        """The letter as a reader of plain text sees it."""
        return "\n\n".join(
            part for part in (text if text and text.strip() else markup or "" for text, markup in self.segments) if part.strip()
        )

    @property
    def html_view(self) -> str:
        """The letter as a reader of HTML sees it; a page that shows nothing stays nothing, whatever its plain text says."""
        return "\n\n".join(
            part for part in (markup if markup is not None else text or "" for text, markup in self.segments) if part.strip()
        )


def _bounded_head(raw: bytes, problems: list[str]) -> bytes:
    """Take lone carriage returns and NULs out of the header: servers and parsers disagree on whether they end a line."""
    end = re.search(rb"\r?\n\r?\n", raw)
    head, body = (raw[: end.start()], raw[end.start() :]) if end else (raw, b"")
    if re.search(rb"\r(?!\n)|\x00", head):
        problems.append("control characters in the header")
        head = re.sub(rb"\r(?!\n)|\x00", b" ", head)
    if len(head) > 1_000_000:
        problems.append("header too long")
        head = head[:1_000_000]
    return head + body


def _headers(message: Message, problems: list[str]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for name, value in message.raw_items():
        if len(found) >= MOST_HEADERS:
            problems.append("too many headers")
            break
        text = str(value)
        if len(text) > LONGEST_HEADER:
            problems.append("a header line is too long")
            text = text[:LONGEST_HEADER]
        text = re.sub(r"\r?\n[ \t]*", " ", text).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        found.append((str(name)[:200], CONTROLS.sub(" ", text).strip()))
    return tuple(found)


def strict_address(values: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Return the one plain address that *values* name, or None and why there is doubt."""
    if not values:
        return None, "missing"
    if len(values) > 1:
        return None, "more than one"
    value = values[0]
    if len(value) > 1000:
        return None, "too long"
    match = _BARE.fullmatch(value) or _NAMED.fullmatch(value)
    if match is None:
        return None, "not one plain address"
    if len(match[1].rpartition("@")[0]) > 64 or len(match[1]) > 254:
        return None, "too long"
    return match[1].lower(), None


def addresses_in(value: str) -> tuple[str, ...]:
    """Return everything in *value* that looks like an address, lower case, in order."""
    pieces = re.split(r"[\s<>,;:\"()\[\]]+", value[:LONGEST_HEADER])
    return tuple(p.strip("'").lower() for p in pieces if p.count("@") == 1 and 2 < len(p.strip("'")) <= 320)


def _parse_message(raw: bytes, problems: list[str]) -> Message:
    parser = BytesParser(policy=compat32)
    try:
        return parser.parsebytes(raw)
    except Exception:  # the parser raises for several kinds of broken input, RecursionError among them
        problems.append("could not be read in full")
    try:
        return parser.parsebytes(raw, headersonly=True)
    except Exception:  # as above
        return Message(policy=compat32)


def parse(raw: bytes) -> IncomingEmail:
    """Read one raw letter; whatever is wrong with it is named in `problems`."""
    problems: list[str] = []
    message = _parse_message(_bounded_head(raw, problems), problems)
    headers = _headers(message, problems)
    walk = Walk(problems)
    try:
        segments = walk.segments(message)
    except Exception:  # one letter in thousands finds a new way; a person reads it
        problems.append("could not be read in full")
        segments = []

    def all_of(name: str) -> tuple[str, ...]:
        return tuple(v for n, v in headers if n.lower() == name)

    if not headers:
        problems.append("no header")
    problems += [f"more than one {name}" for name in SINGLE_HEADERS if len(all_of(name)) > 1]
    if message.defects:
        problems.append("not well formed")
    from_address, from_problem = strict_address(all_of("from"))
    return_path = next(iter(all_of("return-path")), None)
    if return_path is not None:
        return_path = next(
            iter(addresses_in(return_path)), "" if return_path.strip() in ("<>", "", "< >") else return_path.strip("<> ").lower()[:320]
        )
    reply_ids = _MESSAGE_ID.findall(" ".join(all_of("in-reply-to")))
    wanted = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
    everyone = [a for name in wanted for value in all_of(name)[:20] for a in addresses_in(value)]
    return IncomingEmail(
        from_address=from_address,
        from_problem=from_problem,
        sender_address=strict_address(all_of("sender"))[0],
        return_path=return_path,
        subject=decode_words(next(iter(all_of("subject")), "")),
        message_id=next(iter(_MESSAGE_ID.findall(next(iter(all_of("message-id")), ""))), None),
        in_reply_to=reply_ids[0] if reply_ids else None,
        references=tuple(dict.fromkeys(_MESSAGE_ID.findall(" ".join(all_of("references")))))[:200],
        date=_date(next(iter(all_of("date")), "")),
        recipients=tuple(dict.fromkeys(everyone))[:1000],
        text="\n\n".join(t for t, _ in segments if t),
        html_text="\n\n".join(h for _, h in segments if h),
        segments=tuple(segments),
        attachments=tuple(walk.attachments),
        attached_letters=tuple(walk.letters),
        headers=headers,
        content_type=message.get_content_type(),
        report_type=str(message.get_param("report-type", "") or "").lower(),
        part_types=tuple(walk.types),
        delivery_status=tuple(walk.status),
        returned_text="\n\n".join(walk.returned)[:LONGEST_TEXT],
        parts=len(walk.types),
        problems=tuple(dict.fromkeys(problems)),
        raw=raw,
        html_source="\n".join(walk.pages),
    )


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value[:200])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
