"""Read models of chasing: which letters wait for an answer, and when each was chased."""

from datetime import datetime

import sqlalchemy as sa

from service.database.deliveries import NEVER_LEFT
from service.database.delivery_rows import ALERTING, ENDING
from service.database.tables import cases, chased, deliveries, notices
from service.database.unit_of_work import Work
from service.domain.case import CaseState
from service.domain.chasing import Asked
from service.domain.delivery import Answer, DeliveryState
from service.domain.notice import NoticeKind, NoticeState


async def asked_of(work: Work, authority_id: str) -> tuple[Asked, ...]:
    """Return every letter of one issuing authority that asks: those of live cases, and those that say how a case ended."""
    t = deliveries
    columns = [t.c[name] for name in ("id", "case_id", "notice_id", "gss_code", "address", "state", "answer", "confirmed", "rank")]
    asks = sa.or_((cases.c.state == CaseState.LIVE) & t.c.kind.in_(ALERTING), (cases.c.state == CaseState.CLOSED) & t.c.kind.in_(ENDING))
    query = (
        sa.select(
            *columns, t.c.recipient_name.label("name"), sa.func.coalesce(t.c.accepted_at, t.c.created_at).label("at"),
            cases.c.reference, cases.c.policy, cases.c.policy_version, notices.c.kind, notices.c.number,
        )
        .join(cases, cases.c.id == t.c.case_id)
        .join(notices, notices.c.id == t.c.notice_id)
        .where(cases.c.issuing_authority_id == authority_id, asks, t.c.gss_code.is_not(None))
        .where(notices.c.state == NoticeState.CASCADED, t.c.state.not_in(NEVER_LEFT))
    )  # fmt: skip
    rows = (await work.connection.execute(query)).mappings()
    return tuple(
        Asked(**{**row, "kind": NoticeKind(row["kind"]), "state": DeliveryState(row["state"]), "answer": Answer(row["answer"])})
        for row in rows
    )


async def chased_at(work: Work, authority_id: str) -> dict[str, tuple[datetime, ...]]:
    """Return when each letter of one issuing authority was asked about again, oldest first; a chaser that never left does not count."""
    chaser, item = deliveries.alias(), deliveries.alias()
    query = (
        sa.select(chased.c.delivery_id, chaser.c.created_at)
        .join(chaser, chaser.c.id == chased.c.chaser_id)
        .join(item, item.c.id == chased.c.delivery_id)
        .join(cases, cases.c.id == item.c.case_id)
        .where(cases.c.issuing_authority_id == authority_id, chaser.c.state.not_in((*NEVER_LEFT, DeliveryState.FAILED)))
        .order_by(chaser.c.created_at)
    )
    found: dict[str, tuple[datetime, ...]] = {}
    for row in await work.connection.execute(query):
        found[row.delivery_id] = (*found.get(row.delivery_id, ()), row.created_at)
    return found
