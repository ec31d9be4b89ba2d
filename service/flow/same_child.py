"""Looks whether a child of a case is known from another one, and keeps what later cases are compared with. Nothing is merged."""

from collections.abc import Mapping
from typing import Any

from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState
from service.domain.children import children_of
from service.domain.likeness import clues_of, judge, marks_of
from service.domain.notice import Finding

_SOURCE = "Compared with the open and earlier cases here. Nothing was merged."
_MOST_SHOWN = 10


async def look_for_likeness(work: Work, case: Case, fields: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return a finding for each child that looks like a child of another case, and keep the marks of this case."""
    hits = await work.likenesses.find(clues_of(fields), but=case.id, authority_id=case.issuing_authority_id)
    await work.likenesses.keep(case.id, marks_of(fields))
    found = []
    several = len(children_of(fields)) > 1
    for one in judge(hits)[:_MOST_SHOWN]:
        other = await work.cases.get(one.case_id)
        found.append(
            Finding(
                rule="likely_same",
                outcome="likely_same",
                says=f"Looks like a child of {other.reference} ({_standing(other)}): {one.says}.",
                source=_SOURCE,
                label=f"Child {one.child + 1}" if several else None,
            )
        )
    return tuple(found)


async def earlier_cases_of(work: Work, case: Case, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the other cases with a child that looks like one of this case."""
    hits = await work.likenesses.find(clues_of(fields), but=case.id, authority_id=case.issuing_authority_id)
    return tuple(dict.fromkeys(one.case_id for one in judge(hits)))


def _standing(case: Case) -> str:
    if case.state is CaseState.CLOSED:
        return f"closed: {case.outcome}" if case.outcome else "closed"
    return "open" if case.state is CaseState.LIVE else "open, not sent yet"
