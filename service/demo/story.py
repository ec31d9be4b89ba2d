"""The story of the demonstration: an alert, an update and a found notice, by real letters, checked against what people really did."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import httpx2

from service.database.counting import Desk, bring_forward, desk
from service.database.unit_of_work import Database
from service.demo.addresses import Council, Staff
from service.demo.answer_page import PageTrouble
from service.demo.authorities import Acts, Authorities
from service.demo.behaviour import Tally, expected
from service.demo.decision_page import approve
from service.demo.people import Correspondent, ReadLetter, Sender
from service.demo.server import DemoMailServer
from service.domain.case import Case, CaseState
from service.domain.delivery import Answer, Delivery, DeliveryState
from service.domain.notice import Notice, NoticeKind

_LOOK_EVERY = 0.2
_TAKEN = (DeliveryState.ACCEPTED, DeliveryState.DELAYED, DeliveryState.BOUNCED)
_UNNAMED = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.IN_DOUBT)
_TITLES = {NoticeKind.ALERT: "Alert", NoticeKind.UPDATE: "Update", NoticeKind.FOUND: "Found"}


class StoryStuck(Exception):  # noqa: N818
    """The story did not go on; the text names the step in a plain sentence."""


class Shows(Protocol):
    """Somewhere that the audience can follow the story."""

    def say(self, sentence: str) -> None:
        """Tell what happens now."""

    def bar(self, name: str, done: int, total: int) -> None:
        """Show how far one thing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the story needs. The service itself (rooms and pages) must already be running on *db* and *server*.

    *limit_seconds* bounds the wait at each step; *posted_before* letters came to the shared mailbox before the story.
    In a *hurry*, letters that a mail server put off are sent again at once.
    """

    council: Council
    server: DemoMailServer
    db: Database
    authorities: Authorities
    shows: Shows
    examples: Path = Path("examples")
    hurry: bool = True
    limit_seconds: float = 180.0
    posted_before: int = 0

    async def wait(self, condition: Callable[[], Awaitable[bool]], step: str) -> None:
        """Wait until *condition* holds; raises StoryStuck with the sentence *step* when it takes too long."""
        until = time.monotonic() + self.limit_seconds
        while not await condition():
            if self.authorities.troubles:
                raise StoryStuck(self.authorities.troubles[0])
            if time.monotonic() > until:
                raise StoryStuck(f"The story is stuck after {self.limit_seconds:.0f} seconds: {step}")
            await asyncio.sleep(_LOOK_EVERY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What the service counted, and every sentence about something that does not add up."""

    authorities: int
    tallies: dict[NoticeKind, Tally]
    letters_received: int
    quarantined: int
    audit_verified: bool
    seconds: float
    faults: tuple[str, ...] = field(default=())

    @property
    def add_up(self) -> bool:
        """Whether every number is what the people know it to be."""
        return not self.faults

    def as_json(self) -> dict[str, object]:
        """Return the numbers as they are written to a file."""
        return {
            "authorities": self.authorities,
            **{kind.value: tally.as_dict() for kind, tally in self.tallies.items()},
            "letters_received": self.letters_received,
            "quarantined": self.quarantined,
            "audit_verified": self.audit_verified,
            "seconds": round(self.seconds, 1),
        }


def count(deliveries: tuple[Delivery, ...]) -> Tally:
    """Count how the recipients of one notice stand, as the service knows it."""
    taken = [one for one in deliveries if one.state in _TAKEN or one.accepted_at is not None]
    bounced = [one for one in taken if one.state is DeliveryState.BOUNCED]
    there = [one for one in taken if one.state is not DeliveryState.BOUNCED]
    return Tally(
        recipients=len(deliveries),
        accepted=len(taken),
        acknowledged=sum(one.answer.acknowledges for one in there),
        bounced=len(bounced),
        failed=sum(one.state is DeliveryState.FAILED for one in deliveries),
        silent=sum(one.answer is Answer.NONE for one in there),
        unnamed=sum(one.state in _UNNAMED for one in deliveries),
    )


async def tell(stage: Stage) -> Numbers:
    """Tell the whole story and return its numbers; raises StoryStuck when a step does not come."""
    started = time.monotonic()
    sender = Sender(host=stage.server.host, port=stage.server.smtp_port)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(stage.authorities.at_work(sender))
        desks = {
            staff: await stack.enter_async_context(Correspondent(staff, sender, host=stage.server.host, imap_port=stage.server.imap_port))
            for staff in stage.council.staff
        }
        story = _Story(stage, sender, desks)
        await story.alert()
        await story.update()
        await story.found()
        return await story.numbers(started)


