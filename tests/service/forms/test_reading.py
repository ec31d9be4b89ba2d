"""Whole submissions: the layouts real forms use, the examples we ship, and what several files say together."""

import json
from pathlib import Path

import pytest

from service.forms.reading import Reading, SourceFile, label_of, read_files

from .documents import TITLE, TODAY, checkbox, control, docx, legacy_checkbox, paragraph, read, read_form, run, table

EXAMPLES = Path(__file__).parents[3] / "examples"


def example(name: str) -> Reading:
    reading = read_files([SourceFile(name, "application/octet-stream", (EXAMPLES / name).read_bytes())], today=TODAY)
    assert reading is not None
    return reading


def test_the_example_form_and_the_example_body_say_the_same() -> None:
    form, body = example("notification.docx").fields, example("notification.txt").fields
    flat = {key: value.replace("\n", " ") if isinstance(value, str) else value for key, value in body.items()}
    assert flat == form


def test_the_example_form_is_read_whole() -> None:
    reading = example("notification.docx")
    assert (reading.kind, reading.form_title, reading.findings) == ("alert", TITLE, ())
    assert [(child["given_names"], child["date_of_birth"]) for child in reading.fields["children"]] == [
        ("Amy Jane", "2018-03-04"),
        ("Siôn", "2021-06-11"),
    ]
    assert reading.fields["date_went_missing"] == "2026-10-20"
    assert reading.fields["adults"][0]["relationship"] == "mother"
    assert reading.fields["agencies_contacted"][0] == {"agency": "GP", "date": "2026-10-27", "outcome": "no contact since August"}
    assert reading.fields["whereabouts"]["believed_missing_by_others"] is True
    assert reading.fields["social_worker"] == {
        "name": "Sam Worker",
        "team": "Team 4",
        "phone": "01632 960001",
        "email": "sam.worker@kent.test",
    }


def test_the_incomplete_example_leaves_three_answers_open_and_guesses_none() -> None:
    full, partial = example("notification.docx").fields, example("incomplete.docx").fields
    assert partial["children"][1]["date_of_birth"] is None
    assert partial["strategy_discussion_date"] is None
    assert partial["risk_level"] is None
    full["children"][1]["date_of_birth"] = full["strategy_discussion_date"] = full["risk_level"] = None
    assert partial == full


def test_the_update_and_the_found_example_are_told_apart() -> None:
    assert example("update.txt").kind == "update"
    assert example("update.txt").findings == ()
    found = example("found.txt")
    assert found.kind == "found"
    assert found.fields["found"] == {
        "date": "2026-11-23",
        "where": "At the home of their aunt",
        "found_authority": "Leeds City Council",
        "seen_by": "Sam Worker, social worker",
        "date_seen": "2026-11-23",
        "physically_seen": True,
        "deceased": False,
    }


def test_every_value_has_provenance_in_the_words_of_the_form() -> None:
    reading = example("notification.docx")
    source = reading.provenance["date_last_seen"]
    assert (source.file, source.place, source.label, source.text) == ("notification.docx", "table 1, row 3", "Date last seen", "19/10/2026")
    assert json.loads(json.dumps(reading.as_json()))["provenance"]["risk_level"]["label"] == "Level of risk"
    assert label_of("children[1].date_of_birth") == "The child's date of birth"


def test_several_pairs_stand_in_one_row_and_labels_share_cells_with_values() -> None:
    reading = read_form(
        table(("Surname", "Example", "Forename", "Amy"), ("D.O.B.: 04/03/18", "Gender: F"), ("Date missing", "20.10.2026", "", "")),
    )
    child = reading.fields["children"][0]
    assert (child["family_name"], child["given_names"], child["date_of_birth"], child["sex"]) == ("Example", "Amy", "2018-03-04", "female")
    assert reading.fields["date_went_missing"] == "2026-10-20"
    assert reading.findings == ()


def test_several_labels_share_one_line() -> None:
    reading = read(f"{TITLE}\n\nSurname: Example Forename: Amy AKA: Amy Sample DOB: 4 March 2018\nDate missing: 20 October 2026\n")
    child = reading.fields["children"][0]
    assert (child["family_name"], child["given_names"], child["aliases"]) == ("Example", "Amy", ["Amy Sample"])
    assert child["date_of_birth"] == "2018-03-04"


