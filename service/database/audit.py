"""The audit trail: append-only, a keyed hash chain (HMAC-SHA-256), written in the transaction of what it records.

Ids, kinds and codes only: never a name, an address or a word of a letter. A cut tail shows against `audit_head`.
"""

import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.tables import audit_events, audit_head

SYSTEM = "service"
_NEWEST = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What `verify` found: how many events hold, and the number of the first that does not."""

    events: int
    broken_at: int | None

    @property
    def holds(self) -> bool:
        """Whether the whole chain holds."""
        return self.broken_at is None


class Audit:
    """The audit trail within one transaction; events are chained when the transaction ends."""

    def __init__(self, connection: AsyncConnection, key: bytes) -> None:
        self._connection = connection
        self._key = key
        self._waiting: list[dict[str, object]] = []

    def add(
        self, action: str, *, at: datetime, actor: str = SYSTEM, case_id: str | None = None, subject_id: str | None = None, **detail: object
    ) -> None:
        """Record that *actor* (a person's id or the service) did *action*; *detail* holds ids, kinds and counts."""
        self._waiting.append(
            {
                "at": at,
                "action": action,
                "actor": actor,
                "case_id": case_id,
                "subject_id": subject_id,
                "detail": json.dumps(detail, sort_keys=True),
            }
        )

    async def has_done(self, actor: str, actions: Collection[str]) -> bool:
        """Say whether *actor* ever did one of *actions*; the trail remembers when the rows of a case are long gone."""
        query = sa.select(audit_events.c.number).where(audit_events.c.actor == actor, audit_events.c.action.in_(actions)).limit(1)
        return await self._connection.scalar(query) is not None

    async def count(self, action: str, *, since: datetime) -> int:
        """Count how often *action* was done since then among the newest events, this transaction left aside."""
        newest = sa.select(audit_events.c.action, audit_events.c.at).order_by(audit_events.c.number.desc()).limit(_NEWEST).subquery()
        query = sa.select(sa.func.count()).select_from(newest).where(newest.c.action == action, newest.c.at > since)
        return await self._connection.scalar(query) or 0

    async def of_case(self, case_id: str) -> tuple[dict[str, object], ...]:
        """Return the events of a case with everything their MAC is made of; `before` is the MAC of the event that stood before each."""
        earlier = audit_events.alias()
        query = (
            sa.select(audit_events, sa.func.coalesce(earlier.c.mac, "").label("before"))
            .outerjoin(earlier, earlier.c.number == audit_events.c.number - 1)
            .where(audit_events.c.case_id == case_id)
            .order_by(audit_events.c.number)
        )
        rows = (await self._connection.execute(query)).mappings()
        return tuple({**row, "at": row["at"].isoformat()} for row in rows)

    async def write(self) -> None:
        """Chain and insert what was added. The head row is locked last, so that writers queue here only for a moment."""
        if not self._waiting:
            return
        number, mac = await self._head(lock=True)
        for event in self._waiting:
            number += 1
            mac = self._mac(number, event, mac)
            event |= {"number": number, "mac": mac}
        await self._connection.execute(sa.insert(audit_events), self._waiting)
        await self._connection.execute(sa.update(audit_head), {"number": number, "mac": mac})
        self._waiting = []

    async def verify(self) -> Verification:
        """Recompute the chain from the first event and compare it with the head."""
        number, mac = 0, ""
        rows = await self._connection.stream(sa.select(audit_events).order_by(audit_events.c.number))
        async for row in rows.mappings():
            number += 1
            mac = self._mac(number, dict(row), mac)
            if row["number"] != number or not hmac.compare_digest(mac, row["mac"]):
                return Verification(events=number - 1, broken_at=number)
        if await self._head(lock=False) != (number, mac):
            return Verification(events=number, broken_at=number + 1)
        return Verification(events=number, broken_at=None)

    async def _head(self, *, lock: bool) -> tuple[int, str]:
        query = sa.select(audit_head.c.number, audit_head.c.mac)
        head = (await self._connection.execute(query.with_for_update() if lock else query)).one()
        return head.number, head.mac

    def _mac(self, number: int, event: dict[str, object], before: str) -> str:
        at = event["at"]
        assert isinstance(at, datetime)
        facts = [number, at.isoformat(), event["action"], event["actor"], event["case_id"], event["subject_id"], event["detail"], before]
        return hmac.new(self._key, json.dumps(facts).encode(), hashlib.sha256).hexdigest()
