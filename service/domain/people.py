"""The people of an issuing authority and what each may do."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

GLASS_HOLDS = timedelta(minutes=60)  # how long a role lasts that somebody took by breaking the glass


class Role(StrEnum):
    """What a person is trusted with; titles are the policy's, permissions hang on these."""

    REPORTER = "reporter"
    QUALITY = "quality"
    APPROVER = "approver"
    DIRECTORY = "directory"
    SYSTEM = "system"
    AUDITOR = "auditor"

    @property
    def sees_cases(self) -> bool:
        """Whether this role opens the contents of a case."""
        return self in (Role.QUALITY, Role.APPROVER)


KEPT = (Role.SYSTEM, Role.APPROVER)  # the last person of an authority who holds one of these keeps it


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingAuthority:
    """An authority that runs an inbox here."""

    id: str
    gss_code: str
    name: str
    code: str
    policy: str
    mailbox: str
    phone: str = ""
    out_of_hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One member of staff."""

    id: str
    issuing_authority_id: str
    name: str = field(repr=False)
    address: str = field(repr=False)
    roles: frozenset[Role]
    active: bool
    title: str = ""  # the post they hold, in the words of the policy
    phone: str = field(default="", repr=False)
    away_since: datetime | None = None
    changed_at: datetime | None = None
    borrowed: frozenset[Role] = frozenset()  # the roles they hold for now: as a deputy, or by breaking the glass

    def has(self, *roles: Role) -> bool:
        """Whether the person is active and has one of *roles*."""
        return self.active and not (self.roles | self.borrowed).isdisjoint(roles)

    @property
    def needs_second_factor(self) -> bool:
        """Whether a link alone does not sign them in: everybody but those who only send forms in."""
        return self.roles | self.borrowed != {Role.REPORTER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deputy:
    """Who may decide for whom, from one day to another, both days included."""

    id: str
    person_id: str
    deputy_id: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BorrowedRole:
    """A role that a system administrator took for an hour, and why."""

    id: str
    person_id: str
    role: Role
    reason: str = field(repr=False)
    from_at: datetime
    until_at: datetime
    ended_at: datetime | None
