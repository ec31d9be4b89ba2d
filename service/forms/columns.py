"""Reads tables by their columns: a header row over values, people side by side, and a column for each choice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from service.forms.answers import Answer, Context, take
from service.forms.blocks import EMPTY, TICKED, Cell
from service.forms.cells import filled, holds_lines, is_inline, is_label, label_of, read_within
from service.forms.choices import groups_of, is_tick
from service.forms.labels import ELSEWHERE, PERSONS, Section, Target, words_of
from service.forms.splitting import split_line
from service.forms.values import chosen_words

Row = tuple[Cell, ...]
Places = Sequence[str]
Column = tuple[str, Target | None]
_NAMING = ("children.family_name", "children.given_names", "children.name", "adults.name", "adults.family_name", "adults.given_names")
_TELLS_ADULT = frozenset(
    {"adults.relationship", "adults.parental_responsibility", "adults.date_of_birth", "adults.in_custody", "adults.risk"}
)
_TELLS_CHILD = frozenset(
    {"children.date_of_birth", "children.expected_delivery_date", "children.sex", "children.ethnicity", "children.legal_status",
     "children.family_name", "children.given_names", "children.school", "children.plan_start", "children.plan_categories"}
)  # fmt: skip
_TELLS_AGENCY = frozenset({"agencies_contacted.date"})
_PROFESSIONS = frozenset(
    {"role", "agency", "organisation", "job title", "designation", "position", "profession", "team", "email", "service", "professional",
     "post", "discipline"}
)  # fmt: skip
_COUNTING = frozenset({"No.", "No", "Nr", "#", "Number"})  # the first column of a list that is numbered
_YOUNG = frozenset({"subject", "child", "self", "brother", "sister", "sibling", "half-brother", "half-sister", "stepbrother", "stepsister",
                    "son", "daughter", "twin", "cousin"})  # fmt: skip
_OF_CHILDREN = frozenset({"children.name", "children.family_name", "children.given_names", "children.aliases", "children.date_of_birth"})


def header(row: Row, following: Row, context: Context) -> list[Column] | None:
    """Recognise a header row: every column is a label, and the row below does not begin with one."""
    if len(row) < 2 or len(following) < 2 or len(following) > len(row):
        return None
    here = context.table or context.heading
    sections: list[Section | None] = [here]
    if here is not None and here.scope == "people":
        sections = [Section("adults"), Section("children")]
    elif (here is None or (here.scope == "children" and here.key is None)) and _lists_relatives(row, following, context):
        sections = [Section("adults")]
    elif here is None and (opened := context.labels.section(row[0].text)) is not None and opened.scope in PERSONS and not opened.key:
        sections = [opened]
    elif here is None or here.scope not in PERSONS | ELSEWHERE | {"agencies_contacted", "associates"}:
        sections += [Section("children"), Section("adults"), Section("agencies_contacted")]
    best: list[Column] | None = None
    for number, section in enumerate(sections):
        columns = [(cell.text, _meant_by(cell, context, section)) for cell in row]
        known = [
            target.field for _, target in columns if target is not None and not (target.opens and target.section and target.section.role)
        ]
        score = len(set(known))
        unnamed = sum(1 for text, target in columns if target is None and text.strip() and not context.labels.is_known(text, section))
        repeated = len(known) != score and not (section is not None and section.scope == "associates")
        enough = score > 1 or (score == 1 and len(row) > 2 and _is_dated(columns, context))
        if not enough or unnamed > max(1, len(row) // 3) or repeated or (number > 0 and not _tells(columns, known, section)):
            continue
        if best is None or score > sum(1 for _, target in best if target):
            best = columns
    if best is None or _alternates(row, best, following, context):
        return None
    return best


def _meant_by(cell: Cell, context: Context, section: Section | None) -> Target | None:
    """Find what a column asks for; the last known address in a list of adults is each adult's own."""
    if section is not None and section.scope == "adults" and words_of(cell.text) == "last known address":
        return context.labels.find("address", section)
    return label_of(cell, context, section)


