"""The letters that changes of address owe, as rows: written in the transaction of the change, taken up by the flow later."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.changes import Letter, LetterDue
from directory.contact import Contact, address_key
from directory.rows import letter_due_of
from directory.tables import letters_due as table


class LettersDue:
    """The letters due, in the transaction of the connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def owe(self, old: Contact | None, new: Contact | None, *, change_id: int, at: datetime) -> None:
        """Note the letters of one change: a notice to the old and the new address, and a verification; none when the mailbox is the same.

        What an address was owed and never got is void when it is given up, but for the word that it is.
        """
        if old and new and address_key(old.address) == address_key(new.address):
            return
        due: list[tuple[Letter, Contact]] = []
        if old:
            here = (table.c.gss_code == old.gss_code, table.c.contact_order == old.order)
            await self._connection.execute(delete(table).where(*here, table.c.written_at.is_(None), table.c.kind != Letter.TO_OLD))
            due.append((Letter.TO_OLD, old))
        if old and new:
            due.append((Letter.TO_NEW, new))
        if new:
            due.append((Letter.VERIFY, new))
        rows = [
            {"change_id": change_id, "gss_code": one.gss_code, "contact_order": one.order, "kind": kind, "address": one.address, "at": at}
            for kind, one in due
        ]
        await self._connection.execute(insert(table), rows)

    async def waiting(self, *, limit: int = 100) -> tuple[LetterDue, ...]:
        """Return the letters that nobody has written yet, oldest first."""
        wanted = select(table).where(table.c.written_at.is_(None)).order_by(table.c.id).limit(limit)
        return tuple(letter_due_of(row) for row in await self._connection.execute(wanted))

    async def written(self, letter_due_id: int, *, at: datetime) -> bool:
        """Note that a letter is written; False when it was already, so that two who try write it once."""
        mine = update(table).where(table.c.id == letter_due_id, table.c.written_at.is_(None)).values(written_at=at)
        return (await self._connection.execute(mine)).rowcount == 1
