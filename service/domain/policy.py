"""The rules of one issuing authority as values. They are read from `service/policies`; people decide, rules only find."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """A field that must be answered, why, and where that is written."""

    field_path: str
    label: str
    why: str
    source: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One authority's rules. Durations are calendar days or months; None where the source document is silent."""

    name: str
    title: str
    version: str
    source: str
    quality_title: str
    approver_title: str
    checker_may_approve: bool
    wait_days: int | None
    risk_levels: tuple[str, ...]
    exceptional_criteria: Mapping[str, str]
    required: tuple[Required, ...]
    sentences: Mapping[str, str]
    update_first_days: int | None
    update_every_months: int | None
    renewal_months: int | None
    found_deadline_working_days: int | None

    def sentence(self, rule: str) -> str:
        """Return the sentence of the source document that *rule* rests on."""
        return self.sentences[rule]
