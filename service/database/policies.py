"""The text of every policy version that a case was opened under. A kept text is never changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.tables import policies as t


class Policies:
    """The kept versions of the policies."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def text(self, name: str, version: str) -> str | None:
        """Return the text that was kept for a version; None when no case was opened under it yet."""
        found: str | None = await self._connection.scalar(sa.select(t.c.text).where(t.c.name == name, t.c.version == version))
        return found

    async def keep(self, name: str, version: str, text: str, *, at: datetime) -> None:
        """Keep the text of a version that is not kept yet; somebody who kept it at the same moment is no fault."""
        known = sa.select(t.c.name).where(t.c.name == name, t.c.version == version).exists()
        values = sa.select(sa.literal(name), sa.literal(version), sa.literal(text), sa.literal(at, t.c.kept_at.type)).where(~known)
        await self._connection.execute(sa.insert(t).from_select(["name", "version", "text", "kept_at"], values))

    async def kept(self) -> tuple[tuple[str, str], ...]:
        """Return name and version of everything that is kept."""
        rows = await self._connection.execute(sa.select(t.c.name, t.c.version).order_by(t.c.name, t.c.kept_at))
        return tuple((row.name, row.version) for row in rows)
