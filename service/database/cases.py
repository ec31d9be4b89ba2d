"""Cases, and the counters their references come from."""

from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.tables import cases as t
from service.database.tables import reference_counters
from service.domain.case import Case, CaseState, Outcome
from service.domain.errors import ChangedMeanwhile, NotFound
from service.domain.reference import make_reference


class Cases:
    """The missing episodes."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next_reference(self, code: str, year: int) -> str:
        """Take the next reference of an authority and year; numbers are never used twice."""
        here = (reference_counters.c.code == code) & (reference_counters.c.year == year)
        last = await self._connection.scalar(
            sa.update(reference_counters).where(here).values(last=reference_counters.c.last + 1).returning(reference_counters.c.last)
        )
        if last is None:
            last = 1
            await self._connection.execute(sa.insert(reference_counters).values(code=code, year=year, last=last))
        return make_reference(code, year, last)

    async def add(self, case: Case) -> None:
        """Add a new case."""
        await self._connection.execute(sa.insert(t).values(**_row(case)))

    async def get(self, case_id: str) -> Case:
        """Return one case; raises NotFound."""
        return await self._one(t.c.id == case_id)

    async def by_reference(self, reference: str) -> Case | None:
        """Return the case with this reference."""
        try:
            return await self._one(t.c.reference == reference.upper())
        except NotFound:
            return None

    async def save(self, case: Case) -> Case:
        """Save a case, one version later; raises ChangedMeanwhile when somebody else saved it first."""
        saved = replace(case, version=case.version + 1)
        result = await self._connection.execute(sa.update(t).where(t.c.id == case.id, t.c.version == case.version).values(**_row(saved)))
        if result.rowcount != 1:
            raise ChangedMeanwhile
        return saved

    async def newest(self, limit: int = 200) -> tuple[Case, ...]:
        """Return cases, newest first."""
        rows = (await self._connection.execute(sa.select(t).order_by(t.c.opened_at.desc()).limit(limit))).mappings()
        return tuple(map(_case, rows))

    async def open_of_reporter(self, address: str, authority_id: str) -> tuple[Case, ...]:
        """Return the cases of one authority that this person reported and that have not ended, newest first."""
        mine = (t.c.reporter_address == address, t.c.issuing_authority_id == authority_id, t.c.state != CaseState.CLOSED)
        rows = (await self._connection.execute(sa.select(t).where(*mine).order_by(t.c.opened_at.desc()))).mappings()
        return tuple(map(_case, rows))

    async def watched(self, *, closed_since: datetime) -> tuple[str, ...]:
        """Return the ids of the cases that are open, or ended since then, oldest first."""
        query = sa.select(t.c.id).where(sa.or_(t.c.state != CaseState.CLOSED, t.c.closed_at >= closed_since)).order_by(t.c.opened_at)
        return tuple(await self._connection.scalars(query))

    async def note_missing_since(self, case_id: str, since: date) -> None:
        """Set the original date; from the first alert on, a date that stands is never changed. A draft can still be put right."""
        free = sa.or_(t.c.missing_since.is_(None), t.c.state == CaseState.DRAFT)
        await self._connection.execute(sa.update(t).where(t.c.id == case_id, free).values(missing_since=since))

    async def _one(self, where: sa.ColumnElement[bool]) -> Case:
        row = (await self._connection.execute(sa.select(t).where(where))).mappings().one_or_none()
        if row is None:
            raise NotFound
        return _case(row)


def _row(case: Case) -> dict[str, object]:
    return {column.name: getattr(case, column.name) for column in t.c}


def _case(row: sa.RowMapping) -> Case:
    opened: datetime = row["opened_at"]
    return Case(
        **{**row, "opened_at": opened, "state": CaseState(row["state"]), "outcome": Outcome(row["outcome"]) if row["outcome"] else None}
    )
