"""Keyed marks of the children of every case: equal marks mean equal words, and a mark alone tells nothing (security: blind comparison)."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.tables import cases
from service.database.tables import likenesses as t
from service.domain.case import CaseState
from service.domain.likeness import Clue, Hit, Mark, MarkKind

_AT_ONCE = 400


class Likenesses:
    """Who may be the same child. *key* is derived from the master key, which is not in the database."""

    def __init__(self, connection: AsyncConnection, key: bytes) -> None:
        self._connection = connection
        self._key = key

    async def keep(self, case_id: str, marks: Sequence[Mark]) -> None:
        """Keep the marks of a case in place of those it had."""
        await self._connection.execute(sa.delete(t).where(t.c.case_id == case_id))
        rows = [
            {"id": new_id(), "case_id": case_id, "child": one.child, "kind": one.kind.value, "mark": self._mark(one.kind, one.value)}
            for one in marks
        ]
        if rows:
            await self._connection.execute(sa.insert(t), rows)

    async def find(self, clues: Sequence[Clue], *, but: str, authority_id: str) -> tuple[Hit, ...]:
        """Return where the clues are found: in every case of the authority, and in cases of others that everyone was told of."""
        wanted = defaultdict[str, list[Clue]](list)
        for clue in clues:
            wanted[self._mark(clue.kind, clue.value)].append(clue)
        marks, hits = list(wanted), list[Hit]()
        # A draft of another authority is nobody else's business; one that was refused never left it.
        told = (cases.c.issuing_authority_id == authority_id) | (
            (cases.c.state != CaseState.DRAFT) & sa.func.coalesce(cases.c.outcome, "").not_in(("refused",))
        )
        for start in range(0, len(marks), _AT_ONCE):
            query = sa.select(t).join(cases).where(t.c.mark.in_(marks[start : start + _AT_ONCE]), t.c.case_id != but, told).order_by(t.c.id)
            rows = (await self._connection.execute(query)).mappings()
            hits += [Hit(row["case_id"], row["child"], clue) for row in rows for clue in wanted[row["mark"]]]
        return tuple(hits)

    def _mark(self, kind: MarkKind, value: str) -> str:
        return hmac.new(self._key, f"{kind.value}|{value}".encode(), hashlib.sha256).hexdigest()
