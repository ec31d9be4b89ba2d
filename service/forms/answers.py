"""Decides whose answer the words beside a label are: what is taken, what is shown as unknown, and what nobody can tell.

`find_answers` walks a document; lines are read in `lines`, tables in `grids`, content controls in `controls`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as part
from itertools import pairwise

from service.forms.blocks import Document, Line, Table
from service.forms.choices import is_offer, settle_written
from service.forms.labels import CONTACTS, PERSONS, Labels, Section, Target, words_of
from service.forms.values import chosen_words

LONG = frozenset(
    {"circumstances", "actions_taken", "reason_for_concern", "last_seen", "children.description", "agencies_contacted", "associates"}
)
_NAMES = frozenset({"children.family_name", "children.given_names"})
_NAMED = _NAMES | {"children.name"}
# what any person or place has: after a doctor or a school was named, these are theirs as likely as the family's
_PARTICULARS = frozenset(
    {"addresses.home", "addresses.postcode", "phones", "children.name", "children.date_of_birth", "children.aliases", "adults.name",
     "adults.address", "adults.phone", "adults.date_of_birth", "adults.aliases", "police_contact", "out_of_hours_contact", "associates",
     "social_worker.name", "social_worker.phone", "social_worker.email", "social_worker.team", "team_manager.name", "team_manager.phone",
     "team_manager.email", "team_manager.team"}
)  # fmt: skip
_PARTICULARS_OF_A_PLACE = frozenset(
    {"addresses.home", "addresses.postcode", "phones", "children.name", "adults.name", "adults.address", "adults.phone"}
)
_JOINED = {"circumstances": "\n", "actions_taken": "\n", "reason_for_concern": "\n", "last_seen": "\n", "police_contact": ", ",
           "out_of_hours_contact": ", "}  # fmt: skip
_ANYBODY = Section("elsewhere")
_YES = re.compile(r"\W*(?:yes|y|true|oes|ydy|ydw)\b", re.IGNORECASE)
_NO = re.compile(r"\W*(?:no|n|false|nac|n\W?a|not)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Words that stand under a label. *field* is None when the label is not recognised, or when with a *section* its owner is unclear."""

    field: str | None
    section: Section | None
    label: str
    text: str = part(repr=False)
    place: str
    method: str


@dataclass(slots=True)
class Context:
    """Where in the form we are. *implied* is the person the last label named, for the rest of the row or line;
    *after* is whoever was named in passing before: what any person has could be theirs."""

    labels: Labels
    heading: Section | None = None
    table: Section | None = None
    implied: Section | None = None
    after: Section | None = None
    loose: bool = False
    located: bool = False  # the last answer was an address of the family, so a postcode is its own
    begun: list[str] = part(default_factory=list)  # what has been asked about a child that has no number
    block: str | None = None  # names that child when its questions began without the name
    unanswered: bool = False  # *after* was a title or an empty answer: even a name may be theirs
    named: list[str] = part(default_factory=list)  # the workers named since anybody's telephone or email was
    columns: dict[int, Section] = part(default_factory=dict)  # whom the cells of the row above named, where they named several
    passed: list[tuple[str, str]] = part(default_factory=list)  # place and words of what was understood and left in the form
    answers: list[Answer] = part(default_factory=list)

    @property
    def section(self) -> Section | None:
        """Name the part of the form that the next label belongs to."""
        section = self.implied or self.table or self.heading
        if section is not None and section.scope == "adults" and section.key is None and self.after is not None and self.after.key:
            section = self.after if self.after.scope == "adults" else section
        return replace(section, loose=True) if self.loose and section is not None else section

    def enter(self, section: Section | None) -> None:
        """Go into another part of a table, or leave it."""
        self.table, self.implied, self.after, self.loose, self.block = section, None, None, False, None
        self.begun, self.columns = [], {}

    def find(self, label: str) -> Target | None:
        """Find what a label means here."""
        return self.labels.find(label, self.section)


def find_answers(document: Document, labels: Labels) -> tuple[Answer, ...]:
    """Find every labelled answer of a document, in reading order."""
    from service.forms.controls import from_controls  # these read into the context defined above
    from service.forms.grids import read_table
    from service.forms.lines import read_lines

    context = Context(labels)
    lines: list[Line] = []
    for block in (*document.blocks, None):
        if isinstance(block, Line):
            lines.append(block)
            continue
        read_lines(lines, context)
        lines = []
        if isinstance(block, Table):
            read_table(block, context)
    context.answers.extend(from_controls(document.blocks, context))
    return tuple(_whose(_joined(_named_with_birth(context.answers))))


def take(context: Context, target: Target | None, *, label: str, text: str, place: str, method: str) -> None:
    """Note one answer and remember whom its label named."""
    label = re.sub(r"\s+", " ", label).strip().rstrip(":：").strip()
    text = _entered(label, text.strip(), context)
    section = target.section if target is not None else None
    if target is None or target.field == "":
        _pass_by(context, label, text, place, method)
        return
    if _is_unclear(context, target):
        context.located = False
        if text:
            context.answers.append(Answer(field=None, section=section or context.after, label=label, text=text, place=place, method=method))
        return
    _remember(context, target, text)
    target = _of_this_child(context, target, place)
    section = target.section
    if target.asked:
        _asked(context, target, label, text, place, method)
        return
    context.answers.append(Answer(field=target.field, section=section, label=label, text=text, place=place, method=method))


def end_row(context: Context) -> None:
    """Forget whom the last label named, except for the telephone and email that follow the name of one worker."""
    if context.implied is not None and (context.implied.scope not in CONTACTS or len(set(context.named)) > 1):
        context.implied = None


