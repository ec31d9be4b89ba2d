"""Knows what forms call each field: exact words first, then a misspelling at most; in doubt a label is not recognised."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import OSA

PERSONS = frozenset({"children", "adults"})
CONTACTS = frozenset({"social_worker", "team_manager"})
_SCOPES = {"child": "children", "adult": "adults", "social_worker": "social_worker", "team_manager": "team_manager", "found": "found"}
_LONGEST_LABEL = 160
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "one": "1", "two": "2", "three": "3", "four": "4"}

_GUIDANCE = re.compile(
    r"^\s*(?:\(.*\)|(?:please|e\.?g\.?\b|for example|this is (?:the |child)|if (?:yes|no|there|not|more|different|known)\b|include\b|"
    r"(?:tick|circle|delete|complete|record|enter|insert|specify)\b(?=.*\b(?:below|box|appropriate|applicable|all|here|each|one)\b)|"
    r"note:|guidance\b|\*).*)$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a form we are in: *scope* is the canonical group, *key* tells one person from another, *role* an adult's relationship."""

    scope: str
    key: str | None = None
    role: str | None = None
    loose: bool = field(default=False, compare=False)  # an empty line came since: what may be about the whole family is


@dataclass(frozen=True, slots=True)
class Target:
    """What a label means. *bare* when only the place in the form tells whose
    answer it is. *opens* when the words name a person or part ("Mother", "Child 1") rather than a single answer."""

    field: str
    section: Section | None = None
    opens: bool = False
    bare: bool = False


def is_guidance(text: str) -> bool:
    """Tell whether the words only say how to fill in the form."""
    return bool(_GUIDANCE.match(text)) and len(text) < 400


def words_of(label: str) -> str:
    """Reduce a label to the words that are compared."""
    text = unicodedata.normalize("NFKC", label).casefold().replace("_", " ").replace("[", " ").replace("]", " ")
    text = re.sub(r"['\u2018\u2019`\u00b4]", "", text)
    return " ".join(re.findall(r"[^\W_]+", text))


def _readings(label: str) -> Iterator[str]:
    """Yield ways to read a label, the whole first: without brackets, numbering, and guidance after a dash or on later lines."""
    plain = re.sub(r"\([^()]*\)", " ", label)
    texts = [label, plain]
    texts += [re.sub(r"^\s*(?:[Qq]?\d{1,2}[.)]|\(?[a-z][.)])+\s*", "", text) for text in tuple(texts)]
    for text in tuple(texts):
        first, _, rest = re.sub(r"\n|:\s|\s[-–—]\s", "\0", text.strip(), count=1).partition("\0")
        texts += [first] if is_guidance(rest) or not rest.strip() else []
    seen: set[str] = set()
    for text in texts:
        words = words_of(text)
        if words and words not in seen:
            seen.add(words)
            yield words


