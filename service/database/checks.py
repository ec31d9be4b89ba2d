"""The stages of quality assurance that were passed, each once for each version of a notice."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.tables import checks as t
from service.domain.errors import ChangedMeanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One stage, passed by one person."""

    stage: int
    person_id: str
    way: str
    at: datetime


class Checks:
    """Who passed which stage of a notice."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, *, notice_id: str, version: int, stage: int, person_id: str, way: str, at: datetime) -> None:
        """Keep that a stage was passed; raises ChangedMeanwhile when somebody else passed it first."""
        row = {"id": new_id(), "notice_id": notice_id, "notice_version": version, "stage": stage, "person_id": person_id, "way": way}
        try:
            await self._connection.execute(sa.insert(t).values(**row, at=at))
        except IntegrityError:
            raise ChangedMeanwhile from None

    async def newest(self, notice_id: str) -> tuple[Check, ...]:
        """Return the stages that were passed of the newest version that passed any."""
        version = await self._connection.scalar(sa.select(sa.func.max(t.c.notice_version)).where(t.c.notice_id == notice_id))
        return await self.of_version(notice_id, version) if version is not None else ()

    async def of_version(self, notice_id: str, version: int) -> tuple[Check, ...]:
        """Return the stages that were passed of one version of a notice, in their order."""
        query = sa.select(t).where(t.c.notice_id == notice_id, t.c.notice_version == version).order_by(t.c.stage)
        rows = (await self._connection.execute(query)).mappings()
        return tuple(Check(stage=row["stage"], person_id=row["person_id"], way=row["way"], at=row["at"]) for row in rows)
