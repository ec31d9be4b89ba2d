"""Puts answers about children and adults into a draft: whom an answer is about, whole names taken apart, births and unborn babies."""

import re
from dataclasses import dataclass, field
from typing import Any

from service.forms.answers import Answer
from service.forms.canonical import PLAN_ENDED
from service.forms.dates import Age, age_in, first_day, read_date
from service.forms.draft import Draft
from service.forms.findings import Problem
from service.forms.labels import Section, load_labels, words_of
from service.forms.names import may_be_name, read_named, split_name, split_people, take_aliases, without_title
from service.forms.places import is_protected
from service.forms.shapes import BLANKS
from service.forms.values import is_not_known, says_none

EXPECTED = re.compile(r"\b(?:e\.?d\.?d|due|unborn|expected|estimated|delivery)\b", re.IGNORECASE)
_NAMING = frozenset({"name", "family_name", "given_names"})
_MOST_PEOPLE = 20
_CAPTIONS = frozenset({"details", "photo", "photograph", "picture", "image", "information", "response", "answer", "name", "full name"})
NO_NAME = "This does not read like a name, so it was not taken for one. Please give the name alone."
_HAS_EDD = "has an expected date of delivery"
_PROTECTED_ADULT = "The form marks this adult's address as protected. It will not be printed in the alert."


