"""Received letters: the raw bytes, sealed, and what became of each. The ledger of what was read is (mailbox, folder, UIDVALIDITY, UID)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.crashpoints import crashpoint
from service.database.ids import new_id
from service.database.keys import Keys
from service.database.tables import data_keys
from service.database.tables import folder_marks as marks
from service.database.tables import received_emails as t
from service.database.upsert import insert_into

_PLACE = "received_emails.raw"
TAKEN_FOR = timedelta(minutes=2)  # longer than any letter may be read; after a crash another worker takes it then


class ReceivedState(StrEnum):
    """Where a received letter stands."""

    NEW = "new"
    HANDLED = "handled"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEmail:
    """One letter as it was received; the bytes are asked for separately."""

    id: str
    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    sha256: str
    size: int
    complete: bool
    received_at: datetime
    state: ReceivedState
    attempts: int
    kind: str | None
    rule: str | None
    reason: str | None
    case_id: str | None
    copy_of: str | None
    key_id: str
    filed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLetter:
    """A letter about to be kept."""

    uid: int
    size: int
    complete: bool
    raw: bytes = field(repr=False)
    message_id: str | None = field(repr=False)
    urgent: bool = False


class Received:
    """The letters that came in."""

    def __init__(self, connection: AsyncConnection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    async def known_uids(self, mailbox: str, folder: str, uidvalidity: int) -> frozenset[int]:
        """Return every UID of this folder generation that is already kept."""
        query = sa.select(t.c.uid).where(t.c.mailbox == mailbox, t.c.folder == folder, t.c.uidvalidity == uidvalidity)
        return frozenset(await self._connection.scalars(query))

    async def generation(self, mailbox: str, folder: str) -> int | None:
        """Return the UIDVALIDITY under which letters of this folder were last kept."""
        query = sa.select(t.c.uidvalidity).where(t.c.mailbox == mailbox, t.c.folder == folder).order_by(t.c.id.desc()).limit(1)
        generation: int | None = await self._connection.scalar(query)
        return generation

    async def listed_up_to(self, mailbox: str, folder: str, uidvalidity: int) -> int | None:
        """Return the newest UID that was ever listed in this folder generation; None before the first look."""
        query = sa.select(marks.c.uid).where(marks.c.mailbox == mailbox, marks.c.folder == folder, marks.c.uidvalidity == uidvalidity)
        uid: int | None = await self._connection.scalar(query)
        return uid

    async def note_listed(self, mailbox: str, folder: str, uidvalidity: int, uid: int) -> None:
        """Note the newest UID that was listed in a folder."""
        newest = {"uidvalidity": uidvalidity, "uid": uid}
        listed = insert_into(self._connection, marks).values(mailbox=mailbox, folder=folder, **newest)
        await self._connection.execute(listed.on_conflict_do_update(index_elements=["mailbox", "folder"], set_=newest))

    async def knows(self, raw: bytes, message_id: str | None) -> bool:
        """Say whether a letter with these bytes, or with this Message-ID, was ever kept."""
        same = t.c.sha256 == hashlib.sha256(raw).hexdigest()
        if await self._connection.scalar(sa.select(t.c.id).where(same).limit(1)):
            return True
        if message_id is None:
            return False
        named = t.c.message_id_hash == hashlib.sha256(message_id.encode()).hexdigest()
        return await self._connection.scalar(sa.select(t.c.id).where(named).limit(1)) is not None

    async def keep(self, letters: Sequence[NewLetter], *, mailbox: str, folder: str, uidvalidity: int, at: datetime) -> int:
        """Keep *letters* that nobody else kept meanwhile, sealed, and return how many wait for triage.

        Same bytes seen before are kept too, as a handled copy that is never acted on again.
        """
        uids = [letter.uid for letter in letters]
        here = (t.c.mailbox == mailbox) & (t.c.folder == folder) & (t.c.uidvalidity == uidvalidity)
        there = frozenset(await self._connection.scalars(sa.select(t.c.uid).where(here, t.c.uid.in_(uids))))
        letters = [letter for letter in letters if letter.uid not in there]
        digests = [hashlib.sha256(letter.raw).hexdigest() for letter in letters]
        known = sa.select(t.c.sha256, sa.func.min(t.c.id).label("id")).where(t.c.sha256.in_(digests)).group_by(t.c.sha256)
        first = {row.sha256: row.id for row in await self._connection.execute(known)}
        rows: list[dict[str, object]] = []
        for letter, digest, seal in zip(letters, digests, await self._keys.several(len(letters)), strict=True):
            row_id = new_id()
            earlier = first.setdefault(digest, row_id)
            earlier = None if earlier == row_id else earlier
            rows.append(
                {
                    "id": row_id,
                    "mailbox": mailbox,
                    "folder": folder,
                    "uidvalidity": uidvalidity,
                    "uid": letter.uid,
                    "sha256": digest,
                    "message_id_hash": hashlib.sha256(letter.message_id.encode()).hexdigest() if letter.message_id else None,
                    "size": letter.size,
                    "complete": letter.complete,
                    "received_at": at,
                    "key_id": seal.key_id,
                    "state": ReceivedState.HANDLED if earlier else ReceivedState.NEW,
                    "kind": "copy" if earlier else None,
                    "rule": "same bytes as a letter we have" if earlier else None,
                    "copy_of": earlier,
                    "turn": 0 if letter.urgent else 1,
                    "raw_sealed": seal.close(_PLACE, row_id, letter.raw),
                }
            )
        crashpoint("I2")
        if not rows:
            return 0
        kept = await self._connection.scalars(insert_into(self._connection, t).on_conflict_do_nothing().returning(t.c.state), rows)
        crashpoint("I3")
        return sum(1 for state in kept if state == ReceivedState.NEW)

    async def next_new(self, limit: int, *, at: datetime) -> tuple[str, ...]:
        """Return the ids of letters that wait for triage and no worker is at: urgent ones, then those tried less, then the oldest."""
        query = sa.select(t.c.id).where(_free(at)).order_by(t.c.turn, t.c.attempts, t.c.id).limit(limit)
        return tuple(await self._connection.scalars(query))

    async def count_attempt(self, email_id: str, *, at: datetime) -> int:
        """Count one more try at handling a letter, keep it from other workers, and return how many there were; 0 when one is at it."""
        return await self._connection.scalar(_COUNT, {"letter": email_id, "at": at, "until": at + TAKEN_FOR}) or 0

    async def put_back(self, email_id: str) -> None:
        """Let any worker try a letter again."""
        await self._connection.execute(sa.update(t).where(t.c.id == email_id).values(taken_until=None))

    async def free_claims(self) -> None:
        """Put back what a process that is certainly gone was at."""
        taken = (t.c.state == ReceivedState.NEW) & t.c.taken_until.is_not(None)
        await self._connection.execute(sa.update(t).where(taken).values(taken_until=None))

    async def get(self, email_id: str) -> ReceivedEmail:
        """Return one letter without its bytes."""
        return _email((await self._connection.execute(sa.select(*_COLUMNS).where(t.c.id == email_id))).mappings().one())

    async def take(self, email_id: str) -> ReceivedEmail | None:
        """Return a letter that still waits for triage and hold its row until the transaction ends; None when it was handled meanwhile."""
        row = (await self._connection.execute(_TAKE, {"letter": email_id})).mappings().one_or_none()
        return _email(row) if row else None

    async def raw(self, email_id: str) -> bytes:
        """Return the bytes of one letter, opened."""
        row = (await self._connection.execute(_RAW, {"letter": email_id})).one()
        return self._keys.unwrap(row.key_id, row.wrapped).open(_PLACE, email_id, row.raw_sealed)

    async def earlier_with_message_id(self, email_id: str, message_id: str) -> str | None:
        """Return an earlier letter with the same Message-ID and other bytes: somebody may have played it in advance."""
        digest = hashlib.sha256(message_id.encode()).hexdigest()
        earlier: str | None = await self._connection.scalar(_TWIN, {"letter": email_id, "digest": digest})
        return earlier

    async def handled(self, email_id: str, *, kind: str, rule: str, case_id: str | None = None) -> None:
        """Mark a letter as done; its key is tied to the case it belongs to."""
        await self._finish(email_id, ReceivedState.HANDLED, kind=kind, rule=rule, reason=None, case_id=case_id)

    async def quarantined(self, email_id: str, *, kind: str, rule: str, reason: str, case_id: str | None = None) -> None:
        """Put a letter aside for a person, with the reason."""
        await self._finish(email_id, ReceivedState.QUARANTINED, kind=kind, rule=rule, reason=reason, case_id=case_id)

    async def _finish(self, email_id: str, state: ReceivedState, *, case_id: str | None, **what: str | None) -> None:
        key_id = await self._connection.scalar(_FINISH, {"letter": email_id, "state": state, "case_id": case_id, **what})
        if case_id and key_id:
            await self._keys.give_to_case(key_id, case_id)

    async def to_file(self, mailbox: str, limit: int) -> tuple[ReceivedEmail, ...]:
        """Return letters whose effect is committed and that still lie in the folder they came in."""
        query = (
            sa.select(*_COLUMNS)
            .where(t.c.filed.is_(False), t.c.state != ReceivedState.NEW, t.c.mailbox == mailbox)
            .order_by(t.c.id)
            .limit(limit)
        )
        return tuple(map(_email, (await self._connection.execute(query)).mappings()))

    async def mark_filed(self, email_ids: Sequence[str]) -> None:
        """Note that letters were moved out of their folder, or are to stay."""
        await self._connection.execute(sa.update(t).where(t.c.id.in_(email_ids)).values(filed=True))

    async def of_case(self, case_id: str) -> tuple[ReceivedEmail, ...]:
        """Return every letter tied to a case, oldest first."""
        query = sa.select(*_COLUMNS).where(t.c.case_id == case_id).order_by(t.c.id)
        return tuple(map(_email, (await self._connection.execute(query)).mappings()))

    async def of_kind(self, kind: str, mailbox: str, *, after: str) -> tuple[str, ...]:
        """Return the ids of the letters of one kind that came into a mailbox after another letter, oldest first."""
        query = sa.select(t.c.id).where(t.c.kind == kind, t.c.mailbox == mailbox, t.c.id > after).order_by(t.c.id)
        return tuple(await self._connection.scalars(query))

    async def count(self, state: ReceivedState | None = None) -> int:
        """Count letters, all or those in one state."""
        query = sa.select(sa.func.count()).select_from(t)
        return await self._connection.scalar(query.where(t.c.state == state) if state else query) or 0


_COLUMNS = [column for column in t.c if column.name not in ("raw_sealed", "message_id_hash", "turn", "taken_until")]


def _free(at: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    return (t.c.state == ReceivedState.NEW) & (t.c.taken_until.is_(None) | (t.c.taken_until <= at))


# What is asked for every letter is built once: building a statement costs more than SQLite takes to run it.
_THE_LETTER = t.c.id == sa.bindparam("letter")
_COUNT = (
    sa.update(t)
    .where(_THE_LETTER, _free(sa.bindparam("at")))
    .values(attempts=t.c.attempts + 1, taken_until=sa.bindparam("until"))
    .returning(t.c.attempts)
)
_TAKE = sa.select(*_COLUMNS).where(_THE_LETTER, t.c.state == ReceivedState.NEW).with_for_update(skip_locked=True)
_FINISH = sa.update(t).where(_THE_LETTER).returning(t.c.key_id)
_RAW = sa.select(t.c.key_id, t.c.raw_sealed, data_keys.c.wrapped).outerjoin(data_keys, data_keys.c.id == t.c.key_id).where(_THE_LETTER)
_TWIN = (
    sa.select(t.c.id).where(t.c.message_id_hash == sa.bindparam("digest"), t.c.id < sa.bindparam("letter"), t.c.copy_of.is_(None)).limit(1)
)


def _email(row: sa.RowMapping) -> ReceivedEmail:
    return ReceivedEmail(**{**row, "state": ReceivedState(row["state"])})
