"""Changes that wait for a second person, as rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.authority import Authority
from directory.cells import Progress
from directory.changes import ChangedMeanwhile, Proposal, What
from directory.contact import PRIMARY, Contact
from directory.history import By
from directory.register import BLOCK, NOTHING
from directory.rows import authority_json, contact_fields, proposal_of
from directory.tables import proposals as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One change that somebody wants, from what they saw; *base* is its version."""

    what: What
    gss_code: str
    wanted: Mapping[str, Any] = field(repr=False)
    base: int
    order: int = PRIMARY


def wish_for(old: Contact | None, new: Contact | None) -> Wish:
    """Return the wish to store a contact in place of another, or to take it out."""
    subject = new or old
    assert subject is not None
    return Wish(
        what=What.REMOVED if new is None else What.CHANGED,
        gss_code=subject.gss_code,
        order=subject.order,
        wanted={} if new is None else contact_fields(new),
        base=NOTHING if old is None else old.version,
    )


def wish_for_authority(old: Authority | None, new: Authority, what: What) -> Wish:
    """Return the wish to have an authority as it would be."""
    return Wish(what=what, gss_code=new.gss_code, wanted=authority_json(new) or {}, base=NOTHING if old is None else old.version)


class Proposals:
    """The proposals, in the transaction of the connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, wish: Wish, *, reason: str, by: By) -> Proposal:
        """Keep a change for a second person; the same one is not kept twice."""
        for one in await self.waiting(gss_code=wish.gss_code):
            if (one.batch, one.what, one.order, one.wanted, one.base_version) == (None, wish.what, wish.order, wish.wanted, wish.base):
                return one
        added = await self._connection.execute(insert(table).values(**_row(wish, reason, by)).returning(table))
        return proposal_of(added.one())

    async def add_all(self, wishes: Iterable[Wish], *, reason: str, by: By, progress: Progress = lambda _: None) -> None:
        """Keep many changes for a second person; *progress* hears how many."""
        rows, done = (_row(wish, reason, by) for wish in wishes), 0
        while block := list(islice(rows, BLOCK)):
            await self._connection.execute(insert(table), block)
            done += len(block)
            progress(done)

    async def one(self, proposal_id: int) -> Proposal | None:
        """Return one proposal, decided or not, or None."""
        row = (await self._connection.execute(select(table).where(table.c.id == proposal_id))).one_or_none()
        return None if row is None else proposal_of(row)

    async def waiting(self, *, gss_code: str | None = None, batch: str | None = None) -> tuple[Proposal, ...]:
        """Return the proposals that nobody has decided, oldest first: all, those of an authority, or those of a batch."""
        wanted = select(table).where(table.c.decided_at.is_(None)).order_by(table.c.id)
        if gss_code is not None:
            wanted = wanted.where(table.c.gss_code == gss_code)
        if batch is not None:
            wanted = wanted.where(table.c.batch == batch)
        return tuple(proposal_of(row) for row in await self._connection.execute(wanted))

    async def decide(self, proposal_id: int, *, agreed: bool, who: str, at: datetime) -> None:
        """Write the decision down; ChangedMeanwhile when there is one already."""
        mine = update(table).where(table.c.id == proposal_id, table.c.decided_at.is_(None))
        done = await self._connection.execute(mine.values(agreed=agreed, decided_by=who, decided_at=at))
        if done.rowcount != 1:
            raise ChangedMeanwhile

    async def decide_batch(self, batch: str, *, count: int, agreed: bool, who: str, at: datetime) -> None:
        """Write the decision about all of a batch down; ChangedMeanwhile when not *count* of them wait any more."""
        mine = update(table).where(table.c.batch == batch, table.c.decided_at.is_(None))
        done = await self._connection.execute(mine.values(agreed=agreed, decided_by=who, decided_at=at))
        if done.rowcount != count:
            raise ChangedMeanwhile


def _row(wish: Wish, reason: str, by: By) -> dict[str, Any]:
    return {
        "what": wish.what.value,
        "gss_code": wish.gss_code,
        "contact_order": wish.order,
        "wanted": wish.wanted,
        "base_version": wish.base,
        "reason": reason,
        "who": by.who,
        "why": by.why,
        "at": by.at,
        "batch": by.batch,
    }
