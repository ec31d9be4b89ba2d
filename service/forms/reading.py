"""Reads a submission: files to blocks, blocks to labelled answers, answers to canonical fields with provenance and findings.

Start here: `read_files`. The formats are chosen in `formats`, labels live in `labels.toml`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.forms.answers import Answer, find_answers
from service.forms.blocks import Document, Line, Unreadable
from service.forms.filling import Draft
from service.forms.findings import Finding, Problem, Provenance, contradictions
from service.forms.formats import take_apart
from service.forms.kinds import Kind, find_title, kind_of
from service.forms.labels import label_of, load_labels

__all__ = ["Finding", "Provenance", "Reading", "SourceFile", "Unreadable", "label_of", "read_files"]

_ENOUGH_ANSWERS = 3


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a letter, or its text."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a submission says. *provenance* is keyed by the path of the field, such as `children[0].date_of_birth`."""

    kind: str
    form_title: str | None
    fields: dict[str, Any] = field(repr=False)
    provenance: dict[str, Provenance] = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)

    @property
    def unknown_labels(self) -> tuple[str, ...]:
        """Labels of the form that mean nothing to us yet, each once."""
        return tuple(dict.fromkeys(one.label for one in self.findings if one.problem == Problem.UNRECOGNISED and one.label))

    def as_json(self) -> dict[str, Any]:
        """Return the reading in the shape that `national-alerts read --json` prints."""
        return {
            "kind": str(self.kind),
            "form_title": self.form_title,
            "fields": self.fields,
            "provenance": {
                path: {"file": one.file, "place": one.place, "label": one.label, "text": one.text, "method": one.method}
                for path, one in self.provenance.items()
            },
            "findings": [{"field": one.field, "problem": str(one.problem), "says": one.says} for one in self.findings],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filled:
    """One document and what it says."""

    document: Document
    title: str | None
    draft: Draft = field(repr=False)

    @property
    def holds_submission(self) -> bool:
        answered = len(self.draft.provenance)
        return answered >= _ENOUGH_ANSWERS or ((answered >= 1 and self.title is not None) and _is_about_a_child(self.draft))


def _is_about_a_child(draft: Draft) -> bool:
    return any(path.startswith(("children", "date_", "found", "addresses", "last_seen")) for path in draft.provenance)


def read_files(files: Sequence[SourceFile], *, today: date) -> Reading | None:
    """Read the submission the files hold together; None when they hold none, Unreadable when the only candidates cannot be read."""
    filled: list[_Filled] = []
    refused: list[tuple[str, Unreadable]] = []
    for file in files:
        try:
            document = take_apart(file.name, file.content_type, file.content)
        except Unreadable as unreadable:
            refused.append((file.name, unreadable))
            continue
        if document is not None:
            filled.append(_fill(document, today))
    submissions = [one for one in filled if one.holds_submission]
    if not submissions:
        if refused:
            raise refused[0][1]
        return None
    main = max(submissions, key=lambda one: (one.document.is_form, len(one.draft.provenance)))
    others = [one for one in filled if one is not main and one.draft.provenance]
    reading = _combine(main, others, today)
    unread = tuple(Finding(field="", problem=Problem.UNREADABLE, says=error.says, label=None) for _, error in refused)
    return Reading(reading.kind, reading.form_title, reading.fields, reading.provenance, (*reading.findings, *unread))


def _fill(document: Document, today: date) -> _Filled:
    answers: Iterable[Answer] = find_answers(document, load_labels())
    draft = Draft(file=document.file, today=today)
    draft.fill(tuple(answers))
    return _Filled(document=document, title=find_title(document, load_labels()), draft=draft)


def _combine(main: _Filled, others: Sequence[_Filled], today: date) -> Reading:
    """Take the main form whole; other files fill what it leaves open, and disagree aloud. People are never merged."""
    draft = main.draft
    fields, provenance, findings = draft.fields, draft.provenance, list(draft.findings)
    for other in others:
        findings += other.draft.findings if other.document.is_form or other.holds_submission else []
        findings += _merge(fields, provenance, other)
    title = main.title or next((other.title for other in others if other.title and other.holds_submission), None)
    text = "\n".join(block.text for block in main.document.blocks if isinstance(block, Line))
    kind = kind_of(title, fields, text)
    findings += contradictions(fields, provenance, draft.ages, kind=kind, today=today)
    return Reading(str(Kind(kind)), title, fields, provenance, tuple(dict.fromkeys(findings)))


def _merge(fields: dict[str, Any], provenance: dict[str, Provenance], other: _Filled) -> list[Finding]:
    findings: list[Finding] = []
    for path, source in other.draft.provenance.items():
        name, _, key = path.partition(".")
        if "[" in name or path in fields["found"] if isinstance(fields["found"], dict) else "[" in name:
            continue
        if key and name == "found" and fields["found"] is None and other.draft.fields["found"] is not None:
            fields["found"] = dict.fromkeys(other.draft.fields["found"]) | {"deceased": False}
        holder, origin = (fields[name], other.draft.fields[name]) if key else (fields, other.draft.fields)
        mine, theirs = holder.get(key or name), origin.get(key or name)
        if path not in provenance:
            holder[key or name] = theirs
            provenance[path] = source
        elif theirs not in (None, []) and mine != theirs:
            says = f"{other.document.file} says something else than {provenance[path].file}. We took the latter."
            findings.append(Finding(field=path, problem=Problem.CONTRADICTION, says=says, label=provenance[path].label))
    findings += _compare_people("children", fields, provenance, other)
    for group in ("adults", "addresses", "agencies_contacted"):
        if not fields[group] and other.draft.fields[group]:
            fields[group] = other.draft.fields[group]
            provenance |= {path: one for path, one in other.draft.provenance.items() if path.startswith(group)}
    return findings


def _compare_people(group: str, fields: dict[str, Any], provenance: dict[str, Provenance], other: _Filled) -> list[Finding]:
    """Compare the children two files name. Those of the second file are only taken when the first names none."""
    theirs = other.draft.fields[group]
    if not fields[group]:
        fields[group] = theirs
        provenance |= {path: one for path, one in other.draft.provenance.items() if path.startswith(group)}
        return []
    findings = []
    for child in theirs:
        match = next((index for index, mine in enumerate(fields[group]) if _is_same(mine, child)), None)
        if match is None:
            if not (child["family_name"] or child["given_names"] or child["date_of_birth"]):
                continue
            says = (
                f"{other.document.file} names a child that the form does not. That child was not taken over; please send one form with all."
            )
            findings.append(Finding(field=group, problem=Problem.CONTRADICTION, says=says, label=None))
            continue
        for key in ("date_of_birth", "expected_delivery_date", "family_name", "given_names"):
            mine_value, their_value = fields[group][match][key], child[key]
            path = f"{group}[{match}].{key}"
            if mine_value and their_value and str(mine_value).casefold() != str(their_value).casefold():
                says = f"{other.document.file} says something else than the form. We took the form."
                label = provenance[path].label if path in provenance else None
                findings.append(Finding(field=path, problem=Problem.CONTRADICTION, says=says, label=label))
    return findings


def _is_same(mine: dict[str, Any], theirs: dict[str, Any]) -> bool:
    names = [(str(child["given_names"] or "").casefold(), str(child["family_name"] or "").casefold()) for child in (mine, theirs)]
    same_given = bool(names[0][0]) and names[0][0].split()[:1] == names[1][0].split()[:1]
    same_birth = bool(mine["date_of_birth"]) and mine["date_of_birth"] == theirs["date_of_birth"]
    twin = bool(names[0][0]) and bool(names[1][0]) and not same_given
    return same_given or (same_birth and not twin)
