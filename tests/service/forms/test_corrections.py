"""Corrections by reply: numbered answers are found, and become values as they would from a form."""

from service.forms.corrections import apply_answers, read_numbered_answers
from service.forms.shapes import blank_child, blank_fields

from .documents import TODAY


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
