"""What happened to the directory, who did it and why, and what may go wrong when two people change it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class UnknownAuthority(LookupError):  # noqa: N818
    """No authority in the register has this code."""

    def __init__(self) -> None:
        super().__init__("No authority in the register has this code.")


class UnknownContact(LookupError):  # noqa: N818
    """The authority has no contact of this order."""

    def __init__(self) -> None:
        super().__init__("The authority has no contact of this order.")


class ChangedMeanwhile(RuntimeError):  # noqa: N818
    """It is no longer as the person saw it: somebody else changed it."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this meanwhile. Look at it as it is now, and decide again.")


class NotAllowed(ValueError):  # noqa: N818
    """A change that cannot be made; *says* is the reason in a sentence, without an address."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


class What(StrEnum):
    """What happened to a contact or, the last three, to an authority."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    PROVED = "proved"
    AUTHORITY_ADDED = "authority added"
    AUTHORITY_CHANGED = "authority changed"
    AUTHORITY_RETIRED = "authority retired"

    @property
    def is_of_a_contact(self) -> bool:
        """Whether a contact changed, and not the authority itself."""
        return self in (What.ADDED, What.CHANGED, What.REMOVED, What.PROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One change to an authority or a contact of it: who made it, when and why, and how it was before and after.

    Changes made in one go (an import, a merge) share a *batch*.
    """

    gss_code: str
    at: datetime
    who: str
    why: str
    what: What
    before: Mapping[str, Any] | None = field(repr=False)
    after: Mapping[str, Any] | None = field(repr=False)
    id: int = field(default=0, compare=False)
    batch: str | None = None


class Letter(StrEnum):
    """A letter that a change of address owes: to the address that was, to the one that is, and the one by which it proves itself."""

    TO_OLD = "to_old"
    TO_NEW = "to_new"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDue:
    """A letter about a change of address that nobody has written yet."""

    id: int
    change_id: int
    gss_code: str
    order: int
    kind: Letter
    address: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change that waits for a second person (*reason* says why). *wanted* is what would stand there: nothing for a contact taken out.

    *what* is what the history will say, but that a contact which is added is CHANGED here too. *order* counts for a contact only.
    """

    id: int
    what: What
    gss_code: str
    order: int
    wanted: Mapping[str, Any] = field(repr=False)
    base_version: int
    who: str
    why: str
    reason: str
    at: datetime
    batch: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    agreed: bool | None = None
