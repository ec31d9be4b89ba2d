"""Rules for whatever stands in a form: it is read without an error, in time, and reaches no field but its own."""

import re
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.forms.answers import Answer
from service.forms.blocks import Unreadable
from service.forms.filling import fill
from service.forms.labels import load_labels
from service.forms.reading import SourceFile, read_files
from service.forms.shapes import blank_fields
from service.forms.told import told_in
from service.forms.values import convert

from .documents import TODAY, docx, paragraph, table

FIELDS = load_labels().fields()
WORDS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            ["Amy", "EXAMPLE,", "aka", "née", "(", ")", "20/10/2026", "Monday", "19", "and", "EDD", "9 years", "01632 960001",
             "x@kent.test",
             "ZZ99 9ZZ", "protected", "not", "ended", "CPP", ";", "\n", "☒", "☐", "Yes", "/", "No", "N/A", "2018", "“Jo”", "'", "-", "high"]
        ),
        max_size=12,
    ).map(" ".join),
)  # fmt: skip
GROUPS = {"children", "adults", "addresses", "agencies_contacted"}


def answer(field: str, text: str) -> Answer:
    return Answer(field=field, section=None, label="Label", text=text, place="line 1", method="label in the line")


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    return [leaf for inner in value for leaf in leaves(inner)] if isinstance(value, list) else [value]


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(FIELDS), WORDS)
def test_any_words_fill_their_own_group_and_nothing_else(field: str, text: str) -> None:
    draft = fill("form.docx", (answer(field, text),), today=TODAY)
    blank = blank_fields()
    group = field.partition(".")[0]
    also = {"date_last_seen"} if field == "last_seen" else set()
    assert {name for name in blank if draft.fields[name] != blank[name]} <= {group, *also}
    assert all(path.partition("[")[0].partition(".")[0] in {group, *also} for path in draft.provenance)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(FIELDS), WORDS)
def test_every_word_of_a_value_stands_in_the_form(field: str, text: str) -> None:
    draft = fill("form.docx", (answer(field, text),), today=TODAY)
    given = set("".join(text.split()).casefold()) | set("label: " + ".,()☒☐yes;'")
    for leaf in leaves({name: draft.fields[name] for name in (field.partition(".")[0],)}):
        if not isinstance(leaf, str) or leaf in _CANONICAL or _is_date(leaf):
            continue
        assert set("".join(leaf.split()).casefold()) <= given


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FIELDS), WORDS), max_size=8))
def test_any_answers_together_are_filled_without_an_error(pairs: list[tuple[str, str]]) -> None:
    draft = fill("form.docx", tuple(answer(field, text) for field, text in pairs), today=TODAY)
    assert all(len(draft.fields[group]) <= 200 for group in GROUPS)
    assert all(one.says and one.problem for one in draft.findings)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FIELDS), st.text(max_size=80))
def test_any_words_convert_to_a_value_or_to_a_sentence(field: str, text: str) -> None:
    converted = convert(field, text, today=TODAY)
    assert converted.says is None or converted.says[0].isupper()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_letter_is_read_without_an_error(body: str, subject: str) -> None:
    told_in(body, subject, today=TODAY)
    with suppress(Unreadable):  # bytes that are no text are refused by name
        read_files([SourceFile("the letter itself", "text/plain", body.encode("utf-8", "replace"))], today=TODAY, subject=subject)


@pytest.mark.parametrize(
    "piece",
    ["Amy and ", "the missing child ", "has been found ", "please withdraw ", "no no ", "A", "a' ", "update ", "1.1.", "aka ", "(", "“",
     "Mr ",
     "six months ", "seen by ", "has ", "Amy, ", "0", "07700 ", "x@", "20 October ", "\n", " - ", "not "],
)  # fmt: skip
def test_long_and_repeated_words_take_no_time(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    started = time.process_time()
    told_in(text, "", today=TODAY)
    fill("form.docx", tuple(answer(field, text) for field in FIELDS), today=TODAY)
    assert time.process_time() - started < 6


def test_a_form_of_many_odd_cells_is_read_whole() -> None:
    rows = [
        (label, "9 years ☒ (aka) 31/02/2026 EDD protected")
        for label in ("Surname", "Forename", "Date of birth", "Home address", "Legal status")
    ]
    reading = read_files([SourceFile("form.docx", "", docx(paragraph("National Missing Child Alert"), table(*rows)))], today=TODAY)
    assert reading is not None


_CANONICAL = {
    "female", "male", "other", "not_known", "child_protection_plan", "child_in_need", "section_47", "care_order", "interim_care_order",
    "supervision_order", "accommodated_section_20", "emergency_protection_order", "looked_after", "uasc", "neglect", "physical", "sexual",
    "emotional", "multiple", "abducted", "removed", "low", "medium", "high", "home", "current", "last_known", "previous", "mother",
    "father",
}  # fmt: skip


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}(?:-\d{2}){0,2}", text))


def paths_of(value: Any, path: str = "") -> list[str]:
    """List the paths of what is answered; a flag that is false where the form is silent is no answer."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in paths_of(inner, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return [found for index, inner in enumerate(value) for found in paths_of(inner, f"{path}[{index}]")]
    return [] if value in (None, [], False) else [path]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FIELDS), WORDS), max_size=8))
def test_every_value_has_provenance(pairs: list[tuple[str, str]]) -> None:
    draft = fill("form.docx", tuple(answer(field, text) for field, text in pairs), today=TODAY)
    for path in paths_of(draft.fields):
        own = path in draft.provenance or path.rpartition(".")[0] in draft.provenance
        assert own or path.endswith(".kind"), path


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Police reference", "Date missing", "Surname", "Forename", "School", "Circumstances"]), WORDS),
        max_size=6,
    ),
    WORDS,
)
def test_any_two_files_and_a_letter_are_put_together_without_an_error(pairs: list[tuple[str, str]], body: str) -> None:
    lines = "\n".join(f"{label}: {' '.join(words.split())}" for label, words in pairs)
    one = docx(paragraph("National Missing Child Alert"), table(("Surname", "Example"), ("Police reference", "2200000000")))
    files = [
        SourceFile("a.docx", "", one),
        SourceFile("b.txt", "text/plain", f"National Missing Child Alert\n\n{lines}".encode("utf-8", "replace")),
        SourceFile("the letter itself", "text/plain", f"{body}\n{lines}".encode("utf-8", "replace")),
    ]
    reading = read_files(files, today=TODAY)
    assert reading is not None
    assert [child["family_name"] for child in reading.fields["children"]][:1] != []
