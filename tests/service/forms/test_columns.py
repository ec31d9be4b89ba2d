"""People in tables, side by side, row by row and in numbered columns: each keeps their own answers."""

import pytest

from .documents import read_form, table
from .layouts import NAMES, children, heading, unclear, unknown


@pytest.mark.parametrize(
    "rows",
    [
        (("Surname: Example", "Forename: Amy\nAKA: Amy Sample", "D.O.B. 04/03/2018", "Legal Status: Child protection plan"),),
        (("Surname\nExample", "Forename\nAmy"), ("AKA\nAmy Sample", "Date of birth\n04/03/2018"), ("Legal status\nCPP", "")),
        (("Surname", "Forename", "AKA", "DOB", "Legal status"), ("Example", "Amy", "Amy Sample", "04/03/2018", "CPP")),
        (
            ("Surname", "Forename", "AKA"),
            ("Example", "Amy", "Amy Sample"),
            ("Date of birth", "Legal status", ""),
            ("04/03/2018", "CPP", ""),
        ),
        (("Surname", "Example", "Forename", "Amy"), ("AKA", "Amy Sample", "DOB", "04/03/2018"), ("Legal status", "CPP", "", "")),
        (
            ("Surname",),
            ("Example",),
            ("Forename",),
            ("Amy",),
            ("AKA",),
            ("Amy Sample",),
            ("DOB",),
            ("04/03/2018",),
            ("Legal status",),
            ("CPP",),
        ),
        (
            ("1.", "Surname", "", "Example"),
            ("2.", "Forename", "", "Amy"),
            ("3.", "AKA", "", "Amy Sample"),
            ("4.", "DOB", "", "04/03/2018"),
            ("5.", "Legal status", "", "CPP"),
        ),
        (
            ("Surname", ":", "Example", "Forename", ":", "Amy"),
            ("AKA", ":", "Amy Sample", "DOB", ":", "04/03/2018"),
            ("Legal status", ":", "CPP", "", "", ""),
        ),
        (
            ("Surname: Forename:", "AKA:", "DOB:", "Legal status:"),
            ("Surname: Example Forename: Amy", "AKA: Amy Sample", "DOB: 04/03/2018", "Legal status: CPP"),
        ),
    ],
)
def test_one_child_in_every_layout(rows: tuple[tuple[str, ...], ...]) -> None:
    reading = read_form(table(*rows), table(("Date missing", "20/10/2026")))
    assert children(reading, *NAMES, "aliases", "date_of_birth", "legal_status") == [
        ("Amy", "Example", ["Amy Sample"], "2018-03-04", ["child_protection_plan"])
    ]
    assert reading.findings == ()


TWO = [("Amy", "Example", "2018-03-04"), ("Bo", "Sample", "2020-02-01")]


