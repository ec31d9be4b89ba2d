"""Answers that cannot all be true, each said in a short sentence under the form's own label."""

import pytest

from service.forms.reading import Reading

from .documents import TITLE, read, read_form, table


def form(lines: str) -> Reading:
    return read(f"{TITLE}\n\nSurname: Example\nForename: Amy\n{lines}\n")


@pytest.mark.parametrize(
    ("lines", "field", "says"),
    [
        ("Date of birth: 04/03/2018 (age 9)", "children[0].date_of_birth", "Age 9 does not fit 4 March 2018"),
        ("Date of birth: 04/03/2018, 6/52 old", "children[0].date_of_birth", "Age 6/52 does not fit 4 March 2018"),
        ("Date of birth: 2018 (aged 3)", "children[0].date_of_birth", "Age 3 does not fit 2018"),
        ("Date of birth: 04/03/2027", "children[0].date_of_birth", "cannot be in the future"),
        ("Date of birth: 24/11/2008", "children[0].date_of_birth", "18 or over"),
        ("Date of birth: 21/10/2026\nDate missing: 20/10/2026", "children[0].date_of_birth", "after going missing"),
        ("Date missing: 20/10/2026\nDate last seen: 25/10/2026", "date_last_seen", "after the child went missing"),
        ("Date missing: September 2026\nDate last seen: 25/10/2026", "date_last_seen", "after the child went missing"),
        ("Date missing: 20/12/2026", "date_went_missing", "in the future"),
        ("Date missing: Monday 20 October 2026", "date_went_missing", "is a Tuesday, and the form says Monday"),
        ("Date missing: 20/10/2026\nLocality known: yes", "whereabouts.locality_known", "locality is known"),
        ("Date missing: 20/10/2026\nDate found: 19/10/2026", "found.date", "before the child went missing"),
        ("Legal status: CP plan ended 3 May 2026", "children[0].legal_status", "no longer, subject to a child protection plan"),
        ("Home address: 1 Example Road (protected)", "addresses[0]", "will not be printed"),
        ("Expected date of delivery: 01/10/2026", "children[0].expected_delivery_date", "has passed"),
        ("Expected date of delivery: 01/12/2027", "children[0].expected_delivery_date", "more than ten months away"),
        ("Unborn child: yes\nDate of birth: 04/03/2018", "children[0].unborn", "called unborn"),
        ("Mother's name: Jo Example\nMother's date of birth: 04/03/2018", "adults[0].date_of_birth", "would be a child"),
        ("Media strategy considered: no\nMedia to be informed: yes", "media_strategy.considered", "No media strategy"),
    ],
)
def test_what_cannot_be_is_a_finding(lines: str, field: str, says: str) -> None:
    findings = [one for one in form(lines).findings if one.field == field]
    assert [one.problem for one in findings] == ["contradiction"]
    assert says in findings[0].says
    assert findings[0].label


@pytest.mark.parametrize(
    "lines",
    [
        "Date of birth: 04/03/2018 (age 8)",
        "Date of birth: 2018 (aged 8)",
        "Date of birth: 25/11/2008",
        "Date missing: October 2026\nDate last seen: 25/10/2026",
        "Date missing: Tuesday 20 October 2026\nDate last seen: 19/10/2026",
        "Expected date of delivery: 14/02/2027",
        "Home address: (if not protected) 1 Example Road",
        "Legal status: CP plan, previously CIN",
    ],
)
def test_what_can_be_is_none(lines: str) -> None:
    assert form(lines).findings == ()


def test_brothers_and_sisters_of_one_name_are_asked_about() -> None:
    rows = (("First name", "Surname", "DOB"), ("Amy", "Example", "04/03/2018"), ("Amy", "Example", "05/03/2018"))
    assert [one.field for one in read_form(table(*rows)).findings] == ["children[1].date_of_birth"]
    rows = (("First name", "Surname", "DOB"), ("Amy", "Example", "04/03/2018"), ("Amy", "Example", "04/03/2018"))
    assert "named twice" in read_form(table(*rows)).findings[0].says
    rows = (("First name", "Surname", "DOB"), ("Amy", "Example", "04/03/2018"), ("Bo", "Example", "04/03/2018"))
    assert read_form(table(*rows)).findings == ()


def test_a_child_who_died_and_was_physically_seen_is_asked_about_with_care() -> None:
    reading = read(
        "Found notification\n\nSurname: Example\nForename: Amy\nDate found: 23/11/2026\n"
        "Have the children been physically seen? Yes\nDeceased: Yes\n"
    )
    assert reading.fields["found"]["deceased"] is True
    assert [(one.field, one.problem) for one in reading.findings] == [("found.deceased", "contradiction")]
