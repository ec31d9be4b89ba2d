"""Forms made up for the property tests: facts about people, dealt out over every layout, among labels of strangers and guidance.

Every fact bears a word of its own ("qz7q"), so that wherever it turns up it is known.
"""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from .documents import docx, paragraph, table
from .word_parts import grid, merged

# the labels of one field each; all values are text, so that nothing is refused for its form
Labels = dict[str, tuple[str, ...]]
CHILD: Labels = {
    "family_name": ("Surname", "Family name:", "Last Name", "Cyfenw / Surname"),
    "given_names": ("Forename(s)", "First name", "Given names:"),
    "ethnicity": ("Ethnicity", "Ethnic origin"),
    "school": ("School", "School / Nursery", "Name of school:"),
    "description": ("Description", "Distinguishing features"),
}
ADULT: Labels = {
    "name": ("Name", "Full name:"), "phone": ("Tel No", "Telephone:"), "address": ("Address", "Home address:"),
    "risk": ("Risk", "Risk posed"),
}  # fmt: skip
PLAIN: Labels = {
    "originating_authority": ("Originating authority", "Placing Authority:"),
    "last_seen": ("Where last seen", "Location missing from"),
    "circumstances": ("Circumstances", "Circumstances the child went missing in"),
    "actions_taken": ("Actions taken to locate", "Action taken"),
    "reason_for_concern": ("Reason for concern", "Child protection concerns:"),
    "police_reference": ("Police reference", "Police log no."),
    "out_of_hours_contact": ("Out of hours contact", "EDT contact"),
}
STRANGERS = ("GP", "Name and address of GP", "Health visitor", "School address", "Referrer's name", "Landlord", "Form completed by",
             "Siblings", "Head teacher", "Foster carer's name", "Midwife")  # fmt: skip
OTHERS = ("Favourite colour", "Date of referral", "Interpreter required?", "Religion", "Signature", "Date reported to police")
BELOW_A_STRANGER = ("Address", "Tel", "Name", "Email", "Postcode")
LAYOUTS = ("pairs", "two pairs", "three pairs", "one cell", "two lines", "above", "header", "guidance", "numbered", "side", "lines")
GUIDANCE = ("Please complete all boxes", "eg. foster carer", "(if known)", "This is the child's usual address")
LIKE_LABELS = ("School", "Mother", "Surname", "Yes", "Date", "GP", "Child 2", "Name:", "Address", "Mother: said no", "Father\nGP",
               "Telephone",
               "Social worker", "(see report)", "Yes / No", "Date of birth", "1. Name", "Home address", "Nursery")  # fmt: skip
WORDS = st.text(alphabet="abcdefghijklm 0123456789'’-éŵ", min_size=1, max_size=24)


@dataclass
class Form:
    """A form and what it says: the words allowed under each path, as "children.surname", whoever of several it is about."""

    blocks: list[str] = field(default_factory=list)
    said: dict[str, set[str]] = field(default_factory=dict)
    facts: int = 0

    def content(self) -> bytes:
        return docx(paragraph("National Alert Notification of a Missing Child"), table(("Date missing", "20/10/2026")), *self.blocks)


