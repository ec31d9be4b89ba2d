"""Figures for the weekly report of one issuing authority: counts of rows, no names. Only the children are counted from sealed notices."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.database.delivery_rows import ALERTING
from service.database.tables import cases, deliveries, local_notices, notices
from service.database.unit_of_work import Work
from service.domain.case import CaseState
from service.domain.delivery import Answer, DeliveryState
from service.domain.notice import NoticeState

_REACHED = (DeliveryState.ACCEPTED, DeliveryState.DELAYED, DeliveryState.IN_DOUBT)
_NOT_REACHED = (DeliveryState.BOUNCED, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """What happened to cases in one week: notices that went out by kind, cases that began, and cases that ended by outcome."""

    sent: Mapping[str, int]
    opened: int
    ended: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An authority that has not answered, or was not reached, and for how many open cases."""

    name: str
    cases: int


async def movements(work: Work, authority_id: str, *, since: datetime, until: datetime) -> Movements:
    """Count what happened from *since* to just before *until*."""
    ours = cases.c.issuing_authority_id == authority_id
    sent = sa.select(notices.c.kind).join(cases).where(ours, notices.c.state == NoticeState.CASCADED)
    opened = sa.select(sa.func.count()).select_from(cases).where(ours, cases.c.opened_at >= since, cases.c.opened_at < until)
    ended = sa.select(cases.c.outcome).where(ours, cases.c.closed_at >= since, cases.c.closed_at < until)
    return Movements(
        sent=Counter(await work.connection.scalars(sent.where(notices.c.decided_at >= since, notices.c.decided_at < until))),
        opened=await work.connection.scalar(opened) or 0,
        ended=Counter(await work.connection.scalars(ended)),
    )


async def open_between(work: Work, authority_id: str, *, since: datetime, until: datetime) -> tuple[str, ...]:
    """Return the cases that were open at some moment from *since* to just before *until*, oldest first."""
    not_ended = sa.or_(cases.c.closed_at.is_(None), cases.c.closed_at >= since)
    query = sa.select(cases.c.id).where(cases.c.issuing_authority_id == authority_id, cases.c.opened_at < until, not_ended)
    return tuple(await work.connection.scalars(query.order_by(cases.c.opened_at)))


async def anything_before(work: Work, authority_id: str, until: datetime) -> bool:
    """Say whether anything to report on ever came in before *until*."""
    case = sa.select(cases.c.id).where(cases.c.issuing_authority_id == authority_id, cases.c.opened_at < until)
    local = sa.select(local_notices.c.id).where(local_notices.c.issuing_authority_id == authority_id, local_notices.c.created_at < until)
    return any([await work.connection.scalar(query.limit(1)) is not None for query in (case, local)])


async def silent(work: Work, authority_id: str, *, before: datetime) -> tuple[Standing, ...]:
    """Return the authorities that got the letters of a live case before that moment and have answered none of them."""
    answered = sa.func.sum(sa.case((deliveries.c.answer == Answer.NONE, 0), else_=1)) == 0
    return await _standing(work, authority_id, _REACHED, answered, deliveries.c.created_at < before)


async def not_reached(work: Work, authority_id: str) -> tuple[Standing, ...]:
    """Return the authorities whose letter about a live case came back or was refused, and that got none."""
    got_one = sa.func.sum(sa.case((deliveries.c.state.in_(_REACHED), 1), else_=0)) == 0
    return await _standing(work, authority_id, (*_REACHED, *_NOT_REACHED), got_one)


async def _standing(
    work: Work, authority_id: str, states: Sequence[DeliveryState], having: sa.ColumnElement[bool], *where: sa.ColumnElement[bool]
) -> tuple[Standing, ...]:
    of_live_cases = (
        sa.select(deliveries.c.gss_code, sa.func.max(deliveries.c.recipient_name).label("name"))
        .join(cases, cases.c.id == deliveries.c.case_id)
        .where(cases.c.issuing_authority_id == authority_id, cases.c.state == CaseState.LIVE, deliveries.c.kind.in_(ALERTING))
        .where(deliveries.c.gss_code.is_not(None), deliveries.c.state.in_(states), *where)
        .group_by(deliveries.c.case_id, deliveries.c.gss_code)
        .having(having)
        .subquery()
    )
    count = sa.func.count().label("cases")
    query = (
        sa.select(sa.func.max(of_live_cases.c.name).label("name"), count)
        .group_by(of_live_cases.c.gss_code)
        .order_by(count.desc(), sa.literal_column("name"))
    )
    return tuple(Standing(name=row.name, cases=row.cases) for row in await work.connection.execute(query))
