"""How far everything is: whether any letter still waits, in or out, and the one shortcut the demonstration takes with time."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from service.database.received import ReceivedState
from service.database.tables import cases, notices, responses
from service.database.tables import deliveries as t
from service.database.unit_of_work import Work
from service.domain.case import CaseState
from service.domain.delivery import Answer, DeliveryState
from service.domain.notice import NoticeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What lies on the desk: letters received in all, those not yet read, those put aside, and letters that have not left yet."""

    received: int
    unread: int
    quarantined: int
    leaving: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascaded:
    """One notice that went out."""

    notice_id: str
    case_id: str
    kind: str


async def desk(work: Work) -> Desk:
    """Count what lies on the desk."""
    return Desk(
        received=await work.received.count(),
        unread=await work.received.count(ReceivedState.NEW),
        quarantined=await work.received.count(ReceivedState.QUARANTINED),
        leaving=await work.deliveries.waiting(),
    )


async def written_since(work: Work, kind: str, moment: datetime, *, about: str | None = None) -> int:
    """Count the letters of one kind that were written after *moment*, all of them or those *about* one subject."""
    query = sa.select(sa.func.count()).select_from(t).where(t.c.kind == kind, t.c.created_at > moment)
    return await work.connection.scalar(query if about is None else query.where(t.c.token_subject == about)) or 0


async def cascaded(work: Work, *, ended_after: datetime) -> tuple[Cascaded, ...]:
    """Return the notices that went out, of the cases that are live or ended after that moment."""
    query = (
        sa.select(notices.c.id.label("notice_id"), notices.c.case_id, notices.c.kind)
        .join(cases, cases.c.id == notices.c.case_id)
        .where(notices.c.state == NoticeState.CASCADED, sa.or_(cases.c.closed_at.is_(None), cases.c.closed_at > ended_after))
        .order_by(notices.c.id)
    )
    return tuple(Cascaded(**row) for row in (await work.connection.execute(query)).mappings())


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCheck:
    """One authority that wanted to be done with its checks before today; *subject* names the letter and the day."""

    subject: str
    case_id: str
    name: str


async def late_checks(work: Work, today: date) -> tuple[LateCheck, ...]:
    """Return the authorities that are late with checks about live cases."""
    said = responses.alias()
    newest = sa.select(sa.func.max(said.c.id)).where(said.c.delivery_id == t.c.id).scalar_subquery()
    query = (
        sa.select(t.c.id, t.c.case_id, t.c.recipient_name, responses.c.until)
        .select_from(t)
        .join(responses, responses.c.id == newest)
        .join(cases, cases.c.id == t.c.case_id)
        .where(t.c.answer == Answer.CHECKS_UNDER_WAY, responses.c.until < today, cases.c.state == CaseState.LIVE)
        .order_by(t.c.id)
    )
    rows = await work.connection.execute(query)
    return tuple(LateCheck(subject=f"{row.id} {row.until}", case_id=row.case_id, name=row.recipient_name) for row in rows)


async def unnamed(work: Work, notice_id: str) -> int:
    """Count the letters of a notice whose state or answer has no name here."""
    nameless = sa.or_(t.c.state.not_in(list(DeliveryState)), t.c.answer.not_in(list(Answer)))
    return await work.connection.scalar(sa.select(sa.func.count()).select_from(t).where(t.c.notice_id == notice_id, nameless)) or 0


async def answered(work: Work, notice_id: str) -> frozenset[str]:
    """Return the letters of a notice to which an answer is kept."""
    query = sa.select(responses.c.delivery_id).join(t, t.c.id == responses.c.delivery_id).where(t.c.notice_id == notice_id)
    return frozenset(await work.connection.scalars(query))


async def bring_forward(work: Work, *, now: datetime) -> int:
    """Make letters that were put off due at once and return how many; only a demonstration in a hurry does this."""
    put_off = (t.c.state == DeliveryState.QUEUED) & (t.c.due_at > now)
    return (await work.connection.execute(sa.update(t).where(put_off).values(due_at=now))).rowcount
