"""Deliveries: one row for each letter to each recipient. How letters leave is in `leaving`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.crashpoints import crashpoint
from service.database.delivery_rows import ALERTING, DOMAIN, ENDING, delivery_of, ended
from service.database.ids import new_id
from service.database.leaving import CLAIM, DUE, WAITS, Move, apply_moves, note, pointless
from service.database.tables import chased, delivery_events
from service.database.tables import deliveries as t
from service.domain.delivery import Answer, Delivery, DeliveryEvent, DeliveryState, Lane, current_of
from service.domain.notice import NoticeState

NEVER_LEFT = (DeliveryState.SUPERSEDED, DeliveryState.WITHDRAWN)
_MAY_WAIT = timedelta(days=1)  # until the relay takes as many again
OTHER_ADDRESS, NO_OTHER_ADDRESS = "other_address_tried", "no_other_address"


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

    async def claim(self, limit: int, *, now: datetime, lease_for: timedelta, last_lane: Lane = Lane.CHASER) -> tuple[Delivery, ...]:
        """Take up to *limit* due letters, found notices first, none behind *last_lane*; a letter whose lease ran out is due again."""
        due: list[tuple[int, str]] = []
        # Two questions, because each is answered in the order of an index; the two together would sort the whole queue for every block.
        for query in DUE:
            rows = await self._connection.execute(query, {"now": now, "last_lane": last_lane, "most": limit})
            due += [(row[0], row[1]) for row in rows]
        if not due:
            return ()
        ids = [one for _, one in sorted(due)[:limit]]
        rows = await self._connection.execute(CLAIM, {"ids": ids, "until": now + lease_for})
        crashpoint("O1")
        return tuple(sorted(map(delivery_of, rows), key=lambda one: (one.lane, one.id)))

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
        return await self._supersede(pointless((NoticeState.CASCADED,)), at)

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
            await self._connection.run_sync(note, [Move(delivery_id=delivery_id, event=DeliveryEvent.RELEASED)], at)
        return moved

    async def answered(self, delivery_id: str, answer: Answer, *, confirmed: bool, at: datetime) -> None:
        """Note what the authority said on the letter it answered."""
        await self._connection.execute(sa.update(t).where(t.c.id == delivery_id).values(answer=answer, confirmed=confirmed, answered_at=at))

    async def about(self, kind: str, token_subject: str) -> Delivery | None:
        """Return the first letter of one kind whose reply token stands for this subject."""
        query = sa.select(*DOMAIN).where(t.c.kind == kind, t.c.token_subject == token_subject).order_by(t.c.id).limit(1)
        row = (await self._connection.execute(query)).one_or_none()
        return delivery_of(row) if row else None

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
        query = sa.select(*DOMAIN).where(t.c.notice_id == notice_id, t.c.gss_code.is_not(None)).order_by(t.c.recipient_name, t.c.rank)
        return tuple(map(delivery_of, await self._connection.execute(query)))

    async def of_case(self, case_id: str) -> tuple[Delivery, ...]:
        """Return every letter to an authority about one case, oldest first."""
        query = sa.select(*DOMAIN).where(t.c.case_id == case_id, t.c.gss_code.is_not(None), t.c.notice_id.is_not(None)).order_by(t.c.id)
        return tuple(map(delivery_of, await self._connection.execute(query)))

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
        query = sa.select(*DOMAIN).where(failed, t.c.answer == Answer.NONE, ~followed, ~looked, ~ended(t)).order_by(t.c.id).limit(limit)
        return tuple(map(delivery_of, await self._connection.execute(query)))

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

    async def withdraw_all(self, *, at: datetime) -> int:
        """Stop every letter that has not begun to leave, whatever it is about, and return how many."""
        unsent = sa.select(t.c.id).where(t.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING)))
        ids = (await self._connection.scalars(unsent)).all()
        return len(await self.move([Move(delivery_id=one, event=DeliveryEvent.WITHDRAWN) for one in ids], at=at))

    async def in_doubt(self, mailbox: str, limit: int) -> tuple[Delivery, ...]:
        """Return letters of a mailbox that may have been taken, oldest first."""
        query = sa.select(*DOMAIN).where(t.c.state == DeliveryState.IN_DOUBT, t.c.mailbox == mailbox).order_by(t.c.id).limit(limit)
        return tuple(map(delivery_of, await self._connection.execute(query)))

    async def free_claims(self, *, at: datetime) -> int:
        """Make due again what a process that is certainly gone had claimed and not begun to send; what is in doubt keeps its lease."""
        claimed = (t.c.state == DeliveryState.SENDING) & (t.c.leased_until > at)
        return (await self._connection.execute(sa.update(t).where(claimed).values(leased_until=at))).rowcount

    async def of_letter(self, letter_id: str) -> tuple[Delivery, ...]:
        """Return everybody that one frozen letter went or goes to."""
        return tuple(map(delivery_of, await self._connection.execute(sa.select(*DOMAIN).where(t.c.letter_id == letter_id))))

    async def waiting(self) -> int:
        """Count letters that have not reached an end: queued, being sent or in doubt."""
        return await self._connection.scalar(sa.select(sa.func.count()).select_from(t).where(WAITS)) or 0

    async def stuck(self, *, before: datetime) -> tuple[Delivery, ...]:
        """Return letters queued before that moment that have still not been taken; those of the last lane may wait a day longer."""
        late = sa.or_((t.c.created_at < before) & (t.c.lane < Lane.CHASER), t.c.created_at < before - _MAY_WAIT)
        query = sa.select(*DOMAIN).where(WAITS, late).order_by(t.c.id).limit(500)
        return tuple(map(delivery_of, await self._connection.execute(query)))

    async def _one(self, where: sa.ColumnElement[bool]) -> Delivery | None:
        row = (await self._connection.execute(sa.select(*DOMAIN).where(where))).one_or_none()
        return delivery_of(row) if row else None
