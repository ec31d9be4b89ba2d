"""What receiving authorities said, word for word, and how it reached us."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.keys import Keys, Seal
from service.database.tables import cases
from service.database.tables import responses as t
from service.domain.delivery import Answer
from service.domain.response import NOTHING_SAID, Checked, Searched, in_order

_PLACE = "responses.words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer of one authority."""

    id: str
    delivery_id: str
    case_id: str
    gss_code: str
    answer: Answer
    way: str
    confirmed: bool
    who: str = field(repr=False)
    words: str = field(repr=False)
    checked: Checked
    at: datetime


class Responses:
    """The answers."""

    def __init__(self, connection: AsyncConnection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    async def add(
        self,
        *,
        delivery_id: str,
        case_id: str,
        gss_code: str,
        answer: Answer,
        way: str,
        confirmed: bool,
        who: str,
        words: str,
        at: datetime,
        checked: Checked = NOTHING_SAID,
        received_email_id: str | None = None,
    ) -> str:
        """Keep an answer; nothing an authority says is ever overwritten."""
        row_id = new_id()
        said = json.dumps({"who": who, "words": words, "searched": checked.searched})
        sealed = (await self._seal(case_id)).close(_PLACE, row_id, said.encode())
        await self._connection.execute(
            sa.insert(t).values(
                id=row_id,
                delivery_id=delivery_id,
                case_id=case_id,
                gss_code=gss_code,
                answer=answer,
                way=way,
                confirmed=confirmed,
                words_sealed=sealed,
                until=checked.until,
                received_email_id=received_email_id,
                at=at,
            )
        )
        return row_id

    async def of_case(self, case_id: str) -> tuple[Response, ...]:
        """Return every answer about a case, newest first."""
        rows = (await self._connection.execute(sa.select(t).where(t.c.case_id == case_id).order_by(t.c.id.desc()))).mappings().all()
        seal = await self._seal(case_id)
        answers = []
        for row in rows:
            opened = json.loads(seal.open(_PLACE, row["id"], row["words_sealed"]))
            plain = {name: row[name] for name in row if name not in ("words_sealed", "received_email_id", "until")}
            checked = Checked(searched=in_order(map(Searched, opened.get("searched", ()))), until=row["until"])
            answer = Answer(row["answer"])
            answers.append(Response(**{**plain, "answer": answer}, who=opened["who"], words=opened["words"], checked=checked))
        return tuple(answers)

    async def senders(self, case_id: str, gss_code: str) -> tuple[str, ...]:
        """Return the addresses from which an authority replied about a case, provably from its own mail domain, the newest first."""
        mine = [one for one in await self.of_case(case_id) if one.gss_code == gss_code and one.way == "mail" and one.confirmed]
        return tuple(dict.fromkeys(one.who.rpartition(" ")[2] for one in mine if "@" in one.who))

    async def until(self, delivery_ids: Sequence[str]) -> dict[str, date]:
        """Return by when the checks of these letters are to be done, as their newest answer says: delivery id → day."""
        query = sa.select(t.c.delivery_id, t.c.until).where(t.c.delivery_id.in_(delivery_ids)).order_by(t.c.id)
        newest = {row.delivery_id: row.until for row in await self._connection.execute(query)}
        return {delivery_id: until for delivery_id, until in newest.items() if until is not None}

    async def is_repeat(self, delivery_id: str, case_id: str, *, answer: Answer, who: str, words: str, checked: Checked) -> bool:
        """Say whether the last answer on this delivery was the same, word for word: a form pressed twice, a reply sent twice."""
        columns = (t.c.id, t.c.answer, t.c.until, t.c.words_sealed)
        last = (
            await self._connection.execute(sa.select(*columns).where(t.c.delivery_id == delivery_id).order_by(t.c.id.desc()).limit(1))
        ).first()
        if last is None or (last.answer, last.until) != (answer, checked.until):
            return False
        opened = json.loads((await self._seal(case_id)).open(_PLACE, last.id, last.words_sealed))
        return (opened["who"], opened["words"], tuple(opened.get("searched", ()))) == (who, words, checked.searched)

    async def _seal(self, case_id: str) -> Seal:
        key_id = await self._connection.scalar(sa.select(cases.c.key_id).where(cases.c.id == case_id))
        assert key_id is not None
        return await self._keys.open(key_id)
