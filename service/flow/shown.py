"""What was read from a form as rows of label and value, and what differs between two versions, for a person to check."""

from collections.abc import Mapping
from typing import Any

from service.domain.difference import Change, Difference, compare
from service.domain.notice import Notice
from service.domain.policy import SILENT
from service.mail.compose import FindingLine
from service.mail.wording import Row, codes, day

__all__ = ["Change", "Difference", "differences", "lines_of", "rows_of"]

_CODED = ("legal_status", "plan_categories", "exceptional_criterion", "status")
_SETTLED = ("met", "not_applicable")
_ONES = {"children": "Child", "adults": "Adult", "addresses": "Address", "agencies_contacted": "Agency"}


def rows_of(notice: Notice) -> list[Row]:
    """Return every answer there is, under the form's own label where the form had one."""
    return [(_label(notice, path), value) for path, value in _told(notice.fields).items()]


def lines_of(notice: Notice) -> list[FindingLine]:
    """Return the findings as they are shown to people who decide: the open ones, then what is to be done, then what is settled.

    What a silent source does not ask is left out.
    """
    told = [one for one in notice.findings if not (one.outcome == "not_applicable" and one.source == SILENT)]
    ordered = sorted(dict.fromkeys(told), key=lambda one: 2 if one.outcome in _SETTLED else one.outcome == "reminder")
    return [FindingLine(outcome=one.outcome, says=one.says, source=one.source, label=one.label) for one in ordered]


def differences(before: Notice | Mapping[str, Any] | None, after: Notice) -> tuple[Difference, ...]:
    """Return what differs between what was said *before* and what the notice says now; nothing when there is no before."""
    if before is None:
        return ()
    earlier = before.fields if isinstance(before, Notice) else before
    old, new = (_told(fields) for fields in (earlier, after.fields))
    if new.get("circumstances", "").endswith(f"\n\nBefore: {old.get('circumstances')}"):
        new["circumstances"] = new["circumstances"].partition("\n\nBefore: ")[0]
        del old["circumstances"]  # only what is new is a difference: what it says below is what was said
    return compare(old, new, {path: _label(after, path) for path in (*old, *new)})


def _told(fields: Mapping[str, Any]) -> dict[str, str]:
    # `no` is what a blank form says of an unborn child or a death, so it is no news by itself.
    return {path: value for path, value in _leaves("", fields) if value and not (value == "no" and path.endswith(("unborn", "deceased")))}


def _leaves(path: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [leaf for name, inner in value.items() for leaf in _leaves(f"{path}.{name}" if path else name, inner)]
    if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        return [leaf for index, inner in enumerate(value) for leaf in _leaves(f"{path}[{index}]", inner)]
    if isinstance(value, list):
        return [(path, codes(value) if path.endswith(_CODED) else "; ".join(str(one) for one in value))]
    if isinstance(value, bool):
        return [(path, "yes" if value else "no")]
    if isinstance(value, str) and _is_date(path):
        return [(path, day(value))]
    return [(path, codes(value) if path.endswith(_CODED) and value else str(value or ""))]


def _is_date(path: str) -> bool:
    return path.rpartition(".")[2].startswith("date") or path.endswith(("_date", "plan_start"))


def _label(notice: Notice, path: str) -> str:
    told = notice.provenance.get(path) or {}
    label = told.get("label") or path.rpartition(".")[2].replace("_", " ")
    head, bracket, rest = path.partition("[")
    number = rest.partition("]")[0]
    if bracket and number.isdigit() and head in _ONES and (len(notice.fields.get(head) or ()) > 1 or not told):
        return f"{_ONES[head]} {int(number) + 1}: {label}"
    return str(label)
