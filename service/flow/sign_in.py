"""Signing in: a link that works once, sent to a registered address and used up by a press, never by opening it.

The link alone opens nothing to those who need a second factor (`service.flow.second_factor`): it lets them prove it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from service.database.ids import new_id
from service.database.sessions import Session
from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.domain.people import Person
from service.flow.acting import acting
from service.flow.fence import held_because
from service.flow.house import House
from service.flow.post import sender_of, write
from service.mail import compose
from service.mail.tokens import digest

log = structlog.get_logger()
LINK_LIVES = timedelta(minutes=15)
LINKS_AT_ONCE = 5
HALF_LIVES = timedelta(minutes=15)  # how long a link waits for the second factor
FRESH = timedelta(minutes=5)  # how long a proof counts for what cannot be undone (ASVS 7.5.3)
LINK = "link"
ACCOUNT = "account"  # a work account, whose provider saw the second factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Who is signed in, and how far."""

    person: Person
    session: Session
    second_factor: bool  # whether this house asks for one
    held: str | None  # why nothing leaves this house, which everybody must know

    @property
    def complete(self) -> bool:
        """Whether all is proved that this person has to prove."""
        proved = self.session.proved_at is not None or self.session.way == ACCOUNT
        return proved or not (self.second_factor and self.person.needs_second_factor)

    def is_fresh(self, now: datetime) -> bool:
        """Whether the second factor was proved just now."""
        return not self.second_factor or (self.session.proved_at is not None and now - self.session.proved_at <= FRESH)


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
        secret = new_secret()
        await work.sessions.start(hash_of(secret), person_id=person_id, at=now, way=LINK)
        work.audit.add("signed_in", at=now, actor=person_id, way=LINK)
        return secret


async def who(house: House, session: str, now: datetime) -> Seat | None:
    """Return who is signed in with this session, with the roles they hold at this moment, and keep it awake."""
    try:
        async with house.begin() as work:
            return await _seat(work, house, session, now, awake=True)
    except Exception as error:
        log.error("session_not_kept_awake", error=type(error).__name__)
    # A full disk takes no writes, and how things stand can be read for as long as the session would have lasted anyway.
    async with house.read() as work:
        return await _seat(work, house, session, now, awake=False)


async def _seat(work: Work, house: House, session: str, now: datetime, *, awake: bool) -> Seat | None:
    found = await work.sessions.look(hash_of(session), at=now, awake=awake)
    if found is None:
        return None
    person = await acting(work, await work.people.person(found.person_id), now)
    seat = Seat(person=person, session=found, second_factor=house.second_factor, held=await held_because(work))
    if person.away_since is not None and seat.complete and awake:
        await work.people.back(person.id)
    return seat if seat.complete or now - found.created_at <= HALF_LIVES else None


async def still_here(work: Work, session: str, now: datetime) -> Person | None:
    """Return who sits behind a session that is still alive, without keeping it awake: a page that is left open is nobody at work."""
    person_id = await work.sessions.whose(hash_of(session), at=now)
    return await acting(work, await work.people.person(person_id), now) if person_id else None


async def sign_out(house: House, session: str, now: datetime) -> None:
    """End a session."""
    async with house.begin() as work:
        await work.sessions.end(hash_of(session))
        work.audit.add("signed_out", at=now)


async def sign_out_everywhere(house: House, person_id: str, now: datetime) -> None:
    """End every session of a person, in whatever browser."""
    async with house.begin() as work:
        ended = await work.sessions.end_all(person_id)
        work.audit.add("signed_out_everywhere", at=now, actor=person_id, sessions=ended)


async def sessions_of(house: House, person_id: str, now: datetime) -> tuple[Session, ...]:
    """Return where a person is signed in, the newest first."""
    async with house.read() as work:
        return await work.sessions.of(person_id, at=now)


def new_secret(session: str = "") -> str:
    """Make the secret of a session. One that goes on (*session*) keeps its first part, from which the tokens of its forms come."""
    return f"{session.partition('.')[0] or secrets.token_urlsafe(16)}.{secrets.token_urlsafe(32)}"


def hash_of(secret: str) -> str:
    """Return what the database keeps of a session's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
