"""Approval requests and the decisions given on them, with the evidence of each check."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.keys import Keys
from service.database.tables import approvals as t
from service.database.tables import cases, deliveries, notices
from service.domain.approval import Approval, Verdict

_PLACE = "approvals.evidence"


class Approvals:
    """Who was asked, and who decided."""

    def __init__(self, connection: AsyncConnection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    async def ask(self, approval: Approval) -> None:
        """Keep a request."""
        await self._connection.execute(
            sa.insert(t).values(**{c.name: getattr(approval, c.name) for c in t.c if c.name != "evidence_sealed"})
        )

    async def by_token(self, token_hash: str) -> Approval | None:
        """Return the request this reply token was given out for."""
        row = (await self._connection.execute(sa.select(t).where(t.c.token_hash == token_hash))).mappings().one_or_none()
        return await self._approval(row) if row else None

    async def of_notice(self, notice_id: str) -> tuple[Approval, ...]:
        """Return every request about a notice, oldest first."""
        rows = (await self._connection.execute(sa.select(t).where(t.c.notice_id == notice_id).order_by(t.c.id))).mappings().all()
        return tuple([await self._approval(row) for row in rows])

    async def use(
        self,
        approval: Approval,
        *,
        verdict: Verdict,
        way: str,
        reason: str,
        evidence: Mapping[str, str],
        at: datetime,
        received_email_id: str | None = None,
    ) -> bool:
        """Use up the request; False when it was used or had run out by then (one conditional statement decides a race)."""
        values = {"used_at": at, "verdict": verdict, "way": way, "received_email_id": received_email_id}
        return await self._answer(approval, values, reason, evidence, at)

    async def hold(
        self, approval: Approval, *, way: str, words: str, evidence: Mapping[str, str], at: datetime, received_email_id: str | None = None
    ) -> bool:
        """Note on a request that its approver put the notice on hold, and why; it stays open. False when it was used or had run out."""
        values = {"verdict": Verdict.HOLD, "way": way, "received_email_id": received_email_id}
        return await self._answer(approval, values, words, evidence, at)

    async def _answer(
        self, approval: Approval, values: Mapping[str, object], reason: str, evidence: Mapping[str, str], at: datetime
    ) -> bool:
        unused = (t.c.id == approval.id) & t.c.used_at.is_(None) & (t.c.not_after >= at)
        sealed = await self._sealed(approval, reason, evidence)
        return (await self._connection.execute(sa.update(t).where(unused).values(**values, evidence_sealed=sealed))).rowcount == 1

    async def _sealed(self, approval: Approval, reason: str, evidence: Mapping[str, str]) -> bytes:
        key_id = await self._connection.scalar(sa.select(cases.c.key_id).join(notices).where(notices.c.id == approval.notice_id))
        assert key_id is not None
        content = json.dumps({"reason": reason, "checks": dict(evidence)}).encode()
        return (await self._keys.open(key_id)).close(_PLACE, approval.id, content)

    async def explain(self, approval: Approval, reason: str) -> None:
        """Put the reason that came later to a decision that was given without one."""
        sealed = await self._sealed(approval, reason, await self.checks_of(approval))
        await self._connection.execute(sa.update(t).where(t.c.id == approval.id).values(evidence_sealed=sealed))

    async def doubted(self, approval_id: str, *, at: datetime) -> None:
        """Note that a reply to this request was in doubt; the first one counts."""
        first = (t.c.id == approval_id) & t.c.doubted_at.is_(None)
        await self._connection.execute(sa.update(t).where(first).values(doubted_at=at))

    async def written_back_since(self, approval_id: str, case_id: str, kinds: Collection[str], since: datetime) -> bool:
        """Say whether a letter of one of these kinds was written about a request since then."""
        of_case = sa.select(deliveries.c.id).where(deliveries.c.case_id == case_id, deliveries.c.kind.in_(kinds))
        recent = of_case.where(deliveries.c.token_subject == approval_id, deliveries.c.created_at > since)
        return await self._connection.scalar(recent.limit(1)) is not None

    async def keep_open(self, approvals: Collection[Approval], *, until: datetime) -> None:
        """Let requests that nobody has used yet live on."""
        open_ones = t.c.id.in_([one.id for one in approvals]) & t.c.used_at.is_(None)
        await self._connection.execute(sa.update(t).where(open_ones).values(not_after=until))

    async def approved_since(self, since: datetime, *, approver_id: str | None = None) -> int:
        """Count the approvals by reply since a moment, of one approver or of all."""
        given = (t.c.verdict == Verdict.APPROVE) & (t.c.way == "mail") & (t.c.used_at > since)
        query = sa.select(sa.func.count()).select_from(t).where(given)
        return await self._connection.scalar(query.where(t.c.approver_id == approver_id) if approver_id else query) or 0

    async def reminded(self, approval_id: str, *, at: datetime) -> bool:
        """Note that the approver was reminded; False when that was noted before."""
        return await self._once(approval_id, "reminded_at", at)

    async def handed_on(self, approval_id: str, *, at: datetime) -> bool:
        """Note that the request went to the deputies; False when that was noted before."""
        return await self._once(approval_id, "handed_on_at", at)

    async def _once(self, approval_id: str, column: str, at: datetime) -> bool:
        first = (t.c.id == approval_id) & t.c[column].is_(None) & t.c.used_at.is_(None)
        return (await self._connection.execute(sa.update(t).where(first).values({column: at}))).rowcount == 1

    async def get(self, approval_id: str) -> Approval | None:
        """Return one request."""
        row = (await self._connection.execute(sa.select(t).where(t.c.id == approval_id))).mappings().one_or_none()
        return await self._approval(row) if row else None

    async def checks_of(self, approval: Approval) -> Mapping[str, str]:
        """Return the checks that were made before a decision counted, each with its result."""
        row = (await self._connection.execute(sa.select(t).where(t.c.id == approval.id))).mappings().one()
        return (await self._opened(row))["checks"] if row["evidence_sealed"] else {}

    async def binds(self, notice_id: str, content_sha256: str) -> bool:
        """Say whether somebody approved exactly this content for this notice."""
        given = (t.c.notice_id == notice_id) & (t.c.verdict == Verdict.APPROVE) & t.c.used_at.is_not(None)
        return await self._connection.scalar(sa.select(t.c.id).where(given, t.c.content_sha256 == content_sha256).limit(1)) is not None

    async def _approval(self, row: sa.RowMapping) -> Approval:
        plain = {name: row[name] for name in row if name != "evidence_sealed"}
        reason = (await self._opened(row))["reason"] if row["evidence_sealed"] else None
        return Approval(**{**plain, "verdict": Verdict(row["verdict"]) if row["verdict"] else None, "reason": reason})

    async def _opened(self, row: sa.RowMapping) -> dict[str, Any]:
        key_id = await self._connection.scalar(sa.select(cases.c.key_id).join(notices).where(notices.c.id == row["notice_id"]))
        assert key_id is not None
        opened: dict[str, Any] = json.loads((await self._keys.open(key_id)).open(_PLACE, row["id"], row["evidence_sealed"]))
        return opened
