"""Encryption of personal data: AES-256-GCM, one data key per case or letter, wrapped by a master key that is not in the database.

Destroying a row of `data_keys` makes everything sealed with it unreadable for ever, backups included.
"""

import base64
import secrets

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.ids import new_id
from service.database.tables import data_keys

_NONCE = 12


class SealBroken(Exception):  # noqa: N818
    """A sealed value does not open: wrong master key, destroyed data key, or it was moved from another row."""


class MasterKey:
    """The key outside the database, and what is derived from it (HKDF, RFC 5869): wrapping, audit and token keys."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("The master key must be 32 bytes. Make one with: national-alerts new-key")
        self._secret = secret
        self._derived: dict[str, bytes] = {}  # each transaction asks for the same few
        self.wrapping = AESGCM(self.derive("wrap data keys"))

    @classmethod
    def from_text(cls, text: str) -> "MasterKey":
        """Read a key as `national-alerts new-key` prints it (base64)."""
        return cls(base64.b64decode(text.strip(), validate=True))

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key for one *purpose*."""
        if purpose not in self._derived:
            derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"national-alerts {purpose}".encode())
            self._derived[purpose] = derived.derive(self._secret)
        return self._derived[purpose]


class Seal:
    """One data key, opened. *place* and *row* are bound in (AAD), so a value copied to another row does not open."""

    def __init__(self, key_id: str, key: bytes) -> None:
        self.key_id = key_id
        self._cipher = AESGCM(key)

    def close(self, place: str, row: str, plain: bytes) -> bytes:
        """Encrypt *plain* for the column *place* (`table.column`) of *row*."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, f"{place}|{row}".encode())

    def open(self, place: str, row: str, sealed: bytes) -> bytes:
        """Decrypt what `close` made; raises SealBroken."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], f"{place}|{row}".encode())
        except InvalidTag:
            raise SealBroken(place) from None


class Keys:
    """The data keys, within one transaction."""

    def __init__(self, connection: AsyncConnection, master: MasterKey) -> None:
        self._connection = connection
        self._master = master
        self._open: dict[str, Seal] = {}

    async def new(self, case_id: str | None = None) -> Seal:
        """Make a data key; with *case_id* it dies when that case is purged."""
        (seal,) = await self.several(1, case_id)
        return seal

    async def several(self, count: int, case_id: str | None = None) -> list[Seal]:
        """Make *count* data keys in one statement."""
        rows: list[dict[str, object]] = []
        seals: list[Seal] = []
        for _ in range(count):
            key_id, key, nonce = new_id(), AESGCM.generate_key(256), secrets.token_bytes(_NONCE)
            wrapped = nonce + self._master.wrapping.encrypt(nonce, key, f"data_keys|{key_id}".encode())
            rows.append({"id": key_id, "case_id": case_id, "wrapped": wrapped})
            seals.append(Seal(key_id, key))
        if rows:
            await self._connection.execute(sa.insert(data_keys), rows)
        self._open.update((seal.key_id, seal) for seal in seals)
        return seals

    async def open(self, key_id: str) -> Seal:
        """Unwrap a data key; raises SealBroken when it was destroyed or the master key is another."""
        if key_id not in self._open:
            return self.unwrap(key_id, await self._connection.scalar(sa.select(data_keys.c.wrapped).where(data_keys.c.id == key_id)))
        return self._open[key_id]

    def unwrap(self, key_id: str, wrapped: bytes | None) -> Seal:
        """Open a data key whose row was read already, as `open` does."""
        if key_id not in self._open:
            if wrapped is None:
                raise SealBroken("data_keys")
            try:
                key = self._master.wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], f"data_keys|{key_id}".encode())
            except InvalidTag:
                raise SealBroken("data_keys") from None
            self._open[key_id] = Seal(key_id, key)
        return self._open[key_id]

    async def give_to_case(self, key_id: str, case_id: str) -> None:
        """Tie a letter's own key to the case it turned out to belong to."""
        await self._connection.execute(sa.update(data_keys).where(data_keys.c.id == key_id).values(case_id=case_id))