def _lists_relatives(row: Row, following: Row, context: Context) -> bool:
    """Tell whether a column says how people are related to the child, and its first answer is a mother, a father or the like."""
    adults = Section("adults")
    for cell, below in zip(row, following, strict=False):
        target = label_of(cell, context, adults)
        if target is not None and target.field == "adults.relationship":
            section = context.labels.section(below.text)
            return section is not None and section.scope == "adults"
    return False


def _asks(cell: Cell, context: Context) -> bool:
    """Tell whether a cell holds a label with its answer; "Mother: said no" is as often an answer."""
    if not is_inline(cell, context, context.section):
        return False
    parts = split_line(cell.text.split("\n")[0], context, context.section)
    return parts is None or parts[0][0] is None or not parts[0][0].opens


def _is_dated(columns: list[Column], context: Context) -> bool:
    """Tell whether the one label of a header stands over a list with its dates: "Previous address | From | To"."""
    rest = {words_of(text) for text, target in columns if target is None}
    return (
        columns[0][1] is not None
        and bool(rest)
        and rest <= {"from", "to", "dates", "date from", "date to", "from date", "to date", "until"}
    )


def _tells(columns: list[Column], known: list[str], section: Section | None) -> bool:
    """Tell whether the columns are certainly about children, adults or agencies when no heading says so."""
    assert section is not None
    if section.scope in PERSONS and any(set(words_of(text).split()) & _PROFESSIONS for text, _ in columns):
        return False
    if section.scope == "children":
        return bool(_TELLS_CHILD & set(known)) and not any(one.startswith("adults.") and one != "adults.name" for one in known)
    return bool((_TELLS_ADULT if section.scope == "adults" else _TELLS_AGENCY) & set(known))


def _alternates(row: Row, columns: list[Column], following: Row, context: Context) -> bool:
    """Tell label-value rows from header rows: below a header there are values, below a pair there is the next label."""
    if all(cell.heading for cell in row):
        return False
    begins = label_of(following[0], context, context.section)
    if begins is not None and not begins.asked and not (begins.opens and _heads_people(columns[0][1])):
        return True
    inline = sum(_asks(cell, context) for cell in filled(following))
    if inline * 2 > len(filled(following)):
        return True
    understood = [target is not None or context.labels.is_known(text, context.section) or text in _COUNTING for text, target in columns]
    if len(columns) < 3:
        return columns[0][1] is None or not all(understood)
    blank = sum(not text.strip() for text, _ in columns[1:])
    if all(understood) or (not blank and columns[0][1] is None and all(understood[1:])):
        return False
    below = [cell for cell, (_, target) in zip(following, columns, strict=False) if target is None or target.field != "adults.relationship"]
    if not any(understood[1::2]) or any(is_label(cell, context, context.section) for cell in following[::2] if cell in below):
        return True
    return blank * 3 > len(columns) or (blank > 0 and sum(understood) + blank < len(columns))


def read_below_header(rows: Sequence[Row], places: Places, start: int, columns: list[Column], context: Context) -> int:
    """Read the rows under a header; return the number of the row after them."""
    end = start + 1
    while end < len(rows) and not _ends(rows[end], end == start + 1, columns, context):
        end += 1
    values = [number for number in range(start + 1, end) if filled(rows[number])]
    base = context.table or context.heading
    last: Section | None = None
    for number in values:
        row = rows[number]
        if _is_only_printed(row, columns):
            continue
        leading = columns[0][1] is None or columns[0][1].opens
        named = context.labels.section(row[0].text) if leading and row[0].text.strip() else None
        order = sorted(range(min(len(columns), len(row))), key=lambda index: _names_somebody(columns[index][1]), reverse=True)
        for index in order:
            label, target = columns[index]
            text = row[index].text
            if not text.strip():
                continue
            if target is None:
                if context.labels.section(text) is None and label.strip():
                    take(context, None, label=label, text=text, place=places[number], method="column of a table")
                continue
            target, section = _whose_row(target, row, columns, base) or (target, None)
            if section is None:
                section = _person(target, named, base, len(values) == 1, columns, places[number])
            elif section.scope == "others":
                _show_apart(context, label, text, places[number])
                continue
            else:
                section = replace(section, key=places[number].replace(",", ""))
            last = section or last
            context.after = None
            if target.opens and holds_lines(text, section, context):
                read_within(text, section, places[number], context)
                continue
            if target.field == "agencies_contacted":  # over a column it asks for one agency, beside a box for all of them
                target = replace(target, field="agencies_contacted.agency")
            take(context, replace(target, section=section), label=label, text=text, place=places[number], method="column of a table")
            context.implied = None
    if len(values) == 1 and last is not None and last.scope == "adults" and context.table is None:
        context.table = last if end < len(rows) and len(filled(rows[end])) > 1 else None
    return end


