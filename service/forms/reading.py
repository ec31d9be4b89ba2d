"""Reads a submission: files to blocks, blocks to labelled answers, answers to canonical fields with provenance and findings.

Start here: `read_files`. The formats are chosen in `formats`, labels live in `labels.toml`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from service.forms.answers import find_answers
from service.forms.blocks import Document, Line, Unreadable
from service.forms.combining import Filled, combine, compare_with_page
from service.forms.draft import Draft
from service.forms.filling import fill
from service.forms.findings import Finding, Problem, Provenance, contradictions
from service.forms.formats import take_apart
from service.forms.kinds import Kind, find_title, kind_of, without_title
from service.forms.labels import label_of, load_labels
from service.forms.names import split_name
from service.forms.shapes import blank_adult, blank_child, blank_found
from service.forms.told import Told, told_in

__all__ = ["Finding", "Provenance", "Reading", "SourceFile", "Unreadable", "label_of", "read_files"]

_LABELLED = re.compile(r"^[^:?]{1,60}[:?]\s*\S")
_WHO_WAS_FOUND = "The letter names who was found, and the form names other children too. Who was found?"
_PLAIN_WORDS = ("the words of the letter", "plain words")
_ENDS = frozenset({Kind.FOUND, Kind.WITHDRAWAL})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a letter, or its text."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a submission says. *provenance* is keyed by the path of the field, such as `children[0].date_of_birth`.

    *text* is the form as it was read, a row of a table in one line; it is kept for what has no field of its own, and never shown.
    """

    kind: str
    form_title: str | None
    fields: dict[str, Any] = field(repr=False)
    provenance: dict[str, Provenance] = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    text: str = field(default="", repr=False)

    @property
    def unknown_labels(self) -> tuple[str, ...]:
        """Name the labels that are not recognised, each once."""
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


def read_files(files: Sequence[SourceFile], *, today: date, subject: str = "") -> Reading | None:
    """Read the submission the files hold together; None when they hold none, Unreadable when the only candidates cannot be read.

    *subject* is that of the letter they came in. What a letter tells in plain words counts where no form says it.
    """
    filled: list[Filled] = []
    refused: list[Unreadable] = []
    for position, file in enumerate(files):
        try:
            document = take_apart(file.name, file.content_type, file.content)
        except Unreadable as unreadable:
            refused.append(unreadable)
            continue
        if document is not None:
            filled.append(_fill(document, position, today))
    told = told_in("\n\n".join(_prose(one) for one in filled if not one.document.is_form), subject, today=today)
    submissions = [one for one in filled if one.holds_submission]
    if submissions:
        main = max(submissions, key=lambda one: one.rank)
        reading = _read_form(main, [one for one in filled if one is not main and one.draft.provenance], told, today)
    elif told is not None and (not refused or told.kind in _ENDS):
        reading = _read_words(told, next((one.document.file for one in filled if not one.document.is_form), ""), filled, today)
    elif refused:
        raise refused[0]
    else:
        return None
    unread = (Finding(field="", problem=Problem.UNREADABLE, says=error.says, label=None) for error in refused)
    return replace(reading, findings=tuple(dict.fromkeys((*reading.findings, *unread))))


def _fill(document: Document, position: int, today: date) -> Filled:
    labels = load_labels()
    title = find_title(document, labels)
    draft = fill(document.file, find_answers(without_title(document, title, labels), labels), today=today)
    if document.printed:
        page = fill(document.file, find_answers(replace(document, blocks=document.printed, printed=()), labels), today=today)
        draft.findings += compare_with_page(draft, page)
    if title is not None:  # "National Alert: Notification of a Missing Child" is no label with its answer
        draft.findings = [one for one in draft.findings if one.problem != Problem.UNRECOGNISED or not title.startswith(f"{one.label}:")]
    return Filled(document=document, title=title, kind=kind_of(title, draft.fields, _text_of(document)), draft=draft, position=position)


