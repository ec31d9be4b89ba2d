"""Knows what forms call each field: exact words first, then the same words written otherwise, then a slip of the pen; in doubt nothing.

`labels.toml` holds the words. A label is understood whole or not at all: whose answer it is ("mother", "GP", "child 2") is never dropped.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources import files

from service.forms.meanings import CONTACTS, ELSEWHERE, PERSONS, Section, Target
from service.forms.signs import Signs
from service.forms.spelling import Speller
from service.forms.wording import canonical, is_format, is_guidance, parts_of, plural_joined, readings, words_of

__all__ = ["CONTACTS", "ELSEWHERE", "PERSONS", "Labels", "Section", "Target", "is_guidance", "label_of", "load_labels", "words_of"]

# parts in which a bare "Date of birth" or "Address" is not the child's
_CLOSED = PERSONS | CONTACTS | ELSEWHERE | {"associates", "police_contact", "out_of_hours_contact", "agencies_contacted"}
_KEYED = PERSONS | CONTACTS | {"agencies_contacted"}
_SCOPES = {"child": "children", "adult": "adults"}
_LONGEST_LABEL = 160
_REMEMBERED = 30_000
_BEGINNING = 3
_MOST_SAID_TWICE = 8
_MOST_COMPOSED = 12
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "one": "1", "two": "2", "three": "3",
             "four": "4", "five": "5", "six": "6", "1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5", "6th": "6"}  # fmt: skip
_JOINING = frozenset({"and", "or", "contact", "for", "s", "with", "by", "plus", "main"})
_PARTS_OF_NAME = frozenset({"surname", "forename", "name", "and", "or", "middle", "initial", "title", "capital", "block", "in"})
_PART = re.compile(r"^\s*(?:section|part|box|rhan|adran)\s+\w{1,3}\s*[:.)–-]?\s+", re.IGNORECASE)
_NUMBERED = re.compile(rf"\d|\b(?:{'|'.join(_ORDINALS)})\b")
_LETTERED = re.compile(r"\W*(child|adult|parent|young person)\s+([A-H])\W*", re.IGNORECASE)


class Labels:
    """The labels of `labels.toml`, ready to be looked up."""

    def __init__(self, source: str) -> None:
        told = tomllib.loads(source)
        self._says = {name: str(entry["says"]) for name, entry in told["fields"].items()}
        self._anywhere: dict[str, str] = {}
        self._bare: dict[str, str] = {}
        self._asked: dict[str, str] = {}
        self._inside: dict[str, dict[str, str]] = {}
        for name, entry in told["fields"].items():
            self._learn(name, entry)
        self._signs = Signs({name: _canonical(entry.get("signs", ())) for name, entry in told["fields"].items()})
        self._no_place = set(_canonical(told["no_place"]["variants"]))
        self._sections = {
            one: Section(_SCOPES.get(kind, kind)) for kind, variants in told["sections"].items() for one in _canonical(variants)
        }
        for role, variants in told["roles"].items():
            self._sections |= {one: Section("adults", role, role) for one in _canonical(variants)}
        strangers = {one: scope for scope, listed in told["strangers"].items() for one in _canonical(listed)}
        self._strangers = dict(sorted(strangers.items(), key=lambda item: len(item[0]), reverse=True))
        self._attributes = {word for words in _canonical(told["attributes"]["words"]) for word in words.split()} | _JOINING
        self._owners = {word for words in _canonical(told["attributes"]["owners"]) for word in words.split()}
        self._telling = {
            word for table in (self._sections, self._strangers, self._anywhere, self._bare) for key in table for word in key.split()
        }
        self._telling = (self._telling | set(told["spelling"]["real_words"])) - {"child", "and", "or"}
        written = [one for entry in told["fields"].values() for key in entry if key != "says" for one in entry[key]]
        written += [
            one
            for group in ("sections", "roles", "strangers", "no_place", "attributes")
            for listed in told[group].values()
            for one in listed
        ]
        self._spelling = Speller((word for one in written for word in words_of(one).split()), told["spelling"]["real_words"])
        self.choices: dict[str, frozenset[str]] = {
            group: frozenset(words_of(option) for option in options) for group, options in told["choices"].items()
        }
        self._found: dict[tuple[str, Section | None, bool], Target | None] = {}
        self._opened: dict[str, Section | None] = {}
        self._known: dict[tuple[str, str], bool] = {}
        self._given: dict[str, tuple[str, ...]] = {}
        self._mended: dict[str, tuple[str, ...]] = {}
        self._by_first_word: dict[str, list[str]] = {}
        for one in self._strangers:
            self._by_first_word.setdefault(one.split()[0], []).append(one)
        self._opening_words = {word for words in self._sections for word in words.split()}
        self._halves = {*self._anywhere, *self._bare, *(key for table in self._inside.values() for key in table)}

    def says(self, field: str) -> str:
        """Name a canonical field, with or without indexes, in readable words."""
        plain = re.sub(r"\[\d+\]", "", field)
        return self._says.get(plain) or plain.split(".")[-1].replace("_", " ").capitalize()

    def fields(self) -> tuple[str, ...]:
        """Name every field that has labels."""
        return tuple(self._says)

    def section(self, text: str) -> Section | None:
        """Find the part of the form that a heading opens."""
        if len(text) > _LONGEST_LABEL:
            return None
        if text not in self._opened:
            self._forget_when_full()
            self._opened[text] = self._section(text)
        return self._opened[text]

    def find(self, label: str, section: Section | None = None) -> Target | None:
        """Find what *label* means within *section*; None when it is not known for certain."""
        if len(label) > _LONGEST_LABEL:
            return None
        key = (label, section, section is not None and section.loose)
        if key not in self._found:
            self._forget_when_full()
            self._found[key] = self._find(label, section)
        return self._found[key]

    def is_known(self, label: str, section: Section | None = None) -> bool:
        """Tell whether the label is one we understand and deliberately leave in the form, such as a signature or a doctor's address."""
        if len(label) > _LONGEST_LABEL:
            return False
        key = (label, section.scope if section is not None else "")
        if key not in self._known:
            self._forget_when_full()
            self._known[key] = any(self._left_in_form(plain, section) for plain in (*self._plain(label), *self._put_right(label)))
        return self._known[key]

    def about(self, label: str) -> Section | None:
        """Name whom a label speaks of when the alert has no place for them, such as a doctor or a landlord, or when it is the school."""
        for plain in (*self._plain(label), *self._put_right(label)):
            if (scope := self._stranger(plain)) is not None:
                return Section(scope)
        return None

    def _learn(self, name: str, entry: dict[str, list[str]]) -> None:
        scope = name.split(".")[0]
        for kind, listed in entry.items():
            if kind in ("says", "signs"):
                continue
            words = _canonical(listed)
            place = {"variants": self._anywhere, "bare": self._bare, "asked": self._asked}.get(kind, {})
            place |= {one: name for one in words if one not in place}
            inner = kind.removeprefix("inside_") if kind.startswith("inside_") else scope
            if kind != "asked":
                table = self._inside.setdefault(inner, {})
                table |= {one: name for one in words if one not in table or kind.startswith("inside")}
        self._anywhere |= {one: name for one in _canonical([str(entry["says"])]) if one not in self._anywhere}

    def _forget_when_full(self) -> None:
        for memory in (self._found, self._opened, self._known, self._given, self._mended):
            if len(memory) > _REMEMBERED:
                memory.clear()

    def _plain(self, label: str) -> tuple[str, ...]:
        """List the readings of a label in canonical words; none when it does not begin like any label."""
        if label not in self._given:
            begins = [word for word in words_of(label[:_LONGEST_LABEL]).split() if not word.isdigit()][:_BEGINNING]
            likely = any(self._spelling.may_begin(word) for word in begins)
            self._given[label] = tuple(canonical(words) for words in readings(label, self._may_drop)) if likely else ()
        return self._given[label]

    def _put_right(self, label: str) -> tuple[str, ...]:
        """List the readings of a label with its slips of the pen put right."""
        if label not in self._mended:
            given = readings(label, self._may_drop) if self._plain(label) else ()
            self._mended[label] = tuple(canonical(mended) for words in given for mended in self._spelling.corrections(words))
        return self._mended[label]

    def _may_drop(self, bracketed: str) -> bool:
        """Allow brackets to be left out unless they may say whose answer it is, or which of several."""
        words = set(canonical(words_of(bracketed)).split())
        if is_format(bracketed) or self._are_choices(bracketed):
            return True
        return not words & self._telling or (len(words & _PARTS_OF_NAME) > 1 and words <= _PARTS_OF_NAME)

    def _are_choices(self, bracketed: str) -> bool:
        options = {words_of(part) for part in re.split(r"[/,|]|\bor\b", bracketed) if part.strip()}
        return len(options) > 1 and any(options <= group for group in self.choices.values())

    def _left_in_form(self, plain: str, section: Section | None) -> bool:
        if plain in self._no_place or self._stranger(plain) not in (None, "others"):
            return True
        return section is not None and section.scope in ELSEWHERE - {"others"} and set(plain.split()) <= self._attributes

    def _stranger(self, plain: str) -> str | None:
        """Tell whether the words name only somebody the alert has no place for, and what is asked of them."""
        likely = [words for word in plain.split() for words in self._by_first_word.get(word, ())]
        if not likely:
            return None
        text, scope = f" {plain} ", None
        for words in sorted(likely, key=len, reverse=True):
            if f" {words} " in text:
                text, scope = text.replace(f" {words} ", " "), scope or self._strangers[words]
        return scope if scope is not None and set(text.split()) <= self._attributes | self._owners else None

    def _section(self, text: str) -> Section | None:
        plain = _PART.sub("", text)
        if lettered := _LETTERED.fullmatch(plain):
            opened = self._sections.get(canonical(lettered[1].casefold()))
            return replace(opened, key=lettered[2].casefold()) if opened else None
        given = (*self._plain(plain), *self._put_right(plain))
        for words in given:
            if (section := self._opening(words)) is not None:
                return section
        for words in given:
            named = self._strangers.get(words)
            asked = set(words.split()) & (self._attributes - _JOINING - {"information"})
            if named is None and not asked:
                named = self._stranger(words)
            if named is not None:
                return Section(named)
        twice = {self._opening(canonical(words_of(part))) for part in parts_of(plain)}
        return twice.pop() if len(twice) == 1 else None

    def _opening(self, plain: str) -> Section | None:
        if (section := self._sections.get(plain)) is not None:
            return section
        if not _NUMBERED.search(plain):
            return None
        parts = plain.split()
        numbers = [_ORDINALS.get(part, part) for part in parts if part in _ORDINALS or (part.isdigit() and len(part) <= 2)]
        rest = " ".join(part for part in parts if part not in _ORDINALS and not part.isdigit() and part != "number")
        section = self._sections.get(rest)
        if len(numbers) == 1 and section is not None and section.scope in PERSONS and section.role is None:
            return replace(section, key=str(int(numbers[0])))
        return None

    def _find(self, label: str, section: Section | None) -> Target | None:
        if label in self._says and re.search(r"[._]", label):  # the tag of a content control, after our own name of the field
            return Target(label, self._scoped(label, section))
        given = self._plain(label)
        for plain in given:
            if (target := self._exactly(plain, section)) is not None:
                return target
        if any(plain in self._no_place or self._stranger(plain) not in (None, "school") for plain in given):
            return None
        if given and (target := self._said_twice(label, section)) is not None:
            return target
        found = {self._exactly(plain, section) for plain in self._put_right(label)} - {None}
        if found:
            return found.pop() if len(found) == 1 else None
        named = {self._signs.field_of(label, plain) for plain in given} - {None}
        return Target(name, self._scoped(name, section)) if len(named) == 1 and (name := named.pop()) else None

    def _said_twice(self, label: str, section: Section | None) -> Target | None:
        """Read a label that gives its name twice, "Surname / Cyfenw", "Cyfenw Surname" or "DOB/EDD", when both mean the same."""
        label = plural_joined(label)
        parts = parts_of(re.sub(r"[()\[\]]", "/", label))
        words = words_of(label).split()
        splits = [parts] if len(parts) > 1 else []
        for at in range(1, len(words) if len(words) <= _MOST_SAID_TWICE else 0):
            halves = [" ".join(words[:at]), " ".join(words[at:])]
            splits += [halves] if all(canonical(half) in self._halves for half in halves) else []
        for split in splits:
            targets = [self._first(part, section) for part in split if not is_format(part)]
            found = {target.field: target for target in targets if target is not None and not target.asked}
            if len(targets) < 2 or any(target is None or target.asked for target in targets):
                continue
            if set(found) == {"children.date_of_birth", "children.expected_delivery_date"}:
                return found["children.date_of_birth"]
            if len(found) == 1 and len({target.section for target in targets if target is not None}) == 1:
                return next(iter(found.values()))
        return None

    def _first(self, part: str, section: Section | None) -> Target | None:
        return next((target for plain in self._plain(part) if (target := self._exactly(plain, section)) is not None), None)

    def _scoped(self, field: str, section: Section | None) -> Section | None:
        scope = field.split(".")[0]
        if "." not in field or scope not in _KEYED:
            return section if section is not None and field == section.scope == "associates" else None
        return section if section is not None and section.scope == scope else Section(scope)

    def _exactly(self, plain: str, section: Section | None) -> Target | None:
        inside = self._inside.get(section.scope, {}) if section is not None else {}
        loose = section is not None and section.loose
        name = (self._anywhere.get(plain) if loose else None) or inside.get(plain) or self._anywhere.get(plain)
        if name is not None and plain not in inside and section is not None and not self._may_stand_in(name, plain, section):
            return None
        if name is not None:
            return Target(name, self._scoped(name, section), bare=plain not in self._anywhere)
        if (section is None or section.scope not in _CLOSED) and (name := self._bare.get(plain)):
            return Target(name, self._scoped(name, section), bare=True)
        if (section is None or section.scope not in _CLOSED - {"children"}) and (name := self._asked.get(plain)):
            return Target(name, self._scoped(name, section), asked=True)
        opened = self._opening(plain)
        if opened is not None and opened.scope in (PERSONS if section is not None and section.scope in ELSEWHERE else PERSONS | CONTACTS):
            return Target(f"{opened.scope}.name", opened, opens=True)
        return self._composed(plain, section)

    def _may_stand_in(self, name: str, plain: str, section: Section) -> bool:
        """Refuse what would be the family's among the particulars of somebody else."""
        scope = name.split(".")[0]
        if section.scope in ELSEWHERE:
            return scope not in PERSONS | CONTACTS | {"addresses", "phones"} or (scope != "adults" and "child" in plain.split())
        return scope != "addresses" or section.loose or section.scope == "children" or section.scope not in _CLOSED

    def _composed(self, plain: str, section: Section | None) -> Target | None:
        """Read "mother's date of birth", "date of birth of mother", "child 2 surname" and "child's home address"."""
        parts = plain.split()
        if len(parts) > _MOST_COMPOSED or self._opening_words.isdisjoint(parts):
            return None
        for length in range(len(parts) - 1, 0, -1):
            head, tail = " ".join(parts[:length]), " ".join(parts[length:])
            for person, attribute in ((head, tail), (tail.removeprefix("for "), head)):
                opened = self._opening(person) if person.count(" ") < _MOST_COMPOSED // 2 else None
                if (
                    opened is None
                    or opened.scope not in PERSONS | CONTACTS
                    or (name := self._inside.get(opened.scope, {}).get(attribute)) is None
                ):
                    continue
                if opened.key is None and section is not None and section.scope == opened.scope and opened.role is None:
                    opened = section
                return Target(name, self._scoped(name, opened))
        rest = re.sub(r"^(?:missing )?child ", "", plain)
        if rest == plain or not rest:
            return None
        within = section if section is not None and section.scope == "children" else None
        name = self._anywhere.get(rest) or self._bare.get(rest)
        if name is not None and name.split(".")[0] in ("children", "addresses"):
            return Target(name, self._scoped(name, within))
        opened = self._opening(rest)
        if opened is not None and (opened.role in ("mother", "father") or opened.scope in CONTACTS):
            return Target(f"{opened.scope}.name", opened, opens=True)
        return self._composed(rest, section) if rest.startswith(("mother ", "father ", "social worker ", "team manager ")) else None


def _canonical(variants: Iterable[str]) -> list[str]:
    return [canonical(words_of(variant)) for variant in variants]


@cache
def load_labels() -> Labels:
    """Load the labels that ship with the service."""
    return Labels(files("service.forms").joinpath("labels.toml").read_text(encoding="utf-8"))


def label_of(field: str) -> str:
    """Name a canonical field in readable words, for when the form had no label for it."""
    return load_labels().says(field)
