"""A placement notification: whether it states what it must (West Yorkshire's and the regulations' items)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from service.forms.labels import words_of
from service.forms.reading import Reading
from service.forms.values import chosen_words, is_not_known


class Item(Protocol):
    """What a notification must state: a field, or words that label it where the reader has no field."""

    @property
    def field_path(self) -> str: ...

    @property
    def words(self) -> tuple[str, ...]: ...


AnItem = TypeVar("AnItem", bound=Item)


def missing_items(reading: Reading, required: Sequence[AnItem]) -> list[AnItem]:
    """List what a policy requires and the notification does not state."""
    return [item for item in required if not _is_stated(reading, item)]


def is_answered(text: str, labels: Sequence[str]) -> bool:
    """Tell whether the text answers one of the *labels*, in the same box or line, or in the next."""
    wanted = [words_of(label) for label in labels]
    lines = text.splitlines()
    for number, line in enumerate(lines):
        cells = [cell.strip() for cell in line.split(" | ")]
        for index, cell in enumerate(cells):
            label, colon, behind = cell.partition(":")
            if not _is_label(words_of(label), wanted):
                continue
            following = cells[index + 1] if index + 1 < len(cells) else ""
            below = lines[number + 1] if len(cells) == 1 and not behind.strip() and number + 1 < len(lines) else ""
            answers = (behind,) if colon and behind.strip() else (following, below if ":" not in below and " | " not in below else "")
            if any((words := chosen_words(answer)) is not None and not is_not_known(words) for answer in answers if answer.strip()):
                return True
    return False


def _is_label(words: str, wanted: Sequence[str]) -> bool:
    return len(words.split()) <= 14 and any(re.search(rf"\b{re.escape(one)}\b", words) for one in wanted)


def _is_stated(reading: Reading, item: Item) -> bool:
    if not item.field_path:
        return is_answered(reading.text, item.words)
    return _has(reading.fields, item.field_path)


def _has(holder: Mapping[str, Any], path: str) -> bool:
    """Tell whether every one of a group states a field: "children[].date_of_birth" means the date of birth of each child."""
    head, _, rest = path.partition(".")
    if head.endswith("[]"):
        group = holder.get(head[:-2]) or []
        return bool(group) and (any if head == "addresses[]" else all)(_has(one, rest) if rest else bool(one) for one in group)
    value = holder.get(head)
    if rest:
        return isinstance(value, Mapping) and _has(value, rest)
    return value not in (None, "", [], {})
