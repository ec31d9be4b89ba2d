"""Second factors of the people: secrets of authenticator apps, public keys of passkeys, and the subject of a work account. Sealed."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.keys import Keys
from service.database.people_tables import credentials as t

APP = "app"
PASSKEY = "passkey"
ACCOUNT = "account"
_PLACE = "credentials.secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One second factor. *counter* is the last time step of an app, or how often a passkey says it was used."""

    id: str
    person_id: str
    kind: str
    secret: bytes = field(repr=False)
    handle: bytes = field(repr=False)  # what a passkey calls itself
    counter: int
    created_at: datetime
    confirmed_at: datetime | None


class Credentials:
    """Who can prove to be who they are, and by what."""

    def __init__(self, connection: AsyncConnection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    async def add(self, *, person_id: str, kind: str, secret: bytes, at: datetime, handle: bytes = b"", confirmed: bool = False) -> str:
        """Keep a second factor, sealed with a key of its own, and return its id."""
        credential_id, seal = new_id(), await self._keys.new()
        plain = json.dumps([secret.hex(), handle.hex()]).encode()
        await self._connection.execute(
            sa.insert(t).values(
                id=credential_id,
                person_id=person_id,
                kind=kind,
                public_id=_public(kind, handle) if handle else None,
                key_id=seal.key_id,
                secret_sealed=seal.close(_PLACE, credential_id, plain),
                created_at=at,
                confirmed_at=at if confirmed else None,
            )
        )
        return credential_id

    async def of(self, person_id: str, kind: str | None = None) -> tuple[Credential, ...]:
        """Return the second factors of a person, oldest first, those still to be confirmed too."""
        query = sa.select(t).where(t.c.person_id == person_id).order_by(t.c.created_at, t.c.id)
        rows = (await self._connection.execute(query.where(t.c.kind == kind) if kind else query)).mappings().all()
        return tuple([await self._credential(row) for row in rows])

    async def with_handle(self, kind: str, handle: bytes) -> Credential | None:
        """Return the one that calls itself *handle*, whosever it is."""
        row = (await self._connection.execute(sa.select(t).where(t.c.public_id == _public(kind, handle)))).mappings().one_or_none()
        return await self._credential(row) if row else None

    async def confirm(self, credential_id: str, at: datetime) -> bool:
        """Count a second factor from now on; False when it was counted already or is gone."""
        query = sa.update(t).where(t.c.id == credential_id, t.c.confirmed_at.is_(None)).values(confirmed_at=at)
        return (await self._connection.execute(query)).rowcount == 1

    async def use(self, credential_id: str, counter: int) -> bool:
        """Move the counter on; False when somebody was there before: one conditional statement lets each code be used once."""
        query = sa.update(t).where(t.c.id == credential_id, t.c.counter < counter).values(counter=counter)
        return (await self._connection.execute(query)).rowcount == 1

    async def remove(self, person_id: str, *, unconfirmed_of: str | None = None) -> int:
        """Take every second factor of a person away, or only those of one kind that were never confirmed; returns how many."""
        query = sa.delete(t).where(t.c.person_id == person_id)
        if unconfirmed_of:
            query = query.where(t.c.kind == unconfirmed_of, t.c.confirmed_at.is_(None))
        return (await self._connection.execute(query)).rowcount

    async def people_with(self) -> dict[str, frozenset[str]]:
        """Return by person the kinds of what they have confirmed."""
        found: dict[str, set[str]] = {}
        for person_id, kind in await self._connection.execute(sa.select(t.c.person_id, t.c.kind).where(t.c.confirmed_at.is_not(None))):
            found.setdefault(person_id, set()).add(kind)
        return {person_id: frozenset(kinds) for person_id, kinds in found.items()}

    async def _credential(self, row: sa.RowMapping) -> Credential:
        plain = (await self._keys.open(row["key_id"])).open(_PLACE, row["id"], row["secret_sealed"])
        secret, handle = (bytes.fromhex(part) for part in json.loads(plain))
        kept = {name: row[name] for name in ("id", "person_id", "kind", "counter", "created_at", "confirmed_at")}
        return Credential(secret=secret, handle=handle, **kept)


def _public(kind: str, handle: bytes) -> str:
    # Hashed: a passkey may call itself by a thousand bytes, and the subject of a work account says who it is.
    return hashlib.sha256(kind.encode() + b"|" + handle).hexdigest()