def _is_only_printed(row: Row, columns: list[Column]) -> bool:
    """Tell whether a row of a list of agencies names one and says neither when it was contacted nor what it said: the form's own words."""
    fields = [target.field if target is not None else "" for _, target in columns]
    asked = {"agencies_contacted.date", "agencies_contacted.outcome"} & set(fields)
    if not asked or not set(fields) & {"agencies_contacted.agency", "agencies_contacted"}:
        return False
    return not any(chosen_words(cell.text) for cell, name in zip(row, fields, strict=False) if not name.endswith((".agency", "contacted")))


def _heads_people(target: Target | None) -> bool:
    """Tell whether a first column may hold "Mother" or "Child 1": it has no label, names the people, or asks how they are related."""
    return target is None or target.opens or target.field == "adults.relationship"


def _whose_row(target: Target, row: Row, columns: list[Column], base: Section | None) -> tuple[Target, Section] | None:
    """Tell adults from children in a list of the household by how they are related: a brother is no adult, and perhaps not missing."""
    if target.field.split(".")[0] != "adults":
        return None
    related = [
        words_of(cell.text) for (_, one), cell in zip(columns, row, strict=False) if one is not None and one.field == "adults.relationship"
    ]
    if not related or not set(related[0].split()) & _YOUNG:
        return None
    is_missing = base is not None and base.scope == "people"
    if not is_missing and not set(related[0].split()) & {"subject", "child", "self", "missing"}:
        return target, Section("others")
    field = target.field.replace("adults.", "children.")
    return (replace(target, field=field), Section("children")) if field in _OF_CHILDREN else (target, Section("others"))


def _show_apart(context: Context, label: str, text: str, place: str) -> None:
    """Leave the particulars of a brother or sister in the form, but not unseen."""
    context.passed.append((place, text))
    context.answers.append(Answer(field=None, section=Section("others"), label=label, text=text, place=place, method="column of a table"))


def _names_somebody(target: Target | None) -> bool:
    return target is not None and target.field in _NAMING


def _ends(row: Row, is_first: bool, columns: list[Column], context: Context) -> bool:
    if len(row) < 2 or len(row) > len(columns) or (len(row) < len(columns) and any(cell.across > 1 for cell in row[1:])):
        return True
    begins = label_of(row[0], context, context.table)
    if is_first or len(filled(row)) < 2 or begins is None or begins.asked:
        return False
    return not (begins.opens and _heads_people(columns[0][1]))


def _person(target: Target, named: Section | None, base: Section | None, alone: bool, columns: list[Column], place: str) -> Section | None:
    """Name the person of a row: by its first cell, by the part of the form we are in, or by the row."""
    scope = target.field.split(".")[0]
    if scope not in PERSONS | {"agencies_contacted", "associates"}:
        return target.section
    if named is not None and named.scope == scope:
        return named
    own = base if base is not None and base.scope == scope else None
    if own is not None and own.key is not None and alone:
        return own
    if alone and (scope == "children" or (scope == "adults" and not any(_names_somebody(one) for _, one in columns))):
        return own or Section(scope)
    return Section(scope, place.replace(",", ""))


