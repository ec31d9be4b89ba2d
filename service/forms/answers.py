"""Decides which words of a document answer which label: lines first, and the shared memory of where in the form we are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from dataclasses import field as part

from service.forms.blocks import Block, Control, Document, Line, Table
from service.forms.labels import CONTACTS, PERSONS, Labels, Section, Target, is_guidance, words_of

LONG = frozenset(
    {"circumstances", "actions_taken", "reason_for_concern", "last_seen", "children.description", "agencies_contacted", "associates"}
)
_COLON = re.compile(r"[:：](?=\s|$|[^\s/\d])")
_QUESTION = re.compile(r"\?\s*[:：]?(?=\s|$)|[:：](?=\s|$|[^\s/\d])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Words that stand under a label. *field* is None when the label is not recognised."""

    field: str | None
    section: Section | None
    label: str
    text: str = part(repr=False)
    place: str
    method: str


@dataclass(slots=True)
class Context:
    """Where in the form we are. *implied* is the person the last label named; it holds only for the same row or line."""

    heading: Section | None = None
    table: Section | None = None
    implied: Section | None = None
    loose: bool = False
    after_adult: bool = False  # an adult was named in passing: a bare "Date of birth" could be theirs
    answers: list[Answer] = part(default_factory=list)

    @property
    def section(self) -> Section | None:
        """Name the part of the form that the next label belongs to."""
        section = self.implied or self.table or self.heading
        return replace(section, loose=True) if self.loose and section is not None else section


def find_answers(document: Document, labels: Labels) -> tuple[Answer, ...]:
    """Find every labelled answer of a document, in reading order."""
    from service.forms.grids import read_table  # grids needs the line reader below for cells that hold lines

    context = Context()
    lines: list[Line] = []
    for block in (*document.blocks, None):
        if isinstance(block, Line):
            lines.append(block)
            continue
        read_lines(lines, labels, context)
        lines = []
        if isinstance(block, Table):
            read_table(block, labels, context)
    context.answers.extend(_from_controls(document.blocks, labels, context.answers))
    return tuple(context.answers)


def take(context: Context, target: Target | None, *, label: str, text: str, place: str, method: str) -> None:
    """Note one answer and remember whom its label named."""
    label = re.sub(r"\s+", " ", label).strip().rstrip(":：").strip()
    if target is None:
        if text.strip():
            context.answers.append(Answer(field=None, section=None, label=label, text=text.strip(), place=place, method=method))
        return
    section = target.section
    is_name = target.field in ("children.family_name", "children.given_names")
    if target.bare and section is not None and context.after_adult and not is_name:
        if text.strip():
            context.answers.append(Answer(field=None, section=section, label=label, text=text.strip(), place=place, method=method))
        return
    if section is not None and section.scope in PERSONS:
        context.after_adult = section.scope == "adults" and context.table is None and context.heading is None
    context.answers.append(Answer(field=target.field, section=section, label=label, text=text.strip(), place=place, method=method))
    context.implied = section if section is not None and section.scope in PERSONS | CONTACTS else None


def end_row(context: Context) -> None:
    """Forget whom the last label named, except for the telephone and email that follow a worker's name."""
    if context.implied is not None and context.implied.scope not in CONTACTS:
        context.implied = None


def split_line(text: str, labels: Labels, section: Section | None) -> list[tuple[Target | None, str, str]] | None:
    """Split "Surname: X  Forename: Y" into (target, label, text); None when the line does not begin with a label and a colon.

    The first label may be unknown (its target is None then), but only known words start another answer on the same line.
    """
    first = None
    for colon in _QUESTION.finditer(text):
        head = text[: colon.start()]
        if (target := labels.find(head, section)) is not None:
            first = (target, head, colon.end())
            break
        if labels.is_known(head):
            return [(Target("", None), head, text[colon.end() :].strip())]
    if first is None:
        colon_ = _COLON.search(text)
        if colon_ is None or not _looks_like_label(text[: colon_.start()]):
            return None
        return [(None, text[: colon_.start()], text[colon_.end() :].strip())]
    target, head, start = first
    found: list[tuple[Target | None, str, str]] = []
    if target.field not in LONG:
        for colon in _COLON.finditer(text, start):
            inner = _label_before(text, start, colon.start(), labels, target.section or section)
            if inner is None:
                continue
            next_target, begin = inner
            found.append((target, head, text[start:begin].strip(" \t;,/|")))
            target, head, start = next_target, text[begin : colon.start()], colon.end()
    found.append((target, head, text[start:].strip()))
    return found


