"""Puts answers into the canonical fields, each with its provenance; what does not fit becomes a finding, never another field's value."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.forms.agencies import read_agencies
from service.forms.answers import Answer
from service.forms.contacts import emails_in, phones_in
from service.forms.dates import date_spans, dates_in
from service.forms.draft import Draft
from service.forms.findings import Problem, Provenance
from service.forms.names import may_be_name
from service.forms.people import NO_NAME, People
from service.forms.places import postcode_in, read_place
from service.forms.shapes import BLANKS, blank_address, blank_agency, blank_found
from service.forms.values import SENTENCES, chosen_words, convert, is_not_known, says_none

PROTECTED = "The form marks this address as protected. It will not be printed in the alert."
_NO_POSTCODE = "We could not read one UK postcode here. Please write it like ZZ99 9ZZ."
_LOOSE_POSTCODE = "We cannot tell which address this postcode belongs to. Please write it behind the address."
_TOO_LONG = "This is far too long for one answer, so it was not read. Please answer in a few words."
_LONGEST_SHORT = 2_000
_NARRATIVES = SENTENCES | {"agencies_contacted", "associates", "links_to_areas"}
_CONTACT_WORD = re.compile(r"(?i)\b(?:tel|phone|telephone|mobile|mob|e-?mail|no|number|work|direct dial)\b[.:]*\s*$")


def fill(file: str, answers: tuple[Answer, ...], *, today: date) -> Draft:
    """Fill a draft from all answers of one file, in their order: what stands first stays."""
    filling = _Filling(Draft(file=file, today=today))
    for answer in answers:
        filling.take(answer)
    filling.settle()
    return filling.draft


@dataclass(slots=True)
class _Filling:
    draft: Draft
    people: dict[str, People] = field(default_factory=dict)
    agency_keys: list[str | None] = field(default_factory=list)
    postcode: tuple[str, Answer] | None = None  # one that came before its address
    protected: Answer | None = None  # likewise

    def __post_init__(self) -> None:
        self.people = {scope: People(self.draft, scope) for scope in BLANKS}

    def take(self, answer: Answer) -> None:
        """Put one answer where its label says."""
        words = chosen_words(answer.text)
        if answer.field is None:
            self._unplaced(answer, words)
            return
        if words is None or (answer.field == "children.identifiers.police_number" and answer.section is None):
            return
        if len(words) > _LONGEST_SHORT and answer.field not in _NARRATIVES:
            group = answer.field.partition(".")[0]
            path = group if group in BLANKS or group == "addresses" else answer.field
            self.draft.find(path, Problem.UNREADABLE, _TOO_LONG, answer.label)
            return
        scope, _, last = answer.field.partition(".")
        if scope in BLANKS:
            self.people[scope].take(last, answer, words)
        elif scope == "addresses":
            self._address(last, answer, words)
        elif scope == "agencies_contacted":
            self._agency(last, answer, words)
        elif answer.field in ("social_worker.name", "team_manager.name"):
            self._contact(scope, answer, words)
        elif scope in self.draft.fields:
            self._plain(answer.field, answer, words)

    def settle(self) -> None:
        """Finish what could only be decided with the whole form in hand."""
        for people in self.people.values():
            people.settle()
        if self.postcode is not None:
            self.draft.find("addresses", Problem.UNREADABLE, _LOOSE_POSTCODE, self.postcode[1].label)

    def _unplaced(self, answer: Answer, words: str | None) -> None:
        if words is None or is_not_known(words):
            return
        if answer.section is not None:
            says = f"We cannot tell whose “{answer.label}” this is. Please name the person beside it."
            self.draft.find("", Problem.UNREADABLE, says, answer.label)
            return
        says = f"We do not know the label “{answer.label}”. What stands there was not taken over."
        self.draft.find("", Problem.UNRECOGNISED, says, answer.label)

    def _plain(self, name: str, answer: Answer, words: str) -> None:
        draft = self.draft
        scope, _, key = name.partition(".")
        if not key:
            draft.set(draft.fields, name, name, name, answer, words)
            if name == "last_seen" and draft.fields["date_last_seen"] is None:
                found = dates_in(words, today=draft.today)
                if len(found) == 1 and _tells_when(answer.label, words, draft.today):
                    draft.fields["date_last_seen"] = found[0]
                    draft.note("date_last_seen", answer, words, "date within the answer")
            return
        if scope == "found" and draft.fields["found"] is None:
            draft.fields["found"] = blank_found()
        if key in draft.fields[scope]:
            draft.set(draft.fields[scope], key, name, name, answer, words)

    def _contact(self, scope: str, answer: Answer, words: str) -> None:
        """Read a worker, whose telephone and email often stand in the same box as the name."""
        holder, rest = self.draft.fields[scope], words
        for address in emails_in(rest)[:1]:
            self.draft.set(holder, "email", f"{scope}.email", f"{scope}.email", answer, address)
            rest = rest.replace(address, "\n", 1)
        numbers = [(start, end) for start, end in phones_in(rest) if end - start >= 9]
        if numbers:
            first, last = numbers[0][0], numbers[0][1]
            self.draft.set(holder, "phone", f"{scope}.phone", f"{scope}.phone", answer, rest[first:last].strip())
            for start, end in reversed(numbers):
                rest = rest[:start] + "\n" + rest[end:]
        parts = [_CONTACT_WORD.sub("", part.strip()).strip(" \t,;:-–()/") for part in re.split(r"[\n,;(]", rest)]
        parts = [part for part in parts if part]
        if parts and not is_not_known(parts[0]) and not may_be_name(parts[0]):
            self.draft.find(f"{scope}.name", Problem.UNREADABLE, NO_NAME, answer.label)
        elif parts:
            self.draft.set(holder, "name", f"{scope}.name", f"{scope}.name", answer, parts[0])
        team = next((part for part in parts[1:] if re.search(r"\bteam\b", part, re.IGNORECASE)), None)
        if team:
            self.draft.set(holder, "team", f"{scope}.team", f"{scope}.team", answer, team)

    def _address(self, kind: str, answer: Answer, words: str) -> None:
        draft = self.draft
        addresses = draft.fields["addresses"]
        if is_not_known(words) or says_none("addresses.text", words):
            draft.provenance.setdefault("addresses", Provenance(draft.file, answer.place, answer.label, words, answer.method))
        elif kind == "postcode":
            self._postcode(answer, words)
        elif kind == "confidential":
            self._confidential(answer, words)
        else:
            place = read_place(words)
            address = {**blank_address(kind), "text": place.text, "postcode": place.postcode, "confidential": place.protected}
            if any(_same_place(one, address) for one in addresses):
                return
            addresses.append(address)
            path = f"addresses[{len(addresses) - 1}]"
            draft.note(path, answer, words)
            if place.protected:
                draft.find(path, Problem.CONTRADICTION, PROTECTED, answer.label)
            elif self.protected is not None:
                self._protect(len(addresses) - 1, self.protected)
                self.protected = None
            if self.postcode is not None and address["postcode"] is None:
                address["postcode"] = self.postcode[0]
                draft.note(f"{path}.postcode", self.postcode[1], self.postcode[1].text)
                self.postcode = None

    def _postcode(self, answer: Answer, words: str) -> None:
        addresses, postcode = self.draft.fields["addresses"], postcode_in(words)
        if postcode is None:
            self.draft.find("addresses", Problem.UNREADABLE, _NO_POSTCODE, answer.label)
        elif not addresses:
            self.postcode = (postcode, answer)
        elif addresses[-1]["postcode"] is None:
            addresses[-1]["postcode"] = postcode
            self.draft.note(f"addresses[{len(addresses) - 1}].postcode", answer, words)
        elif addresses[-1]["postcode"] != postcode:
            self.draft.find("addresses", Problem.UNREADABLE, _LOOSE_POSTCODE, answer.label)

    def _confidential(self, answer: Answer, words: str) -> None:
        """Read a question whether the address is protected; it belongs to the address before it, or the next one."""
        said = convert("whereabouts.locality_known", words, today=self.draft.today)
        addresses = self.draft.fields["addresses"]
        if said.says is not None:
            self.draft.find("addresses", Problem.UNREADABLE, said.says, answer.label)
        elif said.value and not addresses:
            self.protected = answer
        elif said.value and not addresses[-1]["confidential"]:
            self._protect(len(addresses) - 1, answer)

    def _protect(self, index: int, answer: Answer) -> None:
        self.draft.fields["addresses"][index]["confidential"] = True
        self.draft.note(f"addresses[{index}].confidential", answer, answer.text)
        self.draft.find(f"addresses[{index}]", Problem.CONTRADICTION, PROTECTED, answer.label)

    def _agency(self, last: str, answer: Answer, words: str) -> None:
        draft = self.draft
        agencies: list[dict[str, Any]] = draft.fields["agencies_contacted"]
        if last:
            key = answer.section.key if answer.section is not None else None
            if key is None or key not in self.agency_keys:
                agencies.append(blank_agency())
                self.agency_keys.append(key)
            index = self.agency_keys.index(key) if key is not None else len(agencies) - 1
            if last in agencies[index]:
                draft.set(agencies[index], last, f"agencies_contacted[{index}].{last}", f"agencies_contacted.{last}", answer, words)
            return
        if is_not_known(words) or re.fullmatch(r"\W*(?:yes|no|none)\W*", words, re.IGNORECASE):
            draft.note("agencies_contacted", answer, words)
            return
        for line, agency in read_agencies(words, today=draft.today):
            if agency not in agencies:
                agencies.append(agency)
                self.agency_keys.append(None)
                draft.note(f"agencies_contacted[{len(agencies) - 1}]", answer, line)


def _tells_when(label: str, words: str, today: date) -> bool:
    """Tell whether an answer to where and by whom a child was last seen also says when: it is asked, or the answer begins with it."""
    if re.search(r"\b(?:when|date)\b", label, re.IGNORECASE):
        return True
    if re.search(r"\b(?:where|who|whom|by|place|location|whereabouts)\b", label, re.IGNORECASE):
        return False
    spans = date_spans(words, today=today)
    return bool(spans) and not re.sub(r"^(?:on\b)?\W*", "", words[: spans[0].start], flags=re.IGNORECASE).strip()


def _same_place(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one[key] == other[key] for key in ("kind", "text", "postcode"))
