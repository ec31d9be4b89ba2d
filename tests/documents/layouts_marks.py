"""Choices as people mark them in Word: crossed out, bold, highlighted, circled, underlined, ticked in a line or in a grid."""

from collections.abc import Callable

from tests.documents.form import Form, Item
from tests.documents.word import Xml, cell, heading, legacy_tick, package, para, row, run, table, tick

Mark = Callable[[Item], Xml]


def marked(mark: Mark) -> Callable[[Form], bytes]:
    """Return the layout that prints every option of a choice and marks the chosen ones by *mark*."""

    def build(form: Form) -> bytes:
        body = []
        for section in form.sections:
            rows = [row(item.label, cell(mark(item)) if _has_choices(item) else item.shown) for item in section.items]
            body += [heading(section.title), table(*rows)]
        return package(form.title, *body)

    return build


def _has_choices(item: Item) -> bool:
    return bool(item.options) and set(item.chosen) <= set(item.options)


def _runs(item: Item, chosen: tuple[str, ...], others: tuple[str, ...], *, between: str = " / ", after: str = "") -> Xml:
    made = []
    for n, option in enumerate(item.options):
        made += [run(between)] if n else []
        made.append(run(option, *(chosen if option in item.chosen else others)))
    return para(Xml("".join(made)), *([run(after)] if after else []))


def crossed_out(item: Item) -> Xml:
    return _runs(item, (), ("strike",), after=" (delete as appropriate)")


def doubly_crossed_out(item: Item) -> Xml:
    return _runs(item, (), ("double strike",), between="  ", after="  * Delete as appropriate")


def bold(item: Item) -> Xml:
    return _runs(item, ("bold",), ())


def highlighted(item: Item) -> Xml:
    return _runs(item, ("highlight",), (), between="   ")


def shaded(item: Item) -> Xml:
    return _runs(item, ("shaded",), ())


def circled(item: Item) -> Xml:
    return _runs(item, ("circle",), (), after=" (*circle)")


def underlined(item: Item) -> Xml:
    return _runs(item, ("underline",), ())


def boxes_before(item: Item) -> Xml:
    return para("    ".join(f"{'☒' if one in item.chosen else '☐'} {one}" for one in item.options))


def boxes_after(item: Item) -> Xml:
    return para("     ".join(f"{one} {'☑' if one in item.chosen else '☐'}" for one in item.options))


def boxes_each_line(item: Item) -> Xml:
    return Xml("".join(para(f"{'✓' if one in item.chosen else '□'}\t{one}") for one in item.options))


def brackets(item: Item) -> Xml:
    return para("  ".join(f"[{'X' if one in item.chosen else ' '}] {one}" for one in item.options))


def controls(item: Item) -> Xml:
    return Xml("".join(para(tick(one in item.chosen), run(f" {one}")) for one in item.options))


def old_fields(item: Item) -> Xml:
    return para(Xml("".join(legacy_tick(one in item.chosen) + run(f" {one}    ") for one in item.options)))


def wingdings(item: Item) -> Xml:
    """Box characters of a symbol font, as Word writes them."""
    made = []
    for one in item.options:
        char = "F0FE" if one in item.chosen else "F0A8"
        made.append(f'<w:r><w:sym w:font="Wingdings" w:char="{char}"/></w:r>' + run(f" {one}   "))
    return para(Xml("".join(made)))


def grid(form: Form) -> bytes:
    """Questions down the side, answers along the top, a tick in the cell; the categories as a row of options over a row of ticks."""
    body = []
    for section in form.sections:
        body.append(heading(section.title))
        plain, asked, wide = [], [], []
        for item in section.items:
            if not _has_choices(item):
                plain.append(row(item.label, item.shown))
            elif item.options == ("Yes", "No"):
                asked.append(row(item.label, *("✓" if one in item.chosen else "" for one in item.options)))
            else:
                names = row(cell(item.label, merge="restart"), *item.options)
                ticks = row(cell("", merge="continue"), *("X" if one in item.chosen else "" for one in item.options))
                wide.append(table(names, ticks))
        body += [table(*plain)] if plain else []
        body += [table(row("", "Yes", "No"), *asked)] if asked else []
        for one in wide:
            body += [one, para("")]
    return package(form.title, *body)


def option_pairs(form: Form) -> bytes:
    """Each option has a cell of its own beside it for the tick: Yes | ✓ | No | | ."""
    body = []
    for section in form.sections:
        rows = []
        for item in section.items:
            if _has_choices(item):
                rows.append(row(item.label, *(text for one in item.options for text in (one, "✔" if one in item.chosen else ""))))
            else:
                rows.append(row(item.label, cell(item.shown, span=4)))
        body += [heading(section.title), table(*rows)]
    return package(form.title, *body)