@pytest.mark.parametrize(
    "blocks",
    [
        (table(("First name", "Surname", "DOB"), ("Amy", "Example", "04/03/2018"), ("Bo", "Sample", "01/02/2020"), ("", "", "")),),
        (
            table(
                ("DOB", "", "First name", "Surname", "M / F"),
                ("04/03/2018", "", "Amy", "Example", "F"),
                ("01/02/2020", "", "Bo", "Sample", "M"),
            ),
        ),
        (
            table(
                ("", "Surname", "Forename", "DOB"), ("Child 1", "Example", "Amy", "04/03/2018"), ("Child 2", "Sample", "Bo", "01/02/2020")
            ),
        ),
        (
            table(
                ("", "Child 1", "Child 2", "Child 3"),
                ("Surname", "Example", "Sample", ""),
                ("Forename", "Amy", "Bo", ""),
                ("DOB", "04/03/2018", "01/02/2020", ""),
            ),
        ),
        (
            table(
                ("Child 1", "Child 2"),
                ("Surname: Example", "Surname: Sample"),
                ("Forename: Amy", "Forename: Bo"),
                ("DOB: 04/03/2018", "DOB: 01/02/2020"),
            ),
        ),
        (
            heading("Details of children"),
            table(
                ("1. Name", "2. Name", "3. Name"),
                ("Amy Example", "Bo Sample", ""),
                ("Date of birth", "Date of birth", "Date of birth"),
                ("04/03/2018", "01/02/2020", ""),
            ),
        ),
        (
            heading("Children"),
            table(("1. Name: Amy Example", "2. Name: Bo Sample", "3. Name:"), ("DOB: 04/03/2018", "DOB: 01/02/2020", "DOB:")),
        ),
        (table(("Child 1 Name", "Amy Example", "Child 1 DOB", "04/03/2018"), ("Child 2 Name", "Bo Sample", "Child 2 DOB", "01/02/2020")),),
        (
            table(
                ("Child 1", "Amy Example", "DOB", "04/03/2018"), ("Child 2", "Bo Sample", "DOB", "01/02/2020"), ("Child 3", "", "DOB", "")
            ),
        ),
        (table(("Child 1", "Amy Example", "Child 2", "Bo Sample"), ("DOB", "04/03/2018", "DOB", "01/02/2020")),),
        (
            table(
                ("Child A", ""),
                ("Surname", "Example"),
                ("Forename", "Amy"),
                ("DOB", "04/03/2018"),
                ("Child B", ""),
                ("Surname", "Sample"),
                ("Forename", "Bo"),
                ("DOB", "01/02/2020"),
            ),
        ),
        (
            table(
                ("DOB", "04/03/2018"),
                ("Surname", "Example"),
                ("Forename", "Amy"),
                ("DOB", "01/02/2020"),
                ("Surname", "Sample"),
                ("Forename", "Bo"),
            ),
        ),
        (table(("Child 1", "Name: Amy Example\nDOB: 04/03/2018"), ("Child 2", "Name: Bo Sample\nDOB: 01/02/2020")),),
    ],
)
def test_two_children_in_every_layout(blocks: tuple[str, ...]) -> None:
    reading = read_form(*blocks, table(("Date missing", "20/10/2026")))
    assert children(reading, *NAMES, "date_of_birth") == TWO


def test_a_second_childs_first_answer_never_fills_the_gap_of_the_first() -> None:
    rows = (("DOB", ""), ("Surname", "Example"), ("Forename", "Amy"), ("DOB", "01/02/2020"), ("Surname", "Sample"), ("Forename", "Bo"))
    assert children(read_form(table(*rows)), "given_names", "date_of_birth") == [("Amy", None), ("Bo", "2020-02-01")]


def test_what_belongs_to_one_of_several_children_is_asked_about() -> None:
    reading = read_form(
        table(("Surname", "Forename"), ("Example", "Amy"), ("Example", "Bo")),
        table(("Legal status", "CPP"), ("Home address", "1 Example Road")),
    )
    assert children(reading, "given_names", "legal_status") == [("Amy", []), ("Bo", [])]
    assert (reading.fields["addresses"][0]["text"], unclear(reading)) == ("1 Example Road", ["Legal status"])


def test_professionals_and_siblings_become_neither_adults_nor_children() -> None:
    professionals = (
        ("Name", "Role", "Tel", "Email"),
        ("Dr Sample", "GP", "01632 960001", "a@b.test"),
        ("Pat Nurse", "HV", "01632 960002", ""),
    )
    reading = read_form(
        table(("Surname", "Example"), ("Forename", "Amy")),
        heading("Professionals involved"),
        table(*professionals),
        heading("Siblings"),
        table(("Name", "DOB"), ("Bo Example", "01/02/2020")),
    )
    assert children(reading, *NAMES) == [("Amy", "Example")]
    assert reading.fields["adults"] == []
    assert "Bo Example" not in str(reading.findings)
    assert unknown(reading) == ["Name", "DOB"]


