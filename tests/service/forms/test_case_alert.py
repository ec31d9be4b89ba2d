"""Kent's local case alerts: the published categories, whether the child is in care, and whether it ends an earlier one."""

import pytest

from service.forms.case_alert import case_alert_of

from .documents import docx, paragraph, read, table

CATEGORIES = {
    "unexpected_death": "Where a child has died in unexpected circumstances",
    "severe_injury": "Suffered severe injury and is open to Specialist Children's Services",
    "media_interest": "Referral/case which may receive media interest and needs to be brought to the attention of senior management",
    "organised_abuse": "Case which indicates organised/large scale abuse",
    "serious_incident": "Serious incident involving child/young person in a residential/foster placement/KCC unit",
    "plan_missing": "Child In Need / Child subject to Child Protection plan missing",
    "national_alert_required": "Child subject to child protection plan missing National Alert required",
    "care_missing": "Kent Child in Care (including Unaccompanied Asylum Seeking Children) Missing",
}
CHILD = "Surname: Example\nForename: Amy\nDate of birth: 04/03/2018\n"


@pytest.mark.parametrize(("category", "words"), CATEGORIES.items())
def test_each_published_category_is_known_by_its_words(category: str, words: str) -> None:
    alert = case_alert_of(read(f"Alert Form\n\nCategory of alert: {words}\n{CHILD}"))
    assert alert.category == category


@pytest.mark.parametrize("ticked", CATEGORIES)
@pytest.mark.parametrize("before", [True, False])
def test_of_a_printed_list_only_the_ticked_category_counts(ticked: str, before: bool) -> None:
    rows = [
        (f"{'☒' if key == ticked else '☐'} {words}" if before else f"{words} {'☒' if key == ticked else '☐'}",)
        for key, words in CATEGORIES.items()
    ]
    reading = read(docx(paragraph("Alert Form"), table(("Surname", "Example"), ("Forename", "Amy"), ("DOB", "04/03/2018")), table(*rows)))
    assert (reading.kind, case_alert_of(reading).category) == ("case_alert", ticked)


def test_a_printed_list_without_a_tick_tells_nothing() -> None:
    rows = [(f"☐ {words}",) for words in CATEGORIES.values()]
    reading = read(docx(paragraph("Alert Form"), table(("Surname", "Example"), ("Forename", "Amy"), ("DOB", "04/03/2018")), table(*rows)))
    assert case_alert_of(reading).category == ""


@pytest.mark.parametrize(
    ("status", "in_care", "category", "from_care"),
    [
        ("Interim care order", True, "care_missing", True),
        ("Child protection plan", False, "plan_missing", False),
        ("Looked after", True, "care_missing", True),
        ("", None, "", False),
    ],
)
def test_the_legal_status_tells_whether_the_child_is_in_care(status: str, in_care: bool | None, category: str, from_care: bool) -> None:
    alert = case_alert_of(read(f"Alert Form\n\n{CHILD}Legal status: {status}\nDate missing: 20/10/2026\n"))
    assert (alert.in_care, alert.category, alert.missing_from_care) == (in_care, category, from_care)


def test_an_alert_form_that_ends_an_alert_says_so() -> None:
    assert case_alert_of(read(f"Alert Form\n\n{CHILD}Date missing: 20/10/2026\nDate found: 21/10/2026\n")).ends
    assert not case_alert_of(read(f"Alert Form\n\n{CHILD}Date missing: 20/10/2026\n")).ends
