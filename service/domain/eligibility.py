"""Whether alerts are issued on a child, who is excluded, and what an exceptional criterion opens: who is alerted, never when."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import MAXYEAR, MINYEAR, date
from typing import Any

from service.domain.children import Child
from service.domain.due import eighteenth_birthday
from service.domain.fields import full_date
from service.domain.matter import Matter
from service.domain.notice import Finding
from service.domain.policy import Criterion

_IN_CARE = frozenset({"looked_after", "care_order", "interim_care_order", "accommodated_section_20"})
_STATUSES = {
    "child_protection_plan": "a child protection plan",
    "section_47": "a section 47 enquiry",
    "care_order": "a care order",
    "interim_care_order": "an interim care order",
    "accommodated_section_20": "accommodated under section 20",
    "looked_after": "in care",
}
_CRITERIA = {"section_47": "section 47 investigation", "abducted": "abducted", "removed": "removed without notice"}
_LEGAL_STATUS = "Legal status of the child"


def eligibility(matter: Matter) -> Iterator[Finding]:
    """Yield for each child who is still missing whether alerts are issued on such children, and for whom the system is not meant."""
    children = dict(matter.searched)
    for place in matter.places:
        child = children.get(place, {})
        yield _eligible(matter, place, child)
        yield from _excluded(matter, place, child)
    for key in ("adults", "uasc", "children_in_care"):
        if key not in matter.policy.exclusions:
            yield matter.finding(f"excluded_{key}", "not_applicable", "The source states no such exclusion.")
    yield from _exceptional(matter)


def _eligible(matter: Matter, place: int, child: Child) -> Finding:
    policy, statuses, path = matter.policy, _statuses(child), f"children[{place}].legal_status"
    fitting = [status for status in policy.eligible if status in statuses]
    if fitting:
        says = f"The form says: {_in_words(fitting[0])}."
        return matter.finding("eligible", "met", matter.named(place, says))
    key, criterion = _criterion(matter)
    if criterion is not None:
        return _by_criterion(matter, place, statuses, key, criterion)
    if key:
        says = f"The form names the criterion “{_CRITERIA.get(key, key)}”, which this policy does not have."
        return matter.finding("eligible", "not_met", matter.named(place, says))
    if not statuses:
        says = "The form does not say whether there is a child protection plan."
        return matter.unanswered("eligible", matter.named(place, says), path=path, label=_LEGAL_STATUS)
    says = "The form names neither a child protection plan nor an exceptional criterion."
    return matter.finding("eligible", "not_met", matter.named(place, says))


def _by_criterion(matter: Matter, place: int, statuses: frozenset[str], key: str, criterion: Criterion) -> Finding:
    """An exceptional criterion makes a child eligible when the child is one of those it is for."""
    who = " or ".join(map(_in_words, criterion.statuses))
    if not criterion.statuses or statuses & set(criterion.statuses):
        says = f"Exceptional: {_CRITERIA[key]}. The threshold must still be met."
        return matter.finding("eligible", "met", matter.named(place, says), source=criterion.source)
    if not statuses - {"looked_after"}:
        says = f"The criterion named is for children with: {who}. The form does not say which order the child is under."
        path = f"children[{place}].legal_status"
        return matter.unanswered("eligible", matter.named(place, says), path=path, label=_LEGAL_STATUS, source=criterion.source)
    says = f"The criterion named is for children with: {who}. The form says something else."
    return matter.finding("eligible", "not_met", matter.named(place, says), source=criterion.source)


def _excluded(matter: Matter, place: int, child: Child) -> Iterator[Finding]:
    exclusions, statuses = matter.policy.exclusions, _statuses(child)
    yield from _adult(matter, place, child)
    if "uasc" in exclusions and "uasc" in statuses:
        says = "An unaccompanied asylum seeker. National alerts are not for them; no exceptional criterion changes that."
        yield matter.finding("excluded_uasc", "not_met", matter.named(place, says))
    if "children_in_care" in exclusions and statuses & _IN_CARE:
        yield _in_care(matter, place, statuses)


def _in_care(matter: Matter, place: int, statuses: frozenset[str]) -> Finding:
    key, criterion = _criterion(matter)
    if criterion is not None and _opens(criterion, statuses):
        says = f"In care, and an exceptional criterion is named: {_CRITERIA[key]}."
        return matter.finding("excluded_children_in_care", "met", matter.named(place, says))
    both = " There is a plan too; the source does not say which of the two counts." if "child_protection_plan" in statuses else ""
    says = f"In care. Only an exceptional criterion that fits opens a national alert for this child.{both}"
    return matter.finding("excluded_children_in_care", "not_met", matter.named(place, says))


def _opens(criterion: Criterion, statuses: frozenset[str]) -> bool:
    return not criterion.statuses or bool(statuses & set(criterion.statuses))


def _adult(matter: Matter, place: int, child: Child) -> Iterator[Finding]:
    # Where the source excludes nobody, it still speaks of children.
    rule = "excluded_adults" if "adults" in matter.policy.exclusions else "eligible"
    youngest, oldest = _born_between(child.get("date_of_birth"))
    if youngest is None or oldest is None:
        return
    if eighteenth_birthday(youngest) <= matter.today:
        says = "18 or older today, so not a child any more."
        yield matter.finding(rule, "not_met", matter.named(place, says))
    elif eighteenth_birthday(oldest) <= matter.today:
        says = "The date of birth is not complete, and the child may be 18 already."
        path, label = f"children[{place}].date_of_birth", "Full date of birth"
        yield matter.unanswered(rule, matter.named(place, says), path=path, label=label)


def _born_between(text: Any) -> tuple[date | None, date | None]:
    """Return the latest and the earliest day of birth that a date, a month or a year leaves open."""
    if (whole := full_date(text)) is not None:
        return whole, whole
    parts = str(text or "").split("-")
    if len(parts) > 2 or not all(part.isdecimal() for part in parts):
        return None, None
    year, first, last = int(parts[0]), *((int(parts[1]),) * 2 if len(parts) == 2 else (1, 12))
    if not (MINYEAR <= year <= MAXYEAR and 1 <= first <= 12):
        return None, None
    return date(year, last, monthrange(year, last)[1]), date(year, first, 1)


def _exceptional(matter: Matter) -> Iterator[Finding]:
    _, criterion = _criterion(matter)
    if criterion is None:
        return
    if criterion.decided_by:
        says = f"The {criterion.decided_by} must consider that there is evidence of sufficient danger. No form has a place for this: ask."
        yield matter.finding("exceptional", "reminder", says, source=criterion.source)
    yield matter.finding("exceptional", "reminder", "An exceptional criterion opens who may be alerted, not when.")


def _criterion(matter: Matter) -> tuple[str, Criterion | None]:
    key = str(matter.fields.get("exceptional_criterion") or "")
    return key, matter.policy.exceptional.get(key)


def _statuses(child: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(child.get("legal_status") or ())


def _in_words(status: str) -> str:
    return _STATUSES.get(status, status.replace("_", " "))
