"""Deliveries: one row for each letter to each recipient, and the block statements that move them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.tables import deliveries as t
from service.database.tables import delivery_events, notices
from service.domain.delivery import TRANSITIONS, Answer, Delivery, DeliveryEvent, DeliveryState, Lane

ALERTING = ("alert", "update", "renewal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One delivery's next step, with what the mail server said."""

    delivery_id: str
    event: DeliveryEvent
    lease: int | None = None
    smtp_code: int | None = None
    smtp_status: str | None = None
    queue_id: str | None = None
    due_at: datetime | None = None
    received_email_id: str | None = None


class Deliveries:
    """The letters that leave."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def queue(self, deliveries: Sequence[Delivery], token_hashes: Mapping[str, str]) -> None:
        """Queue letters; one transaction with the fact that they tell."""
        rows = []
        for delivery in deliveries:
            row = asdict(delivery)
            row["message_references"] = " ".join(row.pop("references"))
            rows.append({**row, "token_hash": token_hashes.get(delivery.id)})
        if rows:
            await self._connection.execute(sa.insert(t), rows)

    async def claim(self, limit: int, *, now: datetime, lease_for: timedelta) -> tuple[Delivery, ...]:
        """Take up to *limit* due letters, found notices first; a letter whose lease ran out is due again."""
        free = sa.or_(t.c.state == DeliveryState.QUEUED, sa.and_(t.c.state.in_(_HELD), t.c.leased_until < now))
        earlier = t.alias()
        # One recipient reads the letters of a case in their order: a later one waits until the earlier one has left or was stopped.
        overtakes = sa.exists().where(
            earlier.c.case_id == t.c.case_id, earlier.c.gss_code == t.c.gss_code, earlier.c.id < t.c.id, earlier.c.state.in_(_WAITING)
        )
        # What a person stopped is not claimed, not even a letter in doubt: it goes again only after a new approval.
        stopped = sa.exists().where(notices.c.id == t.c.notice_id, notices.c.stopped_at.is_not(None))
        due = (
            sa.select(t.c.id)
            .where(free, t.c.due_at <= now, ~overtakes, ~stopped)
            .order_by(t.c.lane, t.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = (
            sa.update(t)
            .where(t.c.id.in_(due.scalar_subquery()), free)
            .values(state=DeliveryState.SENDING, attempts=t.c.attempts + 1, lease=t.c.lease + 1, leased_until=now + lease_for)
            .returning(*t.c)
        )
        rows = (await self._connection.execute(claimed)).mappings().all()
        return tuple(sorted(map(_delivery, rows), key=lambda one: (one.lane, one.id)))

    async def move(self, moves: Sequence[Move], *, at: datetime) -> frozenset[str]:
        """Apply each move where the law allows it and the lease still holds; return the ids that moved."""
        moved = set()
        for move in moves:
            targets = {before: after for (before, event), after in TRANSITIONS.items() if event is move.event}
            new_state = next(iter(set(targets.values())))
            where = [t.c.id == move.delivery_id, t.c.state.in_(targets)]
            if move.lease is not None:
                where.append(t.c.lease == move.lease)
            values: dict[str, object] = {"state": new_state}
            if move.event is not DeliveryEvent.JOURNALLED:
                values |= {"smtp_code": move.smtp_code, "smtp_status": move.smtp_status, "leased_until": None}
            if move.event is DeliveryEvent.ACCEPTED:
                values |= {"accepted_at": at, "queue_id": move.queue_id}
            if move.due_at is not None:
                values["due_at"] = move.due_at
            result = await self._connection.execute(sa.update(t).where(*where).values(**values))
            if result.rowcount == 1:
                moved.add(move.delivery_id)
        await self._note([move for move in moves if move.event is not DeliveryEvent.JOURNALLED and move.delivery_id in moved], at)
        return frozenset(moved)

    async def note(
        self, delivery_id: str, event: str, *, at: datetime, received_email_id: str | None = None, code: str | None = None
    ) -> None:
        """Note something that happened to a letter and changed no state: an automatic reply, a read receipt."""
        row = {"id": new_id(), "delivery_id": delivery_id, "at": at, "event": event, "code": code, "received_email_id": received_email_id}
        await self._connection.execute(sa.insert(delivery_events).values(**row))

    async def _note(self, moves: Sequence[Move], at: datetime) -> None:
        rows = [
            {
                "id": new_id(),
                "delivery_id": move.delivery_id,
                "at": at,
                "event": move.event,
                "received_email_id": move.received_email_id,
                "code": move.smtp_status or (str(move.smtp_code) if move.smtp_code else None),
            }
            for move in moves
        ]
        if rows:
            await self._connection.execute(sa.insert(delivery_events), rows)

    async def get(self, delivery_id: str) -> Delivery | None:
        """Return one delivery."""
        return await self._one(t.c.id == delivery_id)

    async def by_token(self, token_hash: str) -> Delivery | None:
        """Return the delivery whose answer token this is."""
        return await self._one(t.c.token_hash == token_hash)

    async def alerted(self, case_id: str) -> dict[str, str]:
        """Return, for everyone who was sent an alert of this case, the id of the first letter they got: GSS code → delivery id."""
        never_left = (DeliveryState.SUPERSEDED, DeliveryState.WITHDRAWN)
        query = (
            sa.select(t.c.gss_code, sa.func.min(t.c.id))
            .where(t.c.case_id == case_id, t.c.kind.in_(ALERTING), t.c.gss_code.is_not(None), t.c.state.not_in(never_left))
            .group_by(t.c.gss_code)
        )
        return {row[0]: row[1] for row in await self._connection.execute(query)}

    async def supersede_waiting(self, case_id: str, *, at: datetime) -> int:
        """Stop every alert of a case that has not begun to leave: a found notice must not be followed by an alert."""
        waiting = sa.select(t.c.id).where(t.c.case_id == case_id, t.c.gss_code.is_not(None), t.c.state == DeliveryState.QUEUED)
        ids = (await self._connection.scalars(waiting)).all()
        return len(await self.move([Move(delivery_id=one, event=DeliveryEvent.SUPERSEDED) for one in ids], at=at))

    async def withdraw_unsent(self, notice_id: str, *, at: datetime) -> int:
        """Stop every letter of a notice that has not begun to leave, whoever claimed it, and return how many."""
        return await self._withdraw(t.c.notice_id == notice_id, at)

    async def withdraw_of_letter(self, letter_id: str, *, at: datetime) -> int:
        """Stop every copy of one frozen letter that has not begun to leave, and return how many."""
        return await self._withdraw(t.c.letter_id == letter_id, at)

    async def _withdraw(self, where: sa.ColumnElement[bool], at: datetime) -> int:
        unsent = t.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING))
        ids = (await self._connection.scalars(sa.select(t.c.id).where(where, unsent))).all()
        return len(await self.move([Move(delivery_id=one, event=DeliveryEvent.WITHDRAWN) for one in ids], at=at))

    async def release(self, delivery_id: str, *, letter_id: str, name: str, address: str, at: datetime) -> bool:
        """Queue a stopped letter again, as it was approved anew; False when it was not stopped."""
        stopped = (t.c.id == delivery_id) & (t.c.state == DeliveryState.WITHDRAWN)
        values = {"state": DeliveryState.QUEUED, "letter_id": letter_id, "recipient_name": name, "address": address, "due_at": at}
        moved = (await self._connection.execute(sa.update(t).where(stopped).values(**values, leased_until=None))).rowcount == 1
        if moved:
            await self._note([Move(delivery_id=delivery_id, event=DeliveryEvent.RELEASED)], at)
        return moved

    async def answered(self, delivery_id: str, answer: Answer, *, confirmed: bool, at: datetime) -> None:
        """Note what the authority said on the letter it answered."""
        await self._connection.execute(sa.update(t).where(t.c.id == delivery_id).values(answer=answer, confirmed=confirmed, answered_at=at))

    async def about(self, kind: str, token_subject: str) -> Delivery | None:
        """Return the first letter of one kind whose reply token stands for this subject."""
        query = sa.select(t).where(t.c.kind == kind, t.c.token_subject == token_subject).order_by(t.c.id).limit(1)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return _delivery(row) if row else None

    async def of_notice(self, notice_id: str) -> tuple[Delivery, ...]:
        """Return the board of one notice, by name."""
        query = sa.select(t).where(t.c.notice_id == notice_id, t.c.gss_code.is_not(None)).order_by(t.c.recipient_name)
        return tuple(map(_delivery, (await self._connection.execute(query)).mappings()))

    async def of_letter(self, letter_id: str) -> tuple[Delivery, ...]:
        """Return everybody that one frozen letter went or goes to."""
        return tuple(map(_delivery, (await self._connection.execute(sa.select(t).where(t.c.letter_id == letter_id))).mappings()))

    async def waiting(self) -> int:
        """Count letters that have not reached an end: queued, being sent or in doubt."""
        return await self._connection.scalar(sa.select(sa.func.count()).select_from(t).where(t.c.state.in_(_WAITING))) or 0

    async def stuck(self, *, before: datetime) -> tuple[Delivery, ...]:
        """Return letters queued before that moment that have still not been taken."""
        query = sa.select(t).where(t.c.state.in_(_WAITING), t.c.created_at < before).order_by(t.c.id).limit(500)
        return tuple(map(_delivery, (await self._connection.execute(query)).mappings()))

    async def _one(self, where: sa.ColumnElement[bool]) -> Delivery | None:
        row = (await self._connection.execute(sa.select(t).where(where))).mappings().one_or_none()
        return _delivery(row) if row else None


_WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.IN_DOUBT)
_HELD = (DeliveryState.SENDING, DeliveryState.IN_DOUBT)
_NOT_IN_DOMAIN = ("message_references", "token_hash", "leased_until", "queue_id")


def _delivery(row: sa.RowMapping) -> Delivery:
    plain = {name: row[name] for name in row if name not in _NOT_IN_DOMAIN}
    return Delivery(
        **{**plain, "lane": Lane(row["lane"]), "state": DeliveryState(row["state"]), "answer": Answer(row["answer"])},
        references=tuple(row["message_references"].split()),
    )