def test_people_stand_in_a_table_with_a_header_row() -> None:
    reading = read_form(
        table(("First name", "Surname", "DOB", "Gender"), ("Amy", "Example", "04/03/2018", "F"), ("Siôn", "Example", "03/2021", "M")),
        table(("Name", "Relationship to child", "DOB"), ("Jo Example", "Mother", "01/07/94"), ("Bo Sample", "Mother's partner", "")),
    )
    assert [child["given_names"] for child in reading.fields["children"]] == ["Amy", "Siôn"]
    assert reading.fields["children"][1]["date_of_birth"] == "2021-03"
    assert [(adult["name"], adult["relationship"]) for adult in reading.fields["adults"]] == [
        ("Jo Example", "mother"),
        ("Bo Sample", "Mother's partner"),
    ]
    assert reading.fields["adults"][0]["date_of_birth"] == "1994-07-01"


def test_people_stand_side_by_side() -> None:
    reading = read_form(
        table(("", "Child 1", "Child 2"), ("Surname", "Example", "Sample"), ("Forename", "Amy", "Bo"), ("Date of birth", "", "1/2/2020"))
    )
    assert [(c["given_names"], c["family_name"], c["date_of_birth"]) for c in reading.fields["children"]] == [
        ("Amy", "Example", None),
        ("Bo", "Sample", "2020-02-01"),
    ]


def test_numbered_children_in_rows_and_a_blank_child_is_nobody() -> None:
    reading = read_form(
        table(("Child 1",), ("Surname", "Example"), ("Forename", "Amy")),
        table(("Child 2",), ("Surname", "Example"), ("Forename", "Bo")),
        table(("Child 3",), ("Surname", ""), ("Forename", "")),
    )
    assert [child["given_names"] for child in reading.fields["children"]] == ["Amy", "Bo"]


def test_the_mother_in_the_same_row_keeps_her_own_date_of_birth() -> None:
    reading = read_form(table(("Surname", "Example", "Forename", "Amy"), ("Mother's name", "Jo Example", "DOB", "01/07/1994")))
    assert reading.fields["adults"][0]["date_of_birth"] == "1994-07-01"
    assert reading.fields["children"][0]["date_of_birth"] is None


def test_content_controls_are_read_by_tag_by_title_and_beside_a_label() -> None:
    reading = read_form(
        paragraph(control(run("20 October 2026"), tag="date_went_missing", extra='<w:date w:fullDate="2026-10-20T00:00:00Z"/>')),
        paragraph(control(run("Example"), tag="x17", title="Child 1 Surname")),
        table(("Forename", paragraph(control(run("Amy"), tag="whatever")))),
    )
    assert reading.fields["date_went_missing"] == "2026-10-20"
    assert reading.fields["children"][0]["family_name"] == "Example"
    assert reading.fields["children"][0]["given_names"] == "Amy"
    assert reading.provenance["date_went_missing"].method == "content control"


def test_a_visible_label_outranks_the_tag_a_designer_copied() -> None:
    reading = read_form(table(("Date last seen", paragraph(control(run("19/10/2026"), tag="date_went_missing"))), ("Surname", "Example")))
    assert reading.fields["date_last_seen"] == "2026-10-19"
    assert reading.fields["date_went_missing"] is None


@pytest.mark.parametrize("box", [checkbox, legacy_checkbox])
@pytest.mark.parametrize("answer", [True, False])
def test_only_the_ticked_box_is_the_answer(box: object, answer: bool) -> None:
    assert callable(box)
    ticks = paragraph(run("Yes "), box(answer), run("  No "), box(not answer))
    reading = read_form(table(("Surname", "Example"), ("Is a parent in custody?", ticks)))
    assert reading.fields["whereabouts"]["parent_in_custody"] is answer


def test_boxes_in_cells_of_their_own_and_columns_of_choices() -> None:
    reading = read_form(
        table(
            ("Surname", "Example", ""),
            ("Is a parent in custody?", "Yes ☐", "No ☒"),
        ),
        table(("Question", "Yes", "No"), ("Could the family be temporarily absent?", "", "x"), ("Media strategy considered", "✓", "")),
    )
    assert reading.fields["whereabouts"]["parent_in_custody"] is False
    assert reading.fields["whereabouts"]["temporarily_absent"] is False
    assert reading.fields["media_strategy"]["considered"] is True


