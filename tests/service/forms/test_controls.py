"""Content controls that no visible label names: by tag, by title, and by the part of the form they stand in."""

import pytest

from .documents import control, paragraph, read_form, run, table
from .layouts import children, heading


@pytest.mark.parametrize(
    "tag", ["children.family_name", "Child1_Surname", "txtChildSurname", "child_1_family_name", "ChildFamilyName", "Surname"]
)
def test_a_tag_names_the_answer(tag: str) -> None:
    reading = read_form(table(("Date missing", "20/10/2026")), paragraph(control(run("Example"), tag=tag)))
    assert children(reading, "family_name") == [("Example",)]
    assert reading.provenance["children[0].family_name"].method == "content control"


def test_a_title_means_what_it_means_in_its_part_of_the_form() -> None:
    reading = read_form(
        heading("Child 1"),
        paragraph(control(run("Amy"), title="First name")),
        paragraph(control(run("Amy Sample"), title="AKA")),
        heading("Mother"),
        paragraph(control(run("Jo Example"), title="Name")),
        paragraph(control(run("01/07/1994"), title="Date of birth")),
        heading("GP"),
        paragraph(control(run("1 Surgery Lane"), title="Address")),
    )
    assert children(reading, "given_names", "aliases", "date_of_birth") == [("Amy", ["Amy Sample"], None)]
    assert reading.fields["adults"][0]["date_of_birth"] == "1994-07-01"
    assert reading.fields["addresses"] == []


def test_a_control_beside_a_label_is_its_answer_and_one_without_keeps_its_own_name() -> None:
    both = (paragraph(control(run("Example"), tag="school")), paragraph(control(run("XY/1"), tag="police_reference")))
    reading = read_form(table(("Surname", both[0])), both[1])
    assert (children(reading, "family_name", "school"), reading.fields["police_reference"]) == ([("Example", None)], "XY/1")


def test_a_control_beside_a_label_that_is_left_in_the_form_is_left_too() -> None:
    reading = read_form(
        table(("Surname", "Example"), ("Name of referrer", paragraph(control(run("Pat Person"), tag="children.given_names"))))
    )
    assert children(reading, "given_names") == [(None,)]


def test_two_controls_of_one_tag_that_differ_are_a_contradiction() -> None:
    reading = read_form(*(paragraph(control(run(one), tag="police_reference")) for one in ("XY/1", "XY/2")), table(("Surname", "Example")))
    assert reading.fields["police_reference"] == "XY/1"
    assert [finding.problem for finding in reading.findings] == ["contradiction"]
