"""Lines of text and of mail: labels beside, above and between their answers, and stories that only look like labels."""

from typing import Any

import pytest

from .documents import paragraph as p
from .documents import read, read_form, run
from .layouts import heading, unclear, unknown

TITLE = "National Alert Notification of a Missing Child"


def child(text: str) -> dict[str, Any]:
    found: dict[str, Any] = read(f"{TITLE}\n\nDate missing: 20/10/2026\n\n{text}\n").fields["children"][0]
    return found


@pytest.mark.parametrize(
    "text",
    [
        "Surname: Example\nForename(s): Amy Jane\nDate of birth: 04/03/2018",
        "Surname: Example Forename(s): Amy Jane Date of birth: 04/03/2018",
        "Surname:\tExample\tForename(s):\tAmy Jane\tDate of birth:\t04/03/2018",
        "Surname\tExample\tForename(s)\tAmy Jane\nD.O.B. 04/03/2018",
        "Surname ............ Example\nForename(s) ........ Amy Jane\nDate of birth ...... 04/03/2018",
        "Surname          Example\nForename(s)      Amy Jane\nDate of          04/03/2018\nbirth",
        "Surname - Example\nForename(s) – Amy Jane\nDOB - 04/03/2018",
        "Surname\nExample\n\nForename(s)\nAmy Jane\n\nDOB\n04/03/2018",
        "Surname:\nExample\nForename(s):\nAmy Jane\nDOB:\n04/03/2018",
        "1. Surname: Example\n2. Forename(s): Amy Jane\n3. Date of birth: 04/03/2018",
        "SURNAME: Example // Forename: Amy Jane   D.O.B. 04/03/2018",
        "Surname: Example; Forename: Amy Jane; DOB: 04/03/2018",
        "Child 1\nSurname: Example\nForename: Amy Jane\nDOB: 4th March 2018",
        "Cyfenw / Surname: Example\nEnw cyntaf: Amy Jane\nDyddiad geni: 04/03/2018",
    ],
)
def test_a_child_is_read_from_lines_of_every_kind(text: str) -> None:
    found = child(text)
    assert (found["family_name"], found["given_names"], found["date_of_birth"]) == ("Example", "Amy Jane", "2018-03-04")


def test_headings_may_be_the_labels() -> None:
    reading = read_form(
        *(heading(one) if not number % 2 else p(one) for number, one in enumerate(("Date missing", "20/10/2026", "Surname", "Example")))
    )
    assert (reading.fields["date_went_missing"], reading.fields["children"][0]["family_name"]) == ("2026-10-20", "Example")


def test_an_unknown_heading_ends_the_part_before_it() -> None:
    reading = read_form(
        heading("Mother"), p("Name: Jo Example"), heading("Where they live"), p("Address: 1 Example Road"), p("Surname: Example")
    )
    assert reading.fields["adults"][0]["address"] is None
    assert reading.fields["addresses"][0]["text"] == "1 Example Road"


def test_a_story_goes_on_over_lines_that_only_look_like_labels() -> None:
    said = "Mother: said that she was tired of it all and that nobody would find her there."
    story = f"Circumstances: They left at noon.\n{said}\nNobody saw them."
    reading = read(f"{TITLE}\n\nSurname: Example\n{story}\nPolice reference: XY/1\n")
    assert reading.fields["circumstances"].endswith("Nobody saw them.")
    assert (reading.fields["adults"], reading.fields["police_reference"]) == ([], "XY/1")


def test_an_unknown_question_ends_a_story_and_is_shown() -> None:
    reading = read(f"{TITLE}\n\nSurname: Example\nCircumstances: They left.\nWhat colour is the door?: Blue\nForename: Amy\n")
    assert (reading.fields["circumstances"], unknown(reading)) == ("They left.", ["What colour is the door?"])
    assert reading.fields["children"][0]["given_names"] == "Amy"


def test_a_label_that_belongs_to_somebody_named_before_it_does_not_begin_an_answer() -> None:
    reading = read(
        f"{TITLE}\n\nSurname: Example\nGP Name: Dr Sample GP Address: 1 Surgery Lane\nMother's Name: Jo School Address: 2 Lane\n"
    )
    assert reading.fields["addresses"] == []
    assert "Surgery" not in str(reading.fields)


