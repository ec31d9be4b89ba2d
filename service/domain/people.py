"""The people of an issuing authority and what each may do."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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

    def has(self, *roles: Role) -> bool:
        """Whether the person is active and has one of *roles*."""
        return self.active and not self.roles.isdisjoint(roles)

    @property
    def needs_second_factor(self) -> bool:
        """Whether a link alone does not sign them in: everybody but those who only send forms in."""
        return self.roles != {Role.REPORTER}