def _label_before(text: str, start: int, end: int, labels: Labels, section: Section | None) -> tuple[Target, int] | None:
    """Find the longest known label that ends at *end*; it must start a word with a capital letter."""
    begins = [match.start() for match in re.finditer(r"(?<![^\s/;,|])[A-Z]", text[start:end])][-10:]
    for begin in begins:
        target = labels.find(text[start + begin : end], section)
        if target is not None and not target.opens:
            return target, start + begin
    return None


def _looks_like_label(text: str) -> bool:
    words = text.split()
    return 1 <= len(words) <= 10 and len(text) <= 90 and text.strip()[:1].isupper() and not re.search(r"[.!;]\s|https?$|@", text)


def read_lines(lines: Iterable[Line], labels: Labels, context: Context, *, method: str = "label in the line") -> None:
    """Read "Label: value" lines, headings, and values that go on in the lines below."""
    open_: list[Answer] = []  # the answer that following lines may continue

    for line in lines:
        text = line.text.strip()
        if line.blank_before:
            end_row(context)
            context.after_adult = False
            context.loose = context.implied is None and method == "label in the line"
        if not line.indented and (opened := labels.section(text.rstrip(":"))) is not None:
            context.heading, context.table, context.implied, open_ = opened, None, None, []
            context.loose = context.after_adult = False
            continue
        parts = split_line(text, labels, context.section)
        if parts is not None and not (parts[0][0] is None and _continues(open_, line)):
            end_row(context)
            open_ = []
            for target, label, value in parts:
                if target is not None and target.field == "":
                    context.implied = None
                    continue
                if target is not None and target.opens and target.section is not None and target.section.scope in PERSONS:
                    context.heading, context.table, context.loose = target.section, None, False
                take(context, target, label=label, text=value, place=line.place, method=method)
                if target is not None:
                    open_ = [context.answers[-1]]
            continue
        if _continues(open_, line):
            last = context.answers[-1]
            joined = f"{last.text}\n{text}".strip()
            context.answers[-1] = Answer(
                field=last.field, section=last.section, label=last.label, text=joined, place=last.place, method=last.method
            )
            open_ = [context.answers[-1]]
            continue
        target = labels.find(text, context.section) if len(words_of(text).split()) > 1 or text.endswith("?") else None
        if target is not None and not target.opens:
            take(context, target, label=text, text="", place=line.place, method=method)
            open_ = [context.answers[-1]]
            continue
        open_ = []
        if line.heading or line.blank_before:
            context.heading, context.table, context.implied = None, None, None


def _continues(open_: list[Answer], line: Line) -> bool:
    if not open_ or line.heading or is_guidance(line.text):
        return False
    answer = open_[0]
    if line.indented:
        return True
    if line.blank_before:
        return answer.text == "" and answer.field is not None
    return (
        answer.text == ""
        or answer.field in LONG
        or answer.field in ("links_to_areas", "vehicles", "phones")
        or "address" in (answer.field or "")
    )


def _from_controls(blocks: Iterable[Block], labels: Labels, answers: list[Answer]) -> list[Answer]:
    """Read the content controls whose tag or title names a field and whose words no visible label has claimed."""
    found: list[Answer] = []
    claimed = {answer.place for answer in answers}
    for block in blocks:
        if isinstance(block, Line):
            found += [] if block.place in claimed else _named(block.controls, labels, block.place)
            continue
        for number, row in enumerate(block.rows, start=1):
            place = f"table {block.number}, row {number}"
            if place not in claimed:
                found += [answer for cell in row for answer in _named(cell.controls, labels, place)]
    return found


def _named(controls: Iterable[Control], labels: Labels, place: str) -> list[Answer]:
    found = []
    for control in controls:
        for name in (control.tag, control.title):
            readable = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
            readable = re.sub(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|[_.\[\]-]+", " ", readable).strip()
            target = labels.find(name, None) or labels.find(readable, None)
            if target is not None and control.text.strip():
                shown = control.title or readable
                found.append(
                    Answer(
                        field=target.field, section=target.section, label=shown, text=control.text, place=place, method="content control"
                    )
                )
                break
    return found
