"""Room 7: post what is due, one letter to one recipient. The conversation with the relay happens between two short transactions.

`in_doubt` is committed before the first byte of a letter leaves, so a crash can never hide that it may have been sent.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

import structlog

from service.crashpoints import crashpoint
from service.database import repairs
from service.database.leaving import Move
from service.database.letters import LetterChanged
from service.database.unit_of_work import Work
from service.domain.audience import bound_content, fingerprint_of, line_of
from service.domain.delivery import Delivery, DeliveryEvent, DeliveryState, Lane, wait_before_retry
from service.domain.pace import Pace
from service.domain.people import Role
from service.flow.came_back import ask_for_an_address
from service.flow.house import House
from service.flow.journal import Journal
from service.mail.prefab import Slots, filled
from service.mail.tokens import reply_address
from service.ports import Envelope, Mailer, MailerConnection, RelayUnavailable, SendOutcome, SendResult

log = structlog.get_logger()
# Longer than the 10 minutes a relay may take after the final dot (RFC 5321 §4.5.3.2.6), so that a live lease is never stolen.
LEASE = timedelta(minutes=15)
BLOCK = 100
ROUND_SECONDS = 5.0
_TOO_MANY = 432  # Exchange Online: the mailbox has too many connections
UNHURRIED = Pace()
_EVENTS = {
    SendOutcome.ACCEPTED: DeliveryEvent.ACCEPTED,
    SendOutcome.REFUSED_FOR_GOOD: DeliveryEvent.REFUSED,
}


@dataclass(frozen=True, slots=True)
class _Approved:
    """A frozen letter, and who was approved to get it."""

    frozen: bytes = field(repr=False)
    lines: frozenset[str] = field(repr=False)


class LeaseLost(Exception):  # noqa: N818
    """Somebody else took the letter over, or it was stopped, before its first byte left."""


async def deliver_due(house: House, mailer: Mailer, *, now: datetime, connections: int = 4, pace: Pace = UNHURRIED) -> int:
    """Send what is due and return how many letters the relay took. With the relay away, everything stays queued."""
    return await _Round(house, mailer, now, pace).run(connections)


class _Round:
    """A few seconds of sending: blocks of letters are claimed one after another, and leave over connections that stay open."""

    def __init__(self, house: House, mailer: Mailer, now: datetime, pace: Pace) -> None:
        self._house = house
        self._mailer = mailer
        self._now = now
        self._started = time.monotonic()
        self._pace = pace
        self._tray: deque[Delivery] = deque()
        self._few = 0
        self._claiming: asyncio.Task[None] | None = None
        self._over = False
        self._journal = Journal(house.journal, self._moment, lambda: self._working)
        self._letters: dict[str, asyncio.Task[_Approved]] = {}
        self._trouble: str | None = None
        self._working = 0
        self._crowded = False
        self._accepted = 0

    async def run(self, connections: int) -> int:
        """Send until nothing is due, the round is over or the relay is away."""
        await self._claim()
        if not self._tray:
            return 0
        self._few = connections
        try:
            ends = await asyncio.gather(*(self._work_through() for _ in range(min(connections, len(self._tray)))), return_exceptions=True)
            if self._claiming is not None:
                await self._claiming  # what it claims is put back as well
        finally:
            await self._journal.close()
            self._letters.clear()  # who was approved is large, and the next round may begin before this one is collected
        await self._put_back_the_rest()
        log.info("letters_sent", accepted=self._accepted)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return self._accepted

    def _moment(self) -> datetime:
        """The time of the round and the whole seconds that it has taken."""
        return self._now + timedelta(seconds=int(time.monotonic() - self._started))

    async def _work_through(self) -> None:
        """Send letters over one connection after another until none is left or the relay is away."""
        self._working += 1
        try:
            while self._trouble is None and not self._gives_way() and (delivery := await self._next()):
                self._tray.appendleft(delivery)
                async with self._mailer.connect() as connection:
                    while connection.usable and self._trouble is None and (delivery := await self._next()):
                        await self._send(connection, delivery)
        except RelayUnavailable as away:
            self._trouble = away.reason
        except Exception:
            self._trouble = "Sending stopped because of an error on our side."
            raise
        finally:
            self._working -= 1

    def _gives_way(self) -> bool:
        """Whether this connection is not opened again, because the relay said that we have too many; the last one goes on."""
        gives_way, self._crowded = self._crowded and self._working > 1, False
        return gives_way

    async def _next(self) -> Delivery | None:
        """Take the next letter, and see to it that a block is ready when the tray gets empty."""
        if len(self._tray) <= self._few and self._claiming is None and not self._over:
            self._claiming = asyncio.create_task(self._claim())
        if not self._tray and self._claiming is not None:
            await self._claiming
        return self._tray.popleft() if self._tray else None

    async def _claim(self) -> None:
        """Claim a block; the first that is empty ends the round, as does the clock, so that a new one looks at what came in."""
        try:
            async with self._journal.turn, self._house.begin() as work:
                block = await claim_at_pace(work, self._pace, self._moment())
            crashpoint("O2")
            self._tray.extend(block)
            self._over = not block or time.monotonic() - self._started > ROUND_SECONDS
        finally:
            self._claiming = None

    async def _send(self, connection: MailerConnection, delivery: Delivery) -> None:
        try:
            with self._not_begun(delivery):
                letter = await self._letter(delivery)
        except (LetterChanged, ValueError):
            await self._set_aside(delivery)
            return
        sender = reply_address(delivery.mailbox, "b", delivery.id) if self._house.verp else delivery.mailbox
        envelope = Envelope(sender=sender, recipient=self._house.only_to or delivery.address, delivery_id=delivery.id)
        try:
            result = await connection.send(envelope, letter, lambda: self._about_to_leave(delivery))
        except LeaseLost:
            if delivery.state is DeliveryState.IN_DOUBT:  # our lease would hold up what follows this letter
                self._journal.note(Move(delivery_id=delivery.id, event=DeliveryEvent.STILL_IN_DOUBT, lease=delivery.lease))
            return
        await self._record(delivery, result)

    async def _about_to_leave(self, delivery: Delivery) -> None:
        leaving = Move(delivery_id=delivery.id, event=DeliveryEvent.JOURNALLED, lease=delivery.lease, leased_until=self._moment() + LEASE)
        with self._not_begun(delivery):
            written = await self._journal.write(leaving)
        if not written:
            raise LeaseLost
        crashpoint("O6")

    @contextlib.contextmanager
    def _not_begun(self, delivery: Delivery) -> Iterator[None]:
        """Put a letter back of which not a byte has left when the database fails, because its lease is long."""
        try:
            yield
        except (LetterChanged, ValueError):
            raise  # about the letter itself
        except Exception:
            self._tray.append(delivery)
            raise

    async def _record(self, delivery: Delivery, result: SendResult) -> None:
        self._accepted += result.outcome is SendOutcome.ACCEPTED
        if result.outcome is not SendOutcome.ACCEPTED:
            log.info("letter_not_sent", delivery_id=delivery.id, outcome=result.outcome, code=result.code, attempt=delivery.attempts)
        self._crowded = self._crowded or result.code == _TOO_MANY or result.enhanced_status == "4.3.2"
        if result.outcome is SendOutcome.IN_DOUBT:
            return  # it stands as in doubt; when the lease runs out the same bytes go again
        if result.outcome is SendOutcome.RELAY_UNUSABLE:
            self._trouble = f"The mail relay refuses our letters (code {result.code})."
        event = _EVENTS.get(result.outcome, delivery.put_off)
        move = Move(
            delivery_id=delivery.id,
            event=event,
            lease=delivery.lease,
            smtp_code=result.code,
            smtp_status=result.enhanced_status,
            queue_id=result.queue_id,
            due_at=self._moment() + wait_before_retry(delivery.attempts) if event is delivery.put_off else None,
        )
        if result.outcome is SendOutcome.REFUSED_FOR_GOOD:
            await self._refused(delivery, move)
        else:
            self._journal.note(move)

    async def _refused(self, delivery: Delivery, move: Move) -> None:
        """Note a refusal in one transaction with the task about it; if that fails, the letter goes, and is refused, again."""
        async with self._journal.turn, self._house.begin() as work:
            await work.deliveries.move([move], at=self._moment())
            happened = f"The mail server of {delivery.gss_code or 'staff'} refused our letter."
            await ask_for_an_address(work, delivery, "address_refused", happened, self._now)

    async def _set_aside(self, delivery: Delivery) -> None:
        """A letter that cannot be built, or whose bytes are not those that were frozen, never leaves and becomes a task."""
        move = Move(delivery_id=delivery.id, event=DeliveryEvent.REFUSED, lease=delivery.lease)
        async with self._journal.turn, self._house.begin() as work:
            await work.deliveries.move([move], at=self._moment())
            await work.tasks.add(
                kind="letter_unsendable",
                role=Role.SYSTEM,
                at=self._now,
                case_id=delivery.case_id,
                subject_id=delivery.letter_id,  # one damaged letter is one task, however many were to get it
                says="A letter could not be built, or differs from what was approved. It was not sent.",
            )
            work.audit.add("letter_unsendable", at=self._now, case_id=delivery.case_id, subject_id=delivery.id)

    async def _put_back_the_rest(self) -> None:
        """Return what was not tried to the queue, and say why on the health page."""
        async with self._house.begin() as work:
            now = self._moment()
            due = now + timedelta(minutes=1)
            back = [Move(delivery_id=one.id, event=one.put_off, lease=one.lease, due_at=due) for one in self._tray]
            await work.deliveries.move(back, at=now)
            await work.signals.beat("relay", at=now, trouble=self._trouble)
            if self._trouble:
                await work.tasks.add(kind="relay_away", role=Role.SYSTEM, says=self._trouble, at=now, subject_id="relay")

    async def _letter(self, delivery: Delivery) -> tuple[bytes, ...]:
        if delivery.letter_id not in self._letters:  # the first connection that needs a letter reads it for all
            self._letters[delivery.letter_id] = asyncio.create_task(self._approved_letter(delivery))
        approved = await self._letters[delivery.letter_id]
        to_be_approved = delivery.notice_id is not None or delivery.kind == "exercise"
        if to_be_approved and line_of(delivery.gss_code or "", delivery.address) not in approved.lines:
            raise LetterChanged
        return filled(approved.frozen, slots_for(self._house, delivery))

    async def _approved_letter(self, delivery: Delivery) -> _Approved:
        async with self._house.read() as work:
            letter = await work.letters.get(delivery.letter_id)
            return _Approved(letter.wire, await approved_lines(work, delivery, letter.sha256))


async def claim_at_pace(work: Work, pace: Pace, now: datetime) -> tuple[Delivery, ...]:
    """Claim the next block of due letters, as many as the relay may be given now; letters the day has no room for are somebody's task."""
    if pace == UNHURRIED:
        return await work.deliveries.claim(BLOCK, now=now, lease_for=LEASE)
    next_at = await work.pacing.turn(pace, now=now)
    used = await work.pacing.used(now=now) if pace.per_day else 0
    lane = pace.open_lane(used)
    if lane is not Lane.CHASER:
        says = "The letters that our mail relay takes in a day are nearly used up. Only found notices and alerts still leave."
        await work.tasks.add(kind="day_used_up", role=Role.SYSTEM, says=says, at=now, subject_id="relay")
    count, _ = pace.ready(next_at, now, min(BLOCK, pace.left(used)))
    if lane is None or not count:
        return ()
    claimed = await work.deliveries.claim(count, now=now, lease_for=LEASE, last_lane=lane)
    if claimed:
        await work.pacing.next_at(pace, pace.ready(next_at, now, len(claimed))[1])
    return claimed


