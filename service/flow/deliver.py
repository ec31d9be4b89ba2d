"""Room 7: post what is due, one letter to one recipient. The conversation with the relay happens between two short transactions.

`in_doubt` is committed before the first byte of a letter leaves, so a crash can never hide that it may have been sent.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from service.database.deliveries import Move
from service.database.letters import LetterChanged
from service.database.unit_of_work import Begin, Work
from service.domain.audience import Addressee, bound_content, fingerprint
from service.domain.delivery import Delivery, DeliveryEvent, wait_before_retry
from service.domain.people import Role
from service.flow.house import House
from service.mail.prefab import Slots, personalise
from service.mail.tokens import reply_address
from service.ports import Envelope, Mailer, MailerConnection, RelayUnavailable, SendOutcome, SendResult

log = structlog.get_logger()
# Longer than the 10 minutes a relay may take after the final dot (RFC 5321 §4.5.3.2.6), so that a live lease is never stolen.
LEASE = timedelta(minutes=15)
BATCH = 100
_EVENTS = {
    SendOutcome.ACCEPTED: DeliveryEvent.ACCEPTED,
    SendOutcome.REFUSED_FOR_GOOD: DeliveryEvent.REFUSED,
    SendOutcome.REFUSED_FOR_NOW: DeliveryEvent.PUT_OFF,
    SendOutcome.RELAY_UNUSABLE: DeliveryEvent.PUT_OFF,
}


class LeaseLost(Exception):  # noqa: N818
    """Somebody else took the letter over, or it was stopped, before its first byte left."""


class Journal:
    """Group commit: every connection that waits to write shares the next transaction."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._waiting: list[tuple[Move, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, move: Move, at: datetime) -> bool:
        """Commit one move; False when the law or the lease refused it."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((move, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all(at))
        return await done

    async def _write_all(self, at: datetime) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                async with self._begin() as work:
                    moved = await work.deliveries.move([move for move, _ in group], at=at)
            except Exception as error:
                for _, done in group:
                    if not done.cancelled():
                        done.set_exception(error)
            else:
                for move, done in group:
                    if not done.cancelled():
                        done.set_result(move.delivery_id in moved)


async def deliver_due(house: House, mailer: Mailer, *, now: datetime, connections: int = 4) -> int:
    """Send what is due and return how many letters the relay took. With the relay away, everything stays queued."""
    async with house.begin() as work:
        claimed = await work.deliveries.claim(BATCH, now=now, lease_for=LEASE)
    if not claimed:
        return 0
    round_ = _Round(house, mailer, claimed, now)
    await asyncio.gather(*(round_.work_through() for _ in range(min(connections, len(claimed)))))
    await round_.put_back_the_rest()
    return round_.accepted


class _Round:
    """One claimed block of letters on its way through a few connections."""

    def __init__(self, house: House, mailer: Mailer, claimed: Sequence[Delivery], now: datetime) -> None:
        self._house = house
        self._mailer = mailer
        self._queue = list(reversed(claimed))
        self._now = now
        self._journal = Journal(house.begin)
        self._frozen: dict[str, bytes] = {}
        self._approved: dict[str, frozenset[tuple[str | None, str]]] = {}
        self._trouble: str | None = None
        self.accepted = 0

    async def work_through(self) -> None:
        """Send letters over one connection after another until none is left or the relay is away."""
        while self._queue and self._trouble is None:
            try:
                async with self._mailer.connect() as connection:
                    while self._queue and connection.usable and self._trouble is None:
                        await self._send(connection, self._queue.pop())
            except RelayUnavailable as away:
                self._trouble = away.reason

    async def _send(self, connection: MailerConnection, delivery: Delivery) -> None:
        try:
            wire = await self._wire(delivery)
        except (LetterChanged, ValueError):
            await self._set_aside(delivery)
            return
        sender = reply_address(delivery.mailbox, "b", delivery.id) if self._house.verp else delivery.mailbox
        envelope = Envelope(sender=sender, recipient=self._house.only_to or delivery.address, delivery_id=delivery.id)
        with contextlib.suppress(LeaseLost):
            result = await connection.send(envelope, wire, lambda: self._about_to_leave(delivery))
            await self._record(delivery, result)

    async def _about_to_leave(self, delivery: Delivery) -> None:
        if not await self._journal.write(Move(delivery_id=delivery.id, event=DeliveryEvent.JOURNALLED, lease=delivery.lease), self._now):
            raise LeaseLost

    async def _record(self, delivery: Delivery, result: SendResult) -> None:
        log.info("letter_sent", delivery_id=delivery.id, outcome=result.outcome, code=result.code, attempt=delivery.attempts)
        if result.outcome is SendOutcome.IN_DOUBT:
            return  # it stands as in doubt; when the lease runs out the same bytes go again
        if result.outcome is SendOutcome.RELAY_UNUSABLE:
            self._trouble = f"The mail relay refuses our letters (code {result.code})."
        due = self._now + wait_before_retry(delivery.attempts) if _EVENTS[result.outcome] is DeliveryEvent.PUT_OFF else None
        await self._journal.write(
            Move(
                delivery_id=delivery.id,
                event=_EVENTS[result.outcome],
                lease=delivery.lease,
                smtp_code=result.code,
                smtp_status=result.enhanced_status,
                queue_id=result.queue_id,
                due_at=due,
            ),
            self._now,
        )
        self.accepted += result.outcome is SendOutcome.ACCEPTED
        if result.outcome is SendOutcome.REFUSED_FOR_GOOD:
            await self._ask_for_an_address(delivery)

    async def _ask_for_an_address(self, delivery: Delivery) -> None:
        async with self._house.begin() as work:
            await work.tasks.add(
                kind="address_refused",
                role=Role.DIRECTORY,
                at=self._now,
                case_id=delivery.case_id,
                subject_id=delivery.id,
                says=f"The mail server of {delivery.gss_code or 'staff'} refused our letter. Find another address, or call.",
            )

    async def _set_aside(self, delivery: Delivery) -> None:
        """A letter that cannot be built, or whose bytes are not those that were frozen, never leaves and becomes a task."""
        move = Move(delivery_id=delivery.id, event=DeliveryEvent.REFUSED, lease=delivery.lease)
        async with self._house.begin() as work:
            await work.deliveries.move([move], at=self._now)
            await work.tasks.add(
                kind="letter_unsendable",
                role=Role.SYSTEM,
                at=self._now,
                case_id=delivery.case_id,
                subject_id=delivery.letter_id,  # one damaged letter is one task, however many were to get it
                says="A letter could not be built, or differs from what was approved. It was not sent.",
            )
            work.audit.add("letter_unsendable", at=self._now, case_id=delivery.case_id, subject_id=delivery.id)

    async def put_back_the_rest(self) -> None:
        """Return what was not tried to the queue, and say why on the health page."""
        async with self._house.begin() as work:
            due = self._now + timedelta(minutes=1)
            await work.deliveries.move(
                [Move(delivery_id=one.id, event=DeliveryEvent.PUT_OFF, lease=one.lease, due_at=due) for one in self._queue], at=self._now
            )
            await work.signals.beat("relay", at=self._now, trouble=self._trouble)
            if self._trouble:
                await work.tasks.add(kind="relay_away", role=Role.SYSTEM, says=self._trouble, at=self._now, subject_id="relay")

    async def _wire(self, delivery: Delivery) -> bytes:
        if delivery.letter_id not in self._frozen:
            async with self._house.read() as work:
                letter = await work.letters.get(delivery.letter_id)
                self._approved[delivery.letter_id] = await approved_recipients(work, delivery, letter.sha256)
                self._frozen[delivery.letter_id] = letter.wire
        to_be_approved = delivery.notice_id is not None or delivery.kind == "exercise"
        if to_be_approved and (delivery.gss_code, delivery.address) not in self._approved[delivery.letter_id]:
            raise LetterChanged
        return personalise(self._frozen[delivery.letter_id], slots_for(self._house, delivery))


async def approved_recipients(work: Work, delivery: Delivery, letter_sha256: str) -> frozenset[tuple[str | None, str]]:
    """Return who was approved to get exactly these bytes (promise P4); nobody when no approval binds to them."""
    if delivery.kind == "exercise":
        return await _approved_for_exercise(work, delivery.letter_id, letter_sha256)
    frozen = await work.notices.frozen_with(delivery.notice_id, delivery.letter_id) if delivery.notice_id else None
    if frozen is None or not await work.approvals.binds(frozen.notice_id, bound_content(letter_sha256, fingerprint(frozen.recipients))):
        return frozenset()
    return frozenset((one.gss_code, one.address) for one in frozen.recipients)


async def _approved_for_exercise(work: Work, letter_id: str, letter_sha256: str) -> frozenset[tuple[str | None, str]]:
    exercise = await work.exercises.with_letter(letter_id)
    if exercise is None or exercise.approved_at is None:
        return frozenset()
    asked = [Addressee(gss_code=one.gss_code, name="", address=one.address) for one in await work.questions.of_exercise(exercise.id)]
    if bound_content(letter_sha256, fingerprint(asked)) != exercise.content_sha256:
        return frozenset()
    return frozenset((one.gss_code, one.address) for one in asked)


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
