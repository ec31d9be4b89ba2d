"""What every rule of a policy file is: a table that knows its keys, with the sentence it rests on."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Shape(BaseModel):
    """A table of the file; a key that is not known here is refused, so that no rule is lost to a slip of the pen."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Rule(Shape):
    """A rule with the sentence it rests on: *source* quotes the document, *ours* says what was decided where it is silent."""

    source: Text | None = None
    ours: Text | None = None
    document: Text | None = None

    @model_validator(mode="after")
    def _has_one_ground(self) -> Self:
        if (self.source is None) == (self.ours is None):
            raise ValueError("a rule needs the sentence of its source (source), or what was decided here where the source is silent (ours)")
        return self

    @property
    def sentence(self) -> str:
        """The sentence as people read it."""
        return self.source or f"The source says nothing about this. Decided here: {self.ours}"
