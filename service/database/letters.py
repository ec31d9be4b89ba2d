"""Letters: content frozen for sending, the same bytes for every recipient but for the marked places."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.keys import Keys, SealBroken
from service.database.tables import letters as t

_PLACE = "letters.wire"


class LetterChanged(Exception):  # noqa: N818
    """The stored bytes of a letter are not those that were frozen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One frozen letter."""

    id: str
    kind: str
    case_id: str | None
    sha256: str
    wire: bytes = field(repr=False)
    created_at: datetime


class Letters:
    """What was written."""

    def __init__(self, connection: AsyncConnection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    async def add(self, wire: bytes, *, kind: str, case_id: str | None, key_id: str | None, at: datetime) -> Letter:
        """Keep a frozen letter, sealed with the key of its case, or with one of its own."""
        seal = await (self._keys.open(key_id) if key_id else self._keys.new(case_id))
        letter = Letter(id=new_id(), kind=kind, case_id=case_id, sha256=hashlib.sha256(wire).hexdigest(), wire=wire, created_at=at)
        await self._connection.execute(
            sa.insert(t).values(
                id=letter.id,
                kind=kind,
                case_id=case_id,
                sha256=letter.sha256,
                key_id=seal.key_id,
                created_at=at,
                wire_sealed=seal.close(_PLACE, letter.id, wire),
            )
        )
        return letter

    async def get(self, letter_id: str) -> Letter:
        """Return a letter, opened; raises LetterChanged when its bytes do not open or are not those that were frozen."""
        row = (await self._connection.execute(sa.select(t).where(t.c.id == letter_id))).mappings().one()
        try:
            wire = (await self._keys.open(row["key_id"])).open(_PLACE, letter_id, row["wire_sealed"])
        except SealBroken:
            raise LetterChanged from None
        if hashlib.sha256(wire).hexdigest() != row["sha256"]:
            raise LetterChanged
        return Letter(id=letter_id, kind=row["kind"], case_id=row["case_id"], sha256=row["sha256"], wire=wire, created_at=row["created_at"])