def _entered(label: str, text: str, context: Context) -> str:
    """Reduce *text* to what was entered: not the label once more, not a list of choices of which none is marked."""
    if words_of(text) == words_of(label):
        return ""
    repeated, colon, rest = text.partition(":")
    if colon and rest.strip() and words_of(repeated) == words_of(label):
        text = rest.strip()
    text = settle_written(text)
    return "" if is_offer(text) else text


def _pass_by(context: Context, label: str, text: str, place: str, method: str) -> None:
    """Go past a label we have no field for, remembering whom it named; show it when it is not understood either."""
    context.located = False
    context.after = context.labels.about(label) or context.after
    context.passed.append((place, text))
    if text and not context.labels.is_known(label, context.section):
        whose = context.after if context.labels.is_known(label, _ANYBODY) else None  # "Tel" below a doctor's name
        context.answers.append(Answer(field=None, section=whose, label=label, text=text, place=place, method=method))
    context.implied = None


def _is_unclear(context: Context, target: Target) -> bool:
    """Tell whether the answer could as well be that of somebody named just before."""
    after = context.after
    if target.field == "addresses.postcode" and not context.located:
        return after is not None or any((answer.field or "").startswith("addresses.") for answer in context.answers)
    if after is None or not target.bare or (target.field in _NAMES and not context.unanswered):
        return False
    if after.scope == "adults":
        return target.section is None or target.section.scope != "adults"
    if after.scope == "others":
        return True
    if after.scope == "school":
        return target.field in _PARTICULARS_OF_A_PLACE
    return target.field in _PARTICULARS and (target.section is None or target.section.scope != after.scope)


def _of_this_child(context: Context, target: Target, place: str) -> Target:
    """Begin another child where a block of questions begins again with the same first question, which is not the name."""
    section = target.section
    if section is None or section.scope != "children" or section.key is not None or target.asked or target.opens:
        return target
    if context.begun[:1] == [target.field] and len(context.begun) > 1:
        context.begun = []
        if context.block is not None or target.field not in _NAMED:
            context.block = f"block at {place}"
    context.begun.append(target.field)
    return replace(target, section=replace(section, key=context.block)) if context.block is not None else target


def _remember(context: Context, target: Target, text: str) -> None:
    section, here = target.section, context.table or context.heading
    context.located = bool(text) and (target.field.startswith("addresses.") and target.field != "addresses.postcode")
    context.implied = section if section is not None and section.scope in PERSONS | CONTACTS else None
    context.unanswered = target.opens and not text
    if section is not None and section.scope in CONTACTS:
        context.named = [*context.named, section.scope] if target.field.endswith(".name") else []
    if target.field == "children.school":
        context.after = Section("school")
    elif section is None:
        keeps = context.after is not None and context.after.scope == "adults"
        context.after = context.after if keeps or target.field.startswith("addresses.") else None
    elif section.scope == "adults":
        context.after = section if here is None or here.scope != "adults" or section.key else context.after
    elif section.scope in CONTACTS:
        context.after = section if here is None or here.scope != section.scope else context.after
    else:
        context.after = None


def _asked(context: Context, target: Target, label: str, text: str, place: str, method: str) -> None:
    """Take the words of a question when the answer to it is yes: "Is the child looked after? Yes"."""
    words = chosen_words(text) or ""
    if _YES.match(words):
        context.answers.append(
            Answer(field=target.field, section=target.section, label=label, text=label, place=place, method="answered yes")
        )
    elif words and not _NO.match(words):
        context.answers.append(Answer(field=None, section=None, label=label, text=text, place=place, method=method))


def _named_with_birth(answers: Sequence[Answer]) -> list[Answer]:
    """Take a bare "Name" directly over the one bare "Date of birth" for the child's too, where no other label names a child."""
    taken = list(answers)
    if any(answer.field in _NAMED and answer.text for answer in answers):
        return taken
    for at, (one, after) in enumerate(pairwise(answers)):
        beside = one.place.partition(",")[0] == after.place.partition(",")[0] or one.place.startswith("line")
        is_name = one.field is None and one.section is None and words_of(one.label) in ("name", "full name")
        if is_name and beside and after.field == "children.date_of_birth" and after.text:
            taken[at] = replace(one, field="children.name", section=after.section)
            break
    return taken


def _joined(answers: Iterable[Answer]) -> list[Answer]:
    """Join what several labels say about one thing: where, and by whom, a child was last seen; the parts of a contact or associate."""
    joined: list[Answer] = []
    first: dict[tuple[str, object], int] = {}
    for answer in answers:
        key = (answer.field or "", answer.section.key if answer.field == "associates" and answer.section is not None else None)
        joint = _JOINED.get(key[0]) or (", " if key[1] is not None else None)
        at = first.get(key)
        if joint is None or not answer.text or answer.method == "content control":
            joined.append(answer)
        elif at is None:
            first[key] = len(joined)
            joined.append(answer)
        elif words_of(joined[at].label) == words_of(answer.label) or answer.text in joined[at].text:
            joined.append(answer)  # the same question answered twice is for the contradictions
        else:
            joined[at] = replace(joined[at], text=f"{joined[at].text}{joint}{answer.text}")
    return joined


def _whose(answers: Iterable[Answer]) -> Iterable[Answer]:
    """Leave open whose answer it is when several children are named and a label of its own names none of them."""
    keys: set[str] = set()
    unnamed = named = False
    for answer in answers:
        section = answer.section
        if answer.field is None or section is None or section.scope != "children" or not answer.text:
            yield answer
            continue
        if section.key is not None:
            keys.add(section.key)
            named = False
        elif answer.field in _NAMED:
            unnamed = named = True
        elif keys and not named and (len(keys) > 1 or unnamed):
            yield replace(answer, field=None)
            continue
        yield answer
