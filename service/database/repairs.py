"""Letters that a person sent again to another address of the same authority: which address, who, and when."""

from datetime import datetime

import sqlalchemy as sa

from service.database.ids import new_id
from service.database.tables import deliveries, repairs, responses
from service.database.unit_of_work import Work
from service.domain.delivery import Answer, Delivery


async def add(work: Work, again: Delivery, *, person_id: str, at: datetime) -> None:
    """Keep who sent a letter again, and where to."""
    row = {"id": new_id(), "delivery_id": again.id, "gss_code": again.gss_code, "address": again.address, "person_id": person_id, "at": at}
    await work.connection.execute(sa.insert(repairs).values(**row))


async def addressed(work: Work, letter_id: str) -> frozenset[tuple[str, str]]:
    """Return to whom persons sent a frozen letter again: GSS code and address."""
    # Asked of each repair, because they are few and letters are many.
    of_the_letter = sa.exists().where(deliveries.c.id == repairs.c.delivery_id, deliveries.c.letter_id == letter_id)
    query = sa.select(repairs.c.gss_code, repairs.c.address).where(of_the_letter)
    return frozenset((row.gss_code, row.address) for row in await work.connection.execute(query))


async def answered_from(work: Work, gss_code: str, *, limit: int = 20) -> tuple[tuple[str, datetime], ...]:
    """Return the addresses at which somebody of an authority answered a letter, the newest answer first."""
    proved = (deliveries.c.gss_code == gss_code) & (deliveries.c.answer != Answer.NONE) & deliveries.c.confirmed
    columns = (deliveries.c.address, sa.func.max(deliveries.c.answered_at).label("at"))
    query = sa.select(*columns).where(proved, deliveries.c.answered_at.is_not(None)).group_by(deliveries.c.address)
    rows = await work.connection.execute(query.order_by(sa.desc("at")).limit(limit))
    return tuple((row.address, row.at) for row in rows)


async def cases_with_replies(work: Work, gss_code: str, *, limit: int = 20) -> tuple[str, ...]:
    """Return the cases about which an authority replied by mail from an address of its own, the newest first."""
    replied = (responses.c.gss_code == gss_code) & (responses.c.way == "mail") & responses.c.confirmed
    query = sa.select(responses.c.case_id, sa.func.max(responses.c.id)).where(replied).group_by(responses.c.case_id)
    return tuple((await work.connection.scalars(query.order_by(sa.func.max(responses.c.id).desc()).limit(limit))).all())
