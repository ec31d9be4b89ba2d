"""A delivery: one letter to one recipient, and the named state it is in at every moment."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Protocol, TypeVar

from service.domain.waiting import sooner


class DeliveryState(StrEnum):
    """What has happened to one letter. The word *delivered* is not here: nobody can know it without a report."""

    QUEUED = "queued"
    SENDING = "sending"  # claimed; not one byte of the letter has left
    IN_DOUBT = "in_doubt"  # the letter was leaving when we last wrote down: it may have been taken, also while it goes again
    ACCEPTED = "accepted"  # the mail server took it
    DELAYED = "delayed"  # a mail server reports that it is still trying
    BOUNCED = "bounced"  # a mail server reports that it gave up
    FAILED = "failed"  # refused at once, for good
    SUPERSEDED = "superseded"  # a later letter made it pointless before it left
    WITHDRAWN = "withdrawn"  # stopped by a person before it left


class DeliveryEvent(StrEnum):
    """What can happen to a delivery."""

    CLAIMED = "claimed"
    JOURNALLED = "journalled"
    ACCEPTED = "accepted"
    PUT_OFF = "put_off"
    STILL_IN_DOUBT = "still_in_doubt"  # going again came to nothing; whether it was taken before is as open as it was
    REFUSED = "refused"
    DELAY_REPORTED = "delay_reported"
    BOUNCE_REPORTED = "bounce_reported"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"


_S, _E = DeliveryState, DeliveryEvent
TRANSITIONS = {
    (_S.QUEUED, _E.CLAIMED): _S.SENDING,
    (_S.QUEUED, _E.SUPERSEDED): _S.SUPERSEDED,
    (_S.QUEUED, _E.WITHDRAWN): _S.WITHDRAWN,
    (_S.SENDING, _E.SUPERSEDED): _S.SUPERSEDED,
    (_S.SENDING, _E.WITHDRAWN): _S.WITHDRAWN,  # claimed, and not one byte has left: whoever claimed it finds the door shut
    (_S.WITHDRAWN, _E.RELEASED): _S.QUEUED,  # approved anew
    (_S.SUPERSEDED, _E.RELEASED): _S.QUEUED,  # what had ended the case was stopped
    (_S.SENDING, _E.CLAIMED): _S.SENDING,  # the lease ran out before a byte left
    (_S.SENDING, _E.JOURNALLED): _S.IN_DOUBT,
    (_S.SENDING, _E.PUT_OFF): _S.QUEUED,
    (_S.SENDING, _E.REFUSED): _S.FAILED,
    # The same bytes go again. Until the server has taken or refused them, nobody may say that the letter never left.
    (_S.IN_DOUBT, _E.CLAIMED): _S.IN_DOUBT,
    (_S.IN_DOUBT, _E.JOURNALLED): _S.IN_DOUBT,
    (_S.IN_DOUBT, _E.STILL_IN_DOUBT): _S.IN_DOUBT,
    (_S.IN_DOUBT, _E.ACCEPTED): _S.ACCEPTED,
    (_S.IN_DOUBT, _E.PUT_OFF): _S.QUEUED,
    (_S.IN_DOUBT, _E.REFUSED): _S.FAILED,
    (_S.ACCEPTED, _E.DELAY_REPORTED): _S.DELAYED,
    (_S.ACCEPTED, _E.BOUNCE_REPORTED): _S.BOUNCED,
    (_S.DELAYED, _E.DELAY_REPORTED): _S.DELAYED,
    (_S.DELAYED, _E.BOUNCE_REPORTED): _S.BOUNCED,
    (_S.IN_DOUBT, _E.DELAY_REPORTED): _S.DELAYED,  # a report proves that it was taken
    (_S.IN_DOUBT, _E.BOUNCE_REPORTED): _S.BOUNCED,
}


class Lane(IntEnum):
    """Who goes first: the smaller number. A found notice never waits behind a chaser."""

    FOUND = 1
    ALERT = 2
    DECISION = 3
    RECEIPT = 4
    CHASER = 5


class Answer(StrEnum):
    """What a receiving authority said, `none` while it has said nothing."""

    NONE = "none"
    ACKNOWLEDGED = "acknowledged"
    CHECKS_UNDER_WAY = "checks_under_way"
    NOT_KNOWN = "not_known"
    KNOWN_CONTACT_US = "known_contact_us"
    POSSIBLE_MATCH = "possible_match"
    NOT_FOR_US = "not_for_us"
    PLEASE_READ = "please_read"  # a person wrote words that a person must read

    @property
    def matters(self) -> bool:
        """Whether somebody there may know the family."""
        return self in (Answer.KNOWN_CONTACT_US, Answer.POSSIBLE_MATCH)

    @property
    def acknowledges(self) -> bool:
        """Whether a person there has plainly seen the letter as theirs."""
        return self not in (Answer.NONE, Answer.NOT_FOR_US, Answer.PLEASE_READ)


_WAITS = (1, 2, 5, 10, 20, 40, 60)


def wait_before_retry(attempts: int, dice: Callable[[], float] = random.random) -> timedelta:
    """How long a letter that was put off *attempts* times waits (1, 2, 5, 10, 20, 40, then every 60 minutes, by chance a little less)."""
    return sooner(timedelta(minutes=_WAITS[min(attempts, len(_WAITS)) - 1]), dice)


STUCK_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One letter to one recipient, with the name and address as they were when it was queued.

    *rank* counts the letters of one notice to one authority; *stands_for* names former authorities that this one answers for.
    """

    id: str
    letter_id: str
    kind: str
    lane: Lane
    case_id: str | None
    notice_id: str | None
    gss_code: str | None
    recipient_name: str = field(repr=False)
    address: str = field(repr=False)
    state: DeliveryState
    answer: Answer
    confirmed: bool
    attempts: int
    lease: int
    mailbox: str
    token_purpose: str
    token_subject: str
    link_path: str
    number: str
    references: tuple[str, ...]
    created_at: datetime
    due_at: datetime
    accepted_at: datetime | None
    answered_at: datetime | None
    smtp_code: int | None
    smtp_status: str | None
    rank: int = 0
    stands_for: tuple[str, ...] = ()

    @property
    def reached(self) -> bool:
        """Whether their mail system has it, may have it, or is still to get it."""
        return self.state not in GAVE_UP

    @property
    def put_off(self) -> DeliveryEvent:
        """What becomes of it, as it was claimed, when it does not leave this time: in doubt before, it may still have been taken then."""
        return DeliveryEvent.STILL_IN_DOUBT if self.state is DeliveryState.IN_DOUBT else DeliveryEvent.PUT_OFF


