"""What a label can mean: a field, in a part of the form, about one person or another."""

from dataclasses import dataclass, field

PERSONS = frozenset({"children", "adults"})
CONTACTS = frozenset({"social_worker", "team_manager"})
ELSEWHERE = frozenset({"elsewhere", "school", "others"})  # parts of a form about somebody the alert has no place for


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a form we are in: *scope* is the canonical group, *key* tells one person from another, *role* an adult's relationship."""

    scope: str
    key: str | None = None
    role: str | None = None
    loose: bool = field(default=False, compare=False)  # an empty line came since: what may be about the whole family is


@dataclass(frozen=True, slots=True)
class Target:
    """What a label means. *bare* when only the place in the form tells whose answer it is; *opens* when the words name a person or part
    ("Mother", "Child 1") rather than a single answer; *asked* when "yes" to it means what the label names."""

    field: str
    section: Section | None = None
    opens: bool = False
    bare: bool = False
    asked: bool = False
