"""What the model is shown after each step: what stands in the database and which letters the relay took, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]
ALERTING, ENDING = ("alert", "update", "renewal"), ("found", "withdrawal")


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """Who one approval lets which letter go to: GSS code → addresses, and the former authorities each stands for."""

    notice_id: str
    letter_id: str
    content: str
    recipients: Mapping[str, tuple[str, ...]]
    stands_for: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Left:
    """One letter that the relay took. *as_frozen*: its bytes are those of the frozen letter, filled in for this recipient."""

    delivery_id: str
    recipient: str
    named: tuple[str, ...]
    wire: bytes
    as_frozen: bool
    outside: str  # what others can read: the subject, the links, the file names


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Everything that stands in the database at one moment."""

    now: datetime
    received: Sequence[Row]
    cases: Mapping[str, Row]
    notices: Mapping[str, Row]
    approvals: Sequence[Row]
    frozen: Sequence[Frozen]
    deliveries: Mapping[str, Row]
    chased: Sequence[tuple[str, str]]
    responses: Sequence[Row]
    repaired: frozenset[tuple[str, str]]
    tasks: Sequence[Row]
    audit: Sequence[Row]
    chain_holds: bool
    differences: Mapping[str, Mapping[str, int]]
    people: Mapping[str, str]

    def about(self, delivery_id: str) -> int:
        """Return which message of its case a letter is."""
        return int(self.notices[self.deliveries[delivery_id]["notice_id"]]["number"])

    def ended(self, case_id: str) -> bool:
        """Whether the end of a case is approved and nobody stopped it."""
        return any(
            one["case_id"] == case_id and one["kind"] in ENDING and one["state"] in ("approved", "cascaded") and not one["stopped_at"]
            for one in self.notices.values()
        )
