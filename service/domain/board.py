"""Where one authority stands with one notice: a named state, whose turn it is, and what is to be done next; every combination has them."""

from dataclasses import dataclass
from enum import StrEnum

from service.domain.delivery import Answer, DeliveryState, named_state


class Owner(StrEnum):
    """Whose turn it is."""

    SERVICE = "The service"
    AUTHORITY = "The authority"
    QUALITY = "Quality assurance"
    DIRECTORY = "The directory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A named state with its owner, the next action, and the look it is drawn with."""

    name: str
    owner: Owner
    next: str
    look: str


LOOKS = ("match", "trouble", "read", "waiting", "sent", "seen", "stopped")
_S, _A, _O = DeliveryState, Answer, Owner
_UNANSWERED = {
    _S.QUEUED: (_O.SERVICE, "It leaves by itself", "waiting"),
    _S.SENDING: (_O.SERVICE, "It is leaving now", "waiting"),
    _S.IN_DOUBT: (_O.SERVICE, "Sends the same letter again, or hears that it was taken", "sent"),
    _S.ACCEPTED: (_O.AUTHORITY, "To answer; the service asks again", "sent"),
    _S.DELAYED: (_O.SERVICE, "Waits for their mail server; if it is urgent, call", "waiting"),
    _S.BOUNCED: (_O.DIRECTORY, "Find another address and send again, or call", "trouble"),
    _S.FAILED: (_O.DIRECTORY, "Find another address and send again, or call", "trouble"),
    _S.SUPERSEDED: (_O.SERVICE, "Nothing: the later notice tells them", "stopped"),
    _S.WITHDRAWN: (_O.QUALITY, "Have it approved again, or leave it stopped", "stopped"),
}
_ANSWERED = {
    _A.ACKNOWLEDGED: (_O.AUTHORITY, "To search and say what they found", "seen"),
    _A.CHECKS_UNDER_WAY: (_O.AUTHORITY, "To finish their checks", "seen"),
    _A.NOT_KNOWN: (_O.SERVICE, "Nothing until the next notice", "seen"),
    _A.KNOWN_CONTACT_US: (_O.QUALITY, "Call them now", "match"),
    _A.POSSIBLE_MATCH: (_O.QUALITY, "Call them now", "match"),
    _A.NOT_FOR_US: (_O.QUALITY, "Find out who it is for", "read"),
    _A.PLEASE_READ: (_O.QUALITY, "Read the reply", "read"),
}
_ENDED = (_O.SERVICE, "Nothing: they have stopped searching", "seen")


def place_of(state: DeliveryState, answer: Answer, *, confirmed: bool = True, of_an_end: bool = False, late: bool = False) -> Place:
    """Say where one authority stands; *of_an_end*: the notice says that the search is over, *late*: the day of their checks is past."""
    name = named_state(state, answer, confirmed=confirmed)
    owner, action, look = _UNANSWERED[state] if answer is Answer.NONE else _ANSWERED[answer]
    if answer is Answer.NONE:
        if of_an_end and state is DeliveryState.ACCEPTED:
            action = "To say that they stopped searching; the service asks again"
    elif not confirmed:
        owner, action = Owner.QUALITY, "Call them on a number you know, and ask whether it was they"
        look = "match" if answer.matters else "read"
    elif of_an_end and answer.acknowledges and not answer.matters:
        owner, action, look = _ENDED
    elif late and answer is Answer.CHECKS_UNDER_WAY:
        name, owner, action, look = "Checks not finished in time", Owner.QUALITY, "Ask them what they found", "read"
    return Place(name=name, owner=owner, next=action, look=look)
