"""Word forms with places to fill in: content controls, legacy fields, repeating sections, tracked changes, placeholders, broken words."""

from tests.documents.form import Form, Item
from tests.documents.word import (
    Xml,
    cell,
    control,
    date_control,
    deleted,
    drop_down,
    heading,
    inserted,
    legacy_choice,
    legacy_text,
    legacy_tick,
    package,
    para,
    row,
    run,
    table,
    tick,
)

# What a template's maker calls the controls, for those that have no label beside them.
TAGS = {
    "originating_authority": "OriginatingAuthority",
    "date_went_missing": "DateMissing",
    "date_last_seen": "DateLastSeen",
    "family_name": "Surname",
    "given_names": "Forename",
    "date_of_birth": "DateOfBirth",
    "sex": "Gender",
    "ethnicity": "Ethnicity",
    "aliases": "Aliases",
    "legal_status": "LegalStatus",
    "circumstances": "Circumstances",
    "actions_taken": "ActionsTaken",
    "reason_for_concern": "ReasonForConcern",
    "risk_level": "RiskLevel",
    "police_reference": "PoliceReference",
    "school": "School",
    "nhs_number": "NHSNumber",
    "home": "HomeAddress",
}


def by_tag_only(form: Form) -> bytes:
    """Controls with a tag and no label anywhere near: the designer drew the labels as a picture."""
    body = []
    for section in form.sections:
        prefix = section.title.replace(" ", "") + "_" if section.people == "children" else ""
        asked = (item for item in section.items if item.key in TAGS)
        body += [para(control(item.shown, tag=f"{prefix}{TAGS[item.key]}")) for item in asked]
    return package(para(form.title, style="Title"), *body)


def by_title_only(form: Form) -> bytes:
    """Controls whose title is the question; the tag means nothing."""
    body = []
    for n, section in enumerate(form.sections):
        body.append(heading(section.title))
        body += [para(control(item.shown, tag=f"ctl{n}_{k}", title=item.label)) for k, item in enumerate(section.items)]
    return package(form.title, *body)


def by_neighbour(form: Form) -> bytes:
    """Controls in the cell beside the label, tags of no meaning, and some left as the placeholder."""
    rows, n = [], 0
    for section in form.sections:
        rows.append(row(cell(section.title, span=2)))
        for item in section.items:
            n += 1
            rows.append(row(item.label, cell(para(control(item.shown, tag=f"Text{n}", title=f"Text{n}")))))
        rows.append(row("Religion", cell(para(control("Click or tap here to enter text.", tag="Text99", placeholder=True)))))
    rows.append(row("Vehicle details", cell(para(control("Click here to enter text.", placeholder=True)))))
    return package(form.title, table(*rows))


def _picked(item: Item) -> Xml:
    dates = [value for value in item.expects.values() if isinstance(value, str) and len(value) == 10 and value[4:8:3] == "--"]
    if item.options == ("Yes", "No"):
        return Xml(para(Xml("".join(tick(one in item.chosen) + run(f" {one}   ") for one in item.options))))
    if item.options and len(item.chosen) == 1 and item.chosen[0] in item.options:
        return para(drop_down(item.chosen[0], item.options))
    if len(dates) == 1 and "\n" not in item.shown and " - " not in item.shown:
        return para(date_control(item.shown, dates[0]))
    return para(control(item.shown))


def pickers(form: Form) -> bytes:
    """Date pickers, drop-down lists and check boxes; one list is left unchosen."""
    body = []
    for section in form.sections:
        body += [heading(section.title), table(*(row(item.label, cell(_picked(item))) for item in section.items))]
    unchosen = row("Exceptional criterion", cell(para(drop_down("", ("Section 47", "Abducted", "Removed")))))
    return package(form.title, *body, table(unchosen))


def repeating(form: Form) -> bytes:
    """The children are items of a repeating section control."""
    made = []
    for section in form.of("children"):
        rows = (row(item.label, cell(para(control(item.shown, title=item.label)))) for item in section.items)
        made.append(control(Xml(para(section.title) + table(*rows)), extra="<w15:repeatingSectionItem/>"))
    children = control(Xml("".join(made)), title="Children", extra="<w15:repeatingSection/>")
    return package(form.title, *_tables(form.of("")[:1]), children, *_tables([*form.of("adults"), *form.of("")[1:]]))


def _tables(sections: list) -> list[Xml]:  # type: ignore[type-arg]
    made = []
    for section in sections:
        made += [heading(section.title), table(*(row(item.label, item.shown) for item in section.items))]
    return made


def rows_in_controls(form: Form) -> bytes:
    """Controls around whole rows, and around whole cells."""
    body = []
    for section in form.sections:
        rows = []
        for n, item in enumerate(section.items):
            if n % 2:
                rows.append(control(row(item.label, item.shown), tag=f"row{n}"))
            else:
                rows.append(Xml(f"<w:tr>{cell(item.label)}{control(cell(item.shown), tag=f'cell{n}')}</w:tr>"))
        body += [heading(section.title), table(*rows)]
    return package(form.title, *body)


