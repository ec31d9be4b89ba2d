"""The story of the directory: every authority is asked whether its address is right, some propose another, and an exercise goes to all."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2

from directory.confirming import Asks, Said
from directory.history import By
from directory.proposals import Proposals
from directory.proposing import agree, refuse
from service.database.counting import Desk, desk
from service.demo.addresses import mailbox_of
from service.demo.answer_page import PageTrouble, answer_form, send
from service.demo.authorities import CUSTODIAN
from service.demo.people import ReadLetter, Sender, read_letter, write_reply
from service.demo.server import DemoMailServer
from service.demo.story import Shows, StoryStuck
from service.flow import exercise
from service.flow.confirm import ask, keeper, write_letters_due
from service.flow.house import House

CHANGES, REFUSED, SILENT_EVERY = 15, 3, 20
_PEOPLE_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryNumbers:
    """What the service counted, beside every sentence about something that does not add up."""

    figures: Mapping[str, int]
    audit_verified: bool
    seconds: float
    faults: tuple[str, ...] = field(default=())

    @property
    def add_up(self) -> bool:
        """Whether every number is what the people know it to be."""
        return not self.faults

    def as_json(self) -> dict[str, object]:
        """Return the numbers as they are written to a file."""
        return {**self.figures, "audit_verified": self.audit_verified, "seconds": round(self.seconds, 1)}


class DirectoryStory:
    """The people at the authorities, the administrator and the approver; the service itself runs on *house* and *server*."""

    def __init__(self, house: House, server: DemoMailServer, shows: Shows, *, limit_seconds: float = 180.0) -> None:
        self._house, self._server, self._shows, self._limit = house, server, shows, limit_seconds
        self._post: asyncio.Queue[tuple[str, ReadLetter]] = asyncio.Queue()
        self._sender = Sender(host=server.host, port=server.smtp_port)
        self._places: dict[str, int] = {}
        self._did: Counter[str] = Counter()
        self._troubles: list[str] = []
        server.on_accepted = self._took

    async def tell(self) -> DirectoryNumbers:
        """Tell the whole story and return its numbers; raises StoryStuck when a step does not come."""
        started = time.monotonic()
        async with self._house.read() as work:
            self._places = {one.address: place for place, one in enumerate(await work.register.recipients())}
        people = [asyncio.create_task(self._work()) for _ in range(_PEOPLE_AT_ONCE)]
        try:
            await self._confirm()
            await self._change()
            misses = await self._exercise()
        finally:
            for person in people:
                person.cancel()
            await asyncio.gather(*people, return_exceptions=True)
        return await self._numbers(misses, started)

    async def _confirm(self) -> None:
        self._shows.say("Every authority is asked whether its address is still right.")
        async with self._house.begin() as work:
            authority = await keeper(work)
            assert authority is not None
            await ask(work, self._house, authority, datetime.now(UTC))
        await self._until("Confirmed", lambda: self._answered(Asks.CONFIRM), len(self._places))

    async def _change(self) -> None:
        self._shows.say(f"{CHANGES} of them propose another address. The administrator phones them, agrees to most and refuses {REFUSED}.")
        now = datetime.now(UTC)
        async with self._house.begin() as work:
            waiting = await Proposals(work.connection).waiting()
            for place, one in enumerate(waiting):
                step, counted = (refuse, "refused") if place < REFUSED else (agree, "changed")
                await step(work.register, one.id, By(who="Ada Admin", why="phoned them", at=now))
                self._did[counted] += 1
        await write_letters_due(self._house, now=now)
        await self._until("New addresses proved", lambda: self._answered(Asks.VERIFY), CHANGES - REFUSED)
        await self._until("Old and new addresses told", self._told, 2 * (CHANGES - REFUSED))

    async def _exercise(self) -> int:
        self._shows.say("A directory administrator prepares an exercise, and an approver lets it go.")
        async with self._house.read() as work:
            authority = await keeper(work)
        assert authority is not None
        exercise_id = await exercise.prepare(self._house, authority.id, by="Ada Admin", now=datetime.now(UTC))
        sent = await exercise.approve(self._house, exercise_id, by="Helen Approver", now=datetime.now(UTC))
        await self._until("Exercise: letters taken", self._drilled, sent)
        await self._until("Exercise: answered", lambda: self._answered(Asks.EXERCISE), len(self._places) - self._silent())
        return await exercise.close(self._house, exercise_id, by="Ada Admin", now=datetime.now(UTC))

    async def _took(self, _sender: str, recipient: str, raw: bytes, _dsn: Mapping[str, str]) -> None:
        if mailbox_of(recipient) not in self._places:
            return
        letter = read_letter(raw)
        if letter.purpose == "v":
            self._post.put_nowait((recipient, letter))
        else:
            self._did["told"] += 1

    async def _work(self) -> None:
        async with httpx2.AsyncClient(follow_redirects=True, timeout=30.0, trust_env=False) as browser:
            while True:
                recipient, letter = await self._post.get()
                try:
                    await self._act(browser, recipient, letter)
                except Exception as trouble:  # a person who cannot answer must stop the story, whatever the cause
                    self._troubles.append(str(trouble) if isinstance(trouble, PageTrouble) else type(trouble).__name__)

    async def _act(self, browser: httpx2.AsyncClient, recipient: str, letter: ReadLetter) -> None:
        place = self._places[mailbox_of(recipient) or ""]
        drill, verify = letter.subject.startswith("EXERCISE"), letter.subject.startswith("Please confirm")
        if drill:
            self._did["drill taken"] += 1
            if _says_nothing(place):
                return
        browser.headers["X-Forwarded-For"] = f"198.18.{place // 250}.{place % 250 + 1}"
        if not (drill or verify) and place < CHANGES:
            local, _, domain = recipient.partition("@")
            await _press(browser, letter, Said.CHANGE, address=f"{local}+new@{domain}")
            self._did["proposed"] += 1
        elif place % 2 or verify:
            await _press(browser, letter, Said.UNCHANGED)
        else:
            words = "Received" if drill else "Nothing has changed"
            reply = write_reply(letter, name=CUSTODIAN, address=recipient, words=f"{words}\n\n{CUSTODIAN}")
            await self._sender.post(reply.as_bytes(), sender=recipient, recipient=letter.reply_to)
        self._did["drill answered" if drill else "verified" if verify else "confirmed"] += 1

    async def _until(self, name: str, count: Callable[[], Awaitable[int]], total: int) -> None:
        until = time.monotonic() + self._limit
        while (done := await count()) < total:
            self._shows.bar(name, done, total)
            if self._troubles:
                raise StoryStuck(f"An authority could not answer: {self._troubles[0]}")
            if time.monotonic() > until:
                raise StoryStuck(f"The story is stuck after {self._limit:.0f} seconds at: {name}.")
            await asyncio.sleep(0.2)
        self._shows.bar(name, done, total)

    async def _answered(self, kind: Asks) -> int:
        async with self._house.read() as work:
            return await work.questions.count_answered(kind)

    def _silent(self) -> int:
        return sum(_says_nothing(place) for place in self._places.values())

    async def _told(self) -> int:
        return self._did["told"]

    async def _drilled(self) -> int:
        return self._did["drill taken"]

    async def _numbers(self, misses: int, started: float) -> DirectoryNumbers:
        async with self._house.read() as work:
            primary = await work.register.primary_contacts()
            contacts = [primary[one.gss_code] for one in await work.register.recipients()]
            figures = {
                "authorities": len(contacts),
                "confirmed": await work.questions.count_answered(Asks.CONFIRM),
                "proposed": self._did["proposed"],
                "changed": sum(one.address.partition("@")[0].endswith("+new") for one in contacts),
                "refused": self._did["refused"],
                "verified": await work.questions.count_answered(Asks.VERIFY),
                "proved by a person": sum(one.proved_how is not None and one.proved_how.by_a_person for one in contacts),
                "drill answered": await work.questions.count_answered(Asks.EXERCISE),
                "drill missed": misses,
                "tasks for misses": sum(one.kind == "exercise_missed" for one in await work.tasks.open()),
            }
            on_desk, audit = await desk(work), (await work.audit.verify()).holds
        faults = [*self._faults(figures, on_desk), *([] if audit else ["The audit trail does not hold."])]
        return DirectoryNumbers(figures=figures, audit_verified=audit, seconds=time.monotonic() - started, faults=tuple(faults))

    def _faults(self, figures: Mapping[str, int], on_desk: Desk) -> list[str]:
        everybody = len(self._places)
        silent = self._silent()
        foretold = {
            "authorities": everybody,
            "confirmed": everybody,
            "proposed": CHANGES,
            "changed": CHANGES - REFUSED,
            "refused": REFUSED,
            "verified": CHANGES - REFUSED,
            "proved by a person": everybody,
            "drill answered": everybody - silent,
            "drill missed": silent,
            "tasks for misses": silent,
        }
        faults = [
            f"The service counts {figures[name]} {name}, the rule foretells {want}."
            for name, want in foretold.items()
            if figures[name] != want
        ]
        faults += [
            f"The people counted {self._did[name]} {name}, the service {figures[name]}."
            for name in ("confirmed", "verified", "drill answered")
            if self._did[name] != figures[name]
        ]
        if on_desk.quarantined or on_desk.unread or on_desk.leaving:
            faults.append(f"{on_desk.quarantined} letters put aside, {on_desk.unread} not read, {on_desk.leaving} not left.")
        return [*faults, *self._troubles]


def _says_nothing(place: int) -> bool:
    return place % SILENT_EVERY == 5


async def _press(browser: httpx2.AsyncClient, letter: ReadLetter, said: Said, **typed: str) -> None:
    if letter.link is None:
        raise PageTrouble("There is no link in the letter.")
    page = await browser.get(letter.link)
    form = answer_form(page.text)
    fields = {**form.filled(name="", answer=said), "name": CUSTODIAN, **typed}
    shown = await send(browser, str(page.url), fields, seen_at=str(page.url))
    if shown.status_code != 200 or "govuk-error-summary" in shown.text:
        raise PageTrouble(f"The page did not take the answer (status {shown.status_code}).")
