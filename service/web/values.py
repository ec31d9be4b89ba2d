"""The values of a notice as rows for a person to check: what was understood, the form's own words, the place, and what does not fit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from service.domain.notice import Finding, Notice
from service.web.beside import Anchors
from service.web.render import plain

_ONES = {"children": "Child", "adults": "Adult", "addresses": "Address", "associates": "Associate", "agencies_contacted": "Agency"}
_PARTS = frozenset({"whereabouts", "media_strategy", "social_worker", "team_manager", "found"})
_THE_REST = "The episode"
_SHORT = {"nhs": "NHS", "upn": "UPN", "id": "ID"}
# A form that is silent leaves these at no; only an answer makes them worth a row. A child's status stands at the top of the page.
_SILENT_NO = ("unborn", "confidential", "deceased")
_NOT_READ = ("status",)
_REMARKS = ("contradiction", "not_met", "unreadable", "not_answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What the rules or the reader say about one value."""

    outcome: str
    says: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """One value: what was understood, the words it rests on, and where they stand. *target* is the place in the original shown beside."""

    path: str
    anchor: str
    label: str
    own_label: str
    value: str = field(repr=False)
    words: str = field(repr=False)
    file: str
    place: str
    target: str | None
    answered: bool
    remarks: tuple[Remark, ...] = ()

    @property
    def needed(self) -> bool:
        """Whether the rules ask for an answer that is not there."""
        return any(remark.outcome == "not_answered" for remark in self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueGroup:
    """The values about one person or one part of the form."""

    title: str
    rows: tuple[ValueRow, ...]

    @property
    def only_carried(self) -> bool:
        """Whether every value came from a letter that is not shown beside, and none of them is in doubt."""
        return all(row.file and not row.target and not row.remarks for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownLabel:
    """A label of the form that the reader did not know, and where it stands."""

    label: str = field(repr=False)
    target: str | None


def value_groups(notice: Notice, anchors: Anchors, prefix: str) -> tuple[ValueGroup, ...]:
    """List what was read, what was asked and not answered, and what the rules still need, person by person."""
    found = {path: value for path, value in _leaves(notice.fields) if path.rpartition(".")[2] not in _NOT_READ}
    remarks = _remarks(notice.findings)
    paths = [path for path, value in found.items() if path in notice.provenance or path in remarks or _worth_a_row(path, value)]
    whole = {path for path in notice.provenance if any(one.startswith(f"{path}.") for one in paths)}  # an address, say, and its parts
    paths += [path for path in (*notice.provenance, *remarks) if path and path not in found and path not in whole]
    grouped: dict[str, list[ValueRow]] = {_THE_REST: []}
    for number, path in enumerate(dict.fromkeys(paths)):
        title, label = _named(path)
        row = _row(path, found.get(path), _source(path, notice.provenance), anchors)
        grouped.setdefault(title, []).append(replace(row, anchor=f"{prefix}-v{number}", label=label, remarks=tuple(remarks.get(path, ()))))
    return tuple(ValueGroup(title=title, rows=tuple(rows)) for title, rows in grouped.items() if rows)


def unknown_labels(findings: Sequence[Finding], anchors: Anchors) -> tuple[UnknownLabel, ...]:
    """List the labels of the form that nobody has taught the reader yet."""
    names = [one.label or one.says for one in findings if one.outcome == "unrecognised"]
    return tuple(UnknownLabel(label=name, target=anchors.holding(name)) for name in dict.fromkeys(names))


def came_from(groups: Sequence[ValueGroup]) -> dict[str, list[tuple[str, str]]]:
    """Tell for each place of the original which values came from it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for group in groups:
        for row in group.rows:
            if row.target:
                name = row.label if group.title == _THE_REST else f"{group.title}: {_inside(row.label)}"
                found.setdefault(row.target, []).append((row.anchor, name))
    return found


def _inside(label: str) -> str:
    """Write a label in the middle of words; NHS stays as it is."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def _named(path: str) -> tuple[str, str]:
    """Return the group and the name of a field: `children[0].date_of_birth` is *Date of birth* of *Child 1*."""
    head, _, rest = path.partition(".")
    name, _, index = head.partition("[")
    if index.rstrip("]").isdigit():
        person = f"{_ONES.get(name, _words(name))} {int(index.rstrip(']')) + 1}"
        return (person, _words(rest)) if rest else (_THE_REST, person)
    if name in _PARTS:
        return _words(name), _words(rest) if rest else _words(name)
    return _THE_REST, _words(path)


def _words(path: str) -> str:
    text = re.sub(r"[_.\[\]]+", " ", path.removeprefix("identifiers.")).strip()
    text = " ".join(_SHORT.get(word, str(int(word) + 1) if word.isdigit() else word) for word in text.split())
    return text[:1].upper() + text[1:]


def _remarks(findings: Sequence[Finding]) -> dict[str, list[Remark]]:
    found: dict[str, list[Remark]] = {}
    for one in findings:
        if one.field_path and one.outcome in _REMARKS:
            found.setdefault(one.field_path, []).append(Remark(outcome=one.outcome, says=one.says))
    return found


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def _empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, Mapping | Sequence) and not value)


def _worth_a_row(path: str, value: Any) -> bool:
    return not _empty(value) and not (value is False and path.rpartition(".")[2] in _SILENT_NO)


def _row(path: str, value: Any, source: Any, anchors: Anchors) -> ValueRow:
    source = source if isinstance(source, Mapping) else {}
    file, place, own, words = (str(source.get(key) or "") for key in ("file", "place", "label", "text"))
    shown = plain(value)
    return ValueRow(
        path=path,
        anchor="",
        label="",
        own_label=own,
        value=shown,
        words=words if _same(words) != _same(shown) else "",
        file=file,
        place=place or file,
        target=anchors.find(file, place, own, words) if source else None,
        answered=not _empty(value),
    )


def _source(path: str, provenance: Mapping[str, Any]) -> Any:
    """Return where a value came from; the parts of a person or an address may have one source together."""
    while path and path not in provenance:
        path = path.rpartition(".")[0]
    return provenance.get(path)


def _same(text: str) -> str:
    return " ".join(text.casefold().split())
