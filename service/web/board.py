"""The board of recipients: every authority under a named state, those that matter most first."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.domain.delivery import Answer, Delivery, DeliveryState, named_state

_LOOKS = ("match", "trouble", "read", "waiting", "sent", "seen", "stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The recipients of a notice that stand in one named state."""

    name: str
    look: str
    deliveries: tuple[Delivery, ...] = field(repr=False)


def groups(deliveries: Iterable[Delivery]) -> tuple[Group, ...]:
    """Group the recipients by named state, those that matter most first."""
    found: dict[tuple[str, str], list[Delivery]] = {}
    for delivery in deliveries:
        name = named_state(delivery.state, delivery.answer, confirmed=delivery.confirmed)
        found.setdefault((name, look_of(delivery.state, delivery.answer)), []).append(delivery)
    ordered = sorted(found.items(), key=lambda item: (_LOOKS.index(item[0][1]), item[0][0]))
    return tuple(Group(name=name, look=look, deliveries=tuple(ones)) for (name, look), ones in ordered)


def look_of(state: DeliveryState, answer: Answer) -> str:
    """Return how a recipient is drawn: one of a few looks, each with its own sign as well as its colour."""
    if answer.matters:
        return "match"
    if answer in (Answer.NOT_FOR_US, Answer.PLEASE_READ):
        return "read"
    if answer.acknowledges:
        return "seen"
    if state in (DeliveryState.BOUNCED, DeliveryState.FAILED):
        return "trouble"
    if state in (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DELAYED):
        return "waiting"
    return "stopped" if state in (DeliveryState.SUPERSEDED, DeliveryState.WITHDRAWN) else "sent"
