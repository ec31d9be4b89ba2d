"""Which addresses take letters about cases: a mail server took them, and none came back."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.database.tables import deliveries as t
from service.database.unit_of_work import Work
from service.domain.delivery import DeliveryState

_LOST = (DeliveryState.BOUNCED, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The newest letter that was taken, and when."""

    at: datetime
    delivery_id: str


async def addresses_at_work(work: Work, *, since: datetime, until: datetime) -> dict[tuple[str, str], Taken]:
    """Return by GSS code and address the newest letter about a case that was taken between two moments; none where one came back."""
    stays = (t.c.state == DeliveryState.ACCEPTED) & (t.c.accepted_at <= until)
    query = (
        sa.select(
            t.c.gss_code, t.c.address, sa.func.max(t.c.accepted_at).filter(stays).label("at"), sa.func.max(t.c.id).filter(stays).label("id")
        )
        .where(t.c.case_id.is_not(None), t.c.gss_code.is_not(None), t.c.created_at >= since)
        .group_by(t.c.gss_code, t.c.address)
        .having(sa.func.count().filter(stays) > 0, sa.func.count().filter(t.c.state.in_(_LOST)) == 0)
    )
    rows = await work.connection.execute(query)
    return {(row.gss_code, row.address): Taken(at=row.at, delivery_id=row.id) for row in rows}
