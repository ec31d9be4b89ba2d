"""The letters of the origin test: five to a round, what each was judged to be, and which received letter it was judged on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.people_tables import origin_tests as t

_NEWEST = 100  # rows: twenty rounds, more than anybody starts without ending one


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginLetter:
    """One letter of a round. *id* is the code in its subject; *passed* is None until it is judged."""

    id: str
    mailbox: str
    profile: str
    letter: str
    sent_at: datetime
    judged_at: datetime | None = None
    passed: bool | None = None
    result: str | None = None
    received_email_id: str | None = None


class OriginTests:
    """The rounds of the origin test."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(self, *, mailbox: str, profile: str, letters: Sequence[str], at: datetime) -> tuple[OriginLetter, ...]:
        """Begin a round and return its letters, still to be sent."""
        made = tuple(OriginLetter(id=new_id(), mailbox=mailbox.casefold(), profile=profile, letter=one, sent_at=at) for one in letters)
        columns = ("id", "mailbox", "profile", "letter", "sent_at")
        await self._connection.execute(sa.insert(t), [{name: getattr(one, name) for name in columns} for one in made])
        return made

    async def get(self, code: str) -> OriginLetter | None:
        """Return the letter with this code."""
        row = (await self._connection.execute(sa.select(t).where(t.c.id == code))).mappings().one_or_none()
        return OriginLetter(**row) if row else None

    async def rounds(self, mailbox: str, profile: str) -> tuple[tuple[OriginLetter, ...], ...]:
        """Return the rounds of a profile at a mailbox, the newest first, each with its letters in their order."""
        rows = (await self._connection.execute(_ROUNDS, {"at": mailbox.casefold(), "of": profile})).mappings()
        return tuple(tuple(letters) for _, letters in groupby((OriginLetter(**row) for row in rows), key=lambda one: one.sent_at))

    async def judged(self, code: str, *, passed: bool, result: str, at: datetime, received_email_id: str | None = None) -> None:
        """Keep what a letter was judged to be. One that failed stays failed, whatever comes in with its code afterwards."""
        open_still = t.c.passed.is_(None) if passed else sa.or_(t.c.passed.is_(None), t.c.passed.is_(True))
        values = {"passed": passed, "result": result, "judged_at": at, "received_email_id": received_email_id}
        await self._connection.execute(sa.update(t).where(t.c.id == code, open_still).values(**values))


# Built once: it is asked for every letter that comes in.
_ROUNDS = (
    sa.select(t)
    .where(t.c.mailbox == sa.bindparam("at"), t.c.profile == sa.bindparam("of"))
    .order_by(t.c.sent_at.desc(), t.c.id)
    .limit(_NEWEST)
)
