"""Roles that system administrators took for an hour by breaking the glass. Why is sealed: it may name people."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.keys import Keys
from service.database.people_tables import borrowed_roles as t
from service.database.people_tables import persons
from service.domain.people import BorrowedRole, Role

_PLACE = "borrowed_roles.reason"


class BorrowedRoles:
    """Who broke the glass, for which role, and until when."""

    def __init__(self, connection: AsyncConnection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    async def take(self, *, person_id: str, role: Role, reason: str, at: datetime, until: datetime) -> bool:
        """Lend a role; False while the person holds another one. The person's row is locked first, so that of two one waits."""
        await self._connection.execute(sa.select(persons.c.id).where(persons.c.id == person_id).with_for_update())
        if await self._connection.scalar(sa.select(t.c.id).where(t.c.person_id == person_id, _alive(at)).limit(1)):
            return False
        row_id, seal = new_id(), await self._keys.new()
        await self._connection.execute(
            sa.insert(t).values(
                id=row_id,
                person_id=person_id,
                role=role,
                key_id=seal.key_id,
                reason_sealed=seal.close(_PLACE, row_id, reason.encode()),
                from_at=at,
                until_at=until,
            )
        )
        return True

    async def held_by(self, person_id: str, *, at: datetime) -> frozenset[Role]:
        """Return the roles a person holds for the moment."""
        return frozenset(map(Role, await self._connection.scalars(sa.select(t.c.role).where(t.c.person_id == person_id, _alive(at)))))

    async def holders(self, authority_id: str, role: Role, *, at: datetime) -> tuple[str, ...]:
        """Return who of an authority holds a role for the moment."""
        query = sa.select(t.c.person_id).join(persons, persons.c.id == t.c.person_id).where(t.c.role == role, _alive(at), persons.c.active)
        return tuple(await self._connection.scalars(query.where(persons.c.issuing_authority_id == authority_id).order_by(t.c.id)))

    async def give_back(self, person_id: str, *, at: datetime) -> int:
        """End what a person holds for the moment; returns how many roles that were."""
        query = sa.update(t).where(t.c.person_id == person_id, _alive(at)).values(until_at=at, ended_at=at)
        return (await self._connection.execute(query)).rowcount

    async def run_out(self, *, at: datetime) -> tuple[tuple[str, Role], ...]:
        """Mark what has run out as ended and return each once: whose it was, and which role."""
        over = (t.c.until_at <= at) & t.c.ended_at.is_(None)
        rows = await self._connection.execute(sa.update(t).where(over).values(ended_at=t.c.until_at).returning(t.c.person_id, t.c.role))
        return tuple((row.person_id, Role(row.role)) for row in rows)

    async def in_authority(self, authority_id: str, *, limit: int = 20) -> tuple[BorrowedRole, ...]:
        """Return what was lent at one authority, the newest first."""
        query = sa.select(t).join(persons, persons.c.id == t.c.person_id).where(persons.c.issuing_authority_id == authority_id)
        rows = (await self._connection.execute(query.order_by(t.c.id.desc()).limit(limit))).mappings().all()
        return tuple([await self._row(row) for row in rows])

    async def _row(self, row: sa.RowMapping) -> BorrowedRole:
        reason = (await self._keys.open(row["key_id"])).open(_PLACE, row["id"], row["reason_sealed"]).decode()
        plain = {name: row[name] for name in ("id", "person_id", "from_at", "until_at", "ended_at")}
        return BorrowedRole(role=Role(row["role"]), reason=reason, **plain)


def _alive(at: datetime) -> sa.ColumnElement[bool]:
    return t.c.ended_at.is_(None) & (t.c.from_at <= at) & (t.c.until_at > at)
