"""What was read from a form, as rows of label and value for a person to check."""

from collections.abc import Mapping
from typing import Any

from service.domain.notice import Notice
from service.mail.compose import FindingLine
from service.mail.wording import Row, codes, day

_CODED = ("legal_status", "plan_categories", "exceptional_criterion")


def rows_of(notice: Notice) -> list[Row]:
    """Return every answer there is, under the form's own label where the form had one."""
    return [(_label(notice, path), value) for path, value in _leaves("", notice.fields) if value]


def lines_of(notice: Notice) -> list[FindingLine]:
    """Return the findings as they are shown to people who decide, the open ones first."""
    ordered = sorted(notice.findings, key=lambda one: one.outcome in ("met", "not_applicable"))
    return [FindingLine(outcome=one.outcome, says=one.says, source=one.source, label=one.label) for one in ordered]


def changes(before: Mapping[str, Any] | None, notice: Notice) -> list[str]:
    """Say in one sentence each what differs from the notice before."""
    old = dict(_leaves("", before or {}))
    new = [(path, value) for path, value in _leaves("", notice.fields) if value and old.get(path) != value]
    return [f"{_label(notice, path)}: {value}" + (f" (before: {old[path]})" if old.get(path) else "") for path, value in new]


def _leaves(path: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [leaf for name, inner in value.items() for leaf in _leaves(f"{path}.{name}" if path else name, inner)]
    if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        return [leaf for index, inner in enumerate(value) for leaf in _leaves(f"{path}[{index}]", inner)]
    if isinstance(value, list):
        return [(path, codes(value) if path.endswith(_CODED) else "; ".join(str(one) for one in value))]
    if isinstance(value, bool):
        return [(path, "yes" if value else "no")]
    return [
        (
            path,
            day(value)
            if isinstance(value, str) and _is_date(path)
            else codes(value)
            if path.endswith(_CODED) and value
            else str(value or ""),
        )
    ]


def _is_date(path: str) -> bool:
    return path.rpartition(".")[2].startswith("date") or path.endswith(("_date", "plan_start"))


def _label(notice: Notice, path: str) -> str:
    told = notice.provenance.get(path) or {}
    label = told.get("label") or path.rpartition(".")[2].replace("_", " ")
    if path.startswith("children[") and len(notice.fields.get("children") or ()) > 1:
        return f"Child {int(path[9:].partition(']')[0]) + 1}: {label}"
    return str(label)