class _Story:
    def __init__(self, stage: Stage, sender: Sender, desks: Mapping[Staff, Correspondent]) -> None:
        self._stage = stage
        self._shows = stage.shows
        self._sender = sender
        self._worker = desks[stage.council.worker]
        self._checkers = [desks[one] for one in stage.council.checkers]
        self._approver = desks[stage.council.approver]
        self._receipt: ReadLetter | None = None

    async def alert(self) -> None:
        """The form, and everything that follows from it."""
        acts = self._stage.authorities.begin(NoticeKind.ALERT)
        self._shows.say("A social worker sends the notification form to the shared mailbox.")
        await self._worker.submit(self._stage.examples / self._stage.council.form, self._stage.council.mailbox)
        await self._see_through(NoticeKind.ALERT, acts)

    async def update(self) -> None:
        """Something new is known."""
        await self._report(NoticeKind.UPDATE, "Update", "update.txt", "The social worker writes that there is news.")

    async def found(self) -> None:
        """The child is found."""
        await self._report(NoticeKind.FOUND, "Found", "found.txt", "The social worker writes that the child is found.")

    async def numbers(self, started: float) -> Numbers:
        """Count everything, and compare it with the rule and with what the people did."""
        async with self._stage.db.read() as work:
            authorities = len(await work.register.recipients())
            tallies = {kind: count(await work.deliveries.of_notice(notice.id)) for kind, notice in (await self._notices()).items()}
            on_desk = await desk(work)
            audit = (await work.audit.verify()).holds
            case = await self._case()
        faults = [
            *_faults(tallies, self._stage.authorities.acts),
            *_faults_around(authorities, on_desk, audit, case, self._posted()),
            *self._stage.authorities.troubles,
        ]
        return Numbers(
            authorities=authorities,
            tallies=tallies,
            letters_received=on_desk.received,
            quarantined=on_desk.quarantined,
            audit_verified=audit,
            seconds=time.monotonic() - started,
            faults=tuple(faults),
        )

    def _posted(self) -> int:
        return self._stage.posted_before + self._sender.posted[self._stage.council.mailbox]

    async def _report(self, kind: NoticeKind, word: str, example: str, says: str) -> None:
        assert self._receipt is not None
        assert self._receipt.reference is not None
        acts = self._stage.authorities.begin(kind)
        self._shows.say(says)
        text = (self._stage.examples / example).read_text(encoding="utf-8").replace("REFERENCE", self._receipt.reference)
        await self._worker.reply(self._receipt, text, subject=f"{word} [{self._receipt.reference}]")
        await self._see_through(kind, acts)

    async def _see_through(self, kind: NoticeKind, acts: Acts) -> None:
        """See one notice through: receipt, check, approval, sending, answers, and quiet."""
        title = _TITLES[kind]
        checked = f"{title}: checked and approved"
        steps = len(self._checkers) + 2
        self._shows.bar(checked, 0, steps)
        self._receipt = await self._await_receipt(kind)
        self._shows.bar(checked, 1, steps)
        for stage, checker in enumerate(self._checkers, start=1):
            check = await self._letter_to(checker, "q", f"quality assurance (stage {stage}) has not been asked to check the {kind}.")
            self._shows.say(f"{checker.staff.title or 'Quality assurance'} reads the notice and replies PASS.")
            await checker.reply(check, "PASS")
            self._shows.bar(checked, 1 + stage, steps)
        request = await self._letter_to(self._approver, "d", f"the approver has not been asked about the {kind}.")
        await self._decide(kind, request)
        self._shows.bar(checked, steps, steps)
        await self._stage.wait(lambda: self._sent(kind, acts), f"the {kind} has not been sent to every authority.")
        await self._stage.wait(lambda: self._answered(kind, acts), f"the authorities have not all acted on the {kind}.")
        await self._stage.wait(lambda: self._quiet(kind, acts), f"the service has not dealt with every letter about the {kind}.")

    async def _decide(self, kind: NoticeKind, request: ReadLetter) -> None:
        """Approve by reply where the letter offers it, else on the web page: the first decision, and that a search may stop."""
        title = self._approver.staff.title
        if request.number is not None:
            self._shows.say(f"{title} reads what would be sent and replies APPROVE with the number.")
            await self._approver.reply(request, f"APPROVE {request.number}")
            return
        if request.link is None:
            raise StoryStuck(f"The letter that asks the approver about the {kind} names neither a number nor a link.")
        self._shows.say(f"{title} reads what would be sent, signs in and approves on the web page: this is not decided by reply.")

        async def sign_in_link() -> str:
            return (await self._letter_to(self._approver, "s", "the approver has had no sign-in link.")).link or ""

        async with httpx2.AsyncClient(follow_redirects=True, timeout=60) as browser:
            try:
                await approve(browser, request.link, address=self._approver.staff.address, sign_in_link=sign_in_link)
            except PageTrouble as trouble:
                raise StoryStuck(f"The approver could not decide about the {kind}: {trouble}") from None

    async def _await_receipt(self, kind: NoticeKind) -> ReadLetter:
        letter = await self._letter_to(self._worker, "c", f"the social worker has had no receipt for the {kind}.")
        if not letter.subject.startswith("Received"):
            raise StoryStuck(f"The service asked questions about the {kind}; the example form is meant to be complete.")
        if letter.reference is None:
            raise StoryStuck(f"The receipt for the {kind} names no case reference.")
        return letter

    async def _letter_to(self, person: Correspondent, purpose: str, step: str) -> ReadLetter:
        found: list[ReadLetter] = []

        async def arrived() -> bool:
            letter = await person.find(lambda one: one.purpose == purpose)
            if letter is not None:
                found.append(letter)
            return letter is not None

        await self._stage.wait(arrived, step)
        return found[0]

    async def _sent(self, kind: NoticeKind, acts: Acts) -> bool:
        tally = await self._tally(kind)
        if tally is None or not tally.recipients:
            return False
        self._shows.bar(f"{_TITLES[kind]}: sent", tally.recipients - tally.unnamed, tally.recipients)
        if 0 < tally.unnamed <= len(acts.put_off):
            await self._hurry()
        return tally.unnamed == 0

    async def _answered(self, kind: NoticeKind, acts: Acts) -> bool:
        tally = await self._tally(kind) or Tally()
        self._shows.bar(f"{_TITLES[kind]}: authorities acted", acts.done, len(acts.took))
        self._shows.bar(f"{_TITLES[kind]}: acknowledged", tally.acknowledged, len(acts.acknowledged))
        return acts.done == tally.accepted

    async def _quiet(self, kind: NoticeKind, acts: Acts) -> bool:
        """Whether nothing moves any more: every letter we posted was received and dealt with, and none waits to leave."""
        async with self._stage.db.read() as work:
            now = await desk(work)
        await self._answered(kind, acts)
        if now.leaving:
            await self._hurry()
        return now.unread == 0 and now.leaving == 0 and now.received >= self._posted()

    async def _hurry(self) -> None:
        if self._stage.hurry:
            async with self._stage.db.begin() as work:
                await bring_forward(work, now=datetime.now(UTC))

    async def _case(self) -> Case | None:
        assert self._receipt is not None
        async with self._stage.db.read() as work:
            return await work.cases.by_reference(self._receipt.reference or "")

    async def _notices(self) -> dict[NoticeKind, Notice]:
        case = await self._case()
        if case is None:
            return {}
        async with self._stage.db.read() as work:
            return {notice.kind: notice for notice in await work.notices.of_case(case.id)}

    async def _tally(self, kind: NoticeKind) -> Tally | None:
        notice = (await self._notices()).get(kind)
        if notice is None:
            return None
        async with self._stage.db.read() as work:
            return count(await work.deliveries.of_notice(notice.id))


