"""Signing in as tests do it: a link as the letter carries it, an authenticator app, and a passkey made of software."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import cbor2
import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from service.database.credentials import APP
from service.database.unit_of_work import Database
from service.mail.tokens import Tokens, digest


async def a_link(database: Database, tokens: Tokens, person_id: str, now: datetime) -> str:
    """Give out a sign-in link and return its token."""
    token = tokens.issue("s", secrets.token_hex(16))
    async with database.begin() as work:
        await work.sessions.give(digest(token), purpose="sign_in", subject_id=person_id, not_after=now + timedelta(minutes=15))
    return token


async def an_app(database: Database, person_id: str, now: datetime) -> str:
    """Give a person an authenticator app that is set up, and return its secret."""
    secret = pyotp.random_base32()
    async with database.begin() as work:
        await work.credentials.add(person_id=person_id, kind=APP, secret=secret.encode(), at=now, confirmed=True)
    return secret


def code_of(secret: str, now: datetime, steps: int = 0) -> str:
    """Return what the app shows at *now*, or some steps of 30 seconds later."""
    return pyotp.TOTP(secret).at(int(now.timestamp()) + 30 * steps)


@dataclass(kw_only=True)
class SoftPasskey:
    """An authenticator that answers what a browser would pass on; each test bends what it needs bent."""

    origin: str
    site: str
    counts: bool = True
    verified: bool = True
    handle: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    used: int = 0

    def made(self, options: str) -> str:
        """Answer to `navigator.credentials.create`."""
        public = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")}
        about = bytes(16) + len(self.handle).to_bytes(2, "big") + self.handle + cbor2.dumps(cose)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._authenticator(0x40) + about})
        return self._answer({"clientDataJSON": self._client("webauthn.create", options), "attestationObject": attested})

    def proves(self, options: str) -> str:
        """Answer to `navigator.credentials.get`."""
        self.used += self.counts
        client, authenticator = self._client("webauthn.get", options), self._authenticator(0)
        signature = self.key.sign(authenticator + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": authenticator, "signature": signature})

    def _authenticator(self, flags: int) -> bytes:
        flags |= 0x01 | (0x04 if self.verified else 0)
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + self.used.to_bytes(4, "big")

    def _client(self, kind: str, options: str) -> bytes:
        return json.dumps({"type": kind, "challenge": json.loads(options)["challenge"], "origin": self.origin}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        handle = _text(self.handle)
        return json.dumps(
            {"id": handle, "rawId": handle, "type": "public-key", "response": {name: _text(value) for name, value in response.items()}}
        )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
