"""Answers put in their places: births and unborn babies, names and other names, addresses, contacts, and what is not known."""

from typing import Any

import pytest

from .documents import TITLE, read, read_form, table


def child(*rows: tuple[str, ...]) -> dict[str, Any]:
    children = read_form(table(("Surname", "Example"), *rows)).fields["children"]
    assert len(children) == 1
    return dict(children[0])


@pytest.mark.parametrize(
    ("label", "words", "born", "expected", "unborn"),
    [
        ("DoB or EDD", "EDD 14/02/2027", None, "2027-02-14", True),
        ("DoB or EDD", "14/02/2027", None, "2027-02-14", True),
        ("DoB or EDD", "04/03/2018", "2018-03-04", None, False),
        ("DoB or EDD", "04/03/18", "2018-03-04", None, False),
        ("DoB or EDD", "Unborn", None, None, True),
        ("DoB or EDD", "due 1 October 2026", None, "2026-10-01", True),
        ("Date of birth", "EDD 12/12/2026", None, "2026-12-12", True),
        ("Date of birth", "14/02/2027", "2027-02-14", None, False),
        ("Date of birth", "March 2018", "2018-03", None, False),
    ],
)
def test_a_box_for_a_birth_may_hold_the_date_a_baby_is_expected(
    label: str, words: str, born: str | None, expected: str | None, unborn: bool
) -> None:
    one = child((label, words))
    assert (one["date_of_birth"], one["expected_delivery_date"], one["unborn"]) == (born, expected, unborn)


def test_a_past_date_in_a_box_for_either_is_expected_when_the_form_says_unborn() -> None:
    for rows in ((("DoB or EDD", "01/10/2026"), ("Unborn child", "Yes")), (("Unborn child", "Yes"), ("DoB or EDD", "01/10/2026"))):
        one = child(*rows)
        assert (one["date_of_birth"], one["expected_delivery_date"], one["unborn"]) == (None, "2026-10-01", True)


@pytest.mark.parametrize("words", ["9 years", "6/52 old", "3 months", "9"])
def test_an_age_is_no_date_of_birth_and_is_asked_about(words: str) -> None:
    reading = read_form(table(("Surname", "Example"), ("Date of birth", words)))
    assert reading.fields["children"][0]["date_of_birth"] is None
    assert [(one.field, one.problem) for one in reading.findings] == [("children[0].date_of_birth", "unreadable")]
    assert reading.provenance["children[0].date_of_birth"].text == words


def test_an_age_beside_a_date_of_birth_elsewhere_is_compared() -> None:
    reading = read_form(table(("Name of child", "Amy Example (3)"), ("Date of birth", "04/03/2018")))
    assert reading.fields["children"][0]["given_names"] == "Amy"
    assert [one.says for one in reading.findings] == ["Age 3 does not fit 4 March 2018"]


def test_a_name_cell_gives_name_other_names_and_birth() -> None:
    one = read_form(table(("Name of child", "EXAMPLE, Amy Jane aka Amy Sample (DOB 04/03/2018)"), ("School", "Sample School")))
    amy = one.fields["children"][0]
    assert (amy["given_names"], amy["family_name"], amy["aliases"], amy["date_of_birth"]) == (
        "Amy Jane",
        "EXAMPLE",
        ["Amy Sample"],
        "2018-03-04",
    )
    assert one.provenance["children[0].date_of_birth"].text == "04/03/2018"


def test_one_box_may_name_several_children_and_adults() -> None:
    reading = read_form(
        table(
            ("Name of child", "Amy Example (04/03/2018)\nBo Example (DOB 01/02/2020)"),
            ("Name of parent", "Mrs Jo Example (mother); Mr Alex Sample (father)"),
        )
    )
    assert [(one["given_names"], one["date_of_birth"]) for one in reading.fields["children"]] == [
        ("Amy", "2018-03-04"),
        ("Bo", "2020-02-01"),
    ]
    assert [(one["name"], one["relationship"]) for one in reading.fields["adults"]] == [("Jo Example", "mother"), ("Alex Sample", "father")]
    assert reading.findings == ()


def test_other_names_in_the_boxes_for_parts_of_a_name() -> None:
    one = child(("Forename", "Amy (known as Millie)"), ("Also known as", "Amy Sample, Amy Brown"))
    assert (one["given_names"], one["aliases"]) == ("Amy", ["Millie", "Amy Sample", "Amy Brown"])


def test_a_childs_whole_name_beside_its_parts_is_the_same_child() -> None:
    reading = read_form(table(("Surname", "Example"), ("Forename", "Amy"), ("Name of child", "Amy Example")))
    assert len(reading.fields["children"]) == 1
    assert reading.findings == ()


def test_protected_addresses_are_confidential_and_said_to_be() -> None:
    reading = read_form(table(("Surname", "Example"), ("Home address", "1 Example Road, ZZ99 9ZZ\nNot to be disclosed")))
    assert reading.fields["addresses"][0]["confidential"] is True
    assert reading.fields["addresses"][0]["postcode"] == "ZZ99 9ZZ"
    assert [one.field for one in reading.findings] == ["addresses[0]"]


