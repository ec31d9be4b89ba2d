"""Signed-in sessions and the tokens we gave out: only hashes are stored, every use is one conditional statement."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.people_tables import persons, tokens
from service.database.people_tables import sessions as t

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenToken:
    """A token we gave out: what for, about what, and to whom if it was one person's."""

    purpose: str
    subject_id: str
    holder_id: str | None
    not_after: datetime
    used_at: datetime | None


class Sessions:
    """Who is signed in, and which tokens are about."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def give(self, token_hash: str, *, purpose: str, subject_id: str, not_after: datetime, holder_id: str | None = None) -> None:
        """Remember a token that is about to be sent; giving the same one again changes nothing."""
        if await self.token(token_hash) is None:
            row = {"hash": token_hash, "purpose": purpose, "subject_id": subject_id, "holder_id": holder_id, "not_after": not_after}
            await self._connection.execute(sa.insert(tokens).values(**row))

    async def live_tokens(self, *, purpose: str, subject_id: str, at: datetime) -> int:
        """Count the tokens of one purpose about one subject that have not run out, used or not."""
        alive = (tokens.c.purpose == purpose) & (tokens.c.subject_id == subject_id) & (tokens.c.not_after >= at)
        return await self._connection.scalar(sa.select(sa.func.count()).select_from(tokens).where(alive)) or 0

    async def withdraw(self, *, purpose: str, subject_id: str) -> None:
        """Take back every token of one purpose about one subject: what it was given for has changed."""
        await self._connection.execute(sa.delete(tokens).where(tokens.c.purpose == purpose, tokens.c.subject_id == subject_id))

    async def token(self, token_hash: str) -> GivenToken | None:
        """Return what a token was given out for."""
        row = (await self._connection.execute(sa.select(tokens).where(tokens.c.hash == token_hash))).mappings().one_or_none()
        return GivenToken(**{name: row[name] for name in row if name != "hash"}) if row else None

    async def use(self, token_hash: str, *, purpose: str, at: datetime) -> str | None:
        """Use up a token and return its subject; None when it is unknown, used, for something else or has run out."""
        usable = (tokens.c.hash == token_hash) & (tokens.c.purpose == purpose) & tokens.c.used_at.is_(None) & (tokens.c.not_after >= at)
        subject: str | None = await self._connection.scalar(
            sa.update(tokens).where(usable).values(used_at=at).returning(tokens.c.subject_id)
        )
        return subject

    async def start(self, session_hash: str, *, person_id: str, at: datetime) -> None:
        """Start a session."""
        await self._connection.execute(sa.insert(t).values(hash=session_hash, person_id=person_id, created_at=at, seen_at=at))

    async def person_of(self, session_hash: str, *, at: datetime) -> str | None:
        """Return who is signed in with this session, and keep it awake; 30 minutes idle or 12 hours in all end it."""
        alive = (t.c.hash == session_hash) & (t.c.seen_at >= at - IDLE) & (t.c.created_at >= at - ABSOLUTE)
        active = t.c.person_id.in_(sa.select(persons.c.id).where(persons.c.active))
        person_id: str | None = await self._connection.scalar(sa.update(t).where(alive, active).values(seen_at=at).returning(t.c.person_id))
        return person_id

    async def end(self, session_hash: str) -> None:
        """Sign out."""
        await self._connection.execute(sa.delete(t).where(t.c.hash == session_hash))
