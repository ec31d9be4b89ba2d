"""Reading what an IMAP server answered: UIDs, sizes, bodies and how long it asks us to stay away. Matched by UID, never by position."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

FETCHED = re.compile(rb"\d+ FETCH \(", re.IGNORECASE)
UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)", re.IGNORECASE)
INTERNALDATE = re.compile(rb'\bINTERNALDATE "([^"]+)"', re.IGNORECASE)
BACKOFF = re.compile(rb"Backoff Time:\s*(\d+)\s*milliseconds", re.IGNORECASE)
MONTHS = {"Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12}
DATE = re.compile(r"\s*(\d{1,2})-([A-Z][a-z]{2})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})")
LONGEST_BACKOFF = timedelta(hours=1)

Lines = Sequence[bytes | bytearray]


def retry_after(lines: Lines) -> timedelta | None:
    """Read how long the server asks us to stay away, or None when it does not."""
    text = b"\n".join(bytes(line) for line in lines)
    if found := BACKOFF.search(text):
        return min(timedelta(milliseconds=int(found.group(1)[:12])), LONGEST_BACKOFF)
    if b"authenticated but not connected" in text or b"is throttled" in text:
        return timedelta(seconds=60)
    return None


def found_uids(lines: Lines) -> tuple[int, ...]:
    """Read the answer of a SEARCH, whose last line is the server's own remark."""
    return tuple(sorted({int(word) for line in lines[:-1] for word in bytes(line).split() if word.isdigit()}))


def letter_sizes(lines: Lines) -> dict[int, tuple[int, datetime | None]]:
    """Read size and arrival of each letter; lines about other things (a flag changed by a person) are passed over."""
    sizes: dict[int, tuple[int, datetime | None]] = {}
    for line in lines:
        text = bytes(line)
        uid, size = UID.search(text), SIZE.search(text)
        if FETCHED.match(text) and uid and size:
            date = INTERNALDATE.search(text)
            sizes[int(uid.group(1))] = int(size.group(1)), arrival(date.group(1).decode("ascii", "replace")) if date else None
    return sizes


def arrival(text: str) -> datetime | None:
    """Read an INTERNALDATE; None when it is not one."""
    found = DATE.fullmatch(text)
    if not found or found.group(2) not in MONTHS:
        return None
    day, month, year, clock, zone = found.groups()
    try:
        return datetime.strptime(f"{year}-{MONTHS[month]:02}-{int(day):02} {clock} {zone}", "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return None


def bodies_of(lines: Lines, section: str) -> dict[int, bytes]:
    """Find the body of each letter among the lines, by UID."""
    part = re.compile(rb"BODY\[" + section.encode() + rb"\](?:<\d+>)? (?:\{\d+\}$|(\"\"|NIL)(?=[ )]))", re.IGNORECASE)
    bodies: dict[int, bytes] = {}
    text, body = b"", None
    for line in lines:
        if isinstance(line, bytearray):
            if part.search(text):
                body = bytes(line)
            text += b" "
            continue
        if FETCHED.match(line):
            text, body = b"", None
        text += bytes(line)
        if (empty := part.search(text)) and empty.group(1):
            body = b""
        named = UID.search(text)
        if body is not None and named and text.endswith(b")"):
            bodies.setdefault(int(named.group(1)), body)
    return bodies