def test_postcodes_join_their_address_or_are_asked_about() -> None:
    joined = read_form(table(("Surname", "Example"), ("Home address", "1 Example Road"), ("Postcode", "ZZ99 9ZZ")))
    assert joined.fields["addresses"][0]["postcode"] == "ZZ99 9ZZ"
    before = read_form(table(("Surname", "Example"), ("Postcode", "ZZ99 9ZZ"), ("Home address", "1 Example Road")))
    assert before.fields["addresses"][0]["postcode"] == "ZZ99 9ZZ"
    for row in (("Postcode", "ZZ99 9ZZ"), ("Postcode", "nonsense")):
        loose = read_form(table(("Surname", "Example"), row))
        assert loose.fields["addresses"] == []
        assert [one.problem for one in loose.findings] == ["unreadable"]


def test_a_worker_in_one_box_gives_name_telephone_email_and_team() -> None:
    reading = read_form(
        table(("Surname", "Example"), ("Social worker", "Sam Worker, Team 4\nTel: 01632 960001 ext 23\nEmail: sam.o'worker@kent.test"))
    )
    assert reading.fields["social_worker"] == {
        "name": "Sam Worker",
        "team": "Team 4",
        "phone": "01632 960001 ext 23",
        "email": "sam.o'worker@kent.test",
    }


def test_half_a_telephone_number_is_asked_about_and_its_words_are_kept() -> None:
    reading = read(f"{TITLE}\n\nSurname: Example\nDate missing: 20/10/2026\n\nSocial worker: Sam Worker\nTel No: 4321\n")
    assert reading.fields["social_worker"]["phone"] is None
    assert [(one.field, one.problem) for one in reading.findings] == [("social_worker.phone", "unreadable")]
    assert reading.provenance["social_worker.phone"].text == "4321"


def test_a_slip_of_the_day_of_the_week_keeps_the_date() -> None:
    reading = read_form(table(("Surname", "Example"), ("Date missing", "Monday 20 October 2026")))
    assert reading.fields["date_went_missing"] == "2026-10-20"
    assert [one.problem for one in reading.findings] == ["contradiction"]


def test_unknown_labels_are_named_once() -> None:
    reading = read_form(table(("Surname", "Example"), ("Pet", "Dog"), ("Pet", "Cat"), ("Favourite colour", "Blue")))
    assert reading.unknown_labels == ("Pet", "Favourite colour")


@pytest.mark.parametrize("words", ["Not known", "N/K", "n/a", "TBC", "To follow", "Not obtained", "None", "None known", "Nil", "Anhysbys"])
def test_words_that_say_nothing_leave_names_and_numbers_open_and_are_kept(words: str) -> None:
    rows = (("Surname", "Example"), ("School", words), ("Police reference", words), ("Father's name", words), ("Home address", words))
    reading = read_form(table(*rows))
    assert reading.fields["children"][0]["school"] is None
    assert reading.fields["police_reference"] is None
    assert [one["name"] for one in reading.fields["adults"]] in ([], [None])
    assert reading.fields["addresses"] == []
    assert reading.provenance["police_reference"].text == words
    assert reading.findings == ()


def test_none_is_an_answer_where_a_sentence_is_asked_for() -> None:
    reading = read_form(table(("Surname", "Example"), ("What information do the police have?", "None"), ("Vehicles", "None")))
    assert reading.fields["whereabouts"]["police_information"] == "None"
    assert reading.fields["vehicles"] == []


@pytest.mark.parametrize("words", ["?", "-", ":", "*", "…", "___", "/"])
def test_marks_alone_are_no_value(words: str) -> None:
    reading = read_form(table(("Surname", "Example"), ("School", words)))
    assert reading.fields["children"][0]["school"] is None


def test_an_age_of_its_own_and_the_end_of_a_plan_are_held_against_the_rest() -> None:
    rows = (("Surname", "Example"), ("Date of birth", "04/03/2018"))
    assert [one.says for one in read_form(table(*rows, ("Age", "12"))).findings] == ["Age 12 does not fit 4 March 2018"]
    assert read_form(table(*rows, ("Age", "8"))).findings == ()
    ended = read_form(table(*rows, ("Legal status", "CPP"), ("Date plan ended", "01/06/2026")))
    assert [one.field for one in ended.findings] == ["children[0].legal_status"]
    assert ended.fields["children"][0]["legal_status"] == ["child_protection_plan"]
    assert read_form(table(*rows, ("Legal status", "CPP"), ("Date plan ended", "N/A"))).findings == ()


@pytest.mark.parametrize(("answer", "confidential"), [("Yes", True), ("No", False), ("N/A", False)])
@pytest.mark.parametrize("first", [True, False])
def test_a_question_whether_the_address_is_protected_is_about_the_address_beside_it(answer: str, confidential: bool, first: bool) -> None:
    question, address = ("Is the address protected?", answer), ("Home address", "1 Example Road")
    reading = read_form(table(("Surname", "Example"), *((question, address) if first else (address, question))))
    assert reading.fields["addresses"][0]["confidential"] is confidential
    assert [one.field for one in reading.findings] == (["addresses[0]"] if confidential else [])
