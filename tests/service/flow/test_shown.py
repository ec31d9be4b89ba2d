"""What differs between two versions of a notice, value by value, under the form's own labels."""

from service.domain.notice import Finding
from service.domain.policy import SILENT
from service.flow.shown import differences, lines_of, rows_of
from tests.factories import fields, notice


def test_each_value_that_was_added_changed_or_removed_is_one_difference() -> None:
    before = fields(vehicles=["Red Corsa"])
    after = notice(
        fields=fields(risk_level="medium", phones=["07700 900123"], vehicles=[]), provenance={"risk_level": {"label": "Level of risk"}}
    )
    assert [(one.label, one.before, one.after, one.kind.value) for one in differences(before, after)] == [
        ("Level of risk", "high", "medium", "changed"),
        ("phones", "", "07700 900123", "added"),
        ("vehicles", "Red Corsa", "", "removed"),
    ]


def test_two_notices_can_be_compared_and_nothing_differs_from_nothing() -> None:
    assert differences(notice(), notice()) == ()
    assert differences(None, notice()) == ()


def test_of_the_circumstances_only_what_is_new_is_a_difference() -> None:
    (one,) = differences(fields(), notice(fields=fields(circumstances="Seen in Hull.\n\nBefore: Did not come home from school.")))
    assert (one.after, one.before) == ("Seen in Hull.", "")


def test_what_became_of_a_child_is_a_difference() -> None:
    child = fields()["children"][0]
    (one,) = differences(fields(), notice(fields=fields(children=[{**child, "status": "found"}])))
    assert (one.label, one.after) == ("Child 1: status", "found")


def test_a_blank_no_is_not_shown_and_codes_are_written_in_words() -> None:
    shown = dict(rows_of(notice()))
    assert "Child 1: unborn" not in shown
    assert shown["Child 1: legal status"] == "child protection plan"


def test_open_findings_come_first_and_a_silent_source_is_left_out() -> None:
    found = tuple(
        Finding(rule=outcome, outcome=outcome, says=outcome, source=source)
        for outcome, source in (("met", "S"), ("not_applicable", SILENT), ("reminder", "S"), ("not_met", "S"), ("not_applicable", "S"))
    )
    assert [one.outcome for one in lines_of(notice(findings=found))] == ["not_met", "reminder", "met", "not_applicable"]
