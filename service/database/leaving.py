"""The letters that leave: which are due, what a worker claims, and each next step, many rows in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningUpdate

from service.crashpoints import crashpoint
from service.database.delivery_rows import CHASER, DOMAIN, ENDING, SAYS_THE_END, WAITING, ended
from service.database.ids import new_id
from service.database.tables import chased, delivery_events, fence, notices
from service.database.tables import deliveries as t
from service.domain.delivery import TRANSITIONS, DeliveryEvent, DeliveryState
from service.domain.notice import NoticeState


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
    note(connection, told, at)
    crashpoint("O9")
    return frozenset(moved)


def _move_alike(connection: sa.Connection, moves: Sequence[Move], at: datetime) -> set[str]:
    """Move letters that differ in nothing but their id by one statement."""
    like = moves[0]
    values: dict[str, object] = {}
    if like.event is DeliveryEvent.JOURNALLED:
        values |= {"leased_until": like.leased_until} if like.leased_until else {}
    elif like.event is DeliveryEvent.STILL_IN_DOUBT:
        values |= {"leased_until": at}  # so that it may go again when it is due, and holds up no later letter until then
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
    if event is DeliveryEvent.JOURNALLED:
        where.append(~pointless())  # there may have been an answer, or the child was found, since the claim
        where.append(sa.or_(t.c.state != DeliveryState.IN_DOUBT, ~_STOPPED))  # any other is withdrawn at once when a person stops it
    values = {name: sa.bindparam(name, type_=t.c[name].type) for name in names}
    return sa.update(t).where(*where).values(state=next(iter(targets.values())), **values).returning(t.c.id)


def note(connection: sa.Connection, moves: Sequence[Move], at: datetime) -> None:
    """Write each move into the history of its letter."""
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


def stale() -> sa.ColumnElement[bool]:
    """Whether a chaser asks about something that was answered since it went out, or that has ended."""
    item, answer = t.alias(), t.alias()
    # An answer that could not be tied to the authority stops no chaser, nor does one to an alert say that the end was read.
    answered = sa.exists().where(
        answer.c.case_id == item.c.case_id, answer.c.gss_code == item.c.gss_code, answer.c.confirmed,
        answer.c.answered_at >= item.c.created_at, answer.c.kind.in_(ENDING) == item.c.kind.in_(ENDING),
    )  # fmt: skip
    asks = sa.exists().where(chased.c.chaser_id == t.c.id, item.c.id == chased.c.delivery_id, sa.or_(answered, ended(item)))
    return (t.c.kind == CHASER) & asks


def pointless(says_the_end: Sequence[NoticeState] = SAYS_THE_END) -> sa.ColumnElement[bool]:
    """Whether nobody sends the letter any more: its chaser is stale, or what it tells has ended."""
    # Not OR: SQLite would answer that by walking through all the alerts there ever were.
    return sa.case((t.c.kind == CHASER, stale()), else_=ended(t, says_the_end))


_HELD = (DeliveryState.SENDING, DeliveryState.IN_DOUBT)
# What a person stopped is not sent, not even a letter in doubt: it goes again only after a new approval.
_STOPPED = sa.exists().where(notices.c.id == t.c.notice_id, notices.c.stopped_at.is_not(None))
# Still to reach an end. What is pointless never goes again, and in doubt it stays in doubt for good: then nobody waits for it.
WAITS = t.c.state.in_(WAITING) & ~pointless()


def _due(free: sa.ColumnElement[bool]) -> sa.Select[int, str]:
    earlier = t.alias()
    # One recipient reads the letters of a case in their order: a later one waits until the earlier one has left or was stopped.
    # A letter that nobody sends any more holds nobody up, unless it may be leaving at this moment.
    now, last_lane = sa.bindparam("now", type_=t.c.due_at.type), sa.bindparam("last_lane", type_=sa.Integer)
    leaving = (earlier.c.state == DeliveryState.IN_DOUBT) & (earlier.c.leased_until > now)
    overtakes = sa.exists().where(
        earlier.c.case_id == t.c.case_id, earlier.c.gss_code == t.c.gss_code, earlier.c.id < t.c.id, earlier.c.state.in_(WAITING),
        sa.or_(leaving, ~ended(earlier)),
    )  # fmt: skip
    held = sa.exists().where(fence.c.held_at.is_not(None))  # a restored or copied database sends nothing until a person says so
    query = sa.select(t.c.lane, t.c.id).where(free, t.c.due_at <= now, t.c.lane <= last_lane, ~overtakes, ~_STOPPED, ~held, ~pointless())
    return query.order_by(t.c.lane, t.c.id).limit(sa.bindparam("most", type_=sa.Integer)).with_for_update(skip_locked=True)


DUE = (
    _due(t.c.state == DeliveryState.QUEUED),
    _due(t.c.state.in_(_HELD) & (t.c.leased_until < sa.bindparam("now", type_=t.c.due_at.type))),
)
CLAIM = (
    sa.update(t)
    .where(t.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(
        state=sa.case((t.c.state == DeliveryState.IN_DOUBT, DeliveryState.IN_DOUBT), else_=DeliveryState.SENDING),
        attempts=t.c.attempts + 1,
        lease=t.c.lease + 1,
        leased_until=sa.bindparam("until", type_=t.c.leased_until.type),
    )
    .returning(*DOMAIN)
)
_NAME_IN_THE_QUEUE = sa.update(t).where(t.c.id == sa.bindparam("moved")).values(queue_id=sa.bindparam("named"))
_BLOCK = 500  # ids in one statement
