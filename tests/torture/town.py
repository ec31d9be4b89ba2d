"""Everybody outside: a mail server and people who act on the letters they get. It outlives every crash of the service.

A person acts once on a letter; a copy with the same Message-ID is recognised as one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
from aiosmtpd.smtp import Envelope, Session

from service.demo.answer_page import PageTrouble
from service.demo.decision_page import approve
from service.demo.people import ReadLetter, new_letter, read_letter, write_reply
from service.demo.server import DemoMailServer, delivery_report
from service.domain.notice import NoticeKind
from tests.torture.weather import Weather

MAILBOX = "alerts@kent.test"
PASSWORD = "torture"
SAM, PRIYA, HELEN = "sam@kent.test", "priya@kent.test", "helen@kent.test"
EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that the relay took: one copy, at its place in time."""

    recipient: str
    raw: bytes = field(repr=False)

    @property
    def message_id(self) -> str:
        return self.header("Message-ID")

    @property
    def delivery_id(self) -> str:
        return self.header("X-National-Alerts-Delivery")

    def header(self, name: str) -> str:
        return str(message_from_bytes(self.raw, policy=policy.default).get(name, "")).strip()


class _Server(DemoMailServer):
    """Remembers how many recipients each letter had, and has bad days where *weather* says so."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._imap_lines: set[asyncio.StreamWriter] = set()

    most_recipients = 0
    takes_seconds = 0.0
    weather: Weather | None = None

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        self.most_recipients = max(self.most_recipients, len(envelope.rcpt_tos))
        await asyncio.sleep(self.takes_seconds)
        happens = self.weather.draw() if self.weather else "fine"
        if happens == "refuses":
            return "451 4.3.0 Try again later"
        if happens == "is slow":
            await asyncio.sleep(1.5)
        said = await super().handle_DATA(server, session, envelope) if happens != "drops" else ""
        if happens in ("drops", "takes and drops"):
            server.transport.abort()
        return said

    def _imap_callback(self) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        serve = super()._imap_callback()

        async def remembered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._imap_lines.add(writer)
            try:
                await serve(reader, writer)
            finally:
                self._imap_lines.discard(writer)

        return remembered

    async def drop_lines(self, weather: Weather) -> None:
        """Cut every line to the mailbox again and again."""
        while True:
            await weather.calm()
            for writer in self._imap_lines:
                writer.transport.abort()


class Town:
    """The mail server and the people. Of the authorities at *addresses* one refuses, one bounces later, one is silent."""

    def __init__(self, addresses: tuple[str, ...], pages: str, weather: Weather | None = None) -> None:
        self.addresses = addresses
        self.taken: list[Taken] = []
        self.posted: list[bytes] = []
        self.troubles: list[str] = []
        self.pages = pages
        self.answered: dict[NoticeKind, set[str]] = {NoticeKind.ALERT: set(), NoticeKind.FOUND: set()}
        self._known: set[tuple[str, str]] = set()
        self._links: asyncio.Queue[str] = asyncio.Queue()
        self._receipt: ReadLetter | None = None
        self._told_found = False
        self.finds = True
        self.cascade_begins: Path | None = None
        self._deciding: set[asyncio.Task[None]] = set()
        accounts = dict.fromkeys((MAILBOX, SAM, PRIYA, HELEN, *addresses), PASSWORD)

        def mailbox_of(recipient: str) -> str | None:
            local, _, domain = recipient.strip("<>").casefold().rpartition("@")
            account = f"{local.partition('+')[0]}@{domain}"
            return account if account in accounts else None

        self.server = _Server(
            accounts=accounts,
            mailbox_of=mailbox_of,
            reply_to_rcpt=self._recipient,
            on_accepted=self._accepted,
        )
        self.server.weather = self.weather = weather

    def _recipient(self, address: str) -> str | None:
        if address.casefold() in self.addresses and self.cascade_begins is not None:
            self.cascade_begins.touch()
        return "550 5.1.1 No such mailbox" if address.casefold() == self.addresses[0] else None

    async def begin(self) -> None:
        """The social worker sends the form."""
        if self.weather is not None:
            self._deciding.add(asyncio.create_task(self.server.drop_lines(self.weather)))
        letter = new_letter(name="Sam", address=SAM, to=MAILBOX, subject="National alert notification")
        letter.set_content((EXAMPLES / "notification.txt").read_text(encoding="utf-8"))
        await self._post(letter, SAM, MAILBOX)

    async def rest(self) -> None:
        """Stop everybody."""
        for task in self._deciding:
            task.cancel()
        await asyncio.gather(*self._deciding, return_exceptions=True)

    def told(self, kind: NoticeKind) -> bool:
        """Whether every authority that can be reached has one notice and did what it does."""
        return self.answered[kind] >= set(self.addresses[1:])

    async def _accepted(self, sender: str, recipient: str, raw: bytes, wishes: Mapping[str, str]) -> None:
        copy = Taken(recipient, raw)
        self.taken.append(copy)
        if (recipient, copy.message_id) in self._known:
            return
        self._known.add((recipient, copy.message_id))
        try:
            await self._act(sender, recipient, raw, read_letter(raw))
        except Exception as trouble:  # a person who cannot go on must end the run, whatever the cause
            self.troubles.append(f"{type(trouble).__name__}: {trouble}")

    async def _act(self, sender: str, recipient: str, raw: bytes, letter: ReadLetter) -> None:
        match recipient, letter.purpose:
            case (address, "c") if address == SAM and self._receipt is None:
                self._receipt = letter
                await self._perhaps_found()
            case (address, "q") if address == PRIYA:
                await self._reply(letter, PRIYA, "PASS")
            case (address, "d") if address == HELEN:
                if letter.number is not None:
                    await self._reply(letter, HELEN, f"APPROVE {letter.number}")
                elif letter.link is not None:
                    self._deciding.add(asyncio.create_task(self._decide(letter.link)))
            case (address, "s") if address == HELEN:
                self._links.put_nowait(letter.link or "")
            case (address, "a") if address in self.addresses and letter.kind in self.answered:
                await self._answer(sender, address, raw, letter)
                assert letter.kind is not None
                self.answered[letter.kind].add(address)
                await self._perhaps_found()

    async def _answer(self, sender: str, address: str, raw: bytes, letter: ReadLetter) -> None:
        place = self.addresses.index(address)
        if place == 1 and letter.kind is NoticeKind.ALERT:
            report = delivery_report(
                report_to=sender, recipient=address, original=raw, action="failed", status="5.2.2", diagnostic="552 5.2.2 Full",
                at=datetime.now(UTC),
            )  # fmt: skip
            self.posted.append(report)
            await self.server.deliver(sender, "", report)
        elif place > 2:
            await self._reply(letter, address, "Acknowledged")

    async def _perhaps_found(self) -> None:
        if self.told(NoticeKind.ALERT) and self._receipt is not None and self.finds and not self._told_found:
            self._told_found = True
            reference = self._receipt.reference or ""
            text = (EXAMPLES / "found.txt").read_text(encoding="utf-8").replace("REFERENCE", reference)
            await self._reply(self._receipt, SAM, text, subject=f"Found [{reference}]")

    async def _decide(self, link: str) -> None:
        """Decide on the web page, again and again while the service is down."""
        while True:
            with suppress(httpx2.HTTPError, PageTrouble, TimeoutError):
                async with httpx2.AsyncClient(follow_redirects=True, timeout=10, trust_env=False) as browser:
                    await approve(browser, link, address=HELEN, sign_in_link=self._next_link)
                return
            await asyncio.sleep(1)

    async def _next_link(self) -> str:
        return await asyncio.wait_for(self._links.get(), 15)

    async def _reply(self, letter: ReadLetter, address: str, words: str, subject: str | None = None) -> None:
        reply = write_reply(letter, name=address.partition("@")[0].title(), address=address, words=words, subject=subject)
        await self._post(reply, address, letter.reply_to)

    async def _post(self, letter: EmailMessage, sender: str, recipient: str) -> None:
        raw = letter.as_bytes()
        self.posted.append(raw)
        await self.server.deliver(recipient, sender, raw)
