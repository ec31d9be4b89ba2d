"""Deliveries: one row for each letter to each recipient, and the block statements that move them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.tables import chased, delivery_events, notices
from service.database.tables import deliveries as t
from service.domain.delivery import TRANSITIONS, Answer, Delivery, DeliveryEvent, DeliveryState, Lane, current_of
from service.domain.notice import NoticeState

ALERTING = ("alert", "update", "renewal")
ENDING = ("found", "withdrawal")
CHASER = "chaser"
NEVER_LEFT = (DeliveryState.SUPERSEDED, DeliveryState.WITHDRAWN)
OTHER_ADDRESS, NO_OTHER_ADDRESS = "other_address_tried", "no_other_address"


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
            row["message_references"], row["stands_for"] = " ".join(row.pop("references")), " ".join(row["stands_for"])
            rows.append({**row, "token_hash": token_hashes.get(delivery.id)})
        if rows:
            await self._connection.execute(sa.insert(t), rows)

    async def claim(self, limit: int, *, now: datetime, lease_for: timedelta) -> tuple[Delivery, ...]:
        """Take up to *limit* due letters, found notices first; a letter whose lease ran out is due again."""
        free = sa.or_(t.c.state == DeliveryState.QUEUED, sa.and_(t.c.state.in_(_HELD), t.c.leased_until < now))
        earlier = t.alias()
        # One recipient reads the letters of a case in their order: a later one waits until the earlier one has left or was stopped.
        # A letter that nobody sends any more holds nobody up, unless it may be leaving at this moment.
        leaving = (earlier.c.state == DeliveryState.IN_DOUBT) & (earlier.c.leased_until >= now)
        overtakes = sa.exists().where(
            earlier.c.case_id == t.c.case_id, earlier.c.gss_code == t.c.gss_code, earlier.c.id < t.c.id, earlier.c.state.in_(_WAITING),
            sa.or_(leaving, ~_ended(earlier)),
        )  # fmt: skip
        # What a person stopped is not claimed, not even a letter in doubt: it goes again only after a new approval.
        stopped = sa.exists().where(notices.c.id == t.c.notice_id, notices.c.stopped_at.is_not(None))
        due = (
            sa.select(t.c.id)
            .where(free, t.c.due_at <= now, ~overtakes, ~stopped, ~_POINTLESS)
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
        held = await self._held_back([move.delivery_id for move in moves if move.event is DeliveryEvent.JOURNALLED])
        for move in moves:
            if move.delivery_id in held and move.event is DeliveryEvent.JOURNALLED:
                continue
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

    async def _held_back(self, leaving: Sequence[str]) -> frozenset[str]:
        """Return which of the letters that are about to leave must not: there was an answer, or the child was found, since the claim."""
        return frozenset(await self._connection.scalars(_HELD_BACK, {"leaving": list(leaving)})) if leaving else frozenset()

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
        query = (
            sa.select(t.c.gss_code, sa.func.min(t.c.id))
            .where(t.c.case_id == case_id, t.c.kind.in_(ALERTING), t.c.gss_code.is_not(None), t.c.state.not_in(NEVER_LEFT))
            .group_by(t.c.gss_code)
        )
        return {row[0]: row[1] for row in await self._connection.execute(query)}

    async def supersede_waiting(self, case_id: str, *, at: datetime) -> int:
        """Stop every alert of a case that has not begun to leave: a found notice must not be followed by an alert."""
        return await self._supersede((t.c.case_id == case_id) & t.c.gss_code.is_not(None), at)

    async def retire(self, *, at: datetime) -> int:
        """Note the letters that nobody sends any more as superseded: chasers that were answered, alerts of a case that ended."""
        return await self._supersede(sa.or_(_stale(), _ended(t, (NoticeState.CASCADED,))), at)

    async def revive(self, case_id: str, *, at: datetime) -> int:
        """Queue again the alerts that the end of a case stopped: that end was stopped itself, and the search goes on."""
        stopped = (t.c.case_id == case_id) & t.c.kind.in_(ALERTING) & (t.c.state == DeliveryState.SUPERSEDED)
        ids = (await self._connection.scalars(sa.select(t.c.id).where(stopped))).all()
        return len(await self.move([Move(delivery_id=one, event=DeliveryEvent.RELEASED, due_at=at) for one in ids], at=at))

    async def _supersede(self, which: sa.ColumnElement[bool], at: datetime) -> int:
        unsent = t.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING))
        ids = (await self._connection.scalars(sa.select(t.c.id).where(which, unsent))).all()
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

    async def count_written(self, kinds: Sequence[str], *, since: datetime, address: str | None = None, case_id: str | None = None) -> int:
        """Count the letters of these kinds written since that moment: to anybody, or to one address about one case or none."""
        where = [t.c.kind.in_(kinds), t.c.created_at >= since]
        if address is not None:
            where += [t.c.address == address, t.c.case_id == case_id if case_id else t.c.case_id.is_(None)]
        return await self._connection.scalar(sa.select(sa.func.count()).select_from(t).where(*where)) or 0

    async def of_notice(self, notice_id: str) -> tuple[Delivery, ...]:
        """Return the board of one notice, by name: for each authority the letter it stands with."""
        by_authority: dict[str | None, list[Delivery]] = {}
        for one in await self.letters_of(notice_id):
            by_authority.setdefault(one.gss_code, []).append(one)
        return tuple(map(current_of, by_authority.values()))

    async def letters_of(self, notice_id: str) -> tuple[Delivery, ...]:
        """Return every letter of one notice, by name: an authority has several where an address failed, or an old one had answered."""
        query = sa.select(t).where(t.c.notice_id == notice_id, t.c.gss_code.is_not(None)).order_by(t.c.recipient_name, t.c.rank)
        return tuple(map(_delivery, (await self._connection.execute(query)).mappings()))

    async def of_case(self, case_id: str) -> tuple[Delivery, ...]:
        """Return every letter to an authority about one case, oldest first."""
        query = sa.select(t).where(t.c.case_id == case_id, t.c.gss_code.is_not(None), t.c.notice_id.is_not(None)).order_by(t.c.id)
        return tuple(map(_delivery, (await self._connection.execute(query)).mappings()))

    async def came_back(self, limit: int = 100) -> tuple[Delivery, ...]:
        """Return the letters that did not get there and that nobody has looked for another address for, oldest first.

        Left out is what no longer matters: an alert that a later notice follows, or whose case ended.
        """
        later, noted = t.alias(), delivery_events
        followed = sa.exists().where(
            later.c.case_id == t.c.case_id, later.c.gss_code == t.c.gss_code, later.c.id > t.c.id, later.c.notice_id != t.c.notice_id
        )
        looked = sa.exists().where(noted.c.delivery_id == t.c.id, noted.c.event.in_((OTHER_ADDRESS, NO_OTHER_ADDRESS)))
        failed = t.c.state.in_((DeliveryState.BOUNCED, DeliveryState.FAILED)) & t.c.notice_id.is_not(None) & t.c.gss_code.is_not(None)
        query = sa.select(t).where(failed, t.c.answer == Answer.NONE, ~followed, ~looked, ~_ended(t)).order_by(t.c.id).limit(limit)
        return tuple(map(_delivery, (await self._connection.execute(query)).mappings()))

    async def still_believing(self, case_id: str) -> dict[str, str]:
        """Return the authorities that got an alert of this case and have not acknowledged its end: GSS code → name."""
        told, ended = dict[str, str](), set[str]()
        for one in await self.of_case(case_id):
            if one.kind in ALERTING and (one.reached or one.answer is not Answer.NONE):
                told[one.gss_code or ""] = one.recipient_name
            elif one.kind in ENDING and one.confirmed and one.answer.acknowledges:
                ended |= {one.gss_code or "", *one.stands_for}
        return {gss_code: name for gss_code, name in told.items() if gss_code not in ended}

    async def ask_about(self, chaser_id: str, delivery_ids: Sequence[str]) -> None:
        """Note which letters a chaser asks about: it leaves only while none of them is answered or ended."""
        await self._connection.execute(sa.insert(chased), [{"chaser_id": chaser_id, "delivery_id": one} for one in delivery_ids])

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
_SAYS_THE_END = (NoticeState.APPROVED, NoticeState.CASCADED)


def _ended(letters: sa.FromClause, states: Sequence[NoticeState] = _SAYS_THE_END) -> sa.ColumnElement[bool]:
    """Whether a letter says that a child is missing, and the notice that ends the case is approved and not stopped."""
    end = sa.exists().where(
        notices.c.case_id == letters.c.case_id, notices.c.kind.in_(ENDING), notices.c.state.in_(states), notices.c.stopped_at.is_(None)
    )
    return letters.c.kind.in_(ALERTING) & end


def _stale() -> sa.ColumnElement[bool]:
    """Whether a chaser asks about something that was answered since it went out, or that has ended."""
    item, answer = t.alias(), t.alias()
    # An answer that could not be tied to the authority stops no chaser, nor does one to an alert say that the end was read.
    answered = sa.exists().where(
        answer.c.case_id == item.c.case_id, answer.c.gss_code == item.c.gss_code, answer.c.confirmed,
        answer.c.answered_at >= item.c.created_at, answer.c.kind.in_(ENDING) == item.c.kind.in_(ENDING),
    )  # fmt: skip
    asks = sa.exists().where(chased.c.chaser_id == t.c.id, item.c.id == chased.c.delivery_id, sa.or_(answered, _ended(item)))
    return (t.c.kind == CHASER) & asks


_POINTLESS = sa.or_(_ended(t), _stale())
_HELD_BACK = sa.select(t.c.id).where(t.c.id.in_(sa.bindparam("leaving", expanding=True)), _POINTLESS)


def _delivery(row: sa.RowMapping) -> Delivery:
    plain = {name: row[name] for name in row if name not in _NOT_IN_DOMAIN}
    return Delivery(
        **{
            **plain,
            "lane": Lane(row["lane"]),
            "state": DeliveryState(row["state"]),
            "answer": Answer(row["answer"]),
            "stands_for": tuple(row["stands_for"].split()),
        },
        references=tuple(row["message_references"].split()),
    )
