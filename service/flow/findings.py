"""Puts together everything that is found about a notice: by the reader, by the policy, from the case, and from other cases."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from service.database.unit_of_work import Work
from service.domain.case import Case
from service.domain.notice import Finding, Notice
from service.domain.people import IssuingAuthority
from service.domain.standing import as_time_goes
from service.flow.house import today
from service.flow.rulebook import findings_on
from service.flow.same_child import look_for_likeness
from service.forms.reading import Reading

FORM = "form"


def read_findings(reading: Reading, moved: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """Return what the reader noticed, each with the form's own label; *moved* says where a person of the form is in the case."""
    labels = {path: one.label for path, one in reading.provenance.items() if one.label}
    return tuple(
        Finding(
            rule=FORM,
            outcome=str(one.problem),
            says=one.says,
            source="The form itself.",
            field_path=moved_path(one.field, moved or {}) or None,
            label=one.label or labels.get(one.field),
        )
        for one in reading.findings
    )


def moved_path(path: str, moved: Mapping[str, str]) -> str:
    """Return where a path of a form is in the case: each person of the form may have another place there."""
    head, dot, rest = path.partition(".")
    return f"{moved.get(head, head)}{dot}{rest}"


async def with_findings(
    work: Work, authority: IssuingAuthority, case: Case, notice: Notice, first: Sequence[Finding], now: datetime
) -> Notice:
    """Return the notice with *first* and everything that the policy, the case and other cases say about it."""
    ruled = []
    for one in await findings_on(work, authority, case, notice, today(now)):
        told = notice.provenance.get(one.field_path or "") or {}
        ruled.append(replace(one, label=told.get("label") or one.label))
    timely = as_time_goes(notice.kind, notice.fields, today(now))
    likely = await look_for_likeness(work, case, notice.fields)
    return replace(notice, findings=tuple(dict.fromkeys((*first, *ruled, *timely, *likely))))
