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
class Session:
    """One browser that somebody signed in with: by what *way*, and when they last proved a second factor in it."""

    person_id: str
    way: str
    created_at: datetime
    seen_at: datetime
    proved_at: datetime | None


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

    async def start(self, session_hash: str, *, person_id: str, at: datetime, way: str = "link", proved_at: datetime | None = None) -> None:
        """Start a session."""
        values = {"hash": session_hash, "person_id": person_id, "created_at": at, "seen_at": at, "way": way, "proved_at": proved_at}
        await self._connection.execute(sa.insert(t).values(**values))

    async def look(self, session_hash: str, *, at: datetime, awake: bool = True) -> Session | None:
        """Return the session and keep it *awake*; 30 minutes idle, 12 hours in all or being put off duty end it."""
        active = t.c.person_id.in_(sa.select(persons.c.id).where(persons.c.active))
        mine = (t.c.hash == session_hash) & _alive(at) & active
        query = sa.update(t).where(mine).values(seen_at=at).returning(*_FACTS) if awake else sa.select(*_FACTS).where(mine)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return Session(**row) if row else None

    async def whose(self, session_hash: str, *, at: datetime) -> str | None:
        """Return whose session it is while it lives, and keep it no more awake than it is."""
        active = t.c.person_id.in_(sa.select(persons.c.id).where(persons.c.active))
        person_id: str | None = await self._connection.scalar(sa.select(t.c.person_id).where(t.c.hash == session_hash, _alive(at), active))
        return person_id

    async def renew(self, session_hash: str, new_hash: str, *, at: datetime, way: str, proved_at: datetime) -> bool:
        """Let a session go on under a new secret, proved; False when it is over: of two who prove at once, one wins."""
        alive = (t.c.hash == session_hash) & _alive(at)
        values = {"hash": new_hash, "way": way, "proved_at": proved_at, "seen_at": at}
        return (await self._connection.execute(sa.update(t).where(alive).values(**values))).rowcount == 1

    async def of(self, person_id: str, *, at: datetime) -> tuple[Session, ...]:
        """Return the sessions of a person that are alive, the newest first."""
        query = sa.select(*_FACTS).where(t.c.person_id == person_id, _alive(at)).order_by(t.c.created_at.desc())
        return tuple(Session(**row) for row in (await self._connection.execute(query)).mappings())

    async def end_all(self, person_id: str) -> int:
        """End every session of a person, from their next request on; returns how many."""
        return (await self._connection.execute(sa.delete(t).where(t.c.person_id == person_id))).rowcount

    async def end(self, session_hash: str) -> None:
        """Sign out."""
        await self._connection.execute(sa.delete(t).where(t.c.hash == session_hash))


_FACTS = (t.c.person_id, t.c.way, t.c.created_at, t.c.seen_at, t.c.proved_at)


def _alive(at: datetime) -> sa.ColumnElement[bool]:
    return (t.c.seen_at >= at - IDLE) & (t.c.created_at >= at - ABSOLUTE)
