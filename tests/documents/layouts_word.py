"""Layouts of Word forms: how the labels and the words entered stand to each other on the page."""

from collections.abc import Callable
from itertools import zip_longest

from tests.documents.form import Form, Item, Section
from tests.documents.word import Xml, cell, heading, package, para, paras, row, run, table, text_box

Rows = Callable[[tuple[Item, ...]], list[Xml]]
LONG = ("circumstances", "actions_taken", "reason_for_concern", "agencies_contacted")


def _by_section(form: Form, rows: Rows, sections: list[Section] | None = None) -> list[Xml]:
    made = []
    for section in form.sections if sections is None else sections:
        made += [heading(section.title), table(*rows(section.items))]
    return made


def _pairs(items: tuple[Item, ...]) -> list[Xml]:
    return [row(item.label, item.shown) for item in items]


def two_columns(form: Form) -> bytes:
    return package(para(form.title, style="Title"), *_by_section(form, _pairs))


def four_columns(form: Form) -> bytes:
    def rows(items: tuple[Item, ...]) -> list[Xml]:
        short = [item for item in items if item.key not in LONG]
        made = []
        for left, right in zip_longest(short[::2], short[1::2]):
            made.append(row(left.label, left.shown, *((right.label, right.shown) if right else ("", ""))))
        return made + [row(item.label, cell(item.shown, span=3)) for item in items if item.key in LONG]

    return package(form.title, *_by_section(form, rows))


def same_cell(form: Form) -> bytes:
    """Label and words in one cell, two or three cells a row."""

    def rows(items: tuple[Item, ...]) -> list[Xml]:
        told = [f"{item.label.rstrip(':')}: {item.shown}" for item in items]
        return [row(*told[n : n + 3]) for n in range(0, len(told), 3)]

    return package(form.title, *_by_section(form, rows))


def several_in_one_cell(form: Form) -> bytes:
    """All of a section in one cell, a paragraph each, the label in bold."""

    def rows(items: tuple[Item, ...]) -> list[Xml]:
        lines = []
        for item in items:
            first, *others = item.shown.split("\n")
            lines += [para(run(f"{item.label.rstrip(':')}: ", "bold"), first), *(para(line) for line in others)]
        return [row(cell(Xml("".join(lines))))]

    return package(form.title, *_by_section(form, rows))


def label_above(form: Form) -> bytes:
    """A row of labels above the row of words."""

    def rows(items: tuple[Item, ...]) -> list[Xml]:
        made = []
        for n in range(0, len(items), 3):
            three = items[n : n + 3]
            made += [row(*(cell(para(run(item.label, "bold"))) for item in three)), row(*(item.shown for item in three))]
        return made

    return package(form.title, *_by_section(form, rows))


def _people(sections: list[Section], *, first: tuple[str, ...] = ()) -> Xml:
    """A table with a header row and one row a person."""
    labels: dict[str, str] = {item.key: item.label for section in sections for item in section.items}
    rows = [row(*([""] if first else []), *(cell(para(run(one, "bold"))) for one in labels.values()))]
    for n, section in enumerate(sections):
        shown = {item.key: item.shown for item in section.items}
        rows.append(row(*([first[n]] if first else []), *(shown.get(key, "") for key in labels)))
    return table(*rows)


def people_tables(form: Form) -> bytes:
    children, adults, others = form.of("children"), form.of("adults"), form.of("")
    return package(
        form.title,
        *_by_section(form, _pairs, others[:1]),
        heading("Children"),
        _people(children),
        *([heading("Parents and other adults"), _people(adults)] if adults else []),
        *_by_section(form, _pairs, others[1:]),
    )


def child_rows(form: Form) -> bytes:
    """ "Child 1 … Child 4" down the first column, with rows left over."""
    children, others = form.of("children"), form.of("")
    named = tuple(f"Child {n}" for n in range(1, 7))
    width = len({item.key for section in children for item in section.items})
    people = _people(children, first=named)
    spare = "".join(row(name, *[""] * width) for name in named[len(children) :])
    return package(
        form.title,
        *_by_section(form, _pairs, others[:1]),
        heading("Details of the children"),
        Xml(people.replace("</w:tbl>", f"{spare}</w:tbl>")),
        *_by_section(form, _pairs, [*form.of("adults"), *others[1:]]),
    )


def child_columns(form: Form) -> bytes:
    """ "Child 1 … Child 4" along the top; a spare column is left empty."""
    children, others = form.of("children"), form.of("")
    labels: dict[str, str] = {item.key: item.label for section in children for item in section.items}
    shown = [{item.key: item.shown for item in section.items} for section in children]
    top = row("", *(f"Child {n}" for n in range(1, len(children) + 2)))
    rows = [row(text, *(one.get(key, "") for one in shown), "") for key, text in labels.items()]
    return package(
        form.title,
        *_by_section(form, _pairs, others[:1]),
        table(top, *rows),
        *_by_section(form, _pairs, [*form.of("adults"), *others[1:]]),
    )


