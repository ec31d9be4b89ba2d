"""Prepares a case for reading: form values beside where they were found, and the board of recipients."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.domain.delivery import Answer, Delivery, DeliveryState, named_state
from service.web.render import plain

_ONES = {"children": "Child", "adults": "Adult", "addresses": "Address", "associates": "Associate", "agencies_contacted": "Agency"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """One value of the form: what was understood, the words it rests on, and where they stand."""

    label: str
    value: str = field(repr=False)
    words: str = field(repr=False)
    place: str
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The recipients of a notice that stand in one named state."""

    name: str
    look: str
    deliveries: tuple[Delivery, ...] = field(repr=False)


def value_rows(fields: Mapping[str, Any], provenance: Mapping[str, Any]) -> tuple[ValueRow, ...]:
    """List every answered value with its source, then what was asked and not answered."""
    found = dict(_leaves(fields))
    rows = [_row(path, value, provenance.get(path)) for path, value in found.items() if not _empty(value) or path in provenance]
    rows += [_row(path, None, source) for path, source in provenance.items() if path not in found]
    return tuple(sorted(rows, key=lambda row: not row.answered))


def groups(deliveries: Iterable[Delivery]) -> tuple[Group, ...]:
    """Group the recipients by named state, those that matter most first."""
    found: dict[tuple[str, str], list[Delivery]] = {}
    for delivery in deliveries:
        name = named_state(delivery.state, delivery.answer, confirmed=delivery.confirmed)
        found.setdefault((name, look_of(delivery.state, delivery.answer)), []).append(delivery)
    ordered = sorted(found.items(), key=lambda item: (_LOOKS.index(item[0][1]), item[0][0]))
    return tuple(Group(name=name, look=look, deliveries=tuple(ones)) for (name, look), ones in ordered)


_LOOKS = ("match", "trouble", "read", "waiting", "sent", "seen", "stopped")


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


def label_of(path: str) -> str:
    """Write a field path as words: `children[0].date_of_birth` is *Child 1: date of birth*."""
    head, _, rest = path.partition(".")
    name, _, index = head.partition("[")
    if index.rstrip("]").isdigit() and name in _ONES:
        start = f"{_ONES[name]} {int(index.rstrip(']')) + 1}"
        return f"{start}: {_words(rest)}" if rest else start
    return f"{_words(head).capitalize()}: {_words(rest)}" if rest else _words(head).capitalize()


def _words(path: str) -> str:
    return path.replace("_", " ").replace(".", ", ").replace("[", " ").replace("]", "")


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def _empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, Mapping | Sequence) and not value)


def _row(path: str, value: Any, source: Any) -> ValueRow:
    source = source if isinstance(source, Mapping) else {}
    place = ", ".join(str(source[key]) for key in ("file", "place") if source.get(key))
    words = str(source.get("text") or "")
    return ValueRow(label=label_of(path), value=plain(value), words=words, place=place, answered=not _empty(value))
