"""What a form says before it has a layout: sections of labelled items, each with the canonical values it stands for."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class AnyOf:
    """An expectation that several readings satisfy, where fields.md leaves the choice open."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One label with the words entered for it. *options* are the choices printed, *chosen* those that are marked."""

    key: str
    label: str
    shown: str
    expects: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled group of items. *owner* is the person they are about, as a path: "children[0]"."""

    title: str
    items: tuple[Item, ...]
    owner: str = ""

    @property
    def people(self) -> str:
        """The list the owner stands in ("children"), or nothing."""
        return self.owner.partition("[")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A filled-in form without a layout."""

    title: str
    kind: str
    sections: tuple[Section, ...]

    def expected(self) -> dict[str, Any]:
        """Return the canonical values that this form shows, and nothing else."""
        found: dict[str, Any] = {}
        for section in self.sections:
            for item in section.items:
                for path, value in item.expects.items():
                    put(found, f"{section.owner}.{path}" if section.owner else path, value)
        return found

    def says(self) -> str:
        """Return every word that a layout may print."""
        words = [self.title]
        for section in self.sections:
            words += [section.title, *(" ".join((i.label, i.shown, *i.options, i.hint)) for i in section.items)]
        return "\n".join(words)

    def of(self, people: str) -> list[Section]:
        """Return the sections about "children" or "adults"; "" gives those about nobody."""
        return [section for section in self.sections if section.people == people]

    def without(self, *keys: str) -> "Form":
        """Return the form with these questions not on it."""
        kept = (replace(s, items=tuple(i for i in s.items if i.key not in keys)) for s in self.sections)
        return replace(self, sections=tuple(s for s in kept if s.items))


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One document: how to build it, and what reading it must give. *tolerates* names paths whose value is left open."""

    name: str
    file: str
    format: str
    layout: str
    build: Callable[[], bytes] = field(repr=False)
    kind: str | None
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    says: str = field(default="", repr=False)
    exits: tuple[int, ...] = (0,)
    title: str | None = None
    tolerates: tuple[str, ...] = ()
    finding: str | None = None


def example(form: Form, name: str, file: str, layout: str, build: Callable[[Form], bytes], **more: Any) -> Example:
    """Return *form* laid out by *build*, with the expectation that follows from its values."""
    return Example(
        name=name,
        file=file,
        format=file.rpartition(".")[2],
        layout=layout,
        build=lambda: build(form),
        **{"kind": form.kind, "title": form.title, "fields": form.expected(), "says": form.says(), **more},
    )


def put(into: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at *path* ("children[0].aliases"), making what is missing; lists that are already there are extended."""
    steps = [int(s[1:-1]) if s.startswith("[") else s for s in re.findall(r"\[\d+\]|[^.\[\]]+", path)]
    at: Any = into
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if isinstance(step, int):
            while len(at) <= step:
                at.append({})
        if following is None:
            if isinstance(value, list) and not isinstance(step, int) and isinstance(at.get(step), list):
                value = [*at[step], *value]
            at[step] = value
        elif isinstance(step, int):
            at = at[step]
        else:
            at = at.setdefault(step, [] if isinstance(following, int) else {})


def items(*groups: Iterable[Item]) -> tuple[Item, ...]:
    """Return several groups of items as one."""
    return tuple(item for group in groups for item in group)
