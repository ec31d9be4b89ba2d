"""Values beside their words: named plainly, led back to their place, and marked where something is missing or does not fit."""

import pytest

from service.domain.notice import Finding
from service.flow.original import Original, OriginalFile
from service.forms.blocks import Cell, Line, Table
from service.web.beside import Anchors, Opened, letter_views
from service.web.values import ValueRow, came_from, unknown_labels, value_groups
from tests.factories import notice

FORM = OriginalFile(
    number=1,
    name="form.docx",
    size=2,
    ending="docx",
    blocks=(
        Line(text="National Missing Child Alert", place="paragraph 1", heading=True),
        Table(number=1, rows=((Cell(text="Risk"), Cell(text="High")), (Cell(text="Colour"), Cell(text="Green")))),
        Line(text="Name: Amy", place="header"),
        Line(text="Risk: High", place="header"),
    ),
)
LETTERS = (Opened(email_id="e", original=Original(sender="sam@kent.test", subject="An alert", files=(FORM,))),)
ANCHORS = Anchors(LETTERS, "n1")


def rows(fields: object, provenance: object = None, *findings: Finding) -> dict[tuple[str, str], ValueRow]:
    """Return the rows of a notice by group and label."""
    made = value_groups(notice(fields=fields, provenance=provenance or {}, findings=findings), ANCHORS, "n1")
    return {(group.title, row.label): row for group in made for row in group.rows}


@pytest.mark.parametrize(
    ("fields", "group", "label"),
    [
        ({"children": [{"date_of_birth": "2018-03-04"}]}, "Child 1", "Date of birth"),
        ({"whereabouts": {"locality_known": True}}, "Whereabouts", "Locality known"),
        ({"children": [{}, {"identifiers": {"nhs_number": "1"}}]}, "Child 2", "NHS number"),
        ({"risk_level": "high"}, "The episode", "Risk level"),
    ],
)
def test_a_path_reads_as_words_under_the_person_it_is_about(fields: object, group: str, label: str) -> None:
    assert (group, label) in rows(fields)


def test_an_answer_of_no_is_an_answer_and_words_without_a_value_are_shown() -> None:
    found = rows({"whereabouts": {"locality_known": False, "other": None}, "phones": []}, {"phones": {"text": "TBC"}})
    assert [(key[1], row.value, row.words) for key, row in found.items()] == [
        ("Phones", "Not answered", "TBC"),
        ("Locality known", "No", ""),
    ]


def test_what_a_form_is_silent_about_makes_no_row() -> None:
    assert not rows({"children": [{"unborn": False, "status": "found"}], "addresses": [{"confidential": False}]})
    assert rows({"children": [{"unborn": False}]}, {"children[0].unborn": {"text": "No"}})


def test_the_parts_of_an_address_have_its_place_and_the_whole_makes_no_row_of_its_own() -> None:
    source = {"addresses[0]": {"file": "form.docx", "place": "table 1, row 1", "text": "1 Example Road, ZZ99 9ZZ"}}
    found = rows({"addresses": [{"kind": "home", "text": "1 Example Road", "postcode": None, "confidential": False}]}, source)
    assert list(found) == [("Address 1", "Kind"), ("Address 1", "Text")]
    assert {row.place for row in found.values()} == {"table 1, row 1"}
    assert list(rows({"addresses": []}, source)) == [("The episode", "Address 1")]


def test_a_value_leads_to_its_place_and_the_place_leads_back() -> None:
    source = {"file": "form.docx", "place": "table 1, row 1", "label": "Risk", "text": "High"}
    made = value_groups(notice(fields={"risk_level": "high"}, provenance={"risk_level": source}), ANCHORS, "n1")
    row = made[0].rows[0]
    assert row.target == "n1-o0-1-1-1"
    assert (row.value, row.words, row.own_label, row.file, row.place) == ("high", "", "Risk", "form.docx", "table 1, row 1")
    places = letter_views(LETTERS, "n1", came_from(made))[0].files[0].parts[1].places
    assert [(place.anchor, place.read) for place in places] == [(row.target, ((row.anchor, "Risk level"),)), ("n1-o0-1-1-2", ())]


def test_a_link_back_names_whose_value_it_is_and_keeps_capitals_that_are_a_name() -> None:
    source = {"file": "form.docx", "place": "table 1, row 1", "label": "Risk", "text": ""}
    child = {"given_names": "Amy", "identifiers": {"nhs_number": "1"}}
    made = value_groups(
        notice(fields={"children": [child]}, provenance={"children[0].given_names": source, "children[0].identifiers.nhs_number": source}),
        ANCHORS,
        "n1",
    )
    assert [name for _, name in came_from(made)["n1-o0-1-1-1"]] == ["Child 1: given names", "Child 1: NHS number"]


def test_of_two_lines_in_one_place_the_one_with_the_words_is_meant() -> None:
    assert ANCHORS.find("form.docx", "header", "Risk", "High") == "n1-o0-1-3"
    assert ANCHORS.find("form.docx", "header", "", "not there") == "n1-o0-1-2"
    assert ANCHORS.find("form.docx", "page 9, line 1", "Risk", "High") is None


def test_a_needed_answer_that_is_not_there_gets_a_row_and_a_contradiction_stands_beside_its_value() -> None:
    needed = Finding(rule="risk", outcome="not_answered", says="How high is the risk?", source="Ours.", field_path="risk_level")
    odd = Finding(rule="form", outcome="contradiction", says="It is in the future.", source="Form.", field_path="date_went_missing")
    found = rows({"date_went_missing": "2027-01-01"}, None, needed, odd)
    assert found["The episode", "Risk level"].needed
    assert not found["The episode", "Risk level"].answered
    assert [one.says for one in found["The episode", "Date went missing"].remarks] == ["It is in the future."]
    assert found["The episode", "Date went missing"].value == "1 January 2027"


def test_a_label_that_nobody_knows_is_listed_once_with_its_place() -> None:
    unknown = Finding(rule="form", outcome="unrecognised", says="We do not know this label.", source="The form.", label="Colour")
    assert [(one.label, one.target) for one in unknown_labels((unknown, unknown), ANCHORS)] == [("Colour", "n1-o0-1-1-2")]


def test_a_place_of_a_corrected_form_is_looked_for_in_the_newest_letter() -> None:
    both = Anchors((*LETTERS, LETTERS[0]), "n1")
    assert both.find("form.docx", "table 1, row 1", "Risk", "High") == "n1-o1-1-1-1"
