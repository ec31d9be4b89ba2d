"""Rules that hold for every form: shuffled tables read back exactly, and nothing stands under another label."""

import json
import re
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from service.forms.blocks import Line, Table
from service.forms.formats import take_apart
from service.forms.reading import Reading

from .documents import docx, paragraph, read, table
from .scattered import LIKE_LABELS, Form, spelt_like_labels
from .scattered import forms as scattered_forms

LABELS = {
    "Originating authority": "originating_authority",
    "Where last seen": "last_seen",
    "Circumstances": "circumstances",
    "Actions taken to locate": "actions_taken",
    "Reason for concern": "reason_for_concern",
    "Police reference": "police_reference",
    "Out of hours contact": "out_of_hours_contact",
    "Police contact": "police_contact",
    "What information do the police have?": "whereabouts.police_information",
    "Surname": "children[0].family_name",
    "Forename": "children[0].given_names",
    "Ethnicity": "children[0].ethnicity",
    "School": "children[0].school",
    "Where found": "found.where",
    "Favourite colour": None,
    "Pet": None,
}
# "qz" keeps random letters from spelling a placeholder, a label or "unknown"
VALUES = st.text(alphabet="abcdefghijklmnŵŷêO'’- 0123456789🙂א", min_size=1, max_size=30).map(lambda text: f"qz{' '.join(text.split())}")


def at(fields: dict[str, object], path: str) -> object:
    found: object = fields
    for part in path.replace("[0]", ".0").split("."):
        found = found[int(part)] if isinstance(found, list) else found[part]  # type: ignore[index]
    return found


@st.composite
def forms(draw: st.DrawFn) -> tuple[list[tuple[str, ...]], dict[str, str]]:
    chosen = draw(st.permutations(list(LABELS)).map(lambda all_: all_[: 4 + len(all_) // 2]))
    answers = {label: draw(st.one_of(VALUES, st.just(""))) for label in chosen}
    pairs = draw(st.sampled_from([1, 2]))
    flat = list(answers.items())
    rows = [tuple(text for pair in flat[index : index + pairs] for text in pair) for index in range(0, len(flat), pairs)]
    return rows, answers


@settings(max_examples=120, deadline=None)
@given(forms())
def test_a_shuffled_table_of_labels_and_values_reads_back_exactly(form: tuple[list[tuple[str, ...]], dict[str, str]]) -> None:
    rows, answers = form
    wanted = {LABELS[label]: value for label, value in answers.items() if value and LABELS[label]}
    content = docx(paragraph("National Alert Notification of a Missing Child"), table(("Date missing", "20/10/2026"), *rows))
    reading = read(content)
    got = {path: at(reading.fields, path) for path in reading.provenance if path != "date_went_missing"}
    assert got == wanted
    unknown = [label for label, value in answers.items() if value and LABELS[label] is None]
    assert sorted(str(finding.label) for finding in reading.findings) == sorted(unknown)


@settings(max_examples=80, deadline=None)
@given(forms())
def test_lines_of_labels_and_values_read_back_exactly(form: tuple[list[tuple[str, ...]], dict[str, str]]) -> None:
    answers = {label: value for label, value in form[1].items() if value and LABELS[label]}
    lines = [f"{label.rstrip('?')}: {value}" for label, value in answers.items()]
    text = "National Alert Notification of a Missing Child\n\nDate missing: 20/10/2026\nRisk level: high\nVehicles: none\n" + "\n".join(
        lines
    )
    reading = read(text)
    for label, value in answers.items():
        path = LABELS[label]
        assert path is not None
        assert at(reading.fields, path) == value
    assert len(reading.provenance) == len(answers) + 3


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_in_a_cell_never_reaches_another_field(text: str) -> None:
    clean = "".join(character for character in text if character.isprintable() and character not in "\ufffe\uffff")
    reading = read(
        docx(
            paragraph("National Alert Notification of a Missing Child"),
            table(("Date missing", "20/10/2026"), ("Surname", "Example"), ("School", clean)),
        )
    )
    assert set(reading.provenance) <= {"date_went_missing", "children[0].family_name", "children[0].school"}
    assert reading.fields["date_went_missing"] == "2026-10-20"


def test_letters_signs_and_hostile_text_are_kept_exactly() -> None:
    for value in (
        "Siân ap Rhŷs-Ŵyn",
        "O’Example-D'Arcy",
        "Zoë 🙂",
        "מרים",
        "=HYPERLINK(1)",
        "{{7*7}}",
        "<script>",
        "APPROVE 4821",
        "%0d%0aBcc:",
    ):
        reading = read(docx(paragraph("National Missing Child Alert"), table(("Surname", value), ("Forename", "Amy"))))
        assert reading.fields["children"][0]["family_name"] == value
        assert value in json.dumps(reading.as_json(), ensure_ascii=False)


WORD = re.compile(r"qz\d+q|01632 960\d{3}")


def leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text that was read, with its path but not its number: "children.school"."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one, path)
    elif isinstance(value, str):
        yield path, value


def words_of_block(block: Line | Table) -> str:
    return block.text if isinstance(block, Line) else " ".join(cell.text for row in block.rows for cell in row)


def misplaced(form: Form, reading: Reading) -> list[tuple[str, str]]:
    said = {path: {word for text in texts for word in WORD.findall(text)} for path, texts in form.said.items()}
    return [(path, text) for path, text in leaves(reading.fields) if set(WORD.findall(text)) - said.get(path, set())]


@settings(max_examples=150, deadline=None)
@given(scattered_forms())
def test_no_fact_stands_under_another_label_in_any_layout(form: Form) -> None:
    reading = read(form.content())
    assert misplaced(form, reading) == []
    document = take_apart("form.docx", "", form.content())
    assert document is not None
    shown = " ".join(words_of_block(block) for block in document.blocks)
    for _, text in leaves(reading.fields):
        assert not WORD.search(text) or all(word in shown for word in text.split())


@settings(max_examples=120, deadline=None)
@given(spelt_like_labels())
def test_answers_spelt_like_labels_shift_nothing(form: Form) -> None:
    begun = table(("Date missing", "20/10/2026"), ("Level of risk", "High"))
    reading = read(docx(paragraph("National Missing Child Alert"), begun, *form.blocks))
    assert misplaced(form, reading) == []
    labels = {"Surname", "Forename(s)", "Ethnicity", "Description", "Circumstances", "Police reference", "Where last seen"}
    assert [(path, text) for path, text in leaves(reading.fields) if text.rstrip(":") in labels and text not in LIKE_LABELS] == []
