"""What is assessed: one notice under one policy on one day. It knows how to look into the form and how to put a finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.domain.calendar import WorkingCalendar
from service.domain.children import Child, children_of, still_missing
from service.domain.notice import Finding, Notice
from service.domain.policy import SILENT, Policy

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_LISTS = ("links_to_areas", "agencies_contacted", "vehicles", "phones", "associates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One notice, the rules it is held to, the working days of the nation, and the day."""

    notice: Notice
    policy: Policy
    calendar: WorkingCalendar
    today: date

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the form says."""
        return self.notice.fields

    @property
    def searched(self) -> tuple[tuple[int, Child], ...]:
        """The children who are still missing, with their places."""
        children = children_of(self.fields)
        return tuple((place, children[place]) for place in still_missing(self.fields))

    @property
    def places(self) -> tuple[int, ...]:
        """The places of the children a form must speak of: at least one, also when it names nobody."""
        return still_missing(self.fields) or (() if children_of(self.fields) else (0,))

    def named(self, place: int, says: str) -> str:
        """Put which child is meant before a sentence, where there is more than one."""
        return f"Child {place + 1}: {says}" if len(children_of(self.fields)) > 1 else says

    def answered(self, path: str, value: Any) -> bool:
        """Whether the form answers; "none known" answers a question for a list."""
        return value not in _EMPTY or (path in _LISTS and bool(self.notice.provenance.get(path)))

    def words_for(self, rule: str) -> str:
        """Return the sentence of a rule, with its document where that is not the policy's own."""
        sentence, document = self.policy.sentence(rule), self.policy.document(rule)
        return sentence if document == self.policy.source or sentence == SILENT else f"{sentence} ({document})"

    def finding(
        self, rule: str, outcome: str, says: str, *, path: str | None = None, label: str | None = None, source: str | None = None
    ) -> Finding:
        """Put a finding with the sentence of its rule."""
        return Finding(rule=rule, outcome=outcome, says=says, source=source or self.words_for(rule), field_path=path, label=label)

    def unanswered(self, rule: str, says: str, *, path: str, label: str, source: str | None = None) -> Finding:
        """Put a question to the reporter; who has answered it with "not known" is not asked the same again."""
        told = self.notice.provenance.get(path) or {}
        if told.get("method") == "answer by reply":
            return self.finding(rule, "not_answered", "The reporter was asked and does not know.", label=label, source=source)
        return self.finding(rule, "not_answered", says, path=path, label=label, source=source)


def in_words(day: date) -> str:
    """Write a day as people read it: Friday 27 November 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"
