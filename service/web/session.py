"""Who is looking at a page: the session cookie, the token that every form of a session carries, and what each role may open."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from directory.authority import Authority
from directory.importing import Import
from service.domain.errors import NotAllowed
from service.domain.people import Person, Role
from service.flow import sign_in
from service.flow.house import House
from service.flow.original import Original, SavedFile
from service.flow.sign_in import Seat
from service.ports import WorkAccounts
from service.web.errors import FROM_ELSEWHERE, SecondFactorNeeded, SignInNeeded
from service.web.rates import FORMS, PERSON, rates_of
from service.web.trail import remember

_LONGEST_FORM = 30


class ShowsLetters(Protocol):
    """Something that takes a stranger's letter or list apart, away from this process."""

    async def original(self, raw: bytes) -> Original:
        """Take one letter apart; raises CannotUnderstand."""

    async def file_of(self, raw: bytes, number: int) -> SavedFile | None:
        """Return one of its files to be saved; raises CannotUnderstand."""

    async def contacts(self, raw: bytes, known: Mapping[str, Authority], on: date, *, test_environment: bool) -> Import:
        """Read a list of contacts; raises CannotUnderstand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the pages share."""

    house: House
    viewer: ShowsLetters
    clock: Callable[[], datetime]
    secure: bool
    accounts: WorkAccounts | None = None
    links: bool = True  # whether people sign in by an emailed link
    board_every: float = 2.0  # seconds between two looks at an open board
    looks_at_board: int = 900  # then the page is to be loaded again
    metrics_token: str = field(default="", repr=False)

    @property
    def cookie(self) -> str:
        """The name of the session cookie; browsers hold `__Host-` cookies to this host and to TLS."""
        return "__Host-session" if self.secure else "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A signed-in member of staff, the secret of their session, and the token of their forms."""

    seat: Seat
    secret: str = field(repr=False)
    csrf: str = field(repr=False)

    @property
    def person(self) -> Person:
        """Who it is, with the roles of this moment."""
        return self.seat.person

    def may(self, *roles: Role) -> bool:
        """Whether the person holds one of *roles*."""
        return self.person.has(*roles)

    @property
    def sees_cases(self) -> bool:
        """Whether the contents of cases may be shown."""
        return sees_cases(self.person)

    @property
    def sees_timelines(self) -> bool:
        """Whether the list of cases and their timelines may be shown."""
        return self.sees_cases or self.may(Role.AUDITOR)

    @property
    def sees_quarantine(self) -> bool:
        """Whether held letters may be shown; a system administrator sees only how many there are."""
        return self.may(Role.QUALITY)

    @property
    def sees_directory(self) -> bool:
        """Whether the directory may be shown."""
        return self.may(Role.DIRECTORY, Role.QUALITY, Role.APPROVER)


def sees_cases(person: Person) -> bool:
    """Whether the contents of cases may be shown to a person."""
    return person.has(*(role for role in Role if role.sees_cases))


def site_of(request: Request) -> Site:
    """Return what the pages share."""
    site: Site = request.app.state.site
    return site


async def signed_in(request: Request) -> Visitor:
    """Return who is signed in; raises SignInNeeded, or SecondFactorNeeded when only the link was used so far."""
    visitor = await at_the_door(request)
    if not visitor.seat.complete:
        raise SecondFactorNeeded
    return visitor


async def at_the_door(request: Request) -> Visitor:
    """Return who is signed in or half-way in, for the pages of the second factor alone; raises SignInNeeded."""
    visitor = await _visitor(request)
    if visitor is None:
        raise SignInNeeded
    return visitor


async def perhaps_signed_in(request: Request) -> Visitor | None:
    """Return who is signed in, if anybody."""
    visitor = await _visitor(request)
    return visitor if visitor and visitor.seat.complete else None


async def _visitor(request: Request) -> Visitor | None:
    site = site_of(request)
    secret = request.cookies.get(site.cookie, "")
    seat = await sign_in.who(site.house, secret, site.clock()) if secret else None
    if seat is None:
        return None
    remember(request, seat.person.id)
    await rates_of(request).spend(FORMS if request.method == "POST" else PERSON, seat.person.id)
    return Visitor(seat=seat, secret=secret, csrf=form_token(secret))


SignedIn = Annotated[Visitor, Depends(signed_in)]
AtTheDoor = Annotated[Visitor, Depends(at_the_door)]
TheSite = Annotated[Site, Depends(site_of)]


def form_token(session: str) -> str:
    """Derive the form token from the first part of the session secret: no other site can know it, and it outlives a renewal."""
    return hmac.new(session.partition(".")[0].encode(), b"national-alerts form", hashlib.sha256).hexdigest()


async def read_form(request: Request, visitor: Visitor | None = None, *, more: int = 0) -> Mapping[str, str]:
    """Read the posted fields, *more* than usual if need be; with *visitor*, refuse a form that lacks this session's token."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise NotAllowed(FROM_ELSEWHERE)
    async with request.form(max_files=0, max_fields=_LONGEST_FORM + more) as form:
        fields = {name: "" if isinstance(value, UploadFile) else value.strip() for name, value in form.items()}
    if visitor is not None and not hmac.compare_digest(fields.get("csrf", "").encode(), visitor.csrf.encode()):
        raise NotAllowed(FROM_ELSEWHERE)
    return fields


def need(permitted: bool) -> None:
    """Refuse a section of the site to a role that has no business there."""
    if not permitted:
        raise NotAllowed


def keep_session(answer: Response, site: Site, secret: str) -> None:
    """Give the browser the secret of its session."""
    answer.set_cookie(site.cookie, secret, httponly=True, secure=site.secure, samesite="lax", path="/")
