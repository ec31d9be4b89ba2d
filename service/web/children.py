"""The children of a case and how each stands: one may be found while the search for another goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.domain.case import Case, CaseState, Outcome
from service.domain.notice import Notice, NoticeState
from service.web.render import plain

_SAYS = {"missing": "Missing", "found": "Found", "deceased": "Has died"}
_NEVER_SENT = (NoticeState.REFUSED, NoticeState.SUPERSEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildView:
    """One child as a line of the case page; *status* is empty when the case ended without saying."""

    name: str = field(repr=False)
    born: str = field(repr=False)
    status: str
    says: str


def children_of(case: Case, notices: Sequence[Notice]) -> tuple[ChildView, ...]:
    """Return the children as the newest notice that names them and was not refused has them."""
    counted = [one for one in notices if one.state not in _NEVER_SENT] or notices
    named = next((one.fields["children"] for one in reversed(counted) if one.fields.get("children")), ())
    return tuple(_child(case, child, alone=len(named) == 1) for child in named)


def _child(case: Case, child: Mapping[str, Any], *, alone: bool) -> ChildView:
    name = " ".join(filter(None, (child.get("given_names"), child.get("family_name"))))
    born, expected = child.get("date_of_birth"), child.get("expected_delivery_date")
    status = child.get("status") or _by_the_case(case, alone=alone)
    return ChildView(
        name=name or ("Unborn baby" if child.get("unborn") else "Name not known"),
        born=f"born {plain(born)}" if born else f"expected {plain(expected)}" if expected else "",
        status=status,
        says=_SAYS.get(status, ""),
    )


def _by_the_case(case: Case, *, alone: bool) -> str:
    if case.state is not CaseState.CLOSED:
        return "missing"
    if case.outcome is Outcome.FOUND:
        return "found"
    return "deceased" if case.outcome is Outcome.DECEASED and alone else ""
