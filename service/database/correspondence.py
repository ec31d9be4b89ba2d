"""What was written to an authority and what came of it: letters, answers, and how well its mailbox works. No words of a case."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.delivery_rows import ALERTING
from service.database.tables import cases, responses, tasks
from service.database.tables import deliveries as t
from service.domain.case import CaseState
from service.domain.delivery import DeliveryState
from service.domain.people import Role

LOST = (DeliveryState.BOUNCED, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One letter to an authority, how often it answered, and whose case it is about, when it is about one."""

    id: str
    kind: str
    state: DeliveryState
    answer: str
    answers: int
    created_at: datetime
    answered_at: datetime | None
    case_id: str | None
    issuing_authority_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the letters to an authority fared."""

    letters: int = 0
    bounced: int = 0
    answered: int = 0


class Correspondence:
    """The letters to the authorities of the directory, in the transaction of the connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, gss_code: str, *, limit: int = 50) -> tuple[Exchange, ...]:
        """Return the letters to one authority, newest first."""
        came = sa.select(sa.func.count()).where(responses.c.delivery_id == t.c.id).scalar_subquery()
        query = (
            sa.select(
                t.c.id, t.c.kind, t.c.state, t.c.answer, came.label("answers"), t.c.created_at, t.c.answered_at, t.c.case_id,
                cases.c.issuing_authority_id,
            )
            .outerjoin(cases, cases.c.id == t.c.case_id)
            .where(t.c.gss_code == gss_code)
            .order_by(t.c.created_at.desc(), t.c.id.desc())
            .limit(limit)
        )  # fmt: skip
        rows = (await self._connection.execute(query)).mappings()
        return tuple(Exchange(**{**row, "state": DeliveryState(row["state"])}) for row in rows)

    async def health(self, since: datetime, gss_code: str | None = None) -> dict[str, Health]:
        """Count the letters since then by authority (or for one); one that got none is left out."""
        lost = sa.case((t.c.state.in_(LOST), 1), else_=0)
        answered = sa.case((t.c.answered_at.is_not(None), 1), else_=0)
        query = (
            sa.select(t.c.gss_code, sa.func.count().label("letters"), sa.func.sum(lost).label("lost"), sa.func.sum(answered).label("came"))
            .where(t.c.created_at >= since, t.c.gss_code.is_not(None))
            .group_by(t.c.gss_code)
        )
        if gss_code is not None:
            query = query.where(t.c.gss_code == gss_code)
        rows = await self._connection.execute(query)
        return {row.gss_code: Health(letters=row.letters, bounced=int(row.lost), answered=int(row.came)) for row in rows}

    async def open_tasks(self, gss_code: str) -> dict[Role, int]:
        """Count what is still to do about the letters to an authority and its address, by the role that has to do it."""
        to_it = sa.select(t.c.id).where(t.c.gss_code == gss_code)
        named = [gss_code, *(f"{word} {gss_code}" for word in ("confirm", "letters", "theirs", "exercise", "address"))]
        of_a_fallback = tasks.c.subject_id.startswith(f"confirm {gss_code} ", autoescape=True)
        about = sa.or_(tasks.c.subject_id.in_(to_it), tasks.c.subject_id.in_(named), of_a_fallback)
        query = sa.select(tasks.c.role, sa.func.count().label("many")).where(tasks.c.done_at.is_(None), about).group_by(tasks.c.role)
        return {Role(row.role): row.many for row in await self._connection.execute(query)}

    async def open_alerts(self, gss_code: str) -> int:
        """Count the open cases that this authority was told of."""
        told = sa.select(t.c.case_id).where(t.c.gss_code == gss_code, t.c.kind.in_(ALERTING))
        query = sa.select(sa.func.count()).select_from(cases).where(cases.c.state == CaseState.LIVE, cases.c.id.in_(told))
        return int(await self._connection.scalar(query) or 0)