def legacy_fields(form: Form) -> bytes:
    """The grey fields of Word 97: text, drop-down by index, check boxes by state."""

    def entered(item: Item) -> Xml:
        if item.options == ("Yes", "No"):
            return para(Xml("".join(run(f"{one} ") + legacy_tick(one in item.chosen) + run("  ") for one in item.options)))
        if item.options and len(item.chosen) == 1 and item.chosen[0] in item.options:
            return para(legacy_choice(item.chosen[0], item.options))
        return Xml("".join(para(legacy_text(line)) for line in item.shown.split("\n")))

    body = []
    for section in form.sections:
        body += [heading(section.title), table(*(row(item.label, cell(entered(item))) for item in section.items))]
    return package(form.title, *body, table(row("Ethnic origin of carer", cell(para(legacy_text(""))))))


def tracked(form: Form) -> bytes:
    """Every short answer was first another one, taken out by a tracked change; the answer stands partly in an insertion."""
    body = []
    for section in form.sections:
        rows = []
        for item in section.items:
            if "\n" in item.shown or len(item.shown) < 4:
                rows.append(row(item.label, item.shown))
                continue
            half = len(item.shown) // 2
            old = "01/01/2001" if item.shown[:2].isdigit() else "Wrongly Written"
            rows.append(row(item.label, cell(para(deleted(old), inserted(item.shown[:half]), run(item.shown[half:])))))
        body += [heading(section.title), table(*rows)]
    return package(form.title, *body, comment="Is this the right date? 05/05/2005")


def placeholders(form: Form) -> bytes:
    """Answers given, and questions left as the template has them or filled with words that say nothing."""
    left = (
        ("Vehicle details", "[insert vehicle]"),
        ("Ethnicity of carers", "Choose an item."),
        ("Police reference", "TBC"),
        ("Police contact", "Not known"),
        ("Exceptional criterion", "N/A"),
        ("Associates", "[Enter names here]"),
        ("Strategy discussion date", "dd/mm/yyyy"),
        ("Out of hours contact", "Click here to enter text"),
        ("Previous address", "unknown"),
        ("Is a parent in custody?", "Yes / No (delete as appropriate)"),
        ("Could the family be temporarily absent?", "Yes / No"),
        ("Level of risk", "Low / Medium / High *"),
        ("Will the media be informed?", "☐ Yes   ☐ No"),
        ("Child protection category", "*please circle: neglect / physical / sexual / emotional"),
    )
    return package(form.title, *_tables(list(form.sections)), table(*(row(*pair) for pair in left)))


def broken_words(form: Form) -> bytes:
    """Conversion broke the labels: runs within words, spaces within words, hard spaces, bookmark debris."""

    def split(text: str) -> Xml:
        return Xml("".join(run(text[n : n + 3]) for n in range(0, len(text), 3)))

    def spoiled(text: str) -> str:
        words = text.split(" ")
        longest = max(range(len(words)), key=lambda n: len(words[n]))
        word = words[longest]
        words[longest] = f"{word[: len(word) - 2]} {word[-2:]}" if len(word) > 6 and word.isalpha() else word
        return "\u00a0".join(words)

    body = []
    for section in form.sections:
        rows = [row(cell(para(split(spoiled(item.label)), run("\u00a0:"))), cell(para(split(item.shown)))) for item in section.items]
        body += [heading(f"{section.title} [bookmark: _Toc123456]"), table(*rows)]
    return package(form.title, *body)


CYMRAEG = {
    "family_name": "Cyfenw",
    "given_names": "Enw(au) cyntaf",
    "date_of_birth": "Dyddiad geni",
    "sex": "Rhyw",
    "ethnicity": "Ethnigrwydd",
    "home": "Cyfeiriad cartref",
    "date_went_missing": "Dyddiad yr aeth ar goll",
    "legal_status": "Statws cyfreithiol",
    "school": "Ysgol",
    "circumstances": "Amgylchiadau",
    "social_worker": "Gweithiwr cymdeithasol",
    "phone": "Ffôn",
    "email": "E-bost",
    "team": "Tîm",
    "risk_level": "Lefel risg",
    "aliases": "Enwau eraill",
    "police_reference": "Cyfeirnod yr heddlu",
    "name": "Enw",
    "relationship": "Perthynas",
}


def bilingual(form: Form) -> bytes:
    """Labels in Welsh and English, side by side with a stroke or on two lines."""
    body = []
    for section in form.sections:
        rows = []
        for n, item in enumerate(section.items):
            welsh = CYMRAEG.get(item.key)
            between = "\n" if n % 2 else " / "
            rows.append(row(f"{welsh}{between}{item.label}" if welsh else item.label, item.shown))
        body += [heading(section.title), table(*rows)]
    return package("Hysbysiad Rhybudd Cenedlaethol: Plentyn ar Goll", form.title, *body)
