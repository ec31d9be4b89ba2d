"""Passkeys (WebAuthn): a second factor that cannot be phished, guessed or used on another site.

A challenge is derived from the secret of the session, which every proof renews: so it counts once, and showing it writes nothing.
"""

import struct
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from webauthn.helpers import (
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from service.database.credentials import PASSKEY, Credential
from service.flow.house import House
from service.flow.second_factor import confirmed, go_on, need_leave_to_add, tell_added
from service.flow.sign_in import Seat, hash_of

CHALLENGE_LIVES = timedelta(minutes=5)
_NEW, _OLD = "new", "old"
# What a made-up answer can make the libraries raise; none of it is more than "not proved".
_NOT_AN_ANSWER = (
    WebAuthnException, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError, struct.error,
    InvalidSignature, UnsupportedAlgorithm,
)  # fmt: skip


def offered_here(house: House) -> bool:
    """Say whether browsers make passkeys for this address: they need a name, and TLS or this machine itself."""
    parts = urlsplit(house.base_url)
    name = parts.hostname or ""
    try:
        ip_address(name)
    except ValueError:
        return bool(name) and (parts.scheme == "https" or name == "localhost")
    return False


async def to_make(house: House, session: str, seat: Seat, now: datetime) -> str:
    """Return what the browser needs to make a passkey, as JSON."""
    async with house.read() as work:
        there = await work.credentials.of(seat.person.id, PASSKEY)
    return options_to_json(
        webauthn.generate_registration_options(
            rp_id=_site(house),
            rp_name="National Alerts",
            user_id=seat.person.id.encode(),
            user_name=seat.person.address,
            user_display_name=seat.person.name,
            challenge=_challenge(house, session, _NEW, int(now.timestamp())),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one.handle) for one in there],
        )
    )


async def keep(house: House, session: str, seat: Seat, answer: str, now: datetime) -> str | None:
    """Keep the passkey that a browser made and return the secret the session goes on under; None when the answer is not right."""
    try:
        given = parse_registration_credential_json(answer)
        made = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=_expected(house, session, _NEW, given.response.client_data_json, now),
            expected_rp_id=_site(house),
            expected_origin=_origin(house),
            require_user_verification=True,
        )
    except _NOT_AN_ANSWER:
        return None
    async with house.begin() as work:
        await need_leave_to_add(work, seat, now)
        if await work.credentials.with_handle(PASSKEY, made.credential_id) is not None:
            return None
        key = made.credential_public_key
        passkey = await work.credentials.add(
            person_id=seat.person.id, kind=PASSKEY, secret=key, handle=made.credential_id, at=now, confirmed=True
        )
        await work.credentials.use(passkey, made.sign_count)
        await tell_added(work, house, seat.person, PASSKEY, now)
        return await go_on(work, session, seat.person.id, PASSKEY, now)


async def to_use(house: House, session: str, person_id: str, now: datetime) -> str | None:
    """Return what the browser needs to use a passkey of this person, as JSON; None when there is none."""
    async with house.read() as work:
        there = [one for one in await confirmed(work, person_id) if one.kind == PASSKEY]
    if not there or not offered_here(house):
        return None
    return options_to_json(
        webauthn.generate_authentication_options(
            rp_id=_site(house),
            challenge=_challenge(house, session, _OLD, int(now.timestamp())),
            allow_credentials=[PublicKeyCredentialDescriptor(id=one.handle) for one in there],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


async def prove(house: House, session: str, person_id: str, answer: str, now: datetime) -> str | None:
    """Prove the second factor by a passkey and return the secret the session goes on under; None when the answer is not right."""
    async with house.begin() as work:
        there = [one for one in await confirmed(work, person_id) if one.kind == PASSKEY]
        found = _verified(house, session, there, answer, now)
        # A count that does not grow tells of a copied key; passkeys that live in several devices do not count at all.
        if found is not None and (found[1] == 0 == found[0].counter or await work.credentials.use(found[0].id, found[1])):
            return await go_on(work, session, person_id, PASSKEY, now)
        work.audit.add("second_factor_refused", at=now, actor=person_id, way=PASSKEY)
        return None


def _verified(house: House, session: str, there: list[Credential], answer: str, now: datetime) -> tuple[Credential, int] | None:
    try:
        given = parse_authentication_credential_json(answer)
        passkey = next(one for one in there if one.handle == given.raw_id)
        proof = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=_expected(house, session, _OLD, given.response.client_data_json, now),
            expected_rp_id=_site(house),
            expected_origin=_origin(house),
            credential_public_key=passkey.secret,
            credential_current_sign_count=passkey.counter,
            require_user_verification=True,
        )
    except (*_NOT_AN_ANSWER, StopIteration):
        return None
    return passkey, proof.new_sign_count


def _challenge(house: House, session: str, use: str, at: int) -> bytes:
    return f"{at}.{house.tokens.issue('passkey', f'{use}|{hash_of(session)}|{at}')}".encode()


def _expected(house: House, session: str, use: str, client_data: bytes, now: datetime) -> bytes:
    """Return the challenge that was given out when this one says; raises ValueError when that is too long ago."""
    at = int(parse_client_data_json(client_data).challenge.partition(b".")[0])
    if not 0 <= now.timestamp() - at <= CHALLENGE_LIVES.total_seconds():
        raise ValueError("this challenge has run out")
    return _challenge(house, session, use, at)


def _site(house: House) -> str:
    return urlsplit(house.base_url).hostname or ""


def _origin(house: House) -> str:
    parts = urlsplit(house.base_url)
    return f"{parts.scheme}://{parts.netloc}".lower()
