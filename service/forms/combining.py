"""What several files of one letter say together: the form is taken whole, others fill what it leaves open and disagree aloud.

Children are never merged. A second form about other children, or another episode, is left out and the finding says what to do.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.forms.blocks import Document
from service.forms.draft import Draft
from service.forms.findings import Finding, Problem
from service.forms.kinds import Kind
from service.forms.shapes import blank_found

_OTHER_CHILDREN = "{file} is about other children. Nothing of it was taken over. Please send one email for each family."
_OTHER_EPISODE = "{file} gives another date for when the same child went missing. Nothing of it was taken over. Please send one form."
_ONE_MORE_CHILD = "{file} names a child that the form does not. That child was not taken over; please send one form with all."
_SAYS_ELSE = "{file} says something else than {ours}. We took the latter."
_PAGE_SAYS_ELSE = "The page shows something else here than the form field holds. We took the form field."
_GROUPS = ("adults", "addresses", "agencies_contacted")
_FOLLOW_UPS = {Kind.FOUND: 2, Kind.WITHDRAWAL: 2, Kind.RENEWAL: 1, Kind.UPDATE: 1}
_NO_SUBMISSION = ("social_worker", "team_manager", "out_of_hours_contact", "police_contact", "phones")
_ABOUT_A_CHILD = ("children", "date_", "found", "addresses", "last_seen")
_ENOUGH_ANSWERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One document and what it says."""

    document: Document
    title: str | None
    kind: Kind
    draft: Draft = field(repr=False)
    position: int = 0

    @property
    def holds_submission(self) -> bool:
        """Whether it answers enough to be a form, and not only a signature."""
        answered = [path for path in self.draft.provenance if not path.startswith(_NO_SUBMISSION)]
        named = self.title is not None and any(path.startswith(_ABOUT_A_CHILD) for path in answered)
        return bool(answered) and (len(self.draft.provenance) >= _ENOUGH_ANSWERS or named)

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """How much it counts: a form before a letter, what was found before what was asked, the fuller, and then the newer."""
        answered = sum(1 for path in self.draft.provenance if _at(self.draft.fields, path) not in (None, [], ""))
        return self.document.is_form, _FOLLOW_UPS.get(self.kind, 0), answered, self.position


def combine(main: Filled, others: Sequence[Filled]) -> list[Finding]:
    """Fill what *main* leaves open from the others, in place, and return where they disagree."""
    findings: list[Finding] = []
    for other in others:
        file = other.document.file
        if other.holds_submission and _names_other_children(main, other):
            findings.append(_finding("children", _OTHER_CHILDREN.format(file=file)))
        elif other.holds_submission and other.document.is_form and _is_other_episode(main, other):
            findings.append(_finding("date_went_missing", _OTHER_EPISODE.format(file=file), main.draft))
        else:
            if other.document.is_form or other.holds_submission:
                findings += other.draft.findings
            findings += _merge(main.draft, other)
    return findings


def compare_with_page(form: Draft, page: Draft) -> Iterator[Finding]:
    """Compare the fields of a fillable form with the page as it is printed; what the page alone says is not taken over."""
    for path in form.provenance:
        mine, printed = _at(form.fields, path), _at(page.fields, path)
        if path in page.provenance and mine not in (None, []) and printed not in (None, []) and not _agree(mine, printed):
            yield _finding(path, _PAGE_SAYS_ELSE, form)


def _merge(draft: Draft, other: Filled) -> Iterator[Finding]:
    fields, provenance, theirs = draft.fields, draft.provenance, other.draft.fields
    for path, source in other.draft.provenance.items():
        if "[" in path or path.partition(".")[0] in _GROUPS:
            continue
        name, _, key = path.partition(".")
        if name == "found" and fields["found"] is None:
            fields["found"] = blank_found()
        holder = fields[name] if key else fields
        value = _at(theirs, path)
        if path not in provenance:
            holder[key or name] = value
            provenance[path] = source
        elif value not in (None, []) and not _agree(holder[key or name], value):
            yield _finding(path, _SAYS_ELSE.format(file=other.document.file, ours=provenance[path].file), draft)
    yield from _merge_children(draft, other)
    for group in _GROUPS:
        if not fields[group]:
            _take_over(draft, other.draft, group)


