"""The keys by which other systems read the directory, as rows; of a key only its hash is kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.tables import api_keys as table


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """Who may read the directory by a key, and until when they could."""

    id: str
    name: str
    made_by: str
    made_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None


class ApiKeys:
    """The keys, in the transaction of the connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, key_id: str, secret: str, *, name: str, by: str, at: datetime) -> None:
        """Keep a new key."""
        values = {"id": key_id, "key_sha256": _hash(secret), "name": name, "made_by": by, "made_at": at}
        await self._connection.execute(insert(table).values(**values))

    async def every(self) -> tuple[ApiKey, ...]:
        """Return all keys, the revoked ones too, oldest first."""
        rows = await self._connection.execute(select(*_COLUMNS).order_by(table.c.id))
        return tuple(ApiKey(**row._mapping) for row in rows)

    async def holder(self, secret: str) -> ApiKey | None:
        """Return the key that is good and has this secret, or None."""
        good = select(*_COLUMNS).where(table.c.key_sha256 == _hash(secret), table.c.revoked_at.is_(None))
        row = (await self._connection.execute(good)).one_or_none()
        return None if row is None else ApiKey(**row._mapping)

    async def revoke(self, key_id: str, *, by: str, at: datetime) -> bool:
        """End a key at once; False when there is none of this id that is good."""
        mine = update(table).where(table.c.id == key_id, table.c.revoked_at.is_(None)).values(revoked_by=by, revoked_at=at)
        return (await self._connection.execute(mine)).rowcount == 1


_COLUMNS = (table.c.id, table.c.name, table.c.made_by, table.c.made_at, table.c.revoked_by, table.c.revoked_at)


def _hash(secret: str) -> str:
    # The secret has 256 bits of chance, so a plain hash cannot be guessed back.
    return hashlib.sha256(secret.encode()).hexdigest()