async def approved_lines(work: Work, delivery: Delivery, letter_sha256: str) -> frozenset[str]:
    """Return who was approved to get exactly these bytes (promise P4), as lines; nobody when no approval binds to them."""
    if delivery.kind == "exercise":
        return await _approved_for_exercise(work, delivery.letter_id, letter_sha256)
    lines = await work.notices.frozen_lines(delivery.notice_id, delivery.letter_id) if delivery.notice_id else None
    content = bound_content(letter_sha256, fingerprint_of(lines or ()))
    if lines is None or not await work.approvals.binds(delivery.notice_id or "", content):
        return frozenset()
    # A person may send the same bytes to another address of an authority that was to get them, and answers for it.
    repaired = await repairs.addressed(work, delivery.letter_id)
    told = {line.partition(" ")[0] for line in lines} if repaired else ()
    return frozenset(chain(lines, (line_of(gss_code, address) for gss_code, address in repaired if gss_code in told)))


async def _approved_for_exercise(work: Work, letter_id: str, letter_sha256: str) -> frozenset[str]:
    exercise = await work.exercises.with_letter(letter_id)
    if exercise is None or exercise.approved_at is None:
        return frozenset()
    lines = sorted(line_of(one.gss_code, one.address) for one in await work.questions.of_exercise(exercise.id))
    return frozenset(lines) if bound_content(letter_sha256, fingerprint_of(lines)) == exercise.content_sha256 else frozenset()


def slots_for(house: House, delivery: Delivery) -> Slots:
    """Fill the marked places of one letter; nothing depends on the moment, so a second sending has the same bytes."""
    token = house.tokens.issue(delivery.token_purpose, delivery.token_subject) if delivery.token_purpose else ""
    path = delivery.link_path.replace("{token}", token)
    domain = delivery.mailbox.rpartition("@")[2]
    return Slots(
        to_name=delivery.recipient_name,
        to_address=house.only_to or delivery.address,
        message_id=f"<{delivery.id}@{domain}>",
        date=delivery.created_at,
        reply_to=reply_address(delivery.mailbox, delivery.token_purpose, token) if token else delivery.mailbox,
        delivery_id=delivery.id,
        references=delivery.references,
        link=f"{house.base_url}{path}" if path else "",
        number=delivery.number,
        token=token,
        authority=delivery.recipient_name,
    )
