"""Who stands in for whom, and from which mail domains forms are taken without the sender being listed."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.people_tables import deputies as t
from service.database.people_tables import known_domains, persons
from service.domain.people import Deputy, Role


class Deputies:
    """Who may decide for whom, and when."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, *, person_id: str, deputy_id: str, first_day: date, last_day: date) -> str:
        """Let one person stand in for another from one day to another, and return the row's id."""
        entry_id = new_id()
        row = {"id": entry_id, "person_id": person_id, "deputy_id": deputy_id, "first_day": first_day, "last_day": last_day}
        await self._connection.execute(sa.insert(t).values(**row))
        return entry_id

    async def end(self, entry_id: str) -> bool:
        """Take an entry away; False when it was gone."""
        return (await self._connection.execute(sa.delete(t).where(t.c.id == entry_id))).rowcount == 1

    async def of(self, person_id: str, *, on: date) -> tuple[str, ...]:
        """Return who stands in for a person on a day: active people only, in the order in which they were named."""
        query = sa.select(t.c.deputy_id).join(persons, persons.c.id == t.c.deputy_id).where(t.c.person_id == person_id, _on(on))
        return tuple(dict.fromkeys(await self._connection.scalars(query.where(persons.c.active).order_by(t.c.id))))

    async def stood_in_for(self, deputy_id: str, *, on: date) -> tuple[str, ...]:
        """Return for which approvers a person stands in on a day."""
        query = sa.select(t.c.person_id).join(persons, persons.c.id == t.c.person_id).where(t.c.deputy_id == deputy_id, _on(on))
        approves = persons.c.active & (" " + persons.c.roles + " ").like(f"% {Role.APPROVER} %")
        return tuple(dict.fromkeys(await self._connection.scalars(query.where(approves).order_by(t.c.id))))

    async def in_authority(self, authority_id: str) -> tuple[Deputy, ...]:
        """Return every entry of one authority, the earliest first, those that are over too."""
        query = sa.select(t).join(persons, persons.c.id == t.c.person_id).where(persons.c.issuing_authority_id == authority_id)
        return tuple(Deputy(**row) for row in (await self._connection.execute(query.order_by(t.c.first_day, t.c.id))).mappings())


class KnownDomains:
    """The mail domains whose members may send forms in."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, authority_id: str, domain: str) -> bool:
        """Know a domain; False when it was known."""
        if await self.knows(authority_id, domain):
            return False
        await self._connection.execute(sa.insert(known_domains).values(issuing_authority_id=authority_id, domain=domain.casefold()))
        return True

    async def remove(self, authority_id: str, domain: str) -> bool:
        """Know a domain no longer; False when it was not known."""
        return (await self._connection.execute(sa.delete(known_domains).where(_is(authority_id, domain)))).rowcount == 1

    async def knows(self, authority_id: str, domain: str) -> bool:
        """Say whether a domain is listed, exactly as it stands: its sub-domains are not."""
        return await self._connection.scalar(_KNOWN, {"of": authority_id, "domain": domain.casefold()}) is not None

    async def of(self, authority_id: str) -> tuple[str, ...]:
        """Return the domains of one authority."""
        query = sa.select(known_domains.c.domain).where(known_domains.c.issuing_authority_id == authority_id)
        return tuple(await self._connection.scalars(query.order_by(known_domains.c.domain)))


def _on(day: date) -> sa.ColumnElement[bool]:
    return (t.c.first_day <= day) & (t.c.last_day >= day)


def _is(authority_id: str, domain: str) -> sa.ColumnElement[bool]:
    return (known_domains.c.issuing_authority_id == authority_id) & (known_domains.c.domain == domain.casefold())


# Built once: it is asked for every letter of somebody we do not know.
_KNOWN = sa.select(known_domains.c.domain).where(
    known_domains.c.issuing_authority_id == sa.bindparam("of"), known_domains.c.domain == sa.bindparam("domain")
)