def test_the_social_worker_is_found_in_a_list_of_professionals() -> None:
    reading = read_form(
        table(("Surname", "Example"), ("Forename", "Amy")),
        table(
            ("Role", "Name", "Telephone"), ("Health visitor", "Pat Nurse", "01632 960001"), ("Social worker", "Sam Worker", "01632 960002")
        ),
    )
    assert (reading.fields["social_worker"]["name"], reading.fields["social_worker"]["phone"]) == ("Sam Worker", "01632 960002")


def test_a_household_list_tells_children_from_adults_by_how_they_are_related() -> None:
    rows = (("Name", "DOB", "Relationship to child"), ("Jo Example", "01/07/1994", "Mother"), ("Bo Example", "01/02/2020", "Brother"))
    reading = read_form(table(("Surname", "Example"), ("Forename", "Amy")), heading("Household members"), table(*rows))
    assert [adult["name"] for adult in reading.fields["adults"]] == ["Jo Example"]
    assert children(reading, *NAMES) == [("Amy", "Example")]
    missing = read_form(heading("Household members who are missing"), table(*rows, ("Amy Example", "04/03/2018", "Subject child")))
    assert [adult["name"] for adult in missing.fields["adults"]] == ["Jo Example"]
    assert sorted(children(missing, "given_names")) == [("Amy",), ("Bo",)]


def test_parents_below_one_heading_keep_their_own_answers() -> None:
    reading = read_form(
        heading("Parents"),
        table(
            ("Mother's name", "Jo Example"),
            ("Date of birth", "01/07/1994"),
            ("Address", ""),
            ("Father's name", "Bo Example"),
            ("Date of birth", ""),
            ("Address", "2 Sample Road"),
        ),
    )
    assert [(one["name"], one["date_of_birth"], one["address"]) for one in reading.fields["adults"]] == [
        ("Jo Example", "1994-07-01", None),
        ("Bo Example", None, "2 Sample Road"),
    ]


def test_rows_below_two_people_are_dealt_out_by_column() -> None:
    reading = read_form(
        table(
            ("Mother", "Jo Example", "Father", "Bo Example"),
            ("DOB", "01/07/1994", "DOB", "02/02/1990"),
            ("Address", "", "Address", "2 Road"),
        ),
        table(("Social worker", "Sam Worker", "Team manager", "Alex Manager"), ("Tel", "01632 960001", "Tel", "01632 960002")),
        table(("Surname", "Example")),
    )
    assert [(one["date_of_birth"], one["address"]) for one in reading.fields["adults"]] == [("1994-07-01", None), ("1990-02-02", "2 Road")]
    assert (reading.fields["social_worker"]["phone"], reading.fields["team_manager"]["phone"]) == ("01632 960001", "01632 960002")


def test_one_telephone_below_two_workers_is_nobodys() -> None:
    reading = read_form(
        table(("Surname", "Example"), ("Social worker", "Sam Worker"), ("Team manager", "Alex Manager"), ("Tel", "01632 960001"))
    )
    assert (reading.fields["social_worker"]["phone"], reading.fields["team_manager"]["phone"]) == (None, None)
    assert unclear(reading) == ["Tel"]


def test_agencies_and_associates_are_read_row_by_row() -> None:
    reading = read_form(
        table(("Agency contacted", "Date", "Outcome"), ("GP", "27/10/2026", "no contact"), ("Midwife", "", "")),
        heading("Information about Friends, Family and Known contacts"),
        table(
            ("1. Name", "2. Name"),
            ("Kim Friend", "Lee Pal"),
            ("Address", "Address"),
            ("1 Sample Road", ""),
            ("Relationship", "Relationship"),
            ("aunt", "neighbour"),
        ),
        table(("Surname", "Example")),
    )
    assert [(one["agency"], one["outcome"]) for one in reading.fields["agencies_contacted"]] == [("GP", "no contact")]
    assert reading.fields["associates"] == ["Kim Friend, 1 Sample Road, aunt", "Lee Pal, neighbour"]
    assert reading.fields["addresses"] == []
