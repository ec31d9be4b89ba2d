"""The letters that changes of address owe, as rows: written in the transaction of the change, taken up by the flow later."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.changes import Letter, LetterDue
from directory.contact import Contact, address_key
from directory.rows import letter_due_of
from directory.tables import letters_due as table


class LettersDue:
    """The letters due, in the transaction of the connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def owe(self, made: Iterable[tuple[int, Contact | None, Contact | None]], *, at: datetime) -> None:
        """Note the letters of changes (id, old, new): a notice to the old and the new address, and a verification; none in one mailbox.

        What an address was owed and never got is void when it is given up, but for the word that it is.
        """
        rows, given_up = list[dict[str, Any]](), list[dict[str, Any]]()
        for change_id, old, new in made:
            if old and new and address_key(old.address) == address_key(new.address):
                continue
            given_up += [{"code": old.gss_code, "place": old.order}] if old else []
            for kind, one in ((Letter.TO_OLD, old), (Letter.TO_NEW, new if old else None), (Letter.VERIFY, new)):
                if one:
                    where = {"gss_code": one.gss_code, "contact_order": one.order, "address": one.address}
                    rows.append({"change_id": change_id, "kind": kind, "at": at, **where})
        if given_up:
            here = (table.c.gss_code == bindparam("code"), table.c.contact_order == bindparam("place"))
            await self._connection.execute(
                delete(table).where(*here, table.c.written_at.is_(None), table.c.kind != Letter.TO_OLD), given_up
            )
        if rows:
            await self._connection.execute(insert(table), rows)

    async def waiting(self, *, limit: int = 100) -> tuple[LetterDue, ...]:
        """Return the letters that nobody has written yet, oldest first."""
        wanted = select(table).where(table.c.written_at.is_(None)).order_by(table.c.id).limit(limit)
        return tuple(letter_due_of(row) for row in await self._connection.execute(wanted))

    async def written(self, letter_due_id: int, *, at: datetime) -> bool:
        """Note that a letter is written; False when it was already, so that two who try write it once."""
        mine = update(table).where(table.c.id == letter_due_id, table.c.written_at.is_(None)).values(written_at=at)
        return (await self._connection.execute(mine)).rowcount == 1
