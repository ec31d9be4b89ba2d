"""What is found about a notice from the case it belongs to: the original date, children who came in or grew up, a birth that is due."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from service.domain.children import ChildStatus, children_of, expected, status_of, turned
from service.domain.notice import Finding, NoticeKind
from service.domain.story import Told

ADULT_AT = 18
_ORIGINAL = "The date the child originally went missing is the same in every notice of a case."
_CASE = "The earlier notices of this case."


def with_original_date(fields: Mapping[str, Any], original: date | None) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """Put the original date back where a later form gives another one, and show the difference; never asked, because it never changes."""
    said = fields.get("date_went_missing")
    if original is None or said == original.isoformat():
        return dict(fields), ()
    kept = {**fields, "date_went_missing": original.isoformat()}
    if not said or original.isoformat().startswith(str(said)):
        return kept, ()
    says = f"The form says missing since {_words(said)}. The case keeps its original date, {_words(original.isoformat())}."
    return kept, (Finding(rule="original_date", outcome="contradiction", says=says, source=_ORIGINAL),)


def about_the_children(told: Told) -> Iterator[Finding]:
    """Say which children of a later form are new to the case, and that one could not be told apart."""
    for place in told.added:
        says = f"Child {place + 1} was not in this case before. Look whether it is another child, or one of these under another name."
        yield Finding(rule="child_added", outcome="contradiction", says=says, source=_CASE, field_path=None)
    for place in told.born:
        says = f"Child {place + 1} was expected and has been born."
        yield Finding(rule="child_born", outcome="met", says=says, source=_CASE)
    if told.unclear:
        says = "The form names a child who may be more than one child of this case. What it says of that child was left out."
        yield Finding(rule="child_unclear", outcome="contradiction", says=says, source=_CASE)


def as_time_goes(kind: NoticeKind, fields: Mapping[str, Any], today: date) -> Iterator[Finding]:
    """Say of an update which missing children have turned 18 (the policy says it of an alert), and which births should have come."""
    if kind.ends_the_case:
        return
    for place, child in enumerate(children_of(fields)):
        if status_of(child) is not ChildStatus.MISSING:
            continue
        if kind is NoticeKind.UPDATE and (day := turned(child, ADULT_AT, today)) is not None:
            says = f"Child {place + 1} turned 18 on {_words(day.isoformat())}. Decide whether the alert goes on and who looks for an adult."
            yield Finding(rule="turned_18", outcome="not_met", says=says, source="A national alert is about a child.")
        due = expected(child)
        if due is not None and due < today:
            says = f"The baby was expected on {_words(due.isoformat())} and nothing says that it is born. Ask, and send an update."
            yield Finding(rule="birth_due", outcome="not_answered", says=says, source="The expected date of delivery has passed.")


def _words(iso: object) -> str:
    try:
        day = date.fromisoformat(str(iso))
    except ValueError:
        return str(iso)
    return f"{day.day} {day:%B %Y}"
