"""Tables as forms lay them out, and the one rule over all of them: no answer stands under another label."""

import pytest

from .documents import read_form, table
from .layouts import NAMES, children, heading, unclear, unknown


@pytest.mark.parametrize("stranger", ["GP", "Health visitor", "Landlord", "Name and address of GP", "Foster carer", "Referrer", "Hospital"])
def test_the_particulars_below_a_stranger_are_not_the_familys(stranger: str) -> None:
    reading = read_form(
        table(
            ("Surname", "Example"),
            (stranger, "Pat Person"),
            ("Address", "1 Surgery Lane"),
            ("Postcode", "ZZ99 1AA"),
            ("Tel", "01632 960009"),
        )
    )
    assert (reading.fields["addresses"], reading.fields["phones"]) == ([], [])
    assert set(unclear(reading)) >= {"Address"}
    assert "Pat Person" not in str(reading.fields)


def test_the_school_keeps_its_address_and_the_next_address_is_the_familys() -> None:
    reading = read_form(
        table(
            ("Surname", "Example"),
            ("School", "Sample Primary"),
            ("Address", "2 School Lane"),
            ("Date missing", "20/10/2026"),
            ("Address", "1 Example Road"),
            ("Postcode", "ZZ99 9ZZ"),
        )
    )
    assert [(one["text"], one["postcode"]) for one in reading.fields["addresses"]] == [("1 Example Road", "ZZ99 9ZZ")]
    assert children(reading, "school") == [("Sample Primary",)]


@pytest.mark.parametrize("title", ["GP", "Details of referrer", "Health visitor", "Person completing this form", "Placement"])
def test_a_part_of_the_form_about_a_stranger_gives_nothing(title: str) -> None:
    rows = (
        ("Name", "Pat Person"),
        ("Surname", "Person"),
        ("Date of birth", "01/01/1980"),
        ("Address", "9 Office Street"),
        ("Email", "p@p.test"),
    )
    for blocks in ((heading(title), table(*rows)), (table((title,), *rows),)):
        reading = read_form(table(("Surname", "Example"), ("Forename", "Amy")), *blocks)
        assert children(reading, *NAMES, "date_of_birth") == [("Amy", "Example", None)]
        assert (reading.fields["adults"], reading.fields["addresses"]) == ([], [])


@pytest.mark.parametrize(
    "rows",
    [
        (("Surname", "Forename"), ("Address", "Postcode"), ("Date of birth", "Gender")),
        (("Surname", "Forename", "DOB"), ("", "", ""), ("", "", "")),
        (("Surname:", "Forename:", "D.O.B.:"), ("Address:", "School:", "Ethnicity:")),
        (("Surname", "Forename", "School", "Ethnicity"),),
        (("Surname:", "Forename:AKA:"), ("Address", "Address", "Address")),
        (("1. Name", "2. Name", "3. Name"), ("Address", "Address", "Address"), ("Relationship", "Relationship", "Relationship")),
    ],
)
def test_a_form_left_empty_has_no_answers(rows: tuple[tuple[str, ...], ...]) -> None:
    reading = read_form(table(("Date missing", "20/10/2026"), ("Police reference", "XY/1")), table(*rows))
    assert set(reading.provenance) == {"date_went_missing", "police_reference"}


@pytest.mark.parametrize(
    ("rows", "given", "family"),
    [
        ((("Surname", "", "Forename", "Amy"),), "Amy", None),
        ((("Surname:", "Forename: Amy"),), "Amy", None),
        ((("Surname", "Forename", "Amy"),), "Amy", None),
        ((("Surname", ""), ("Forename", "Amy")), "Amy", None),
        ((("Surname",), ("Forename",), ("Amy",)), "Amy", None),
        ((("Surname", "Surname"), ("Forename", "Amy")), "Amy", None),
        ((("Surname", "Surname: Example"), ("Forename", "Forename: Amy")), "Amy", "Example"),
    ],
)
def test_an_empty_answer_does_not_take_the_next_label_or_its_answer(
    rows: tuple[tuple[str, ...], ...], given: str | None, family: str | None
) -> None:
    reading = read_form(table(("Date missing", "20/10/2026")), table(*rows))
    assert children(reading, *NAMES) == [(given, family)]


def test_values_spelt_like_labels_shift_nothing() -> None:
    reading = read_form(
        table(
            ("Surname", "Date"),
            ("Forename", "Chance Yes"),
            ("Home address", "1 Mother Lane"),
            ("Police reference", "Surname: Blank"),
            ("School", "Nursery"),
            ("Circumstances", "Mother: said nothing\nSchool: closed"),
        ),
    )
    assert children(reading, *NAMES, "school") == [("Chance Yes", "Date", "Nursery")]
    assert reading.fields["addresses"][0]["text"] == "1 Mother Lane"
    assert reading.fields["police_reference"] == "Surname: Blank"
    assert reading.fields["circumstances"] == "Mother: said nothing\nSchool: closed"
    assert reading.fields["adults"] == []


def test_guidance_beside_or_with_a_label_is_no_answer() -> None:
    reading = read_form(
        table(
            ("Also known as", "Amy Sample", "Please record all names child has been/are known by"),
            ("Home Address", "1 Example Road", "This is child/young person's usual or home address"),
            ("Legal status", "eg. Foster Carer, Adoptive", "CPP"),
            ("Circumstances", "Text boxes will expand to fit your text", ""),
            ("Surname (block capitals)\nas on the birth certificate", "Example", ""),
        )
    )
    assert children(reading, "aliases", "legal_status") == [(["Amy Sample"], ["child_protection_plan"])]
    assert (reading.fields["addresses"][0]["text"], reading.fields["circumstances"]) == ("1 Example Road", None)


def test_what_several_labels_say_about_one_thing_is_joined() -> None:
    reading = read_form(
        table(("Date last seen", "19/10/2026"), ("Where last seen", "At school"), ("Last seen by", "Her teacher"), ("Surname", "Example")),
        heading("Police contact"),
        table(("Name", "PC Example"), ("Tel", "01632 960010")),
    )
    assert reading.fields["last_seen"] == "At school\nHer teacher"
    assert reading.fields["police_contact"] == "PC Example, 01632 960010"
    assert reading.findings == ()


def test_places_are_exact_in_every_table() -> None:
    reading = read_form(
        table(("Surname", "Example")),
        table(("Name", "Relationship to child", "DOB"), ("Jo Example", "Mother", "01/07/1994"), ("Bo Sample", "Aunt", "02/02/1990")),
        table(("Level of risk", ""), ("", ""), ("Police reference", "XY/1")),
    )
    assert reading.provenance["adults[1].date_of_birth"].place == "table 2, row 3"
    assert reading.provenance["police_reference"].place == "table 3, row 3"


def test_unknown_labels_are_shown_but_never_the_answers_of_people() -> None:
    reading = read_form(
        table(("Surname", "Example"), ("Favourite colour", "Blue"), ("Pet", "Dog")),
        table(
            ("Professional", "Name", "Agency", "Contact number"),
            ("Teacher", "Lee Sample", "School", "01632 960001"),
            ("GP", "Dr Sample", "NHS", "01632"),
        ),
    )
    assert unknown(reading) == ["Favourite colour", "Pet"]
    assert children(reading, "school") == [(None,)]
