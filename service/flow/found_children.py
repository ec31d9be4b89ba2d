"""Which children a found report is about: by the form's own children, or by the words of the report. In doubt the reporter is asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.domain.children import (
    Child,
    ChildStatus,
    Unclear,
    children_named,
    children_of,
    matching,
    still_missing,
    with_status,
)
from service.domain.names import words_in
from service.domain.notice import Finding, NoticeKind
from service.forms.reading import Reading

WHICH = "found.children"
PLAIN = "plain words"  # how the reader reads a letter that is no form
_MOST_WORDS = 4000


def take_found_report(
    before: Mapping[str, Any], reading: Reading, *, writer: str = ""
) -> tuple[NoticeKind, dict[str, Any], tuple[Finding, ...]]:
    """Return what a found report makes of a case: the kind of notice, its fields, and a question when it cannot be told who was found.

    Only the report itself is taken over, never a new address or story: an update to others would tell where the child is.
    """
    report, words = reading.fields, own_words(reading)
    fields = {**before, "found": {**(report.get("found") or {}), **({"report": words} if words else {})}}
    try:
        meant = _meant(before, report, words, _others(before, report, writer))
    except Unclear:
        return NoticeKind.FOUND, fields, (_question(before),)
    return settled(fields, meant)


def answer_which(fields: Mapping[str, Any], answer: str) -> tuple[NoticeKind, dict[str, Any], tuple[Finding, ...]]:
    """Take the answer to the question which of the children was found; what names nobody plainly is asked again."""
    try:
        return settled(fields, _among_missing(fields, children_named(children_of(fields), answer)))
    except Unclear:
        return NoticeKind.FOUND, dict(fields), (_question(fields),)


def settled(fields: Mapping[str, Any], places: Sequence[int]) -> tuple[NoticeKind, dict[str, Any], tuple[Finding, ...]]:
    """Give the children their new status. While one is still missing, it is an update and the alert stays open."""
    died = bool((fields.get("found") or {}).get("deceased"))
    changed = with_status(fields, places, ChildStatus.DECEASED if died else ChildStatus.FOUND)
    return NoticeKind.UPDATE if still_missing(changed) else NoticeKind.FOUND, changed, ()


def own_words(reading: Reading) -> str:
    """Return what the writer says in sentences: of a form its story, of a letter in plain words the letter."""
    plain = reading.form_title is None and not any(one.method != PLAIN for one in reading.provenance.values())
    return str(reading.fields.get("circumstances") or (reading.text if plain else ""))[:_MOST_WORDS]


def _meant(before: Mapping[str, Any], report: Mapping[str, Any], words: str, others: Sequence[str]) -> tuple[int, ...]:
    children = children_of(before)
    named = [child for child in children_of(report) if _is_named(child)]
    if named:
        found = tuple(dict.fromkeys(place for child in named for place in _one(matching(children, child))))
        return _among_missing(before, found)
    if len(children) <= 1:
        return tuple(range(len(children)))
    try:
        return _among_missing(before, children_named(children, words, others=others, prose=True))
    except Unclear:
        missing = still_missing(before)
        if len(missing) == 1 and not _names_anyone(children, words):
            return missing  # nobody else is left whom it could be about
        raise


def _among_missing(fields: Mapping[str, Any], places: Sequence[int]) -> tuple[int, ...]:
    """Leave out who was found before; raises Unclear when nobody is left, or when a name is of nobody in the case."""
    meant = tuple(place for place in places if place in still_missing(fields))
    if not meant:
        raise Unclear
    return meant


def _one(places: Sequence[int]) -> tuple[int, ...]:
    if len(places) != 1:
        raise Unclear
    return tuple(places)


def _is_named(child: Child) -> bool:
    return any(child.get(name) for name in ("given_names", "family_name", "date_of_birth", "expected_delivery_date"))


def _names_anyone(children: Sequence[Child], words: str) -> bool:
    said = set(words_in(words))
    return any(said & set(words_in(child.get("given_names"))) for child in children)


def _others(before: Mapping[str, Any], report: Mapping[str, Any], writer: str) -> list[str]:
    workers = [(fields.get(role) or {}) for fields in (before, report) for role in ("social_worker", "team_manager")]
    adults = [adult for fields in (before, report) for adult in fields.get("adults") or ()]
    seen_by = (report.get("found") or {}).get("seen_by")
    named = [one.get("name") for one in (*workers, *adults) if isinstance(one, Mapping)]
    return [str(name) for name in (*named, seen_by, writer) if name]


def _question(fields: Mapping[str, Any]) -> Finding:
    several = len(children_of(fields)) > 1
    died = bool((fields.get("found") or {}).get("deceased"))
    return Finding(
        rule="which_child",
        outcome="not_answered",
        says="Write the first names, or ALL.",
        source=f"This case is about {len(children_of(fields))} children." if several else "The report names another child than this case.",
        field_path=WHICH,
        label="Which of the children is this report about?" if died or not several else "Which of the children has been found?",
    )
