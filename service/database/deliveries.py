"""Deliveries: one row for each letter to each recipient, and the block statements that move them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from service.crashpoints import crashpoint
from service.database.ids import new_id
from service.database.tables import deliveries as t
from service.database.tables import delivery_events, fence, notices
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
    leased_until: datetime | None = None  # with `journalled`: how long the conversation about the letter may take
    received_email_id: str | None = None


def apply_moves(connection: sa.Connection, moves: Sequence[Move], at: datetime) -> frozenset[str]:
    """Do what `Deliveries.move` says, within one call: many small awaits cost more than the statements."""
    alike: dict[tuple[object, ...], list[Move]] = {}
    for move in moves:
        shape = (move.event, move.lease, move.smtp_code, move.smtp_status, move.due_at, move.leased_until)
        alike.setdefault(shape, []).append(move)
    moved: set[str] = set()
    for group in alike.values():
        for start in range(0, len(group), _BLOCK):
            moved |= _move_alike(connection, group[start : start + _BLOCK], at)
    told = [move for move in moves if move.event is not DeliveryEvent.JOURNALLED and move.delivery_id in moved]
    if named := [{"moved": move.delivery_id, "named": move.queue_id} for move in told if move.queue_id]:
        connection.execute(_NAME_IN_THE_QUEUE, named)
    _note(connection, told, at)
    crashpoint("O9")
    return frozenset(moved)


def _move_alike(connection: sa.Connection, moves: Sequence[Move], at: datetime) -> set[str]:
    """Move letters that differ in nothing but their id by one statement."""
    like = moves[0]
    values: dict[str, object] = {}
    if like.event is DeliveryEvent.JOURNALLED:
        values |= {"leased_until": like.leased_until} if like.leased_until else {}
    else:
        values |= {"smtp_code": like.smtp_code, "smtp_status": like.smtp_status, "leased_until": None}
    if like.event is DeliveryEvent.ACCEPTED:
        values |= {"accepted_at": at, "queue_id": None}
    if like.due_at is not None:
        values["due_at"] = like.due_at
    statement = _moving(like.event, like.lease is not None, tuple(values))
    held = {"held": like.lease} if like.lease is not None else {}
    return set(connection.scalars(statement, {**values, **held, "ids": [move.delivery_id for move in moves]}))


@cache
def _moving(event: DeliveryEvent, fenced: bool, names: tuple[str, ...]) -> ReturningUpdate[str]:
    """Build the statement of one kind of move; building it anew for each group was most of its cost."""
    targets = {before: after for (before, known), after in TRANSITIONS.items() if known is event}
    where: list[sa.ColumnElement[bool]] = [t.c.id.in_(sa.bindparam("ids", expanding=True)), t.c.state.in_(targets)]
    if fenced:
        where.append(t.c.lease == sa.bindparam("held"))
    values = {name: sa.bindparam(name, type_=t.c[name].type) for name in names}
    return sa.update(t).where(*where).values(state=next(iter(targets.values())), **values).returning(t.c.id)


def _note(connection: sa.Connection, moves: Sequence[Move], at: datetime) -> None:
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
        connection.execute(sa.insert(delivery_events), rows)


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

    async def claim(self, limit: int, *, now: datetime, lease_for: timedelta, last_lane: Lane = Lane.CHASER) -> tuple[Delivery, ...]:
        """Take up to *limit* due letters, found notices first, none behind *last_lane*; a letter whose lease ran out is due again."""
        due: list[tuple[int, str]] = []
        # Two questions, because each is answered in the order of an index; the two together would sort the whole queue for every block.
        for query in _DUE:
            rows = await self._connection.execute(query, {"now": now, "last_lane": last_lane, "most": limit})
            due += [(row[0], row[1]) for row in rows]
        if not due:
            return ()
        ids = [one for _, one in sorted(due)[:limit]]
        rows = await self._connection.execute(_CLAIM, {"ids": ids, "until": now + lease_for})
        crashpoint("O1")
        return tuple(sorted(map(_delivery, rows), key=lambda one: (one.lane, one.id)))

    async def move(self, moves: Sequence[Move], *, at: datetime) -> frozenset[str]:
        """Apply each move where the law allows it and the lease still holds; return the ids that moved."""
        return await self._connection.run_sync(apply_moves, moves, at)

    async def note(
        self, delivery_id: str, event: str, *, at: datetime, received_email_id: str | None = None, code: str | None = None
    ) -> None:
        """Note something that happened to a letter and changed no state: an automatic reply, a read receipt."""
        row = {"id": new_id(), "delivery_id": delivery_id, "at": at, "event": event, "code": code, "received_email_id": received_email_id}
        await self._connection.execute(sa.insert(delivery_events).values(**row))

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
        unsent = t.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING))
        ids = (await self._connection.scalars(sa.select(t.c.id).where(t.c.notice_id == notice_id, unsent))).all()
        return len(await self.move([Move(delivery_id=one, event=DeliveryEvent.WITHDRAWN) for one in ids], at=at))

    async def release(self, delivery_id: str, *, letter_id: str, name: str, address: str, at: datetime) -> bool:
        """Queue a stopped letter again, as it was approved anew; False when it was not stopped."""
        stopped = (t.c.id == delivery_id) & (t.c.state == DeliveryState.WITHDRAWN)
        values = {"state": DeliveryState.QUEUED, "letter_id": letter_id, "recipient_name": name, "address": address, "due_at": at}
        moved = (await self._connection.execute(sa.update(t).where(stopped).values(**values, leased_until=None))).rowcount == 1
        if moved:
            await self._connection.run_sync(_note, [Move(delivery_id=delivery_id, event=DeliveryEvent.RELEASED)], at)
        return moved

    async def answered(self, delivery_id: str, answer: Answer, *, confirmed: bool, at: datetime) -> None:
        """Note what the authority said on the letter it answered."""
        await self._connection.execute(sa.update(t).where(t.c.id == delivery_id).values(answer=answer, confirmed=confirmed, answered_at=at))

    async def about(self, kind: str, token_subject: str) -> Delivery | None:
        """Return the first letter of one kind whose reply token stands for this subject."""
        query = sa.select(*_DOMAIN).where(t.c.kind == kind, t.c.token_subject == token_subject).order_by(t.c.id).limit(1)
        row = (await self._connection.execute(query)).one_or_none()
        return _delivery(row) if row else None

    async def of_notice(self, notice_id: str) -> tuple[Delivery, ...]:
        """Return the board of one notice, by name."""
        query = sa.select(*_DOMAIN).where(t.c.notice_id == notice_id, t.c.gss_code.is_not(None)).order_by(t.c.recipient_name)
        return tuple(map(_delivery, await self._connection.execute(query)))

    async def withdraw_all(self, *, at: datetime) -> int:
        """Stop every letter that has not begun to leave, whatever it is about, and return how many."""
        unsent = sa.select(t.c.id).where(t.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING)))
        ids = (await self._connection.scalars(unsent)).all()
        return len(await self.move([Move(delivery_id=one, event=DeliveryEvent.WITHDRAWN) for one in ids], at=at))

    async def in_doubt(self, mailbox: str, limit: int) -> tuple[Delivery, ...]:
        """Return letters of a mailbox that may have been taken, oldest first."""
        query = sa.select(*_DOMAIN).where(t.c.state == DeliveryState.IN_DOUBT, t.c.mailbox == mailbox).order_by(t.c.id).limit(limit)
        return tuple(map(_delivery, await self._connection.execute(query)))

    async def free_claims(self, *, at: datetime) -> int:
        """Make due again what a process that is certainly gone had claimed and not begun to send; what is in doubt keeps its lease."""
        claimed = (t.c.state == DeliveryState.SENDING) & (t.c.leased_until > at)
        return (await self._connection.execute(sa.update(t).where(claimed).values(leased_until=at))).rowcount

    async def waiting(self) -> int:
        """Count letters that have not reached an end: queued, being sent or in doubt."""
        return await self._connection.scalar(sa.select(sa.func.count()).select_from(t).where(t.c.state.in_(_WAITING))) or 0

    async def stuck(self, *, before: datetime) -> tuple[Delivery, ...]:
        """Return letters queued before that moment that have still not been taken."""
        query = sa.select(*_DOMAIN).where(t.c.state.in_(_WAITING), t.c.created_at < before).order_by(t.c.id).limit(500)
        return tuple(map(_delivery, await self._connection.execute(query)))

    async def _one(self, where: sa.ColumnElement[bool]) -> Delivery | None:
        row = (await self._connection.execute(sa.select(*_DOMAIN).where(where))).one_or_none()
        return _delivery(row) if row else None


_WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.IN_DOUBT)
_HELD = (DeliveryState.SENDING, DeliveryState.IN_DOUBT)
_NAMES = tuple(one.name for one in fields(Delivery) if one.name != "references")
_DOMAIN = (*(t.c[name] for name in _NAMES), t.c.message_references)


def _due(free: sa.ColumnElement[bool]) -> sa.Select[int, str]:
    earlier = t.alias()
    # One recipient reads the letters of a case in their order: a later one waits until the earlier one has left or was stopped.
    overtakes = sa.exists().where(
        earlier.c.case_id == t.c.case_id, earlier.c.gss_code == t.c.gss_code, earlier.c.id < t.c.id, earlier.c.state.in_(_WAITING)
    )
    # What a person stopped is not claimed, not even a letter in doubt: it goes again only after a new approval.
    stopped = sa.exists().where(notices.c.id == t.c.notice_id, notices.c.stopped_at.is_not(None))
    held = sa.exists().where(fence.c.held_at.is_not(None))  # a restored or copied database sends nothing until a person says so
    now, last_lane = sa.bindparam("now", type_=t.c.due_at.type), sa.bindparam("last_lane", type_=sa.Integer)
    query = sa.select(t.c.lane, t.c.id).where(free, t.c.due_at <= now, t.c.lane <= last_lane, ~overtakes, ~stopped, ~held)
    return query.order_by(t.c.lane, t.c.id).limit(sa.bindparam("most", type_=sa.Integer)).with_for_update(skip_locked=True)


_DUE = (
    _due(t.c.state == DeliveryState.QUEUED),
    _due(t.c.state.in_(_HELD) & (t.c.leased_until < sa.bindparam("now", type_=t.c.due_at.type))),
)
_CLAIM = (
    sa.update(t)
    .where(t.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(
        state=DeliveryState.SENDING,
        attempts=t.c.attempts + 1,
        lease=t.c.lease + 1,
        leased_until=sa.bindparam("until", type_=t.c.leased_until.type),
    )
    .returning(*_DOMAIN)
)
_NAME_IN_THE_QUEUE = sa.update(t).where(t.c.id == sa.bindparam("moved")).values(queue_id=sa.bindparam("named"))
_BLOCK = 500  # ids in one statement


def _delivery(row: sa.Row[*tuple[Any, ...]]) -> Delivery:
    values: dict[str, Any] = dict(zip(_NAMES, row[:-1], strict=True))
    return Delivery(
        **{**values, "lane": Lane(values["lane"]), "state": DeliveryState(values["state"]), "answer": Answer(values["answer"])},
        references=tuple(row[-1].split()),
    )
