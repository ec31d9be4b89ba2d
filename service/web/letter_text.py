"""A received or frozen letter as text only: sender, subject, the readable part, and the names of what is attached. Nothing in it runs."""

import asyncio
from dataclasses import dataclass, field

from service.mail import prefab
from service.mail.message import parse

LARGEST = 10_000_000
_LONGEST = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """The name and size of something attached; its content is not shown here."""

    name: str = field(repr=False)
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableLetter:
    """What a person sees of a letter."""

    sender: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[AttachedFile, ...]


async def readable(raw: bytes) -> ReadableLetter:
    """Read a received letter for display; whatever is broken in it becomes a sentence, never an error."""
    if len(raw) > LARGEST:
        return _unreadable("This letter is too large to show here. Open it in the mailbox.")
    try:
        return await asyncio.to_thread(_read, raw)
    except Exception:  # hostile bytes may break a parser anywhere; the page must still open
        return _unreadable("This letter cannot be shown. Open it in the mailbox.")


def frozen(wire: bytes) -> ReadableLetter:
    """Show a letter of ours as its readers get it."""
    subject, text, _ = prefab.readable(wire)
    return ReadableLetter(sender="", subject=subject, text=text, attachments=())


def _read(raw: bytes) -> ReadableLetter:
    letter = parse(raw)
    return ReadableLetter(
        sender=letter.from_address or "Not plain",
        subject=letter.subject,
        text=(letter.text.strip() or letter.html_text.strip() or "This letter has no readable text.")[:_LONGEST],
        attachments=tuple(AttachedFile(name=one.name or one.content_type, size=len(one.content)) for one in letter.attachments),
    )


def _unreadable(says: str) -> ReadableLetter:
    return ReadableLetter(sender="", subject="", text=says, attachments=())
