"""The shape of the rules about deciding and asking again.

What only the page decides, how long a decision may take, how long an approved notice waits, and when silent authorities are chased.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from service.domain.policy import DECIDE_WITHIN_HOURS
from service.policies.rule import Rule

StepUpClass = Literal[
    "always",
    "found",
    "withdrawal",
    "attachments",
    "recipients",
    "first_decision",
    "changed_person",
    "same_child",
    "doubtful_reply",
    "grey_letter",
    "case_manager",
    "protected_address",
]


class StepUp(Rule):
    """Which decisions are taken on the web page alone."""

    classes: tuple[StepUpClass, ...]

    @field_validator("classes")
    @classmethod
    def _names_each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise ValueError("one class stands here twice")
        return value


class Hold(Rule):
    """How long an approved notice waits, so that a wrong approval can still be stopped."""

    minutes: Annotated[int, Field(ge=0, le=120)]


class Cover(Rule):
    """How many hours a decision may take at each level of risk, before the deputies and then the telephone."""

    high_hours: Annotated[int, Field(ge=1, le=72)] = DECIDE_WITHIN_HOURS["high"]
    medium_hours: Annotated[int, Field(ge=1, le=72)] = DECIDE_WITHIN_HOURS["medium"]
    otherwise_hours: Annotated[int, Field(ge=1, le=72)] = DECIDE_WITHIN_HOURS["otherwise"]

    @property
    def hours(self) -> dict[str, int]:
        """The hours by level of risk."""
        return {"high": self.high_hours, "medium": self.medium_hours, "otherwise": self.otherwise_hours}


class Chase(Rule):
    """After how many working days a silent authority is written to again, each time, and after how many it is telephoned."""

    letters_after: tuple[Annotated[int, Field(ge=1, le=60)], ...]
    call_after: Annotated[int, Field(ge=1, le=90)]

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        days = (*self.letters_after, self.call_after)
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ValueError("each letter comes later than the one before it, and the call after the last letter")
        return self
