"""Corrections by reply: numbered answers are found, and become values as they would from a form."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.forms.corrections import apply_answers, read_numbered_answers
from service.forms.shapes import blank_child, blank_fields

from .documents import TODAY

PATHS = ("date_went_missing", "children[0].date_of_birth", "children[0].legal_status", "children[1].given_names", "adults[0].phone",
         "addresses[0].text", "links_to_areas", "phones", "risk_level", "found.date", "social_worker.email", "agencies_contacted",
         "children[0].identifiers.nhs_number", "whereabouts.locality_known", "adults[0].name")  # fmt: skip


def test_numbered_answers_are_read_in_every_usual_form() -> None:
    text = "Hello,\n\n1: 12/04/2019\n2. Seen at school\nby her teacher\n3) high\n(4) Yes\n\nKind regards\nSam\n"
    assert read_numbered_answers(text) == {1: "12/04/2019", 2: "Seen at school\nby her teacher", 3: "high", 4: "Yes"}


def test_dates_times_and_empty_numbers_are_not_answers() -> None:
    assert read_numbered_answers("12/04/2019\n14:30 she left\n3.5 miles\n5:\n\n6: x") == {6: "x"}


def test_answers_become_values_with_provenance_and_the_original_is_untouched() -> None:
    fields = {**blank_fields(), "children": [blank_child()]}
    answers = {"date_went_missing": "20/10/26", "children[0].date_of_birth": "12/04/2019", "whereabouts.parent_in_custody": "no",
               "social_worker": "Sam Worker", "found.date": "23 November 2026", "links_to_areas": "Leeds; Poland"}  # fmt: skip
    changed, provenance, findings = apply_answers(fields, answers, today=TODAY)
    assert findings == ()
    assert changed["date_went_missing"] == "2026-10-20"
    assert changed["children"][0]["date_of_birth"] == "2019-04-12"
    assert changed["whereabouts"]["parent_in_custody"] is False
    assert changed["social_worker"]["name"] == "Sam Worker"
    assert changed["found"]["date"] == "2026-11-23"
    assert changed["links_to_areas"] == ["Leeds", "Poland"]
    assert set(provenance) == set(answers)
    assert fields["children"][0]["date_of_birth"] is None
    assert fields["found"] is None


def test_an_answer_that_cannot_be_read_changes_nothing_and_is_told() -> None:
    changed, provenance, findings = apply_answers(blank_fields(), {"date_went_missing": "soon", "no_such_field": "x"}, today=TODAY)
    assert changed == blank_fields()
    assert provenance == {}
    assert [(one.field, one.problem) for one in findings] == [("date_went_missing", "unreadable"), ("no_such_field", "unrecognised")]


def test_a_placeholder_is_no_answer_and_not_known_keeps_its_words() -> None:
    changed, provenance, findings = apply_answers(
        blank_fields(), {"circumstances": "[insert]", "police_reference": "not known"}, today=TODAY
    )
    assert changed == blank_fields()
    assert list(provenance) == ["police_reference"]
    assert findings == ()


def test_an_answer_about_an_address_is_taken_apart_and_protection_is_told() -> None:
    fields, _, findings = apply_answers(blank_fields(), {"addresses[0].text": "1 Example Road, ZZ99 9ZZ (protected)"}, today=TODAY)
    assert fields["addresses"][0] == {
        "kind": "home",
        "text": "1 Example Road, ZZ99 9ZZ (protected)",
        "postcode": "ZZ99 9ZZ",
        "confidential": True,
    }
    assert [one.problem for one in findings] == ["contradiction"]


def test_an_unborn_baby_is_expected_or_has_been_born() -> None:
    unborn, _, _ = apply_answers(blank_fields(), {"children[0].date_of_birth": "EDD 14/02/2027"}, today=TODAY)
    assert (unborn["children"][0]["expected_delivery_date"], unborn["children"][0]["unborn"]) == ("2027-02-14", True)
    born, _, _ = apply_answers(unborn, {"children[0].date_of_birth": "20/11/2026"}, today=TODAY)
    child = born["children"][0]
    assert (child["date_of_birth"], child["expected_delivery_date"], child["unborn"]) == ("2026-11-20", None, False)


def test_an_answer_that_contradicts_itself_is_taken_and_told() -> None:
    fields, provenance, findings = apply_answers(blank_fields(), {"date_went_missing": "Monday 20 October 2026"}, today=TODAY)
    assert fields["date_went_missing"] == "2026-10-20"
    assert "date_went_missing" in provenance
    assert [one.problem for one in findings] == ["contradiction"]


def test_agencies_and_adults_are_read_as_on_the_form() -> None:
    answers = {"agencies_contacted": "GP - 27/10/2026 - no contact\nSchool", "adults[0].name": "Mrs Jo Example"}
    fields, _, findings = apply_answers(blank_fields(), answers, today=TODAY)
    assert fields["agencies_contacted"] == [
        {"agency": "GP", "date": "2026-10-27", "outcome": "no contact"},
        {"agency": "School", "date": None, "outcome": None},
    ]
    assert fields["adults"][0]["name"] == "Jo Example"
    assert findings == ()


def test_answers_may_be_numbered_in_many_ways() -> None:
    for text in ("3: x", "3. x", "3) x", "(3) x", "Q3: x", "Question 3: x", "A3: x", "Answer 3 - x", "#3: x", "No. 3: x", "> 3: x"):
        assert read_numbered_answers(text) == {3: "x"}, text


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(PATHS), st.text(max_size=60), max_size=6))
def test_any_answer_is_applied_without_an_error_and_changes_no_other_field(answers: dict[str, str]) -> None:
    fields, _, _ = apply_answers(blank_fields(), answers, today=TODAY)
    blank = blank_fields()
    touched = {path.partition("[")[0].partition(".")[0] for path in answers}
    assert all(fields[name] == blank[name] for name in blank if name not in touched)
