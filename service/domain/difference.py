"""What differs between two versions of a notice, one value at a time, in words that need no colour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Change(StrEnum):
    """How a value differs."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"

    @property
    def mark(self) -> str:
        """The word that stands before it in a letter."""
        return {Change.ADDED: "New", Change.CHANGED: "Changed", Change.REMOVED: "No longer"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that was added, changed or removed; *before* and *after* as they are shown."""

    label: str
    before: str = field(repr=False)
    after: str = field(repr=False)
    kind: Change


def compare(before: Mapping[str, str], after: Mapping[str, str], labels: Mapping[str, str] | None = None) -> tuple[Difference, ...]:
    """Return what differs between two sets of values under the same keys, in the order of *after*, what was removed last."""
    labels = labels or {}
    found = []
    for key in dict.fromkeys((*after, *before)):
        old, new = before.get(key, ""), after.get(key, "")
        if old == new:
            continue
        kind = Change.REMOVED if not new else Change.CHANGED if old else Change.ADDED
        found.append(Difference(label=labels.get(key, key), before=old, after=new, kind=kind))
    return tuple(found)
