"""People named with their birth in a letter, and an alert that was written as one: who, since when, and only when it is asked for."""

from datetime import date

import pytest

from service.forms.reading import Reading, SourceFile, read_files
from service.forms.told import Told, told_in

TODAY = date(2026, 11, 24)
MISSING = (
    "Amy Example dob 4.3.18 and her brother Ben Example (dob 12/6/2020) have been missing since Thursday 12 November 2026. "
    "Mum is Jo Example dob 1/7/94. Police ref KP/123/26."
)


def letter(text: str, subject: str) -> Reading:
    reading = read_files([SourceFile("the letter itself", "text/plain", text.encode())], today=TODAY, subject=subject)
    assert reading is not None
    return reading


def told(text: str, subject: str = "Missing children") -> Told | None:
    return told_in(text, subject, today=TODAY)


def test_an_alert_may_be_written_as_a_letter() -> None:
    reading = letter(f"Hi all\n\nPlease can you circulate an alert. {MISSING}\n\nThanks\nSam\n", subject="URGENT missing child alert")
    assert (reading.kind, reading.fields["date_went_missing"], reading.fields["police_reference"]) == ("alert", "2026-11-12", "KP/123/26")
    assert [(one["given_names"], one["family_name"], one["date_of_birth"]) for one in reading.fields["children"]] == [
        ("Amy", "Example", "2018-03-04"),
        ("Ben", "Example", "2020-06-12"),
    ]
    assert [(one["name"], one["date_of_birth"], one["relationship"]) for one in reading.fields["adults"]] == [
        ("Jo Example", "1994-07-01", "mother")
    ]
    assert "dob 4.3.18" in reading.provenance["date_went_missing"].text


@pytest.mark.parametrize(
    "text",
    [
        MISSING,
        f"{MISSING} Do I need to send an alert?",
        f"{MISSING} I would like advice about an alert.",
        "Please issue an alert. If Amy Example (dob 04/03/2018) went missing on 12 November 2026 we would call.",
        "Please issue an alert. Amy Example was born on 04/03/2018 and has been missing for three weeks.",
        "Please issue an alert. Amy Example (dob 04/03/2018) has not gone missing since 12 November 2026.",
        "Please issue an alert. Jo Example (dob 01/07/1994) has been missing since 12 November 2026.",
        "Please issue an alert. Amy Example (dob 04/03/2018) has been missing since 12 December 2026.",
        "Chronology. 01/02/2026 – Amy Example (dob 04/03/2018) seen at school. 04/05/2026 – conference held.",
    ],
)
def test_a_story_a_question_or_an_adult_is_no_alert(text: str) -> None:
    assert told(text, "Family") is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Update re Amy Example DOB 04/03/2018. Mum's phone was traced to Hull on 22/11/2026.", "update"),
        ("The alert for Amy Example (DOB 04/03/2018) expires next week. Please renew the alert.", "renewal"),
        ("Hello, please withdraw our alert for Amy Example, dob 04/03/2018. It was sent in error.", "withdrawal"),
        ("Amy Example (04/03/2018) was found yesterday and was seen by police. Please cancel the alert.", "found"),
    ],
)
def test_a_later_letter_names_the_one_child_with_her_birth(text: str, kind: str) -> None:
    reading = letter(f"Hi\n{text}\n", subject="Alert")
    assert reading.kind == kind
    assert [(one["given_names"], one["family_name"], one["date_of_birth"]) for one in reading.fields["children"]] == [
        ("Amy", "Example", "2018-03-04")
    ]


def test_of_several_children_a_letter_that_ends_nothing_names_none() -> None:
    reading = told("Update: Amy Example (dob 04/03/2018) is still missing. Her sister Mia Example (dob 01/01/2016) is at home.")
    assert reading is not None
    assert reading.born == ()
