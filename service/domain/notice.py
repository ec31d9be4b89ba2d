"""A notice: one thing to be told about a case, from the form that asks for it to the cascade that tells everyone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from service.domain.errors import IllegalTransition


class NoticeKind(StrEnum):
    """What a notice tells the authorities."""

    ALERT = "alert"
    UPDATE = "update"
    RENEWAL = "renewal"
    FOUND = "found"
    WITHDRAWAL = "withdrawal"

    @property
    def ends_the_case(self) -> bool:
        """Whether authorities stop searching when they read it."""
        return self in (NoticeKind.FOUND, NoticeKind.WITHDRAWAL)


class NoticeState(StrEnum):
    """Where a notice stands."""

    CHECKING = "checking"  # with quality assurance
    RETURNED = "returned"  # with the reporter, who has questions to answer
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"  # in the cascade room's tray
    CASCADED = "cascaded"  # every recipient has a row
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class NoticeEvent(StrEnum):
    """What can happen to a notice."""

    CORRECTED = "corrected"
    RETURNED = "returned"
    PASSED = "passed"
    APPROVED = "approved"
    REFUSED = "refused"
    CASCADED = "cascaded"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"


OPEN = (NoticeState.CHECKING, NoticeState.RETURNED, NoticeState.AWAITING_APPROVAL)
TRANSITIONS = {
    **{(state, NoticeEvent.CORRECTED): NoticeState.CHECKING for state in OPEN},
    **{(state, NoticeEvent.RETURNED): NoticeState.RETURNED for state in OPEN},
    **{(state, NoticeEvent.SUPERSEDED): NoticeState.SUPERSEDED for state in OPEN},
    (NoticeState.CHECKING, NoticeEvent.PASSED): NoticeState.AWAITING_APPROVAL,
    (NoticeState.AWAITING_APPROVAL, NoticeEvent.APPROVED): NoticeState.APPROVED,
    (NoticeState.AWAITING_APPROVAL, NoticeEvent.REFUSED): NoticeState.REFUSED,
    (NoticeState.CHECKING, NoticeEvent.REFUSED): NoticeState.REFUSED,
    (NoticeState.APPROVED, NoticeEvent.CASCADED): NoticeState.CASCADED,
    (NoticeState.APPROVED, NoticeEvent.SUPERSEDED): NoticeState.SUPERSEDED,  # the case ended before it left
    # Stopped by a person: what has not left leaves only after a new approval.
    (NoticeState.APPROVED, NoticeEvent.STOPPED): NoticeState.AWAITING_APPROVAL,
    (NoticeState.CASCADED, NoticeEvent.STOPPED): NoticeState.AWAITING_APPROVAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule, the reader or the case found.

    *outcome* is `met`, `not_met`, `not_answered`, `not_applicable`, `contradiction`, `unreadable`, `unrecognised` or `likely_same`.
    """

    rule: str
    outcome: str
    says: str = field(repr=False)
    source: str
    field_path: str | None = None
    label: str | None = None

    @property
    def asks_the_reporter(self) -> bool:
        """Whether the reporter can put this right by answering."""
        return self.field_path is not None and self.outcome in ("not_answered", "contradiction")


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What a notice said before a correction."""

    version: int
    fields: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice. *number* counts the messages of the case; *version* counts the corrections and decisions of this notice.

    *earlier* keeps what it said before each correction, oldest first.
    """

    id: str
    case_id: str
    kind: NoticeKind
    number: int
    state: NoticeState
    version: int
    fields: Mapping[str, Any] = field(repr=False)
    provenance: Mapping[str, Any] = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    submitted_by: str = field(repr=False)
    received_email_id: str | None
    edited_by: str | None = None
    passed_by: str | None = None
    letter_id: str | None = None
    content_sha256: str | None = None
    created_at: datetime
    decided_at: datetime | None = None
    release_at: datetime | None = None
    stopped_at: datetime | None = None
    earlier: tuple[Earlier, ...] = field(default=(), repr=False)

    def after(self, event: NoticeEvent) -> "Notice":
        """Return the notice as it stands once *event* has happened, one version later."""
        try:
            state = TRANSITIONS[self.state, event]
        except KeyError:
            raise IllegalTransition from None
        return replace(self, state=state, version=self.version + 1)

    @property
    def is_found_in_part(self) -> bool:
        """Whether it tells that some children of the case need not be searched for any more, while others are still missing."""
        return self.kind is NoticeKind.UPDATE and bool(self.fields.get("found"))

    @property
    def letter_name(self) -> str:
        """Which of the standard letters tells it."""
        if self.is_found_in_part:
            return "found_in_part"
        if self.kind is NoticeKind.FOUND and (self.fields.get("found") or {}).get("deceased"):
            return "deceased"
        return self.kind.value

    @property
    def questions(self) -> tuple[Finding, ...]:
        """What the reporter is asked, in a fixed order: question 1 is the first of these."""
        return tuple(finding for finding in self.findings if finding.asks_the_reporter)
