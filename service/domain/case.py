"""A case: one missing episode of one child or of brothers and sisters, from the first form to the found notice."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from service.domain.errors import IllegalTransition


class CaseState(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"  # a form came in; nothing has left
    LIVE = "live"  # an alert has been approved: authorities believe the child is missing
    CLOSED = "closed"  # ended, see the outcome


class Outcome(StrEnum):
    """How a case ended."""

    FOUND = "found"
    DECEASED = "deceased"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class CaseEvent(StrEnum):
    """What can happen to a case."""

    ALERTED = "alerted"
    ENDED = "ended"
    REOPENED = "reopened"


TRANSITIONS = {
    (CaseState.DRAFT, CaseEvent.ALERTED): CaseState.LIVE,
    (CaseState.DRAFT, CaseEvent.ENDED): CaseState.CLOSED,
    (CaseState.LIVE, CaseEvent.ALERTED): CaseState.LIVE,
    (CaseState.LIVE, CaseEvent.ENDED): CaseState.CLOSED,
    (CaseState.CLOSED, CaseEvent.REOPENED): CaseState.LIVE,  # the notice that ended it was stopped: the search goes on
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One missing episode. *missing_since* is the original date and never changes; *version* refuses lost updates."""

    id: str
    reference: str
    issuing_authority_id: str
    state: CaseState
    outcome: Outcome | None
    missing_since: date | None
    policy: str
    policy_version: str
    reporter_address: str = field(repr=False)
    key_id: str
    opened_at: datetime
    closed_at: datetime | None
    version: int

    def after(self, event: CaseEvent, *, outcome: Outcome | None = None, at: datetime | None = None) -> "Case":
        """Return the case as it stands once *event* has happened; an ended case needs its *outcome*."""
        try:
            state = TRANSITIONS[self.state, event]
        except KeyError:
            raise IllegalTransition from None
        if event is CaseEvent.ENDED and outcome is None:
            raise ValueError("an ended case needs an outcome")
        ended = event is CaseEvent.ENDED
        return replace(self, state=state, outcome=outcome if ended else None, closed_at=at if ended else None)
