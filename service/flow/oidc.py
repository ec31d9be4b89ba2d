"""Signing in with a work account: which person it belongs to, and whether its provider saw a second factor. It makes nobody a person.

The account is known by issuer and subject (ASVS 6.8.1); the verified address only ties it to a person at the first time.
"""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta

from service.database.credentials import ACCOUNT as KIND
from service.database.unit_of_work import Work
from service.domain.errors import NotAllowed
from service.domain.people import Person
from service.flow.house import House
from service.flow.sign_in import ACCOUNT, FRESH, Seat, hash_of, new_secret
from service.ports import Identity, WorkAccounts

CLOCKS_DIFFER = timedelta(minutes=1)
_FRESH = "again."
UNKNOWN = (
    "Your work account signed you in, but nobody with its address is registered here. Ask your system administrator to register you, "
    "or to change your address."
)
NOT_YOURS = "This work account is not the one you signed in with before. Ask your system administrator to take your second factors away."
NO_SECOND_FACTOR = (
    "Your work account signed you in without a second factor, and this service needs one. Ask the people who look after your work account."
)
NOT_FRESH = "Your work account did not ask you again who you are. Try again, and type your password or use your passkey when it asks."
ELSEWHERE = "This sign-in did not begin in this browser, or it took too long. Start again on the sign-in page."


def new_trip(*, fresh: bool) -> str:
    """Make the secret that ties a trip to the provider to one browser; with *fresh* the account is to be proved again."""
    return (_FRESH if fresh else "") + secrets.token_urlsafe(32)


async def way_there(accounts: WorkAccounts, trip: str) -> str:
    """Return where to send the browser; raises AccountsUnavailable."""
    return await accounts.way_there(
        state=_part(trip, "state"), nonce=_part(trip, "nonce"), verifier=_part(trip, "verifier"), fresh=proves_again(trip)
    )


def proves_again(trip: str) -> bool:
    """Say whether a trip was made to prove the account again."""
    return trip.startswith(_FRESH)


def began_here(trip: str, state: str) -> bool:
    """Say whether the trip that comes back with *state* left from the browser that holds *trip*."""
    return bool(trip) and secrets.compare_digest(_part(trip, "state").encode(), state.encode())


async def come_back(
    house: House, accounts: WorkAccounts, trip: str, state: str, code: str, now: datetime, *, session: str = "", seat: Seat | None = None
) -> str:
    """Sign the person in, or renew their session, and return its secret; raises NotAllowed with what to do, AccountsUnavailable."""
    if not began_here(trip, state):
        raise NotAllowed(ELSEWHERE)
    found = await accounts.identity(code=code, nonce=_part(trip, "nonce"), verifier=_part(trip, "verifier"))
    refusal, secret = _refusal(found, trip, now), ""
    async with house.begin() as work:
        if refusal is None:
            person, refusal = await _person(work, found, now)
        if refusal is None and person is not None:
            again = seat if seat and seat.complete and proves_again(trip) else None
            refusal, secret = await _let_in(work, person, found, now, session=session, again=again)
        if refusal is not None:
            work.audit.add("sign_in_refused", at=now, way=ACCOUNT)
    if refusal is not None:
        raise NotAllowed(refusal)
    return secret


def _refusal(found: Identity, trip: str, now: datetime) -> str | None:
    if not found.second_factor:
        return NO_SECOND_FACTOR
    if proves_again(trip) and (found.proved_at is None or now - found.proved_at > FRESH):
        return NOT_FRESH
    if found.proved_at is not None and found.proved_at - now > CLOCKS_DIFFER:
        return NOT_FRESH
    return None


async def _person(work: Work, found: Identity, now: datetime) -> tuple[Person | None, str | None]:
    """Return whose account it is, or why it is nobody's; the first time ties it to the person with its address."""
    handle = f"{found.issuer}|{found.subject}".encode()
    known = await work.credentials.with_handle(KIND, handle)
    if known is not None:
        tied = await work.people.person(known.person_id)
        return (tied, None) if tied.active else (None, UNKNOWN)
    person = await work.people.at_address(found.address.strip()) if found.address else None
    if person is None:
        return None, UNKNOWN
    if await work.credentials.of(person.id, KIND):
        # An address that was given to somebody else must not open what its owner before could open.
        return None, NOT_YOURS
    await work.credentials.add(person_id=person.id, kind=KIND, secret=b"", handle=handle, at=now, confirmed=True)
    work.audit.add("work_account_tied", at=now, actor=person.id)
    return person, None


async def _let_in(
    work: Work, person: Person, found: Identity, now: datetime, *, session: str, again: Seat | None
) -> tuple[str | None, str]:
    proved_at = min(found.proved_at, now) if found.proved_at else None
    if again is None:
        secret = new_secret()
        await work.sessions.start(hash_of(secret), person_id=person.id, at=now, way=ACCOUNT, proved_at=proved_at)
        work.audit.add("signed_in", at=now, actor=person.id, way=ACCOUNT)
        return None, secret
    if person.id != again.person.id or proved_at is None:
        return NOT_YOURS, ""
    secret = new_secret(session)
    if not await work.sessions.renew(hash_of(session), hash_of(secret), at=now, way=ACCOUNT, proved_at=proved_at):
        return ELSEWHERE, ""
    work.audit.add("second_factor_proved", at=now, actor=person.id, way=ACCOUNT)
    return None, secret


def _part(trip: str, name: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{name} {trip}".encode()).digest()).decode().rstrip("=")