def test_unticked_and_unmade_choices_are_no_answer() -> None:
    reading = read_form(
        table(
            ("Surname", "Example"),
            ("Is a parent in custody?", "☐ Yes ☐ No"),
            ("Could the family be temporarily absent?", "Yes / No (delete as appropriate)"),
            ("Level of risk", "Low / Medium / High"),
            ("Gender", "M / F"),
        )
    )
    assert reading.fields["whereabouts"]["parent_in_custody"] is None
    assert reading.fields["whereabouts"]["temporarily_absent"] is None
    assert reading.fields["risk_level"] is None
    assert reading.fields["children"][0]["sex"] is None
    assert reading.findings == ()


def test_struck_out_and_deleted_words_are_not_there() -> None:
    struck = paragraph(run("Yes", properties="<w:strike/>"), run(" / No"))
    deleted = paragraph("<w:del><w:r><w:delText>Smith</w:delText></w:r></w:del><w:ins><w:r><w:t>Example</w:t></w:r></w:ins>")
    hidden = paragraph(run("Amy"), run(" secret", properties="<w:vanish/>"))
    reading = read_form(table(("Is a parent in custody?", struck), ("Surname", deleted), ("Forename", hidden)))
    assert reading.fields["whereabouts"]["parent_in_custody"] is False
    assert reading.fields["children"][0]["family_name"] == "Example"
    assert reading.fields["children"][0]["given_names"] == "Amy"


@pytest.mark.parametrize(
    "placeholder",
    ["[Enter your Authority name]", "[insert]", "Click here to enter text.", "Click or tap here to enter text.", "Choose an item.",
     "dd/mm/yyyy", "________", "[Insert name of authority]", "(delete as appropriate)", "<insert name>", "Click or tap to enter a date."],
)  # fmt: skip
def test_placeholders_are_never_values(placeholder: str) -> None:
    shown = paragraph(control(run("Kent"), extra="<w:showingPlcHdr/>"))
    reading = read_form(
        table(("Surname", "Example"), ("Originating authority", placeholder), ("School", shown), ("Circumstances", placeholder))
    )
    assert reading.fields["originating_authority"] is None
    assert reading.fields["circumstances"] is None
    assert reading.fields["children"][0]["school"] is None
    assert set(reading.provenance) == {"children[0].family_name"}


@pytest.mark.parametrize("words", ["Not known", "N/A", "TBC", "unknown", "No Information Available"])
def test_not_known_is_null_and_keeps_the_words(words: str) -> None:
    reading = read_form(table(("Surname", "Example"), ("Date missing", words)))
    assert reading.fields["date_went_missing"] is None
    assert reading.provenance["date_went_missing"].text == words
    assert reading.findings == ()


def test_none_known_answers_a_list() -> None:
    reading = read_form(table(("Surname", "Example"), ("Links to areas", "None known")))
    assert reading.fields["links_to_areas"] == []
    assert reading.provenance["links_to_areas"].text == "None known"


def test_guidance_is_not_a_value() -> None:
    reading = read_form(
        table(
            ("Also known as\nPlease record all names the child has been known by", "Amy Sample", "Please record all names"),
            ("Home Address: (if not protected)", "1 Example Road\nZZ99 9ZZ", "This is the child's usual address"),
            ("Surname", "Example", ""),
        )
    )
    assert reading.fields["children"][0]["aliases"] == ["Amy Sample"]
    assert reading.fields["addresses"] == [{"kind": "home", "text": "1 Example Road", "postcode": "ZZ99 9ZZ", "confidential": False}]


def test_an_unknown_label_is_a_finding_and_no_value() -> None:
    reading = read_form(table(("Surname", "Example", "Favourite colour", "Blue"), ("Pet", "Dog")))
    assert [(finding.problem, finding.label) for finding in reading.findings] == [
        ("unrecognised", "Favourite colour"),
        ("unrecognised", "Pet"),
    ]
    assert "Blue" not in json.dumps(reading.as_json())


def test_html_tables_and_lines_are_read_without_what_is_hidden() -> None:
    page = f"""<html><head><style>x</style></head><body><h1>{TITLE}</h1><p style="display:none">Surname: Hidden</p>
    <table><tr><td>Surname</td><td>Example</td></tr><tr><td>Forename</td><td>Siôn<s>Bad</s></td></tr></table>
    <p>Date missing: 20 October 2026<br>Police reference: XY/12345/26</p></body></html>"""
    reading = read(page)
    assert reading.fields["children"][0]["family_name"] == "Example"
    assert reading.fields["children"][0]["given_names"] == "Siôn"
    assert reading.fields["date_went_missing"] == "2026-10-20"
    assert reading.fields["police_reference"] == "XY/12345/26"