def _faults(tallies: dict[NoticeKind, Tally], acts: dict[NoticeKind, Acts]) -> Iterator[str]:
    """Compare, for each notice, what the service counted with what the people did and with what the rule foretells."""
    for kind, title in _TITLES.items():
        if kind not in tallies or kind not in acts:
            yield f"{title}: there is no such notice."
            continue
        service, people = tallies[kind], acts[kind]
        if not service.adds_up:
            yield f"{title}: the numbers of the service do not add up."
        for name, number in service.as_dict().items():
            done, foretold = people.tally().as_dict()[name], expected().as_dict()[name]
            if number != done:
                yield f"{title}: the service counts {number} {name}, the authorities counted {done} themselves."
            if done != foretold:
                yield f"{title}: the authorities counted {done} {name}, the rule foretells {foretold}."
        if people.letters != len(people.took):
            yield f"{title}: {people.letters - len(people.took)} letters came to the same authority twice."


def _faults_around(authorities: int, on_desk: Desk, audit: bool, case: Case | None, posted: int) -> Iterator[str]:
    if authorities != expected().recipients:
        yield f"The directory has {authorities} authorities with an address; there should be {expected().recipients}."
    if on_desk.received != posted:
        yield f"The service received {on_desk.received} letters; {posted} were sent to it."
    if on_desk.quarantined:
        yield f"{on_desk.quarantined} letters were put aside for a person; none should be."
    if on_desk.unread or on_desk.leaving:
        yield f"{on_desk.unread} letters are not read and {on_desk.leaving} have not left."
    if not audit:
        yield "The audit trail does not hold."
    if case is None or case.state is not CaseState.CLOSED:
        yield "The case is not closed after the found notice."