class Labels:
    """The labels of `labels.toml`, ready to be looked up."""

    def __init__(self, source: str) -> None:
        data = tomllib.loads(source)
        self._says: dict[str, str] = {}
        self._anywhere: dict[str, str] = {}
        self._bare: dict[str, str] = {}
        self._inside: dict[str, dict[str, str]] = {}
        for name, entry in data["fields"].items():
            self._says[name] = entry["says"]
            scope = name.split(".")[0]
            for variant in (*entry.get("variants", ()), entry["says"]):
                self._anywhere.setdefault(words_of(variant), name)
            for variant in entry.get("bare", ()):
                self._bare[words_of(variant)] = name
            for kind in ("variants", "bare", "inside"):
                for variant in entry.get(kind, ()):
                    self._inside.setdefault(scope, {})[words_of(variant)] = name
            self._anywhere.setdefault(words_of(name), name)
        self.no_place = frozenset(words_of(variant) for variant in data["no_place"]["variants"])
        self._sections = {words_of(v): Section(_SCOPES[kind]) for kind, variants in data["sections"].items() for v in variants}
        for role, variants in data["roles"].items():
            self._sections |= {words_of(variant): Section("adults", role, role) for variant in variants}
        self._possessive = {words + "s": section for words, section in self._sections.items() if not words.endswith("s")}
        self._vocabulary = {word for table in (self._anywhere, self._bare, *self._inside.values()) for key in table for word in key.split()}
        self._vocabulary |= {word for key in self._sections for word in key.split()} | set(self._possessive)
        self._squashed: dict[str, set[str]] = {}
        for key, name in self._anywhere.items():
            self._squashed.setdefault(key.replace(" ", ""), set()).add(name)

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
        for words in _readings(re.sub(r"^\s*(?:section|part)\s+\w{1,3}\s*[:.–-]?\s+", "", text, flags=re.IGNORECASE)):
            if (section := self._opening(words)) is not None:
                return section
        return None

    def find(self, label: str, section: Section | None = None) -> Target | None:
        """Find what *label* means within *section*; None when it is not known for certain."""
        if len(label) > _LONGEST_LABEL:
            return None
        readings = tuple(_readings(label))
        for words in readings:
            if (target := self._exactly(words, section)) is not None:
                return target
        for words in readings[:2]:
            if words not in self.no_place and (name := self._misspelt(words, section)) is not None:
                return Target(name, self._scoped(name, section))
        return None

    def is_known(self, label: str) -> bool:
        """Tell whether the label is one we understand and deliberately leave in the form."""
        return any(words in self.no_place for words in _readings(label)) if len(label) <= _LONGEST_LABEL else False

    def _scoped(self, field: str, section: Section | None) -> Section | None:
        scope = field.split(".")[0]
        if scope not in PERSONS | CONTACTS:
            return None
        return section if section is not None and section.scope == scope else Section(scope)

    def _opening(self, words: str) -> Section | None:
        if (section := self._sections.get(words)) is not None:
            return section
        parts = words.split()
        numbers = [_ORDINALS.get(part, part) for part in parts if part in _ORDINALS or (part.isdigit() and len(part) <= 2)]
        rest = " ".join(part for part in parts if part not in _ORDINALS and not part.isdigit())
        section = self._sections.get(rest)
        if len(numbers) == 1 and section is not None and section.scope in PERSONS and section.role is None:
            return replace(section, key=str(int(numbers[0])))
        return None

    def _exactly(self, words: str, section: Section | None) -> Target | None:
        if section is not None and section.loose and (name := self._anywhere.get(words)):
            return Target(name, self._scoped(name, section))
        if section is not None and (name := self._inside.get(section.scope, {}).get(words)):
            return Target(name, self._scoped(name, section))
        if name := self._anywhere.get(words):
            return Target(name, self._scoped(name, section))
        if (section is None or section.scope not in PERSONS | CONTACTS) and (name := self._bare.get(words)):
            return Target(name, self._scoped(name, section), bare=section is None)
        parts = words.split()
        for length in range(len(parts) - 1, 0, -1):
            head, tail = " ".join(parts[:length]), " ".join(parts[length:])
            opened = self._opening(head) or self._possessive.get(head)
            if opened is not None and (name := self._inside.get(opened.scope, {}).get(tail)):
                if opened.key is None and section is not None and section.scope == opened.scope and opened.role is None:
                    opened = section
                return Target(name, opened)
        opened = self._opening(words)
        if opened is not None and opened.scope != "found":
            return Target(f"{opened.scope}.name", opened, opens=True)
        return None

    def _misspelt(self, words: str, section: Section | None) -> str | None:
        broken = self._squashed.get(words.replace(" ", ""), set())  # conversions break words: "perso n's"
        if len(broken) == 1 and len(words) >= 8:
            return next(iter(broken))
        tables = [self._anywhere]
        if section is None:
            tables.append(self._bare)
        elif section.scope in self._inside:
            tables.append(self._inside[section.scope])
        found = {name for table in tables for key, name in table.items() if self._is_misspelling(words, key)}
        return next(iter(found)) if len(found) == 1 else None

    def _is_misspelling(self, words: str, key: str) -> bool:
        """Allow one word with one slip, or two in a long word; a word that labels use is never a slip of another."""
        given, wanted = words.split(), key.split()
        if len(given) != len(wanted):
            return False
        wrong = [(a, b) for a, b in zip(given, wanted, strict=True) if a != b]
        if len(wrong) != 1:
            return False
        a, b = wrong[0]
        if len(b) < 6 or a in self._vocabulary or any(character.isdigit() for character in a + b):
            return False
        return OSA.distance(a, b) <= (1 if len(b) < 9 else 2)


@cache
def load_labels() -> Labels:
    """Load the labels that ship with the service."""
    return Labels(files("service.forms").joinpath("labels.toml").read_text(encoding="utf-8"))


def label_of(field: str) -> str:
    """Name a canonical field in readable words, for when the form had no label for it."""
    return load_labels().says(field)
