"""The simulated receiving authorities. They act when the mail server takes a letter for them, and count what they did themselves."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2

from service.demo.addresses import address_of, mailbox_of, receiving
from service.demo.answer_page import PageTrouble, press
from service.demo.behaviour import Behaviour, Tally, behaviours
from service.demo.people import ReadLetter, Sender, new_letter, read_letter, write_reply
from service.demo.server import delivery_report
from service.domain.notice import NoticeKind

REPLY = "Acknowledged"
CUSTODIAN = "Robin Custodian"
_PEOPLE_AT_ONCE = 4


@dataclass(slots=True)
class Acts:
    """What the authorities saw and did about one notice, each by its address."""

    letters: int = 0
    took: set[str] = field(default_factory=set, repr=False)
    refused: set[str] = field(default_factory=set, repr=False)
    put_off: set[str] = field(default_factory=set, repr=False)
    acknowledged: set[str] = field(default_factory=set, repr=False)
    out_of_office: set[str] = field(default_factory=set, repr=False)
    reported: set[str] = field(default_factory=set, repr=False)
    silent: set[str] = field(default_factory=set, repr=False)

    @property
    def done(self) -> int:
        """How many of those who got the letter have done what they do."""
        return len(self.acknowledged | self.out_of_office | self.reported | self.silent)

    def tally(self) -> Tally:
        """Return the numbers as the authorities counted them."""
        return Tally(
            recipients=len(self.took | self.refused),
            accepted=len(self.took),
            acknowledged=len(self.acknowledged),
            bounced=len(self.reported),
            failed=len(self.refused),
            silent=len(self.silent | self.out_of_office),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    authority: str = field(repr=False)
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    raw: bytes = field(repr=False)
    letter: ReadLetter
    kind: NoticeKind
    dsn: Mapping[str, str]


class Authorities:
    """All receiving authorities. *pace* is about how many seconds they take to answer one notice, all together."""

    def __init__(self, *, pace: float = 0.0) -> None:
        self.acts: dict[NoticeKind, Acts] = {}
        self.troubles: list[str] = []
        self._pace = pace
        self._now: Acts | None = None
        self._names = {address_of(one): one.name for one in receiving()}
        self._places = {address: place for place, address in enumerate(self._names)}
        self._post: asyncio.Queue[_Received] = asyncio.Queue()
        self._sender: Sender | None = None

    def begin(self, kind: NoticeKind) -> Acts:
        """Turn to the next notice: servers that put letters off do so once more."""
        self._now = self.acts[kind] = Acts()
        return self._now

    def reply_to_rcpt(self, recipient: str) -> str | None:
        """Answer the mail server when a letter is offered: refused for good, put off once, or None to take it."""
        authority = mailbox_of(recipient)
        behaviour = behaviours().get(authority) if authority else None
        if authority is None or self._now is None:
            return None
        if behaviour is Behaviour.REFUSES:
            self._now.refused.add(authority)
            return "550 5.1.1 No such mailbox here"
        if behaviour is Behaviour.PUTS_OFF and authority not in self._now.put_off:
            self._now.put_off.add(authority)
            return "451 4.7.1 Please try again later"
        return None

    async def on_accepted(self, sender: str, recipient: str, raw: bytes, dsn: Mapping[str, str]) -> None:
        """Note a letter that the mail server took, and act on it later as people do."""
        authority = mailbox_of(recipient)
        if authority not in self._names:
            return
        letter = read_letter(raw)
        acts = self.acts.get(letter.kind) if letter.kind else None
        if letter.kind is None or acts is None:
            return  # a letter of thanks, say
        acts.letters += 1
        if authority in acts.took:
            return
        acts.took.add(authority)
        received = _Received(authority=authority, sender=sender, recipient=recipient, raw=raw, letter=letter, kind=letter.kind, dsn=dsn)
        self._post.put_nowait(received)

    @asynccontextmanager
    async def at_work(self, sender: Sender) -> AsyncIterator[None]:
        """Let the people at the authorities answer their letters for as long as the context is entered."""
        self._sender = sender
        people = [asyncio.create_task(self._work()) for _ in range(_PEOPLE_AT_ONCE)]
        try:
            yield
        finally:
            for person in people:
                person.cancel()
            await asyncio.gather(*people, return_exceptions=True)

    async def _work(self) -> None:
        async with httpx2.AsyncClient(follow_redirects=True, timeout=30.0, trust_env=False) as browser:
            while True:
                received = await self._post.get()
                await asyncio.sleep(self._pace * _PEOPLE_AT_ONCE / len(self._names))
                # Each sits at an address of its own, as it would outside; all from one machine would look like a flood.
                place = self._places[received.authority]
                browser.headers["X-Forwarded-For"] = f"198.18.{place // 250}.{place % 250 + 1}"
                try:
                    await self._act(received, browser)
                except Exception as trouble:  # a person who cannot answer must stop the story, whatever the cause
                    says = str(trouble) if isinstance(trouble, PageTrouble) else type(trouble).__name__
                    self.troubles.append(f"An authority could not answer the {received.kind}: {says}")

    async def _act(self, received: _Received, browser: httpx2.AsyncClient) -> None:
        acts, authority = self.acts[received.kind], received.authority
        match behaviours()[authority]:
            case Behaviour.REPLIES | Behaviour.PUTS_OFF:
                await self._reply(received)
                acts.acknowledged.add(authority)
            case Behaviour.PRESSES_LINK:
                if received.letter.link is None:
                    raise PageTrouble("There is no link in the letter.")
                # Every other one has already checked its records.
                searched = received.kind is not NoticeKind.FOUND and self._places[authority] % 4 == 0
                answer = "not_known" if searched else "acknowledged"
                await press(browser, received.letter.link, name=CUSTODIAN, answer=answer)
                acts.acknowledged.add(authority)
            case Behaviour.OUT_OF_OFFICE:
                await self._out_of_office(received)
                acts.out_of_office.add(authority)
            case Behaviour.BOUNCES_LATER:
                await self._report(received)
                acts.reported.add(authority)
            case _:
                acts.silent.add(authority)

    async def _reply(self, received: _Received) -> None:
        words = f"{REPLY}\n\n{CUSTODIAN}\n{self._names[received.authority]}"
        reply = write_reply(received.letter, name=CUSTODIAN, address=received.authority, words=words)
        await self._posted(reply.as_bytes(), sender=received.authority, recipient=received.letter.reply_to)

    async def _out_of_office(self, received: _Received) -> None:
        to = received.sender or received.letter.reply_to
        letter = new_letter(name=CUSTODIAN, address=received.authority, to=to, subject=f"Automatic reply: {received.letter.subject}")
        letter["In-Reply-To"] = received.letter.message_id
        letter["Auto-Submitted"] = "auto-replied"
        letter["X-Auto-Response-Suppress"] = "All"
        letter.set_content("I am out of the office and will be back on Monday. Your message has not been forwarded.\n")
        await self._posted(letter.as_bytes(), sender="", recipient=to)

    async def _report(self, received: _Received) -> None:
        report = delivery_report(
            report_to=received.sender,
            recipient=received.recipient,
            original=received.raw,
            action="failed",
            status="5.2.2",
            diagnostic="552 5.2.2 Mailbox full",
            at=datetime.now(UTC),
            envelope_id=received.dsn.get("ENVID"),
            original_recipient=received.dsn.get("ORCPT"),
        )
        await self._posted(report, sender="", recipient=received.sender)

    async def _posted(self, raw: bytes, *, sender: str, recipient: str) -> None:
        assert self._sender is not None
        await self._sender.post(raw, sender=sender, recipient=recipient)
