"""Labels and titles of forms that the reader did not know, counted for each authority. The words are sealed: a label may hold a name."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.keys import Keys
from service.database.tables import unknown_words as t

_PLACE = "unknown_words.words"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownWords:
    """One label or title that nobody has taught the reader yet. *kind* is `label` or `title`."""

    kind: str
    words: str = field(repr=False)
    seen: int
    first_at: datetime
    last_at: datetime


class Unknown:
    """What the reader did not know. Equal words of one authority have equal marks; a mark tells nothing without the key."""

    def __init__(self, connection: AsyncConnection, keys: Keys, mark_key: bytes) -> None:
        self._connection = connection
        self._keys = keys
        self._mark_key = mark_key

    async def note(self, authority_id: str, *, kind: str, words: str, compared: str, at: datetime) -> None:
        """Count one sighting of *words*; *compared* is what of them is compared with others."""
        mark = hmac.new(self._mark_key, f"{authority_id}|{kind}|{compared}".encode(), hashlib.sha256).hexdigest()
        same = (t.c.issuing_authority_id == authority_id) & (t.c.kind == kind) & (t.c.mark == mark)
        again = sa.update(t).where(same).values(seen=t.c.seen + 1, last_at=at)
        if (await self._connection.execute(again)).rowcount:
            return
        row_id, seal = new_id(), await self._keys.new()
        await self._connection.execute(
            sa.insert(t).values(
                id=row_id,
                issuing_authority_id=authority_id,
                kind=kind,
                mark=mark,
                key_id=seal.key_id,
                words_sealed=seal.close(_PLACE, row_id, words.encode()),
                seen=1,
                first_at=at,
                last_at=at,
            )
        )

    async def of_authority(self, authority_id: str, *, limit: int = 500) -> tuple[UnknownWords, ...]:
        """Return what was not known in the forms of one authority, the most frequent first."""
        query = (
            sa.select(t).where(t.c.issuing_authority_id == authority_id).order_by(t.c.seen.desc(), t.c.last_at.desc(), t.c.id).limit(limit)
        )
        rows = (await self._connection.execute(query)).mappings().all()
        return tuple([await self._opened(row) for row in rows])

    async def _opened(self, row: sa.RowMapping) -> UnknownWords:
        words = (await self._keys.open(row["key_id"])).open(_PLACE, row["id"], row["words_sealed"]).decode()
        return UnknownWords(kind=row["kind"], words=words, seen=row["seen"], first_at=row["first_at"], last_at=row["last_at"])