GAVE_UP = (DeliveryState.BOUNCED, DeliveryState.FAILED, DeliveryState.SUPERSEDED, DeliveryState.WITHDRAWN)


class Standing(Protocol):
    """What decides which of several letters an authority stands with."""

    @property
    def answer(self) -> Answer: ...
    @property
    def reached(self) -> bool: ...
    @property
    def rank(self) -> int: ...


OneOf = TypeVar("OneOf", bound=Standing)


def current_of(letters: Iterable[OneOf]) -> OneOf:
    """Return where an authority stands among its letters of one notice: the one it answered, else one that got there, else the last."""
    return max(letters, key=lambda one: (one.answer is not Answer.NONE, one.reached, -one.rank if one.reached else one.rank))


_STATE_WORDS = {
    DeliveryState.QUEUED: "Waiting to be sent",
    DeliveryState.SENDING: "Being sent",
    DeliveryState.IN_DOUBT: "Sent, not confirmed by our mail server",
    DeliveryState.ACCEPTED: "Sent, no answer yet",
    DeliveryState.DELAYED: "Delayed: their mail server is not taking it yet",
    DeliveryState.BOUNCED: "Bounced: not received",
    DeliveryState.FAILED: "Refused: not received",
    DeliveryState.SUPERSEDED: "Not sent: replaced by a later notice",
    DeliveryState.WITHDRAWN: "Not sent: stopped",
}
_ANSWER_WORDS = {
    Answer.ACKNOWLEDGED: "Acknowledged",
    Answer.CHECKS_UNDER_WAY: "Checks under way",
    Answer.NOT_KNOWN: "Not known there",
    Answer.KNOWN_CONTACT_US: "Known there: contact them",
    Answer.POSSIBLE_MATCH: "Possible match: contact them",
    Answer.NOT_FOR_US: "Says: not for us",
    Answer.PLEASE_READ: "Reply received, please read",
}


def named_state(state: DeliveryState, answer: Answer, *, confirmed: bool = True) -> str:
    """Say in plain words where one authority stands: every pair of state and answer has a name."""
    if answer is Answer.NONE:
        return _STATE_WORDS[state]
    words = _ANSWER_WORDS[answer]
    return words if confirmed else f"{words} (sender not confirmed)"