def pairs(draw: st.DrawFn, facts: list[tuple[str, str]]) -> str:
    """Lay facts out as labels with answers, in one of the ways forms do."""
    layout = draw(st.sampled_from(LAYOUTS))
    if layout in ("two pairs", "three pairs"):
        width = 2 if layout == "two pairs" else 3
        padded = facts + [("", "")] * (-len(facts) % width)
        return table(*(tuple(text for fact in padded[at : at + width] for text in fact) for at in range(0, len(padded), width)))
    if layout == "one cell":
        return table(*((f"{label.rstrip(':')}: {text}",) for label, text in facts))
    if layout == "two lines":
        return table(*((f"{label}\n{text}",) for label, text in facts))
    if layout == "above":
        return table(*(row for label, text in facts for row in ((label,), (text,))))
    if layout == "header" and len(facts) > 1:
        return table(tuple(label for label, _ in facts), tuple(text for _, text in facts))
    if layout == "guidance":
        return table(*((label, text, draw(st.sampled_from(GUIDANCE))) for label, text in facts))
    if layout == "numbered":
        return table(*((f"{number}.", label, text) for number, (label, text) in enumerate(facts, start=1)))
    if layout == "side":
        sides = [merged("Details", down="restart"), *(merged("", down="continue") for _ in facts[1:])]
        return grid(*((side, label, text) for side, (label, text) in zip(sides, facts, strict=True)))
    if layout == "lines":
        return "".join(paragraph(f"{label.rstrip(':')}: {text}") for label, text in facts)
    return table(*facts)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    form = Form()
    number = 0

    def fact(path: str, labels: tuple[str, ...], *, blank: bool = True) -> tuple[str, str]:
        nonlocal number
        number += 1
        label = draw(st.sampled_from(labels))
        if blank and draw(st.integers(0, 4)) == 0:
            return label, ""
        text = " ".join(f"qz{number}q {draw(WORDS)}".split()) if path != "adults.phone" else f"01632 960{number:03}"
        form.said.setdefault(path, set()).add(text)
        form.facts += 1
        return label, text

    def noise() -> list[tuple[str, str]]:
        nonlocal number
        number += 1
        other = (draw(st.sampled_from(OTHERS)), f"qz{number}q other")
        stranger = (draw(st.sampled_from(STRANGERS)), f"qz{number}q stranger")
        below = (draw(st.sampled_from(BELOW_A_STRANGER)), f"qz{number}q theirs")
        return [other, stranger, below] if draw(st.booleans()) else [other]

    for kind in draw(st.permutations(["child", "child", "mother", "father", "plain", "stranger", "stranger", "gp"])):
        chosen: Labels | None = {"child": CHILD, "mother": ADULT, "father": ADULT, "plain": PLAIN}.get(kind)
        if chosen is None:
            rows = noise()
            form.blocks += [paragraph("GP details", style="Heading1"), table(*rows)] if kind == "gp" else [table(*rows)]
            continue
        names: list[str] = list(draw(st.permutations(list(chosen))))[: max(2, len(chosen) - 1)]
        if kind == "child" and "given_names" in names:  # a child begins with the name, as forms ask it
            names = ["given_names", *(name for name in names if name != "given_names")]
        scope = {"child": "children.", "mother": "adults.", "father": "adults.", "plain": ""}[kind]
        facts = [fact(scope + name, chosen[name], blank=name not in ("given_names", "name")) for name in names]
        if kind == "child":
            form.blocks.append(paragraph(f"Child {sum('Child ' in block for block in form.blocks) + 1}", style="Heading1"))
        elif kind != "plain":
            form.blocks.append(paragraph(kind.capitalize(), style="Heading1"))
        else:
            form.blocks.append(paragraph("Further questions", style="Heading1"))
        form.blocks.append(pairs(draw, facts))
    return form


@st.composite
def spelt_like_labels(draw: st.DrawFn) -> Form:
    """Make one table of which the answers are spelt like labels, headings and choices."""
    form = Form()
    number = 0

    def answer(path: str) -> str:
        nonlocal number
        number += 1
        word = f"qz{number}q"
        text = draw(st.sampled_from(["{}", "", "{} %s", "%s {}", "Not known", "[insert]"])).replace(
            "%s", draw(st.sampled_from(LIKE_LABELS))
        )
        form.said.setdefault(path, set()).add(word)
        return text.replace("{}", word)

    kind = draw(st.sampled_from(["plain", "one child", "an adult", "side by side", "header"]))
    if kind == "plain":
        form.blocks.append(table(*((draw(st.sampled_from(labels)), answer(name)) for name, labels in PLAIN.items())))
    elif kind == "an adult":
        facts = [(draw(st.sampled_from(ADULT[name])), answer(f"adults.{name}")) for name in ("name", "address", "risk")]
        form.blocks.append(table(("Mother",), *facts))
    else:
        names = list(draw(st.permutations(list(CHILD))))
        labels = {name: draw(st.sampled_from(CHILD[name])) for name in names}
        if kind == "one child":
            form.blocks.append(table(*((labels[name], answer(f"children.{name}")) for name in names)))
        elif kind == "side by side":
            rows = [(labels[name], answer(f"children.{name}"), answer(f"children.{name}")) for name in names]
            form.blocks.append(table(("", "Child 1", "Child 2"), *rows))
        else:
            rows_below = [tuple(answer(f"children.{name}") for name in names) for _ in range(draw(st.integers(1, 3)))]
            form.blocks.append(table(tuple(labels[name].rstrip(":") for name in names), *rows_below))
    return form
