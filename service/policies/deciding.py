"""The shape of the rules about deciding: what only the page decides, how long a decision may take, how long an approved notice waits."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

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
