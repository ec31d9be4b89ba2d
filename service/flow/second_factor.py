"""The second factor: codes of an authenticator app (RFC 6238), who may set one up, and how a system administrator takes them away.

A code counts once, one step of 30 seconds early or late. Passkeys are in `service.flow.passkeys`.
"""

import hmac
from datetime import datetime, timedelta

import pyotp

from service.database.credentials import ACCOUNT, APP, PASSKEY, Credential
from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.domain.errors import NotAllowed, NotFound, ServiceError
from service.domain.people import Person, Role
from service.flow.house import House
from service.flow.post import sender_of, write
from service.flow.sign_in import Seat, hash_of, new_secret
from service.mail import compose

STEP = 30  # seconds
OFFER_LIVES = timedelta(minutes=15)
WRONG_CODE = "The code is not right, or it was used already. Wait for the next one in your app"
_ADDED = {APP: "An authenticator app was set up for your sign-in.", PASSKEY: "A passkey was set up for your sign-in."}


async def kinds_of(house: House, person_id: str) -> frozenset[str]:
    """Return by what a person can prove to be who they are."""
    async with house.read() as work:
        return frozenset(one.kind for one in await confirmed(work, person_id))


async def offer_app(house: House, seat: Seat, now: datetime) -> None:
    """Make a secret for an authenticator app, in place of one that was never confirmed; raises NotAllowed."""
    async with house.begin() as work:
        await need_leave_to_add(work, seat, now)
        await work.credentials.remove(seat.person.id, unconfirmed_of=APP)
        await work.credentials.add(person_id=seat.person.id, kind=APP, secret=pyotp.random_base32().encode(), at=now)


async def offered(house: House, person_id: str, now: datetime) -> str | None:
    """Return the secret that waits for its first code; it is shown until then and never again."""
    async with house.read() as work:
        waiting = await _waiting(work, person_id, now)
        return waiting.secret.decode() if waiting else None


def provisioning_uri(secret: str, person: Person) -> str:
    """Write a secret as authenticator apps read it from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.address, issuer_name="National Alerts")


async def confirm_app(house: House, session: str, seat: Seat, code: str, now: datetime) -> str | None:
    """Set an app up by its first code and return the secret the session goes on under; None when the code is wrong."""
    async with house.begin() as work:
        await need_leave_to_add(work, seat, now)
        waiting = await _waiting(work, seat.person.id, now)
        step = _step_of(waiting, code, now) if waiting else None
        if waiting is None or step is None or not await work.credentials.use(waiting.id, step):
            return None
        await work.credentials.confirm(waiting.id, now)
        await tell_added(work, house, seat.person, APP, now)
        return await go_on(work, session, seat.person.id, APP, now)


async def prove_by_code(house: House, session: str, person_id: str, code: str, now: datetime) -> str | None:
    """Prove the second factor by a code and return the secret the session goes on under; None when it is wrong or was used."""
    async with house.begin() as work:
        for one in await confirmed(work, person_id):
            step = _step_of(one, code, now) if one.kind == APP else None
            if step is not None and await work.credentials.use(one.id, step):
                return await go_on(work, session, person_id, APP, now)
        work.audit.add("second_factor_refused", at=now, actor=person_id, way=APP)
        return None


async def remove_all(house: House, person_id: str, by: Person, now: datetime) -> None:
    """Take away every second factor of a person who lost theirs, and end their sessions; the next link lets them set up a new one.

    Raises NotAllowed for anybody but another system administrator of the same authority, who has made sure who is asking.
    """
    if not by.has(Role.SYSTEM):
        raise NotAllowed
    if by.id == person_id:
        raise NotAllowed("Ask another system administrator to take away your own second factors.")
    async with house.begin() as work:
        person = next((one for one in await work.people.everyone() if one.id == person_id), None)
        if person is None or person.issuing_authority_id != by.issuing_authority_id:
            raise NotFound
        await take_away(work, house, person, by.id, now)


async def take_away(work: Work, house: House, person: Person, actor: str, now: datetime) -> None:
    """Take a person's second factors away, end their sessions, and tell them."""
    removed = await work.credentials.remove(person.id)
    await work.sessions.end_all(person.id)
    work.audit.add("second_factors_removed", at=now, actor=actor, subject_id=person.id, removed=removed)
    says = "A system administrator took away the second factors of your sign-in. You set up a new one when you sign in next."
    await _tell(work, house, person, says, now)


async def need_leave_to_add(work: Work, seat: Seat, now: datetime) -> None:
    """Let a first second factor be set up after the link, any other only by somebody who has just proved one; raises NotAllowed."""
    if await confirmed(work, seat.person.id) and not (seat.complete and seat.is_fresh(now)):
        raise NotAllowed("You have a second factor already. Prove it first, then add another.")


async def confirmed(work: Work, person_id: str) -> tuple[Credential, ...]:
    """Return the second factors of a person that count."""
    return tuple(one for one in await work.credentials.of(person_id) if one.kind != ACCOUNT and one.confirmed_at is not None)


async def go_on(work: Work, session: str, person_id: str, way: str, now: datetime) -> str:
    """Renew the secret of a session in which the second factor was proved (ASVS 7.2.4); raises ServiceError when it is over."""
    secret = new_secret(session)
    if not await work.sessions.renew(hash_of(session), hash_of(secret), at=now, way=way, proved_at=now):
        raise ServiceError("This session is over. Sign in again.")
    work.audit.add("second_factor_proved", at=now, actor=person_id, way=way)
    return secret


async def tell_added(work: Work, house: House, person: Person, kind: str, now: datetime) -> None:
    """Write down that a second factor was added, and tell the person, so that nobody else's goes unseen."""
    work.audit.add("second_factor_added", at=now, actor=person.id, way=kind)
    await _tell(work, house, person, _ADDED[kind], now)


async def _tell(work: Work, house: House, person: Person, says: str, now: datetime) -> None:
    authority = await work.people.authority(person.issuing_authority_id)
    context = compose.security_notice(sender=sender_of(authority), says=says, at=now)
    await write(
        work, house, authority, "security_notice", context, to_name=person.name, to_address=person.address, lane=Lane.DECISION, now=now
    )


async def _waiting(work: Work, person_id: str, now: datetime) -> Credential | None:
    apps = await work.credentials.of(person_id, APP)
    return next((one for one in apps if one.confirmed_at is None and now - one.created_at <= OFFER_LIVES), None)


def _step_of(app: Credential, code: str, now: datetime) -> int | None:
    """Return the time step that *code* belongs to, unless it is used already."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    totp, present = pyotp.TOTP(app.secret.decode()), int(now.timestamp()) // STEP
    fits = [step for step in (present - 1, present, present + 1) if hmac.compare_digest(totp.generate_otp(step), digits)]
    return next((step for step in fits if step > app.counter), None)
