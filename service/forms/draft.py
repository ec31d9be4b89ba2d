"""A form being filled: fields, provenance and findings, and the one rule for setting a value that everything else goes through."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.forms.answers import Answer
from service.forms.dates import Age
from service.forms.findings import Finding, Problem, Provenance
from service.forms.labels import label_of
from service.forms.shapes import blank_fields
from service.forms.values import LISTS, convert, is_not_known, says_none

TWICE = "The form answers this twice, differently: at {first} and at {second}. We took the first."


@dataclass(slots=True)
class Draft:
    """A form being filled from the answers of one file. *ages* and *unborn_boxes* are kept by child for the contradictions."""

    file: str
    today: date
    fields: dict[str, Any] = field(default_factory=blank_fields)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    ages: dict[str, Age] = field(default_factory=dict)

    def find(self, path: str, problem: Problem, says: str, label: str | None) -> None:
        """Note a finding."""
        self.findings.append(Finding(field=path, problem=problem, says=says, label=label))

    def note(self, path: str, answer: Answer, words: str, method: str | None = None) -> None:
        """Note where the value at *path* came from."""
        place, method = answer.place, method or answer.method
        self.provenance[path] = Provenance(file=self.file, place=place, label=answer.label or label_of(path), text=words, method=method)

    def set(self, holder: dict[str, Any], key: str, path: str, plain: str, answer: Answer, words: str) -> None:
        """Convert and set one value; a second, different one is a contradiction and the first stays."""
        says_nothing = is_not_known(words) and not (plain == "children.sex" and not re.match(r"\W*n\s*/?\s*a", words, re.IGNORECASE))
        if says_nothing or says_none(plain, words):
            if path not in self.provenance:
                self.note(path, answer, words)
            return
        converted = convert(plain, words, today=self.today)
        if converted.says is not None:
            self.find(path, Problem.CONTRADICTION if converted.contradiction else Problem.UNREADABLE, converted.says, answer.label)
            if converted.value is None:
                if path not in self.provenance:
                    self.note(path, answer, words)
                return
        value, old = converted.value, holder.get(key)
        if path not in self.provenance or old in (None, []):
            holder[key] = self._described(value, answer) if plain == "children.description" else value
            self.note(path, answer, words)
        elif old != value:
            self._again(holder, key, path, plain, answer, value)

    def _again(self, holder: dict[str, Any], key: str, path: str, plain: str, answer: Answer, value: Any) -> None:
        old = holder[key]
        if plain == "children.description" and isinstance(old, str):
            holder[key] = f"{old}\n{answer.label}: {value}" if str(value) not in old else old
        elif plain in LISTS and isinstance(old, list):
            holder[key] = list(dict.fromkeys((*old, *value)))
        elif not (isinstance(old, str) and isinstance(value, str) and _same_words(old, value)):
            says = TWICE.format(first=self.provenance[path].place, second=answer.place)
            self.find(path, Problem.CONTRADICTION, says, answer.label)

    @staticmethod
    def _described(value: Any, answer: Answer) -> Any:
        return f"{answer.label}: {value}" if answer.label.casefold() in ("hair", "eyes", "clothing") else value


def _same_words(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