def _merge_children(draft: Draft, other: Filled) -> Iterator[Finding]:
    """Compare the children two files name. Those of the second file are only taken when the first names none."""
    mine, file = draft.fields["children"], other.document.file
    if not mine:
        _take_over(draft, other.draft, "children")
        return
    for child in other.draft.fields["children"]:
        match = next((index for index, one in enumerate(mine) if _is_same_child(one, child)), None)
        if match is None:
            if child["family_name"] or child["given_names"] or child["date_of_birth"]:
                yield _finding("children", _ONE_MORE_CHILD.format(file=file))
            continue
        for key in ("date_of_birth", "expected_delivery_date", "family_name", "given_names", "legal_status", "plan_start"):
            if mine[match][key] and child[key] and not _agree(mine[match][key], child[key]):
                path = f"children[{match}].{key}"
                yield _finding(path, _SAYS_ELSE.format(file=file, ours=draft.file), draft)


def _take_over(draft: Draft, other: Draft, group: str) -> None:
    draft.fields[group] = other.fields[group]
    draft.provenance |= {path: one for path, one in other.provenance.items() if path.startswith(group)}
    if group == "children":
        draft.ages |= other.ages


def _names_other_children(main: Filled, other: Filled) -> bool:
    mine, theirs = main.draft.fields["children"], [child for child in other.draft.fields["children"] if _is_somebody(child)]
    return bool(mine) and bool(theirs) and not any(_is_same_child(one, child) for one in mine for child in theirs)


def _is_other_episode(main: Filled, other: Filled) -> bool:
    mine, theirs = main.draft.fields["date_went_missing"], other.draft.fields["date_went_missing"]
    return bool(main.document.is_form and mine and theirs) and not _agree(mine, theirs)


def _is_somebody(child: Mapping[str, Any]) -> bool:
    return bool(child["given_names"] or child["family_name"] or child["date_of_birth"])


def _is_same_child(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Tell whether two files mean one child: by first name, or by birth where the names do not speak against it."""
    first = [" ".join(str(child["given_names"] or "").casefold().split()[:1]) for child in (mine, theirs)]
    family = [str(child["family_name"] or "").casefold() for child in (mine, theirs)]
    same_birth = bool(mine["date_of_birth"]) and mine["date_of_birth"] == theirs["date_of_birth"]
    if first[0] and first[1]:
        return first[0] == first[1] and (same_birth or not all(family) or family[0] == family[1])
    return same_birth or (bool(family[0]) and family[0] == family[1] and not (mine["date_of_birth"] and theirs["date_of_birth"]))


def _agree(mine: Any, theirs: Any) -> bool:
    """Tell whether two values say the same: a partial date agrees with a day in it, a cut-off text with the whole one."""
    if isinstance(mine, list) and isinstance(theirs, list):
        return all(any(_agree(one, other) for one in mine) for other in theirs)
    if isinstance(mine, str) and isinstance(theirs, str):
        one, other = (" ".join(text.split()).casefold() for text in (mine, theirs))
        if one == other:
            return True
        shorter, longer = sorted((one, other), key=len)
        return (len(shorter) >= 20 or _is_partial(shorter, longer)) and longer.startswith(shorter)
    return bool(mine == theirs)


def _is_partial(shorter: str, longer: str) -> bool:
    return bool(re.fullmatch(r"\d{4}(?:-\d{2})?", shorter) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", longer))


def _at(fields: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path such as `children[0].identifiers.nhs_number`; None where there is none."""
    found: Any = fields
    for part in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(found, list):
            found = found[int(part)] if part.isdigit() and int(part) < len(found) else None
        elif isinstance(found, Mapping):
            found = found.get(part)
        else:
            return None
    return found


def _finding(path: str, says: str, draft: Draft | None = None) -> Finding:
    label = draft.provenance[path].label if draft is not None and path in draft.provenance else None
    return Finding(field=path, problem=Problem.CONTRADICTION, says=says, label=label)
