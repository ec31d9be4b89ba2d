"""Notices and their frozen cascades. What a notice says is one sealed value, under the key of its case."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.keys import Keys
from service.database.tables import cascades, cases
from service.database.tables import notices as t
from service.domain.audience import Addressee, lines_of
from service.domain.errors import ChangedMeanwhile, NotFound
from service.domain.notice import Earlier, Finding, Notice, NoticeKind, NoticeState

_PLACE = "notices.values"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """A notice frozen for sending: which letter, to whom."""

    id: str
    notice_id: str
    letter_id: str
    recipients_sha256: str
    recipients: tuple[Addressee, ...] = field(repr=False)
    frozen_at: datetime


class Notices:
    """What is to be told about cases."""

    def __init__(self, connection: AsyncConnection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    async def next_number(self, case_id: str) -> int:
        """Return the number the next message of this case gets."""
        return (await self._connection.scalar(sa.select(sa.func.max(t.c.number)).where(t.c.case_id == case_id)) or 0) + 1

    async def add(self, notice: Notice) -> None:
        """Add a new notice."""
        await self._connection.execute(sa.insert(t).values(**await self._row(notice)))

    async def get(self, notice_id: str) -> Notice:
        """Return one notice, opened; raises NotFound."""
        found = await self._all(t.c.id == notice_id)
        if not found:
            raise NotFound
        return found[0]

    async def turn(self, notice_id: str) -> None:
        """Wait for the turn at one notice, which lasts until the transaction ends: what is done once is looked at only then."""
        await self._connection.execute(sa.select(t.c.id).where(t.c.id == notice_id).with_for_update())

    async def of_case(self, case_id: str) -> tuple[Notice, ...]:
        """Return the notices of a case in their order."""
        return await self._all(t.c.case_id == case_id)

    async def in_state(self, state: NoticeState, limit: int = 100) -> tuple[str, ...]:
        """Return the ids of notices in one state, oldest first."""
        return tuple(await self._connection.scalars(sa.select(t.c.id).where(t.c.state == state).order_by(t.c.id).limit(limit)))

    async def versions_in_state(self, state: NoticeState, limit: int = 100) -> tuple[tuple[str, int], ...]:
        """Return id and version of notices in one state, oldest first, without opening any."""
        rows = await self._connection.execute(sa.select(t.c.id, t.c.version).where(t.c.state == state).order_by(t.c.id).limit(limit))
        return tuple((row.id, row.version) for row in rows)

    async def save(self, notice: Notice, *, read_version: int) -> None:
        """Save a notice that was read at *read_version*; raises ChangedMeanwhile when somebody else saved it first."""
        result = await self._connection.execute(
            sa.update(t).where(t.c.id == notice.id, t.c.version == read_version).values(**await self._row(notice))
        )
        if result.rowcount != 1:
            raise ChangedMeanwhile

    async def freeze(
        self, *, notice_id: str, letter_id: str, recipients: tuple[Addressee, ...], recipients_sha256: str, at: datetime
    ) -> str:
        """Keep what will be sent and to whom; the newest freeze of a notice counts."""
        cascade_id = new_id()
        await self._connection.execute(
            sa.insert(cascades).values(
                id=cascade_id,
                notice_id=notice_id,
                letter_id=letter_id,
                recipients_sha256=recipients_sha256,
                frozen_at=at,
                recipients=json.dumps([_as_json(one) for one in recipients]),
            )
        )
        return cascade_id

    async def cascade(self, notice_id: str) -> Cascade | None:
        """Return the newest freeze of a notice."""
        return await self._cascade(cascades.c.notice_id == notice_id)

    async def _cascade(self, where: sa.ColumnElement[bool]) -> Cascade | None:
        query = sa.select(cascades).where(where).order_by(cascades.c.id.desc()).limit(1)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return _freeze(row) if row is not None else None

    async def due_for_cascade(self, *, at: datetime, limit: int = 100) -> tuple[str, ...]:
        """Return the ids of the approved notices whose hold is over, oldest first."""
        due = (t.c.state == NoticeState.APPROVED) & (t.c.release_at.is_(None) | (t.c.release_at <= at))
        return tuple(await self._connection.scalars(sa.select(t.c.id).where(due).order_by(t.c.id).limit(limit)))

    async def frozen_with(self, notice_id: str, letter_id: str) -> Cascade | None:
        """Return the freeze of a notice that holds this letter."""
        return await self._cascade((cascades.c.notice_id == notice_id) & (cascades.c.letter_id == letter_id))

    async def frozen_lines(self, notice_id: str, letter_id: str) -> list[str] | None:
        """Return the lines (`audience.lines_of`) of everybody whom a notice was frozen for with this letter."""
        where = (cascades.c.notice_id == notice_id) & (cascades.c.letter_id == letter_id)
        kept = await self._connection.scalar(sa.select(cascades.c.recipients).where(where).order_by(cascades.c.id.desc()).limit(1))
        return None if kept is None else lines_of(_addressee(*one) for one in _each(kept))

    async def freezes(self, notice_id: str) -> tuple[Cascade, ...]:
        """Return every freeze of a notice, oldest first."""
        query = sa.select(cascades).where(cascades.c.notice_id == notice_id).order_by(cascades.c.id)
        return tuple(map(_freeze, (await self._connection.execute(query)).mappings()))

    async def recipient_sets(self, notice_id: str, *, since: datetime) -> int:
        """Count the different sets of recipients a notice was frozen for since then."""
        query = sa.select(sa.func.count(sa.distinct(cascades.c.recipients_sha256)))
        return await self._connection.scalar(query.where(cascades.c.notice_id == notice_id, cascades.c.frozen_at >= since)) or 0

    async def _all(self, where: sa.ColumnElement[bool]) -> tuple[Notice, ...]:
        query = sa.select(t, cases.c.key_id).join(cases).where(where).order_by(t.c.number)
        rows = (await self._connection.execute(query)).mappings().all()
        return tuple([await self._notice(row) for row in rows])

    async def _notice(self, row: sa.RowMapping) -> Notice:
        seal = await self._keys.open(row["key_id"])
        values = json.loads(seal.open(_PLACE, row["id"], row["values_sealed"]))
        plain = {name: row[name] for name in row if name not in ("values_sealed", "key_id")}
        return Notice(
            **{**plain, "kind": NoticeKind(row["kind"]), "state": NoticeState(row["state"])},
            fields=values["fields"],
            provenance=values["provenance"],
            findings=tuple(Finding(**finding) for finding in values["findings"]),
            earlier=tuple(Earlier(**one) for one in values.get("earlier", ())),
        )

    async def _row(self, notice: Notice) -> dict[str, object]:
        key_id = await self._connection.scalar(sa.select(cases.c.key_id).where(cases.c.id == notice.case_id))
        assert key_id is not None
        values = {
            "fields": notice.fields,
            "provenance": notice.provenance,
            "findings": [asdict(finding) for finding in notice.findings],
            "earlier": [asdict(one) for one in notice.earlier],
        }
        sealed = (await self._keys.open(key_id)).close(_PLACE, notice.id, json.dumps(values, ensure_ascii=False).encode())
        return {column.name: sealed if column.name == "values_sealed" else getattr(notice, column.name) for column in t.c}


def _freeze(row: sa.RowMapping) -> Cascade:
    return Cascade(**{**row, "recipients": tuple(_addressee(*one) for one in json.loads(row["recipients"]))})


def _each(kept: str) -> Iterator[list[Any]]:
    """Read a JSON list one by one, because one of 100,000 recipients takes 30 MB when it is read whole."""
    decoder, at = json.JSONDecoder(), 1
    while at < len(kept) - 1:
        one, at = decoder.raw_decode(kept, at)
        yield one
        at += len(", ")


def _as_json(one: Addressee) -> list[object]:
    more = [list(one.also), list(one.fallbacks), list(one.stands_for)]
    return [one.gss_code, one.name, one.address, *(more if any(more) else [])]


def _addressee(
    gss_code: str, name: str, address: str, also: Sequence[str] = (), fallbacks: Sequence[str] = (), stands_for: Sequence[str] = ()
) -> Addressee:
    return Addressee(
        gss_code=gss_code, name=name, address=address, also=tuple(also), fallbacks=tuple(fallbacks), stands_for=tuple(stands_for)
    )