def numbered_names(form: Form) -> bytes:
    """ "1. Surname | 2. Surname | 3. Surname" side by side, the words under each label in the same cell."""
    children, others = form.of("children"), form.of("")
    keys: dict[str, str] = {item.key: item.label for section in children for item in section.items}
    rows = []
    for number, (key, text) in enumerate(keys.items()):
        shown = [{item.key: item.shown for item in section.items}.get(key, "") for section in children]
        rows.append(row(*(f"{f'{n}. ' if number == 0 else ''}{text}\n{value}" for n, value in enumerate(shown, 1))))
    return package(
        form.title,
        *_by_section(form, _pairs, others[:1]),
        heading("Children"),
        table(*rows),
        *_by_section(form, _pairs, [*form.of("adults"), *others[1:]]),
    )


def nested(form: Form) -> bytes:
    """Every section a table within a cell of one outer table."""
    rows = [row(cell(Xml(para(run(section.title, "bold")) + table(*_pairs(section.items))))) for section in form.sections]
    return package(form.title, table(*rows))


def merged(form: Form) -> bytes:
    """One table: section titles across it, long answers below their label across it, labels merged downwards."""
    rows = []
    for section in form.sections:
        rows.append(row(cell(para(run(section.title.upper(), "bold")), span=4)))
        for item in section.items:
            first, *more = item.shown.split("\n")
            if item.key in LONG:
                rows += [row(cell(item.label, span=4)), row(cell(item.shown, span=4))]
            elif more:
                rows.append(row(cell(item.label, span=2, merge="restart"), cell(first, span=2)))
                rows += [row(cell("", span=2, merge="continue"), cell(line, span=2)) for line in more]
            else:
                rows.append(row(cell(item.label, span=2), cell(item.shown, span=2)))
    return package(table(row(cell(form.title, span=4)), *rows))


def titles_down_the_side(form: Form) -> bytes:
    """The section's title stands turned in a merged cell at the left."""
    rows = []
    for section in form.sections:
        for n, item in enumerate(section.items):
            side = cell(section.title if n == 0 else "", merge="restart" if n == 0 else "continue", turned=True)
            rows.append(row(side, item.label, item.shown))
    return package(form.title, table(*rows))


def text_boxes(form: Form) -> bytes:
    boxes = [text_box(Xml(heading(section.title) + table(*_pairs(section.items)))) for section in form.sections]
    return package(form.title, *boxes)


def page_header(form: Form) -> bytes:
    """The first section stands in the page header, a marking in the footer."""
    first, *others = form.sections
    header = para("OFFICIAL-SENSITIVE (when completed)") + table(*_pairs(first.items)) + para("")
    return package(form.title, *_by_section(form, _pairs, others), header=header, footer=para("RESTRICTED (When completed)  Page 1 of 4"))


def guidance_column(form: Form, *, last: bool = True) -> bytes:
    """A third column explains each question, at the right or in the middle."""

    def rows(items: tuple[Item, ...]) -> list[Xml]:
        made = []
        for item in items:
            hint = item.hint or "Please complete in full"
            made.append(row(item.label, item.shown, hint) if last else row(item.label, hint, item.shown))
        return [row("Question", "Answer", "Guidance") if last else row("Question", "Guidance", "Answer"), *made]

    return package(form.title, para("All sections must be completed. Do not leave blank."), *_by_section(form, rows))


def guidance_in_cell(form: Form) -> bytes:
    """The guidance stands under the label in the same cell, in italics or brackets."""

    def rows(items: tuple[Item, ...]) -> list[Xml]:
        return [row(f"{item.label}\n({item.hint})" if item.hint else item.label, item.shown) for item in items]

    return package(form.title, *_by_section(form, rows))


def headings_only(form: Form) -> bytes:
    """No table at all: the label is a heading, the words a paragraph below it."""
    body = []
    for section in form.sections:
        body.append(heading(section.title))
        for item in section.items:
            body += [para(run(item.label, "bold"), style="Heading3"), paras(item.shown)]
    return package(para(form.title, style="Title"), *body)


def lines(form: Form) -> bytes:
    """Paragraphs "Label: words"."""
    body = []
    for section in form.sections:
        body.append(heading(section.title))
        body += [para(run(item.label.rstrip(":"), "bold"), ": ", item.shown) for item in section.items]
    return package(para(form.title, style="Title"), *body)


def tabs(form: Form) -> bytes:
    """Paragraphs "Label:⇥words⇥Label:⇥words"."""
    body = []
    for section in form.sections:
        body.append(heading(section.title))
        told = [f"{item.label.rstrip(':')}:\t{item.shown}" for item in section.items if "\n" not in item.shown and item.key not in LONG]
        body += [para("\t".join(told[n : n + 2])) for n in range(0, len(told), 2)]
        for item in section.items:
            if "\n" in item.shown or item.key in LONG:
                body += [para(item.label + ":"), paras(item.shown)]
    return package(form.title, *body)


def numbered_questions(form: Form) -> bytes:
    """Each label with a number before it and a spacer column of no words between."""
    rows, number = [], 0
    for section in form.sections:
        rows.append(row(cell(section.title, span=4)))
        for item in section.items:
            number += 1
            rows.append(row(f"{number}.", item.label, "", item.shown))
        rows.append(row("", "", "", ""))
    return package(form.title, table(*rows))