def test_the_form_outranks_the_body_and_the_difference_is_told() -> None:
    form = docx(paragraph(TITLE), table(("Surname", "Example"), ("Forename", "Amy"), ("Date missing", "20/10/2026")))
    body = b"Please find the form attached.\n\nDate missing: 21/10/2026\nPolice reference: XY/1\n"
    reading = read_files([SourceFile("the letter itself", "text/plain", body), SourceFile("form.docx", "", form)], today=TODAY)
    assert reading is not None
    assert reading.fields["date_went_missing"] == "2026-10-20"
    assert reading.fields["police_reference"] == "XY/1"
    assert [(one.field, one.problem) for one in reading.findings] == [("date_went_missing", "contradiction")]


def test_children_of_two_forms_are_never_merged() -> None:
    first = docx(
        paragraph(TITLE), table(("Surname", "Example"), ("Forename", "Amy"), ("DOB", "04/03/2018"), ("Date missing", "20/10/2026"))
    )
    second = docx(paragraph(TITLE), table(("Surname", "Other"), ("Forename", "Bo"), ("Date missing", "20/10/2026")))
    reading = read_files([SourceFile("a.docx", "", first), SourceFile("b.docx", "", second)], today=TODAY)
    assert reading is not None
    assert [child["given_names"] for child in reading.fields["children"]] == ["Amy"]
    assert ("children", "contradiction") in [(one.field, one.problem) for one in reading.findings]


def test_an_ordinary_letter_holds_no_submission() -> None:
    letters = ["Dear all,\n\nThe meeting is on 3 December.\n\nKind regards\nSam\nTel: 01632 960001\n", "", "Please find attached.\n"]
    assert [read_files([SourceFile("the letter itself", "text/plain", one.encode())], today=TODAY) for one in letters] == [None] * 3


def test_the_same_label_answered_twice_differently_is_a_contradiction() -> None:
    reading = read_form(table(("Surname", "Example"), ("Date missing", "20/10/2026"), ("Date missing", "21/10/2026")))
    assert reading.fields["date_went_missing"] == "2026-10-20"
    assert [(one.field, one.problem) for one in reading.findings] == [("date_went_missing", "contradiction")]


def test_a_bare_date_of_birth_below_an_adult_is_asked_about_and_given_to_nobody() -> None:
    reading = read_form(table(("Child's name", "Amy Example"), ("Mother's name", "Jo Example"), ("Date of birth", "01/07/1994")))
    assert reading.fields["children"][0]["date_of_birth"] is None
    assert reading.fields["adults"][0]["date_of_birth"] is None
    assert [(one.problem, one.label) for one in reading.findings] == [("unreadable", "Date of birth")]


def test_labels_of_an_empty_row_are_no_values() -> None:
    reading = read_form(table(("Surname: Example", "Forename: Amy"), ("Surname:", "Forename:AKA:"), ("Address", "Address", "Address")))
    assert [child["family_name"] for child in reading.fields["children"]] == ["Example"]
    assert reading.fields["addresses"] == []


def test_a_value_that_is_spelt_like_a_label_stays_a_value() -> None:
    reading = read_form(table(("Surname", "Mother"), ("Forename", "School"), ("School", "Surname"), ("Police reference", "DOB: 1/2/2003")))
    child = reading.fields["children"][0]
    assert (child["family_name"], child["given_names"], child["school"]) == ("Mother", "School", "Surname")
    assert (child["date_of_birth"], reading.fields["police_reference"]) == (None, "DOB: 1/2/2003")


def test_a_worker_whose_details_follow_keeps_them_and_an_office_address_is_not_the_familys() -> None:
    reading = read_form(
        table(("Surname", "Example"), ("Date missing", "20/10/2026")),
        paragraph("Social worker", style="Heading1"),
        table(("Name", "Sam Worker"), ("Tel", "01632 960001"), ("Address", "5 Office Road")),
    )
    assert reading.fields["social_worker"]["phone"] == "01632 960001"
    assert reading.fields["addresses"] == []