def people_columns(row: Row, following: Row, context: Context) -> dict[int, Section] | None:
    """Recognise people side by side: a header of "Child 1 | Child 2" or "Mother | Father", with or without a first column of labels.

    One of them may go without a number, "Mother | Father | Child", where each cell below has a label of its own.
    """
    cells = filled(row)
    labels = context.labels
    if len(cells) < 2:
        return None
    first = 0 if row[0].text.strip() and labels.section(row[0].text) is not None else 1
    if first == 1 and (len(row) < 3 or labels.find(row[0].text, context.section) is not None):
        return None
    people = {index: section for index, cell in enumerate(row[first:], first) if (section := labels.section(cell.text)) is not None}
    distinct = Counter((section.scope, section.key) for section in people.values())
    whole = len(people) == len(row) - first and len(distinct) == len(people) and all(one.scope in PERSONS for one in people.values())
    unnumbered = [one.scope for one in people.values() if one.key is None]
    scopes = [one.scope for one in people.values()]
    if unnumbered and (any(scopes.count(one) > 1 for one in unnumbered) or first or not _ask_each(following, people, context)):
        return None
    return people if whole else None


def _ask_each(row: Row, people: dict[int, Section], context: Context) -> bool:
    return len(row) == len(people) and all(is_inline(cell, context, people[index]) for index, cell in enumerate(row))


def read_people_columns(
    rows: Sequence[Row], places: Places, start: int, people: dict[int, Section], context: Context
) -> list[tuple[int, Section, list[Cell]]]:
    """Deal the rows under people side by side out to each: (row, person, cells), where the first cell is the label."""
    head = rows[start]
    edges: dict[int, tuple[int, int]] = {}
    at = 0
    for index, cell in enumerate(head):
        edges[index] = (at, at + cell.across)
        at += cell.across
    dealt: list[tuple[int, Section, list[Cell]]] = []
    for number in range(start + 1, len(rows)):
        row = rows[number]
        if len(row) < len(head) or sum(cell.across for cell in row) < len(head):
            break
        if any(section.key is None for section in people.values()) and not _ask_each(row, people, context):
            break
        if len(row) == len(head):
            share = {index: [row[index]] for index in people}
        elif len(row) == 2 * len(people) and 0 in people:
            share = {index: list(row[2 * index : 2 * index + 2]) for index in people}
        else:
            share = {index: _within(row, *edges[index]) for index in people}
        for index, section in people.items():
            dealt.append((number, section, share[index] if 0 in people else [row[0], *share[index]]))
    return dealt


def _within(row: Row, start: int, end: int) -> list[Cell]:
    found, at = [], 0
    for cell in row:
        if start <= at < end:
            found.append(cell)
        at += cell.across
    return found


def choice_columns(row: Row) -> dict[int, str] | None:
    """Recognise a header with a column for each choice: "Question | Yes | No", " | Low | Medium | High"."""
    found = {index: cell.text.strip() for index, cell in enumerate(row) if index and groups_of(cell.text)}
    if len(found) < 2 or len(found) < len(filled(row[1:])) or groups_of(row[0].text):
        return None
    shared = frozenset.intersection(*(groups_of(text) for text in found.values()))
    words = {words_of(text) for text in found.values()}
    if "answer" in shared and not (words >= {"yes", "no"} or words >= {"y", "n"}):
        return None
    return found if shared else None


def read_choice_rows(rows: Sequence[Row], places: Places, start: int, choices: dict[int, str], context: Context) -> int:
    """Read the rows under a header of choices by the column that is ticked; stop where a row holds anything but ticks."""
    number = start + 1
    while number < len(rows) and len(rows[number]) == len(rows[start]):
        row = rows[number]
        if not row[0].text.strip() or any(row[index].text.strip() and not _is_mark(row[index].text) for index in choices):
            break
        ticked = [choice for index, choice in choices.items() if _is_chosen(row[index].text)]
        text = f"{TICKED} " + f" {TICKED} ".join(ticked) if ticked else ""
        take(
            context, label_of(row[0], context, context.section), label=row[0].text, text=text, place=places[number], method="ticked column"
        )
        number += 1
    return number


def _is_mark(text: str) -> bool:
    return is_tick(text) or text.strip() in (EMPTY, "□", "[ ]", "[]") or words_of(text) in ("yes", "true", "no", "n a")


def _is_chosen(text: str) -> bool:
    return is_tick(text) or words_of(text) in ("yes", "true")
