"""Single answers: dates, yes and no, choices, labels, kinds and contradictions."""

from typing import Any

import pytest

from service.forms.dates import read_date
from service.forms.labels import label_of, load_labels
from service.forms.shapes import blank_fields
from service.forms.values import chosen_words, convert

from .documents import TITLE, TODAY, read, read_form, table


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("20/10/2026", "2026-10-20"), ("20.10.2026", "2026-10-20"), ("20-10-26", "2026-10-20"), ("2026-10-20", "2026-10-20"),
        ("20th October 2026", "2026-10-20"), ("Tuesday 20 Oct 2026 at 14:30", "2026-10-20"), ("October 20, 2026", "2026-10-20"),
        ("March 2018", "2018-03"), ("03/2018", "2018-03"), ("2018", "2018"), ("approx. March 2018", "2018-03"), ("2018-03", "2018-03"),
        ("20 Hydref 2026", "2026-10-20"), ("1st of May 2024", "2024-05-01"), ("2026-10-20T00:00:00Z", "2026-10-20"),
        ("01/02/03", "2003-02-01"), ("31/02/2026", None), ("10/20/2026", None), ("last Monday", None), ("1/2/2026 or 2/2/2026", None),
        ("20/10", None), ("", None),
    ],
)  # fmt: skip
def test_dates_are_day_first_and_partial_dates_stay_partial(written: str, iso: str | None) -> None:
    assert read_date(written, today=TODAY) == iso


def test_two_digit_years_of_births_lie_in_the_past() -> None:
    assert read_date("01/07/94", today=TODAY, birth=True) == "1994-07-01"
    assert read_date("04/03/18", today=TODAY, birth=True) == "2018-03-04"
    assert read_date("25/12/26", today=TODAY, birth=True) == "1926-12-25"


@pytest.mark.parametrize(
    ("written", "value"), [("Yes", True), ("No", False), ("yes - since May", True), ("N", False), ("No, not at all", False)]
)
def test_yes_and_no_are_read(written: str, value: bool) -> None:
    assert convert("whereabouts.parent_in_custody", written, today=TODAY).value is value


@pytest.mark.parametrize("written", ["perhaps", "No, yes since Monday", "Yes, No"])
def test_unclear_yes_or_no_is_asked_again(written: str) -> None:
    converted = convert("whereabouts.parent_in_custody", written, today=TODAY)
    assert converted.value is None
    assert converted.says


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("children.sex", "M", "male"), ("children.sex", "Female", "female"), ("children.sex", "Not known", "not_known"),
        ("children.legal_status", "Interim Care Order; CPP", ["child_protection_plan", "interim_care_order"]),
        ("children.legal_status", "No longer on a child protection plan", None),
        ("children.plan_categories", "Emotional abuse and neglect", ["neglect", "emotional"]), ("risk_level", "HIGH", "high"),
        ("risk_level", "high or medium", None), ("exceptional_criterion", "Section 47 enquiry", "section_47"),
    ],
)  # fmt: skip
def test_choices_become_canonical_words_or_are_asked_again(field: str, written: str, value: Any) -> None:
    converted = convert(field, written, today=TODAY)
    assert converted.value == value
    assert bool(converted.says) is (value is None)


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Date Missing:", "date_went_missing"), ("perso n's name", None), ("Circumstancs", "circumstances"), ("Other nurse", None),
        ("Date bound", None), ("Father's first name", "adults.given_names"), ("2. Forename(s)", "children.given_names"),
        ("Date of the strategy discusion", "strategy_discussion_date"), ("date sent", None), ("Last missing", None),
        ("Origi nating authority", "originating_authority"),
    ],
)  # fmt: skip
def test_labels_are_matched_strictly(label: str, field: str | None) -> None:
    target = load_labels().find(label)
    assert (target.field if target else None) == field


def test_every_canonical_field_has_a_readable_label() -> None:
    for name, value in blank_fields().items():
        paths = [f"{name}.{key}" for key in value] if isinstance(value, dict) else [name]
        assert all(label_of(path)[0].isupper() and "_" not in label_of(path) for path in paths)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Notification of Missing Kent Child Subject to a Child Protection Plan", "alert"),
        ("National Missing Child Alert Template", "alert"),
        ("NATIONAL CHILD PROTECTION NOTIFICATION ALERT FORM (appendix 1)", "alert"),
        ("Notification of National Child Protection Alert", "alert"),
        ("Referral To Child Protection Register Missing Child/Family", "alert"), ("Missing Family Alert", "alert"),
        ("Update to National Alert: missing child", "update"), ("Renewal of national alert - child still missing", "renewal"),
        ("Found notification - national alert", "found"), ("Withdrawal of national alert", "withdrawal"),
        ("STATUTORY NOTIFICATION OF NEW PLACEMENT", "placement_notification"), ("Alert Form", "case_alert"),
        ("Priority One alert", "case_alert"),
    ],
)  # fmt: skip
def test_the_title_tells_the_kind(title: str, kind: str) -> None:
    assert read(f"{title}\n\nSurname: Example\nForename: Amy\nDate of birth: 04/03/2018\n").kind == kind


def test_without_a_title_the_answers_tell_the_kind() -> None:
    assert read("Surname: Example\nForename: Amy\nDate found: 23/11/2026\nSeen by: Sam Worker\n").kind == "found"
    assert read("Surname: Example\nForename: Amy\nDate missing: 20/10/2026\n").kind == "alert"
    assert read("Surname: Example\nForename: Amy\nSchool: Sample School\n").kind == "unknown"


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ("Surname: Example\nDate of birth: 04/03/2018 (age 9)", "children[0].date_of_birth"),
        ("Date missing: 20/10/2026\nDate last seen: 25/10/2026", "date_last_seen"),
        ("Date missing: 20/12/2026", "date_went_missing"),
        ("Date missing: 20/10/2026\nLocality known: yes", "whereabouts.locality_known"),
        ("Surname: Example\nDate of birth: 04/03/2027", "children[0].date_of_birth"),
        ("Media strategy considered: no\nMedia to be informed: yes", "media_strategy.considered"),
    ],
)
def test_answers_that_cannot_all_be_true_are_findings(lines: str, field: str) -> None:
    reading = read(f"{TITLE}\n\nForename: Amy\n{lines}\n")
    assert [(one.field, one.problem) for one in reading.findings] == [(field, "contradiction")]
    assert reading.findings[0].label


def test_an_unborn_child_is_read_from_the_birth_date_box() -> None:
    reading = read_form(table(("Surname", "Example"), ("DoB or EDD", "EDD 14/02/2027")))
    child = reading.fields["children"][0]
    assert (child["date_of_birth"], child["expected_delivery_date"], child["unborn"]) == (None, "2027-02-14", True)


def test_an_unreadable_answer_is_a_finding_with_the_label_of_the_form() -> None:
    reading = read_form(table(("Surname", "Example"), ("Date missing", "last Tuesday")))
    assert [(one.field, one.problem, one.label) for one in reading.findings] == [("date_went_missing", "unreadable", "Date missing")]
    assert reading.fields["date_went_missing"] is None


def test_control_characters_that_a_program_left_behind_are_no_part_of_an_answer() -> None:
    assert chosen_words("Amy\x01 Sample\x00") == "Amy Sample"
