"""Letters within letters: opens forwarded letters, saved letters (.eml, .msg) and winmail.dat, and lists every file in them.

Who an inner letter says it is from is never looked at: only what it carries counts, and the outer letter answers for it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from service.mail.classify import Sort, sort_of
from service.mail.message import IncomingEmail, parse
from service.mail.outlook_message import SavedLetter, is_message_file, read_message_file
from service.mail.parts import Attachment
from service.mail.quoting import divide, new_text, quoted_below, unquoted_below
from service.mail.winmail import is_winmail, read_winmail

DEEPEST = 8
MOST_FILES = 200
MOST_BYTES = 100_000_000
LOGO = 40_000
OWN_TEXT = "the letter itself"
INNER_TEXT = "the letter inside the letter"
FORWARDED_TEXT = "the forwarded letter"
QUOTED_TEXT = "the letter quoted in the forwarded letter"
_TABLE = re.compile(r"<t[dh]\b", re.IGNORECASE)
_FORWARDS = re.compile(r"^\s*(?:fw|fwd|wg|tr|ymlaen|yml)\s*:", re.IGNORECASE)
_HEADER_LINE = re.compile(
    rb"^(?:return-path|received|from|date|subject|to|message-id|mime-version|x-[\w-]+|dkim-signature):\s", re.I | re.M
)


@dataclass(slots=True)
class _Budget:
    """How much more may be opened, over all letters within one letter together."""

    files: int = MOST_FILES
    size: int = MOST_BYTES

    def allows(self, content: bytes) -> bool:
        self.files, self.size = self.files - 1, self.size - len(content)
        return self.files >= 0 and self.size >= 0


def enclosed_files(email: IncomingEmail, text: str) -> tuple[Attachment, ...]:
    """List everything in a letter that may hold a form, its own text last; *text* is what its writer wrote.

    A file that opens as a letter is replaced by what it holds. What is nested too deep, or too much, stays closed.
    """
    budget = _Budget()
    files = list(_opened(_files_of(email), budget, DEEPEST))
    return (*files, *_own_text(email, text))


def files_within(file: Attachment) -> tuple[Attachment, ...]:
    """List what one file from disk holds: its parts when it is a letter in any form, else itself."""
    return tuple(_opened([file], _Budget(), DEEPEST))


def _files_of(email: IncomingEmail) -> list[Attachment]:
    letters = [Attachment(name="letter.eml", content_type="message/rfc822", content=one) for one in email.attached_letters]
    return [*(one for one in email.attachments if not _is_logo(one)), *letters]


def _is_logo(file: Attachment) -> bool:
    """Tell a picture that belongs to a signature from a photograph that was sent."""
    return file.inline and len(file.content) < LOGO and file.content_type.startswith("image/")


def _opened(files: Iterable[Attachment], budget: _Budget, deepest: int) -> Iterator[Attachment]:
    for file in files:
        if not budget.allows(file.content):
            return
        inner = _inside(file, deepest) if deepest > 0 else None
        if inner is None:
            yield file
        else:
            yield from _opened(inner, budget, deepest - 1)


def _inside(file: Attachment, deepest: int) -> list[Attachment] | None:
    """List what a letter in a file holds; None when the file is no letter or cannot be opened."""
    if is_winmail(file.content) or is_message_file(file.content):
        saved = read_winmail(file.content) if is_winmail(file.content) else read_message_file(file.content, deepest)
        return (_of_saved(saved) if saved is not None else None) or None  # what opens to nothing was damaged
    if _is_letter(file):
        email = parse(file.content)
        own = _own_text(email, new_text(email))
        return [*_files_of(email), *(replace(one, name=INNER_TEXT) if one.name == OWN_TEXT else one for one in own)]
    return None


def _is_letter(file: Attachment) -> bool:
    named = file.content_type == "message/rfc822" or re.search(r"\.(?:eml|mht|mhtml)$", file.name, re.IGNORECASE) is not None
    head = file.content[:2000].lstrip()
    return (named or head.lower().startswith((b"mime-version:", b"return-path:", b"received:"))) and _HEADER_LINE.match(head) is not None


def _of_saved(saved: SavedLetter) -> list[Attachment]:
    divided = divide(saved.text)
    new, below = "\n".join(divided.new), "\n".join(unquoted_below(divided))
    forwards = divided.forwarded or _FORWARDS.match(saved.subject) is not None
    found = [*saved.attachments]
    for letter in saved.letters:
        found += _of_saved(letter)
    return [*found, *_texts(new, below if forwards else "", saved.html, INNER_TEXT)]


def _own_text(email: IncomingEmail, text: str) -> tuple[Attachment, ...]:
    sort = sort_of(email)
    divided = divide(email.plain_view)
    forwards = sort is Sort.FORWARD or divided.forwarded
    html = "" if sort is Sort.REPLY else email.html_source
    below = (unquoted_below(divided), quoted_below(divided)) if forwards else ((), ())
    return tuple(_texts(text, "\n".join(below[0]), html, OWN_TEXT, "\n".join(below[1])))


def _texts(new: str, forwarded: str, html: str, name: str, quoted: str = "") -> list[Attachment]:
    """Choose what is read of a letter's own words: a page with tables as a page, since only there the cells are told apart."""
    if _TABLE.search(html):
        return [Attachment(name=name, content_type="text/html; charset=utf-8", content=html.encode())]
    words = ((name, new), (QUOTED_TEXT, quoted), (FORWARDED_TEXT, forwarded))
    return [Attachment(name=title, content_type="text/plain", content=text.strip().encode()) for title, text in words if text.strip()]