def _read_form(main: Filled, others: Sequence[Filled], told: Told | None, today: date) -> Reading:
    draft = main.draft
    findings = [*draft.findings, *combine(main, others)]
    title = main.title or next((other.title for other in others if other.title and other.holds_submission), None)
    kind = kind_of(title, draft.fields, _text_of(main.document), told=told.kind if told else None)
    if told is not None and kind is Kind.FOUND and told.kind == Kind.FOUND:
        given = {_first(child["given_names"]) for child in draft.fields["children"]}
        if told.names and given - {_first(name) for name, _ in told.names}:
            findings.append(Finding(field="children", problem=Problem.CONTRADICTION, says=_WHO_WAS_FOUND, label=None))
        _take_words(draft, told, main.document.file if not main.document.is_form else "the letter itself")
    findings += contradictions(draft.fields, draft.provenance, draft.ages, kind=kind, today=today)
    return Reading(str(kind), title, draft.fields, draft.provenance, tuple(dict.fromkeys(findings)), _text_of(main.document))


def _read_words(told: Told, file: str, filled: Sequence[Filled], today: date) -> Reading:
    """Make the reading of a letter that has no form, of nothing but what its words plainly say."""
    draft = Draft(file=file, today=today)
    if told.kind == Kind.FOUND:
        draft.fields["found"] = blank_found()
    _take_words(draft, told, file)
    born = {one.name.casefold(): one for one in told.born}
    known = {name.casefold() for name, _ in told.names}
    named = [*told.names, *((one.name, one.sentence) for one in told.born if one.role is None and one.name.casefold() not in known)]
    for index, (name, sentence) in enumerate(named):
        given, family = split_name(name)
        birth = born[name.casefold()].when if name.casefold() in born else None
        child = {"given_names": given, "family_name": family or None, "date_of_birth": birth}
        draft.fields["children"].append({**blank_child(), **child})
        for key in (key for key, value in child.items() if value):
            _note(draft, f"children[{index}].{key}", sentence, file)
    for index, one in enumerate(one for one in told.born if one.role is not None):
        adult = {"name": one.name, "date_of_birth": one.when, "relationship": one.role}
        draft.fields["adults"].append({**blank_adult(), **adult})
        for key in adult:
            _note(draft, f"adults[{index}].{key}", one.sentence, file)
    findings = tuple(contradictions(draft.fields, draft.provenance, {}, kind=told.kind, today=today))
    text = "\n".join(_text_of(one.document) for one in filled)
    return Reading(told.kind, None, draft.fields, draft.provenance, findings, text)


def _take_words(draft: Draft, told: Told, file: str) -> None:
    """Take over what the words say where the form is silent."""
    for path, (value, sentence) in told.said.items():
        name, _, key = path.partition(".")
        if key and draft.fields[name] is None:
            draft.fields[name] = blank_found()
        holder = draft.fields[name] if key else draft.fields
        if path not in draft.provenance:
            holder[key or name] = value
            _note(draft, path, sentence, file)


def _note(draft: Draft, path: str, sentence: str, file: str) -> None:
    place, method = _PLAIN_WORDS
    draft.provenance[path] = Provenance(file=file, place=place, label=label_of(path), text=sentence, method=method)


def _prose(one: Filled) -> str:
    """Return the words a person wrote around a form: the whole letter, or of a letter that is a form what stands before its first label."""
    lines: list[str] = []
    for block in one.document.blocks:
        if not isinstance(block, Line) or (one.holds_submission and (_LABELLED.match(block.text) or block.text == one.title)):
            if one.holds_submission:
                break
            continue
        lines.append(f"\n{block.text}" if block.blank_before else block.text)
    return "\n".join(lines)


def _text_of(document: Document) -> str:
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Line):
            lines.append(block.text)
        else:
            lines += [" | ".join(" ".join(cell.text.split()) for cell in row) for row in block.rows]
    return "\n".join(lines)


def _first(name: str | None) -> str:
    return (name or "").casefold().partition(" ")[0]
