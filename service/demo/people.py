"""The simulated staff: they read their own mailbox over IMAP, understand a letter as a person would, and write back over SMTP."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid
from mimetypes import guess_type
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aioimaplib
import aiosmtplib

from service.demo.addresses import PASSWORD, Staff, mailbox_of
from service.domain.notice import NoticeKind
from service.domain.reference import references_in

_TOKEN = re.compile(r"\+([a-z])\.[a-z2-7]{32}@", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"]+/(?:answer|confirm|decide|sign-in)/[a-z2-7]{32}", re.IGNORECASE)
_NUMBER = re.compile(r"\bAPPROVE\s+(\d{2,6})\b")
_KINDS = (
    (re.compile(r"\bFOUND\b"), NoticeKind.FOUND),
    (re.compile(r"\bUPDATE\b"), NoticeKind.UPDATE),
    (re.compile(r"\bNATIONAL ALERT\b"), NoticeKind.ALERT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLetter:
    """What a person sees in a letter of the service. *purpose* is the letter of the reply token, *number* the one to approve with."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    reply_to: str = field(repr=False)
    message_id: str
    references: str
    purpose: str
    reference: str | None
    number: str | None
    link: str | None = field(repr=False)
    kind: NoticeKind | None


def read_letter(raw: bytes) -> ReadLetter:
    """Read a letter of the service."""
    letter = message_from_bytes(raw, policy=policy.default)
    body = letter.get_body(preferencelist=("plain",))
    text = str(body.get_content()) if body is not None else ""
    subject, reply_to = " ".join(str(letter.get("Subject", "")).split()), _address(letter, "Reply-To") or _address(letter, "From")
    token, link, number = _TOKEN.search(reply_to), _LINK.search(text), _NUMBER.search(text)
    purpose = token.group(1).lower() if token else ""
    return ReadLetter(
        subject=subject,
        text=text,
        reply_to=reply_to,
        message_id=str(letter.get("Message-ID", "")).strip(),
        references=" ".join(str(letter.get("References", "")).split()),
        purpose=purpose,
        reference=next(iter(references_in(subject)), None),
        number=number.group(1) if number else None,
        link=link.group() if link else None,
        # A letter of thanks also lets an authority answer, so the token alone does not make it a notice.
        kind=next((kind for pattern, kind in _KINDS if pattern.search(subject)), None) if purpose == "a" else None,
    )


def write_reply(letter: ReadLetter, *, name: str, address: str, words: str, subject: str | None = None) -> EmailMessage:
    """Write a reply as a mail program does: to the reply address, in the thread, the original quoted below."""
    reply = new_letter(name=name, address=address, to=letter.reply_to, subject=subject or f"Re: {letter.subject}")
    reply["In-Reply-To"] = letter.message_id
    reply["References"] = f"{letter.references} {letter.message_id}".strip()
    quoted = "\n".join(f"> {line}".rstrip() for line in letter.text.splitlines())
    reply.set_content(f"{words}\n\n-----Original Message-----\nSubject: {letter.subject}\n\n{quoted}\n")
    return reply


def new_letter(*, name: str, address: str, to: str, subject: str) -> EmailMessage:
    """Begin a letter."""
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"] = formataddr((name, address))
    letter["To"] = to
    letter["Subject"] = subject
    letter["Date"] = formatdate(localtime=True)
    letter["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    return letter


class Sender:
    """Posts letters over SMTP and counts how many it posted into each account."""

    def __init__(self, *, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self.posted: Counter[str] = Counter()

    async def post(self, raw: bytes, *, sender: str, recipient: str) -> None:
        """Post one letter; an empty *sender* is the one that automatic letters use."""
        async with aiosmtplib.SMTP(hostname=self._host, port=self._port, start_tls=False, timeout=60) as line:
            await line.sendmail(sender, [recipient], raw)
        self.posted[mailbox_of(recipient) or ""] += 1


class Correspondent:
    """One member of staff at their mailbox."""

    def __init__(self, staff: Staff, sender: Sender, *, host: str, imap_port: int) -> None:
        self.staff = staff
        self._sender = sender
        self._client = aioimaplib.IMAP4(host=host, port=imap_port, timeout=30)
        self._seen = 0
        self._unread: list[ReadLetter] = []

    async def __aenter__(self) -> Self:
        await self._client.wait_hello_from_server()
        _expect(await self._client.login(self.staff.address, PASSWORD))
        _expect(await self._client.select("INBOX"))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._client.logout()

    async def find(self, wanted: Callable[[ReadLetter], bool]) -> ReadLetter | None:
        """Look into the mailbox and take out the first unread letter that is *wanted*."""
        await self._fetch()
        for position, letter in enumerate(self._unread):
            if wanted(letter):
                return self._unread.pop(position)
        return None

    async def reply(self, letter: ReadLetter, words: str, *, subject: str | None = None) -> None:
        """Reply to a letter."""
        written = write_reply(letter, name=self.staff.name, address=self.staff.address, words=words, subject=subject)
        await self._post(written, letter.reply_to)

    async def submit(self, form: Path, mailbox: str) -> None:
        """Send a form to the mailbox of the service: text as the letter itself, a file as an attachment to a few words."""
        letter = new_letter(name=self.staff.name, address=self.staff.address, to=mailbox, subject="National alert notification")
        content = await asyncio.to_thread(form.read_bytes)
        maintype, _, subtype = (guess_type(form.name)[0] or "application/octet-stream").partition("/")
        if maintype == "text":
            letter.set_content(content.decode())
        else:
            words = "Dear colleagues,\n\nPlease find attached a notification for a national alert.\n\nKind regards,"
            letter.set_content(f"{words}\n{self.staff.name}\n")
            letter.add_attachment(content, maintype=maintype, subtype=subtype, filename=form.name)
        await self._post(letter, mailbox)

    async def _post(self, letter: EmailMessage, recipient: str) -> None:
        await self._sender.post(letter.as_bytes(), sender=self.staff.address, recipient=recipient)

    async def _fetch(self) -> None:
        _expect(await self._client.noop())
        answer = _expect(await self._client.uid_search("ALL"))
        uids = sorted(int(word) for word in bytes(answer.lines[0]).split() if word.isdigit()) if answer.lines else []
        for uid in (uid for uid in uids if uid > self._seen):
            fetched = _expect(await self._client.uid("fetch", str(uid), "(BODY.PEEK[])"))
            self._unread += [read_letter(bytes(line)) for line in fetched.lines if isinstance(line, bytearray)]
            self._seen = uid


class MailTrouble(Exception):  # noqa: N818
    """The mail server of the demonstration refused a command."""


def _expect(answer: Any) -> Any:
    if answer.result != "OK":
        raise MailTrouble("The mail server of the demonstration refused a command.")
    return answer


def _address(letter: EmailMessage, header: str) -> str:
    found = letter.get(header)
    return str(found.addresses[0].addr_spec) if found is not None and found.addresses else ""