def test_below_a_stranger_in_lines_particulars_are_asked_about() -> None:
    reading = read(f"{TITLE}\n\nSurname: Example\nGP: Dr Sample\nAddress: 1 Surgery Lane\nTel: 01632 960001\n")
    assert (reading.fields["addresses"], reading.fields["phones"], unclear(reading)) == ([], [], ["Address", "Tel"])


@pytest.mark.parametrize(
    "mark", ["OFFICIAL", "OFFICIAL - SENSITIVE", "RESTRICTED (When completed)", "NOT PROTECTIVELY MARKED", "Page 1 of 2"]
)
def test_protective_marks_and_page_numbers_are_no_answers(mark: str) -> None:
    reading = read(
        f"{mark}\n{TITLE}\n\nSurname: Example\nPolice reference:\n{mark}\n\nForename: Amy\nReason for concern: Neglect\n{mark}\n"
    )
    assert (reading.fields["police_reference"], reading.fields["reason_for_concern"]) == (None, "Neglect")


def test_debris_of_conversions_is_left_out() -> None:
    reading = read_form(p("Child 1 [bookmark: _Toc123]"), p("Surna me\u00a0: Example"), p("Fore\u00a0name(s): Amy"))
    child_ = reading.fields["children"][0]
    assert (child_["family_name"], child_["given_names"]) == ("Example", "Amy")


def test_a_marked_choice_in_a_line_is_the_answer() -> None:
    reading = read_form(
        p("Surname: Example"),
        p(run("Is a parent in custody? "), run("Yes", properties="<w:b/>"), run(" / No")),
        p("Level of risk: Low / Medium / High"),
    )
    assert (reading.fields["whereabouts"]["parent_in_custody"], reading.fields["risk_level"]) == (True, None)


def test_a_workers_details_follow_the_name() -> None:
    reading = read(f"{TITLE}\n\nSurname: Example\n\nSocial worker: Sam Worker\nTel: 01632 960001\nEmail: s@kent.test\n")
    assert reading.fields["social_worker"] == {"name": "Sam Worker", "team": None, "phone": "01632 960001", "email": "s@kent.test"}


def test_people_are_read_from_lists_under_their_heading() -> None:
    fields = read(
        f"{TITLE}\n\nDate missing: 20/10/2026\n\nChildren:\n1) EXAMPLE, Adam (M) DOB 01/02/2013\n2) Beth Example (03/04/2015)\n"
        "3) Unborn Example, EDD 05/01/2027\n\nParents:\nMother - Carla EXAMPLE DOB 06/07/1989\n- Des Sample (stepfather), born 02/02/1988\n"
        "\nSiblings (not missing):\n- Joe Example (04/04/2014)\n"
    ).fields
    assert [(one["given_names"], one["family_name"], one["date_of_birth"], one["sex"]) for one in fields["children"]] == [
        ("Adam", "EXAMPLE", "2013-02-01", "male"),
        ("Beth", "Example", "2015-04-03", None),
        ("Unborn", "Example", None, None),
    ]
    assert fields["children"][2]["expected_delivery_date"] == "2027-01-05"
    assert [(one["name"], one["date_of_birth"], one["relationship"]) for one in fields["adults"]] == [
        ("Carla EXAMPLE", "1989-07-06", "mother"),
        ("Des Sample", "1988-02-02", "stepfather"),
    ]


def test_a_name_behind_a_dash_is_read_and_a_story_is_not() -> None:
    fields = read(
        f"{TITLE}\n\nDate missing - 20/10/2026\nMum - Pip Example, 28\nSW - Rex Worker 01632 960241\nDad - said he knows nothing\n"
    ).fields
    assert [(one["name"], one["relationship"]) for one in fields["adults"]] == [("Pip Example", "mother")]
    assert (fields["social_worker"]["name"], fields["social_worker"]["phone"]) == ("Rex Worker", "01632 960241")


def test_a_bare_name_over_the_childs_birth_is_the_childs() -> None:
    assert child("name: kai sample\ndob: 1/2/16")["given_names"] == "kai"
    assert read(f"{TITLE}\n\nDate missing: 20/10/2026\nName: Sam Worker\nEmail: sam@kent.test\n").fields["children"] == []


def test_last_seen_tells_the_day_it_begins_with_and_no_other() -> None:
    for words, day in (("9 Nov 2026 at the market", "2026-11-09"), ("At the market, where she had been on 9 Nov 2026", None)):
        assert read(f"{TITLE}\n\nSurname: Example\nDate missing: 20/11/2026\nLast seen: {words}\n").fields["date_last_seen"] == day