@dataclass(slots=True)
class People:
    """The children or the adults of a draft, while they are being filled."""

    draft: Draft
    scope: str
    keys: list[str | None] = field(default_factory=list)
    half_names: dict[int, dict[str, str]] = field(default_factory=dict)
    doubtful: dict[int, Answer] = field(default_factory=dict)  # births read from a box that may hold an expected date

    @property
    def people(self) -> list[dict[str, Any]]:
        """The people so far."""
        people: list[dict[str, Any]] = self.draft.fields[self.scope]
        return people

    def take(self, last: str, answer: Answer, words: str) -> None:
        """Take one answer about one person, or a box that names several."""
        if last == "name" and not is_not_known(words):
            several = split_people(words)
            if len(several) > 1 and any(_may_be_whole_name(one) for one in several):  # a caption beside the name is nobody
                several = [one for one in several if _may_be_whole_name(one)]
                words = several[0] if len(several) == 1 else words
            numbered = answer.section is not None and answer.section.key is not None
            if len(several) > _MOST_PEOPLE:
                self.draft.find(self.scope, Problem.UNREADABLE, "These are too many names for one box. Please list them.", answer.label)
                return
            if len(several) > 1 and not numbered:
                for one in several:
                    self._one(last, answer, one)
                return
        self._one(last, answer, words)

    def settle(self) -> None:
        """Decide what could not be decided answer by answer, and forget people of whom nothing but a role was answered."""
        for index, answer in self.doubtful.items():
            self._settle_birth(index, answer)
        provenance = self.draft.provenance
        while self.people:
            base = f"{self.scope}[{len(self.people) - 1}]."
            noted = [path for path in provenance if path.startswith(base)]
            person = {**self.people[-1], "relationship": None} if self.scope == "adults" else self.people[-1]
            if person != BLANKS[self.scope]() or any(not path.endswith("relationship") for path in noted):
                break
            self.people.pop()
            for path in noted:
                del provenance[path]

    def _one(self, last: str, answer: Answer, words: str) -> None:
        index = self._named_before(last, answer, words)
        if index is None:
            index = self._slot(answer.section, last if last in _NAMING else None)
        person, base = self.people[index], f"{self.scope}[{index}]"
        draft = self.draft
        if self.scope == "adults":
            if person["relationship"] and f"{base}.relationship" not in draft.provenance:
                draft.note(f"{base}.relationship", answer, answer.label, "role named by the label")
            if last == "relationship":
                words = words.casefold() if words.casefold() in ("mother", "father") else words
                if not is_not_known(words) and (person["relationship"] or "").casefold() == words.casefold():
                    return
        if last == "name":
            self._whole_name(person, base, answer, words)
        elif last in ("family_name", "given_names"):
            self._part_of_name(index, person, base, last, answer, words)
        elif last == "date_of_birth" and self.scope == "children":
            self._birth(index, person, base, answer, words)
        elif last == "age" and self.scope == "children":
            self._age(base, words)
        elif last == "plan_ended" and self.scope == "children":
            self._plan_ended(base, answer, words)
        elif last.startswith("identifiers.") and self.scope == "children":
            kind = last.partition(".")[2]
            draft.set(person["identifiers"], kind, f"{base}.{last}", f"{self.scope}.{last}", answer, words)
        elif last in person:
            draft.set(person, last, f"{base}.{last}", f"{self.scope}.{last}", answer, words)
            if last == "expected_delivery_date" and person[last] is not None:
                self._unborn(person, base, answer, words)
            if last == "address" and person[last] and is_protected(words):
                draft.find(f"{base}.address", Problem.CONTRADICTION, _PROTECTED_ADULT, answer.label)

    def _slot(self, section: Section | None, naming: str | None) -> int:
        """Find or make the person an answer is about. A repeated name without a number begins another person."""
        people, keys = self.people, self.keys
        key = section.key if section is not None else None
        if key is not None and key in keys:
            return keys.index(key)
        if key is None and people:
            index = len(people) - 1 if keys[-1] is None else (0 if len(people) == 1 and self.scope == "children" else -1)
            half = self.half_names.get(index, {}) if self.scope == "adults" else {}
            repeats = naming in half if half and naming != "name" else naming is not None and self._is_named(index, naming)
            if index >= 0 and not repeats:
                return index
        if key is not None and self.scope == "children" and len(people) == 1 and keys[0] is None and key == "1":
            keys[0] = key
            return 0
        people.append(BLANKS[self.scope]())
        keys.append(key)
        if self.scope == "adults" and section is not None and section.role in ("mother", "father"):
            people[-1]["relationship"] = section.role
        return len(people) - 1

    def _named_before(self, last: str, answer: Answer, words: str) -> int | None:
        """Find the person a whole name was given of before: a list of names repeats those who have a part of the form of their own."""
        if last != "name" or (answer.section is not None and answer.section.key is not None) or is_not_known(words):
            return None
        name = read_named(words, today=self.draft.today).name
        if self.scope == "adults":
            same = (person["name"] and person["name"].casefold() == name.casefold() for person in self.people)
        else:
            given, family = (part.casefold() for part in split_name(name))
            if family and self._is_family_name_alone(family):  # "Family name: Example", then "Children: Amy Example"
                return len(self.people) - 1
            same = (
                bool(given) and (person["given_names"] or "").casefold().split()[:1] == given.split()[:1]
                and family in ("", (person["family_name"] or family).casefold())
                for person in self.people
            )  # fmt: skip
        return next((index for index, is_same in enumerate(same) if is_same), None)

    def _is_family_name_alone(self, family: str) -> bool:
        last = self.people[-1] if self.people and self.keys[-1] is None else None
        named = (last["family_name"] or "").casefold() == family if last is not None else False
        return last is not None and named and last == {**BLANKS["children"](), "family_name": last["family_name"]}

    def _is_named(self, index: int, naming: str) -> bool:
        parts = ("name",) if self.scope == "adults" else ("family_name", "given_names") if naming == "name" else (naming,)
        return any(f"{self.scope}[{index}].{part}" in self.draft.provenance for part in parts)

    def _whole_name(self, person: dict[str, Any], base: str, answer: Answer, words: str) -> None:
        draft, scope = self.draft, self.scope
        if is_not_known(words) or says_none(f"{scope}.name", words):
            key = "given_names" if scope == "children" else "name"
            draft.set(person, key, f"{base}.{key}", f"{scope}.{key}", answer, words)
            return
        named = read_named(words, today=draft.today)
        if not _may_be_whole_name(named.name):
            draft.find(base, Problem.UNREADABLE, NO_NAME, answer.label)
            return
        if scope == "children":
            given, family = split_name(named.name)
            for key, part in (("given_names", given), ("family_name", family)):
                if part:
                    draft.set(person, key, f"{base}.{key}", f"{scope}.{key}", answer, part)
        else:
            draft.set(person, "name", f"{base}.name", f"{scope}.name", answer, _without_adults_title(named.name))
            if named.role and not person["relationship"]:
                draft.set(person, "relationship", f"{base}.relationship", f"{scope}.relationship", answer, named.role)
        self._aliases(person, base, answer, named.aliases)
        if scope == "children":
            if named.age is not None:
                draft.ages[base] = named.age
            if named.sex is not None:
                draft.set(person, "sex", f"{base}.sex", "children.sex", answer, named.sex)
            if named.due is not None:
                self._expect(person, base, answer, named.due)
        if named.born is not None:
            draft.set(person, "date_of_birth", f"{base}.date_of_birth", f"{scope}.date_of_birth", answer, named.born)

    def _part_of_name(self, index: int, person: dict[str, Any], base: str, last: str, answer: Answer, words: str) -> None:
        if is_not_known(words) or says_none(f"{self.scope}.{last}", words):
            if self.scope == "children":
                self.draft.set(person, last, f"{base}.{last}", f"{self.scope}.{last}", answer, words)
            return
        words, aliases = take_aliases(words)
        if not may_be_name(words):
            self.draft.find(base, Problem.UNREADABLE, NO_NAME, answer.label)
            return
        if self.scope == "children":
            self.draft.set(person, last, f"{base}.{last}", f"{self.scope}.{last}", answer, words)
        else:
            half = self.half_names.setdefault(index, {})
            half[last] = without_title(words) if last == "given_names" else words
            person["name"] = " ".join(half[part] for part in ("given_names", "family_name") if part in half)
            self.draft.note(f"{base}.name", answer, person["name"])
        self._aliases(person, base, answer, aliases)

    def _aliases(self, person: dict[str, Any], base: str, answer: Answer, aliases: tuple[str, ...]) -> None:
        new = [alias for alias in aliases if alias not in person["aliases"]]
        if new:
            person["aliases"] = [*person["aliases"], *new]
            if f"{base}.aliases" not in self.draft.provenance:
                self.draft.note(f"{base}.aliases", answer, "; ".join(new), "other name beside the name")

    def _birth(self, index: int, child: dict[str, Any], base: str, answer: Answer, words: str) -> None:
        """Read a box for a date of birth, which may hold an age, or the date an unborn baby is expected."""
        draft = self.draft
        if (age := age_in(words)) is not None:
            draft.ages[base] = age
        if EXPECTED.search(words):
            self._expect(child, base, answer, words)
            return
        if EXPECTED.search(answer.label):
            when = read_date(words, today=draft.today)
            if when is not None and (first_day(when) > draft.today or child["unborn"]):
                self._expect(child, base, answer, words)
                return
            self.doubtful[index] = answer
        draft.set(child, "date_of_birth", f"{base}.date_of_birth", "children.date_of_birth", answer, words)

    def _age(self, base: str, words: str) -> None:
        """Keep an age to hold it against the date of birth; a form has no other use for it."""
        age = age_in(words) or (Age(int(words), words) if re.fullmatch(r"\d{1,2}", words) else None)
        if age is not None:
            self.draft.ages[base] = age

    def _plan_ended(self, base: str, answer: Answer, words: str) -> None:
        """Say that a plan has ended; a day to come, or a plain no, ends nothing yet."""
        when = read_date(words, today=self.draft.today)
        if (when is not None and first_day(when) <= self.draft.today) or re.match(r"\W*(?:yes|y|oes|ydy)\b", words, re.IGNORECASE):
            self.draft.find(f"{base}.legal_status", Problem.CONTRADICTION, PLAN_ENDED, answer.label)

    def _expect(self, child: dict[str, Any], base: str, answer: Answer, words: str) -> None:
        path = f"{base}.expected_delivery_date"
        if re.fullmatch(r"\W*(?:unborn|not (?:yet )?born)(?: child| baby)?\W*", words, re.IGNORECASE):
            self._unborn(child, base, answer, words, "the words say unborn")
            return
        self.draft.set(child, "expected_delivery_date", path, "children.expected_delivery_date", answer, words)
        if child["expected_delivery_date"] is not None:
            self._unborn(child, base, answer, words)

    def _unborn(self, child: dict[str, Any], base: str, answer: Answer, words: str, why: str = _HAS_EDD) -> None:
        if f"{base}.unborn" not in self.draft.provenance:
            child["unborn"] = True
            self.draft.note(f"{base}.unborn", answer, words, why)

    def _settle_birth(self, index: int, answer: Answer) -> None:
        """Move a date from a box for "birth or expected delivery" when the form says elsewhere that the baby is unborn."""
        child, base = self.people[index], f"{self.scope}[{index}]"
        born = self.draft.provenance.get(f"{base}.date_of_birth")
        if not child["unborn"] or child["expected_delivery_date"] or not child["date_of_birth"] or born is None:
            return
        child["date_of_birth"] = None
        del self.draft.provenance[f"{base}.date_of_birth"]
        self._expect(child, base, answer, born.text)


def _may_be_whole_name(words: str) -> bool:
    """Tell whether words could be a whole name, and are no label, choice or caption that slipped into the place of one."""
    labels, plain = load_labels(), words_of(words)
    if plain in labels.choices["answer"] | _CAPTIONS or labels.is_known(words) or labels.is_known(words, Section("elsewhere")):
        return False
    begins = words.partition(":")
    is_labelled = bool(begins[1]) and (labels.find(begins[0]) is not None or words_of(begins[0]) in ("name", "full name"))
    target = labels.find(words)
    return may_be_name(words) and not is_labelled and (target is None or target.opens)


def _without_adults_title(name: str) -> str:
    if "," in name:
        family, _, given = name.partition(",")
        return f"{family.strip()}, {without_title(given.strip())}"
    return without_title(name)
