"""Puts answers into the canonical fields, each with its provenance; what does not fit becomes a finding, never another field's value."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.forms.answers import Answer
from service.forms.dates import age_in, dates_in
from service.forms.findings import Finding, Problem, Provenance
from service.forms.labels import Section, label_of
from service.forms.shapes import BLANKS, blank_address, blank_agency, blank_fields, blank_found
from service.forms.values import LISTS, Converted, chosen_words, convert, is_not_known

_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/])(?:\+44|0)[\d ()-]{8,16}\d(?![\w/])")
_CONFIDENTIAL = re.compile(r"\b(?:confidential|protected|do not disclose|not to be disclosed)\b", re.IGNORECASE)
_NOT_CONFIDENTIAL = re.compile(r"\bnot (?:confidential|protected)\b", re.IGNORECASE)
_PARTICLES = frozenset(
    {"van", "von", "de", "der", "den", "di", "da", "dos", "du", "la", "le", "el", "al", "bin", "ibn", "ap", "ab", "ferch", "st"}
)
_EXPECTED = re.compile(r"\b(?:edd|due|unborn|expected|delivery)\b", re.IGNORECASE)
_NAMING = frozenset({"name", "family_name", "given_names"})


@dataclass(slots=True)
class Draft:
    """A form being filled from the answers of one file."""

    file: str
    today: date
    fields: dict[str, Any] = field(default_factory=blank_fields)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    ages: dict[str, int] = field(default_factory=dict)
    _keys: dict[str, list[str | None]] = field(default_factory=lambda: {"children": [], "adults": [], "agencies_contacted": []})
    _half_names: dict[int, dict[str, str]] = field(default_factory=dict)

    def fill(self, answers: tuple[Answer, ...]) -> None:
        """Take all answers of the file, content controls first since they rank above the words of the page."""
        for answer in answers:
            self.take(answer)
        self._drop_blank_people()

    def take(self, answer: Answer) -> None:
        """Put one answer where its label says."""
        words = chosen_words(answer.text)
        if answer.field is None:
            if words is not None and not is_not_known(words):
                if answer.section is not None:
                    says = f"We cannot tell whose “{answer.label}” this is. Please name the person beside it."
                    self._find("", Problem.UNREADABLE, says, answer.label)
                    return
                says = f"We do not know the label “{answer.label}”. What stands there was not taken over."
                self._find("", Problem.UNRECOGNISED, says, answer.label)
            return
        if words is None:
            return
        if answer.field == "children.identifiers.police_number" and answer.section is None:
            return
        scope, _, last = answer.field.partition(".")
        if scope in BLANKS:
            self._person(scope, last, answer, words)
        elif scope == "addresses":
            self._address(last, answer, words)
        elif scope == "agencies_contacted":
            self._agency(last, answer, words)
        elif answer.field in ("social_worker.name", "team_manager.name"):
            self._contact(scope, answer, words)
        else:
            self._plain(answer.field, answer, words)

    def _find(self, path: str, problem: Problem, says: str, label: str | None) -> None:
        self.findings.append(Finding(field=path, problem=problem, says=says, label=label))

    def _note(self, path: str, answer: Answer, words: str, method: str | None = None) -> None:
        place, method = answer.place, method or answer.method
        self.provenance[path] = Provenance(file=self.file, place=place, label=answer.label or label_of(path), text=words, method=method)

    def _set(self, holder: dict[str, Any], key: str, path: str, plain: str, answer: Answer, words: str) -> None:
        """Convert and set one value; a second, different one is a contradiction and the first stays."""
        if is_not_known(words) and not (plain == "children.sex" and not re.match(r"\W*n\s*/?\s*a", words, re.IGNORECASE)):
            if path not in self.provenance:
                self._note(path, answer, words)
            return
        converted: Converted = convert(plain, words, today=self.today)
        if converted.says is not None:
            self._find(path, Problem.UNREADABLE, converted.says, answer.label)
            if path not in self.provenance:
                self._note(path, answer, words)
            return
        value, old = converted.value, holder.get(key)
        is_answered = path in self.provenance and old not in (None, [])
        if is_answered and old != value:
            if plain == "children.description" and isinstance(old, str):
                holder[key] = f"{old}\n{answer.label}: {value}"
                return
            if plain in LISTS and isinstance(old, list):
                holder[key] = list(dict.fromkeys((*old, *value)))
                return
            says = f"The form answers this twice, differently: at {self.provenance[path].place} and at {answer.place}. We took the first."
            self._find(path, Problem.CONTRADICTION, says, answer.label)
            return
        if not is_answered:
            holder[key] = value
            if plain == "children.description" and answer.label.casefold() in ("hair", "eyes", "clothing"):
                holder[key] = f"{answer.label}: {value}"
            self._note(path, answer, words)

    def _plain(self, name: str, answer: Answer, words: str) -> None:
        scope, _, key = name.partition(".")
        if not key:
            self._set(self.fields, name, name, name, answer, words)
            if name == "last_seen" and self.fields["date_last_seen"] is None and "when" in answer.label.casefold():
                found = dates_in(words, today=self.today)
                if len(found) == 1:
                    self.fields["date_last_seen"] = found[0]
                    self._note("date_last_seen", answer, words, "date within the answer")
            return
        if scope == "found" and self.fields["found"] is None:
            self.fields["found"] = blank_found()
        self._set(self.fields[scope], key, name, name, answer, words)

    def _contact(self, scope: str, answer: Answer, words: str) -> None:
        """Read a worker, whose telephone and email often stand in the same cell as the name."""
        holder = self.fields[scope]
        rest = words
        for key, pattern in (("email", _EMAIL), ("phone", _PHONE)):
            if match := pattern.search(rest):
                self._set(holder, key, f"{scope}.{key}", f"{scope}.{key}", answer, match[0].strip())
                rest = rest[: match.start()] + "\n" + rest[match.end() :]
        parts = [
            re.sub(r"(?i)\b(?:tel|phone|telephone|mobile|e-?mail|no)\b[.:]*\s*$", "", part).strip(" \t,;:-–")
            for part in re.split(r"[\n,;]", rest)
        ]
        parts = [part for part in parts if part]
        if parts:
            self._set(holder, "name", f"{scope}.name", f"{scope}.name", answer, parts[0])
        team = next((part for part in parts[1:] if re.search(r"\bteam\b", part, re.IGNORECASE)), None)
        if team:
            self._set(holder, "team", f"{scope}.team", f"{scope}.team", answer, team)

    def _slot(self, scope: str, section: Section | None, naming: str | None) -> int:
        """Find or make the person an answer is about. A repeated name without a number begins another person."""
        people, keys = self.fields[scope], self._keys[scope]
        key = section.key if section is not None else None
        if key is not None and key in keys:
            return keys.index(key)
        is_repeat = False
        if key is None and people:
            index = len(people) - 1 if keys[-1] is None else (0 if len(people) == 1 and scope == "children" else -1)
            half = self._half_names.get(index, {}) if scope == "adults" else {}
            is_repeat = naming is not None and index >= 0 and (f"{scope}[{index}].{naming}" in self.provenance or naming in half)
            if index >= 0 and not is_repeat:
                return index
        if key is not None and scope == "children" and len(people) == 1 and keys[0] is None and key == "1":
            keys[0] = key
            return 0
        people.append(BLANKS[scope]())
        keys.append(key)
        if scope == "adults" and section is not None and section.role in ("mother", "father"):
            people[-1]["relationship"] = section.role
        return len(people) - 1

    def _person(self, scope: str, last: str, answer: Answer, words: str) -> None:
        index = self._slot(scope, answer.section, last if last in _NAMING else None)
        person, base = self.fields[scope][index], f"{scope}[{index}]"
        if person.get("relationship") and f"{base}.relationship" not in self.provenance and scope == "adults":
            self._note(f"{base}.relationship", answer, answer.label, "role named by the label")
        if scope == "adults" and last == "relationship":
            words = words.casefold() if words.casefold() in ("mother", "father") else words
            if not is_not_known(words) and (person["relationship"] or "").casefold() == words.casefold():
                return
        if scope == "children" and last == "name":
            self._full_name(person, base, answer, words)
        elif scope == "adults" and last in ("family_name", "given_names"):
            if is_not_known(words):
                return
            half = self._half_names.setdefault(index, {})
            half[last] = words
            person["name"] = " ".join(half[part] for part in ("given_names", "family_name") if part in half)
            self._note(f"{base}.name", answer, person["name"])
        elif scope == "children" and last == "date_of_birth":
            self._birth(person, base, answer, words)
        elif last.startswith("identifiers."):
            kind = last.partition(".")[2]
            self._set(person["identifiers"], kind, f"{base}.{last}", f"{scope}.{last}", answer, words)
        else:
            self._set(person, last, f"{base}.{last}", f"{scope}.{last}", answer, words)
            if last == "expected_delivery_date" and person[last] is not None and f"{base}.unborn" not in self.provenance:
                person["unborn"] = True
                self._note(f"{base}.unborn", answer, words, "has an expected date of delivery")

    def _full_name(self, child: dict[str, Any], base: str, answer: Answer, words: str) -> None:
        if is_not_known(words):
            self._set(child, "given_names", f"{base}.given_names", "children.given_names", answer, words)
            return
        given, family = split_name(words)
        for key, part in (("given_names", given), ("family_name", family)):
            if part:
                self._set(child, key, f"{base}.{key}", f"children.{key}", answer, part)

    def _birth(self, child: dict[str, Any], base: str, answer: Answer, words: str) -> None:
        """Read a box for a date of birth, which may hold an age, or the date an unborn baby is expected."""
        if (age := age_in(words)) is not None:
            self.ages[base] = age
        if _EXPECTED.search(words):
            self._set(child, "expected_delivery_date", f"{base}.expected_delivery_date", "children.expected_delivery_date", answer, words)
            if child["expected_delivery_date"] is not None:
                child["unborn"] = True
                self._note(f"{base}.unborn", answer, words, "has an expected date of delivery")
            return
        self._set(child, "date_of_birth", f"{base}.date_of_birth", "children.date_of_birth", answer, words)

    def _address(self, kind: str, answer: Answer, words: str) -> None:
        addresses = self.fields["addresses"]
        if kind == "postcode":
            match = _POSTCODE.search(words)
            if match and addresses and addresses[-1]["postcode"] is None:
                addresses[-1]["postcode"] = f"{match[1]} {match[2]}".upper()
                self._note(f"addresses[{len(addresses) - 1}].postcode", answer, words)
            return
        if is_not_known(words):
            self.provenance.setdefault("addresses", Provenance(self.file, answer.place, answer.label, words, answer.method))
            return
        address = blank_address(kind)
        text = ", ".join(line.strip(" ,") for line in words.split("\n"))
        if match := _POSTCODE.search(text):
            address["postcode"] = f"{match[1]} {match[2]}".upper()
            if not text[match.end() :].strip(" .,"):
                text = text[: match.start()].strip(" ,")
        address["text"] = text
        address["confidential"] = bool(_CONFIDENTIAL.search(words)) and not _NOT_CONFIDENTIAL.search(words)
        if any(one["text"] == text and one["kind"] == kind for one in addresses):
            return
        addresses.append(address)
        self._note(f"addresses[{len(addresses) - 1}]", answer, words)

    def _agency(self, last: str, answer: Answer, words: str) -> None:
        agencies = self.fields["agencies_contacted"]
        if last:
            key = answer.section.key if answer.section is not None else None
            keys = self._keys["agencies_contacted"]
            if key is None or key not in keys:
                agencies.append(blank_agency())
                keys.append(key)
            index = keys.index(key)
            self._set(agencies[index], last, f"agencies_contacted[{index}].{last}", f"agencies_contacted.{last}", answer, words)
            return
        if is_not_known(words) or re.fullmatch(r"\W*(?:yes|no|none)\W*", words, re.IGNORECASE):
            self._note("agencies_contacted", answer, words)
            return
        for line in words.split("\n"):
            line = re.sub(r"^\s*(?:[-•·*–]|\d{1,2}[.)])\s+", "", line).strip()
            if not line:
                continue
            found = dates_in(line, today=self.today)
            parts = [part.strip(" .") for part in re.split(r"\s[-–—]\s|;\s|,\s|:\s|\s\(|\)", line) if part.strip(" .")]
            rest = [part for part in parts[1:] if not dates_in(part, today=self.today) or len(part) > 25]
            agencies.append({"agency": parts[0], "date": found[0] if len(found) == 1 else None, "outcome": ", ".join(rest) or None})
            self._keys["agencies_contacted"].append(None)
            self._note(f"agencies_contacted[{len(agencies) - 1}]", answer, line)

    def _drop_blank_people(self) -> None:
        """Forget people of whom nothing but a role was answered, when they stand last; earlier ones keep the numbering."""
        for scope, blank in BLANKS.items():
            people = self.fields[scope]
            while people:
                base = f"{scope}[{len(people) - 1}]."
                noted = [path for path in self.provenance if path.startswith(base)]
                person = {**people[-1], "relationship": None} if scope == "adults" else people[-1]
                if person != blank() or any(not path.endswith("relationship") for path in noted):
                    break
                people.pop()
                for path in noted:
                    del self.provenance[path]


def split_name(words: str) -> tuple[str, str]:
    """Split a full name into given names and family name: "EXAMPLE, Amy", "Amy EXAMPLE", "Amy van Example"."""
    words = re.sub(r"\s+", " ", words).strip()
    if "," in words:
        family, _, given = words.partition(",")
        return given.strip(), family.strip()
    parts = words.split(" ")
    if len(parts) == 1:
        return words, ""
    first_upper = parts[0].isupper() and len(parts[0]) > 2 and not parts[-1].isupper()
    if first_upper:
        return " ".join(parts[1:]), parts[0]
    start = len(parts) - 1
    while start > 1 and parts[start - 1].casefold() in _PARTICLES:
        start -= 1
    return " ".join(parts[:start]), " ".join(parts[start:])
