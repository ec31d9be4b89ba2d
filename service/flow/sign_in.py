"""Signing in: a link that works once, sent to a registered address and used up by a press, never by opening it."""

import hashlib
import secrets
from datetime import datetime, timedelta

from service.database.ids import new_id
from service.domain.delivery import Lane
from service.domain.people import Person
from service.flow.house import House
from service.flow.post import sender_of, write
from service.mail import compose
from service.mail.tokens import digest

LINK_LIVES = timedelta(minutes=15)
LINKS_AT_ONCE = 5


async def ask_for_link(house: House, address: str, now: datetime) -> None:
    """Send a sign-in link if the address is a person's; the caller cannot tell whether it was."""
    async with house.begin() as work:
        person = await work.people.at_address(address.strip())
        if person is None:
            work.audit.add("sign_in_unknown", at=now)
            return
        if await work.sessions.live_tokens(purpose="sign_in", subject_id=person.id, at=now) >= LINKS_AT_ONCE:
            work.audit.add("sign_in_too_often", at=now, actor=person.id)
            return
        subject = new_id()
        token_hash = digest(house.tokens.issue("s", subject))
        await work.sessions.give(token_hash, purpose="sign_in", subject_id=person.id, holder_id=person.id, not_after=now + LINK_LIVES)
        authority = await work.people.authority(person.issuing_authority_id)
        context = compose.sign_in_link(sender=sender_of(authority), minutes=int(LINK_LIVES.total_seconds() // 60))
        await write(
            work,
            house,
            authority,
            "sign_in_link",
            context,
            to_name=person.name,
            to_address=person.address,
            lane=Lane.DECISION,
            now=now,
            token=("s", subject),
            link_path="/sign-in/{token}",
        )
        work.audit.add("sign_in_link_sent", at=now, actor=person.id)


async def use_link(house: House, token: str, now: datetime) -> str | None:
    """Use up a sign-in link and return the secret of a new session; None when the link is unknown, used or has run out."""
    async with house.begin() as work:
        person_id = await work.sessions.use(digest(token), purpose="sign_in", at=now)
        if person_id is None:
            return None
        secret = secrets.token_urlsafe(32)
        await work.sessions.start(_digest(secret), person_id=person_id, at=now)
        work.audit.add("signed_in", at=now, actor=person_id)
        return secret


async def who(house: House, session: str, now: datetime) -> Person | None:
    """Return who is signed in with this session, and keep it awake."""
    async with house.begin() as work:
        person_id = await work.sessions.person_of(_digest(session), at=now)
        return await work.people.person(person_id) if person_id else None


async def sign_out(house: House, session: str, now: datetime) -> None:
    """End a session."""
    async with house.begin() as work:
        await work.sessions.end(_digest(session))
        work.audit.add("signed_out", at=now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
