"""Issuing authorities and the people who work for them."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.people_tables import issuing_authorities, persons
from service.domain.people import IssuingAuthority, Person, Role


class People:
    """Who runs an inbox here, and who may do what."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_authority(
        self, *, gss_code: str, name: str, code: str, policy: str, mailbox: str, phone: str = "", out_of_hours: str = ""
    ) -> str:
        """Add an issuing authority and return its id."""
        authority_id = new_id()
        await self._connection.execute(
            sa.insert(issuing_authorities).values(
                id=authority_id,
                gss_code=gss_code,
                name=name,
                code=code,
                policy=policy,
                mailbox=mailbox.casefold(),
                phone=phone,
                out_of_hours=out_of_hours,
            )
        )
        return authority_id

    async def authority(self, authority_id: str) -> IssuingAuthority:
        """Return one issuing authority."""
        row = (
            (await self._connection.execute(sa.select(issuing_authorities).where(issuing_authorities.c.id == authority_id)))
            .mappings()
            .one()
        )
        return IssuingAuthority(**row)

    async def authorities(self) -> tuple[IssuingAuthority, ...]:
        """Return every issuing authority."""
        rows = (await self._connection.execute(sa.select(issuing_authorities).order_by(issuing_authorities.c.name))).mappings()
        return tuple(IssuingAuthority(**row) for row in rows)

    async def authority_at(self, mailbox: str) -> IssuingAuthority | None:
        """Return the authority that *mailbox* belongs to."""
        row = (await self._connection.execute(_AUTHORITY_AT, {"at": mailbox.casefold()})).mappings().one_or_none()
        return IssuingAuthority(**row) if row else None

    async def add(
        self,
        *,
        authority_id: str,
        name: str,
        address: str,
        roles: frozenset[Role],
        title: str = "",
        phone: str = "",
        changed_at: datetime | None = None,
    ) -> str:
        """Add a person and return their id."""
        person_id = new_id()
        await self._connection.execute(
            sa.insert(persons).values(
                id=person_id,
                issuing_authority_id=authority_id,
                name=name,
                address=address.casefold(),
                roles=" ".join(sorted(roles)),
                active=True,
                title=title,
                phone=phone,
                changed_at=changed_at,
            )
        )
        return person_id

    async def person(self, person_id: str) -> Person:
        """Return one person."""
        return _person((await self._connection.execute(sa.select(persons).where(persons.c.id == person_id))).mappings().one())

    async def at_address(self, address: str) -> Person | None:
        """Return the active person with this registered address."""
        row = (await self._connection.execute(_PERSON_AT, {"at": address.casefold()})).mappings().one_or_none()
        return _person(row) if row else None

    async def any_at(self, address: str) -> Person | None:
        """Return the person with this registered address, also one who was ended."""
        row = (await self._connection.execute(sa.select(persons).where(persons.c.address == address.casefold()))).mappings().one_or_none()
        return _person(row) if row else None

    async def change(self, person: Person, *, before: Person, kept: Collection[Role]) -> bool:
        """Save a person who was read as *before*; False when somebody else saved them, or was the other holder of a role in *kept*.

        The authority's row is locked first. So of two who take the last two holders away at once, the second sees what the first did.
        """
        ours = issuing_authorities.c.id == before.issuing_authority_id
        await self._connection.execute(sa.select(issuing_authorities.c.id).where(ours).with_for_update())
        others = persons.alias()
        elsewhere = (others.c.issuing_authority_id == before.issuing_authority_id) & (others.c.id != before.id) & others.c.active
        still = [sa.exists().where(elsewhere, (" " + others.c.roles + " ").like(f"% {role} %")) for role in kept]
        as_read = persons.c.changed_at.is_not_distinct_from(before.changed_at) & (persons.c.active == before.active)
        values = {
            "name": person.name,
            "address": person.address.casefold(),
            "roles": " ".join(sorted(person.roles)),
            "title": person.title,
            "phone": person.phone,
            "active": person.active,
            "changed_at": person.changed_at,
        }
        query = sa.update(persons).where(persons.c.id == before.id, as_read, *still).values(**values)
        return (await self._connection.execute(query)).rowcount == 1

    async def touched(self, person_id: str, *, at: datetime) -> None:
        """Note that a person's delegation changed: their decisions are looked at twice for a while."""
        await self._connection.execute(sa.update(persons).where(persons.c.id == person_id).values(changed_at=at))

    async def away(self, person_id: str, *, since: datetime) -> None:
        """Note that a person's mailbox answers by itself that they are away; the first such letter counts."""
        gone = (persons.c.id == person_id) & persons.c.away_since.is_(None)
        await self._connection.execute(sa.update(persons).where(gone).values(away_since=since))

    async def back(self, person_id: str) -> None:
        """Note that a person did something themselves."""
        await self._connection.execute(sa.update(persons).where(persons.c.id == person_id).values(away_since=None))

    async def with_role(self, authority_id: str, role: Role) -> tuple[Person, ...]:
        """Return the active people of one authority who hold *role*, by name."""
        query = sa.select(persons).where(persons.c.issuing_authority_id == authority_id, persons.c.active).order_by(persons.c.name)
        everyone = map(_person, (await self._connection.execute(query)).mappings())
        return tuple(person for person in everyone if role in person.roles)

    async def everyone(self) -> tuple[Person, ...]:
        """Return every person, by name."""
        return tuple(map(_person, (await self._connection.execute(sa.select(persons).order_by(persons.c.name))).mappings()))


# Built once: both are asked for every letter that comes in.
_AUTHORITY_AT = sa.select(issuing_authorities).where(issuing_authorities.c.mailbox == sa.bindparam("at"))
_PERSON_AT = sa.select(persons).where(persons.c.address == sa.bindparam("at"), persons.c.active)


def _person(row: sa.RowMapping) -> Person:
    return Person(**{**row, "roles": frozenset(Role(role) for role in row["roles"].split())})
