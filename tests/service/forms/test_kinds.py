"""The kind of a submission: by its title, by its answers, and by the words around a form."""

import pytest

from service.forms.kinds import kind_of_title
from service.forms.reading import Reading, SourceFile, read_files

from .documents import TITLE, TODAY, docx, paragraph, read, table

TITLES = {
    "alert": (
        "Notification of Missing Kent Child Subject to a Child Protection Plan",
        "Notification of Missing Kent Child Subject to a CP Plan",
        "National Missing Child Alert Template",
        "National Alert Notification of a Missing Child",
        "Notification of National Child Protection Alert",
        "NATIONAL CHILD PROTECTION NOTIFICATION ALERT FORM (appendix 1)",
        "Alert pro-forma",
        "London Notification of Children with Child Protection Plans and Vulnerable Persons going Missing",
        "Referral to Register of Children with Child Protection Plans and Vulnerable Persons going Missing",
        "Referral To Child Protection Register Missing Child/Family",
        "London Notification of Missing Children/Persons",
        "Missing Family Alert",
        "MFA/ROA",
        "Missing Children and Family Alert (MCFA)",
        "OLA alert notification",
        "Missing Family Alert Form",
        "National alert: child not found at any address",
    ),
    "update": (
        "Update to National Alert: missing child",
        "National Alert Update",
        "Updated Alert",
        "Alert update - child has not been found",
    ),
    "renewal": (
        "Renewal of national alert - child still missing",
        "Six month re-notification of a missing child",
        "6 monthly notification - missing child",
    ),
    "found": (
        "Found notification - national alert",
        "National De-alert",
        "Notification that a missing child has been located",
        "Child found notification",
    ),
    "withdrawal": ("Withdrawal of national alert", "National alert withdrawn", "Alert sent in error"),
    "placement_notification": (
        "STATUTORY NOTIFICATION OF NEW PLACEMENT",
        "Change of placement",
        "Notification of termination of placement",
        "Regulation 13 notification",
        "Out of area placement notification",
    ),
    "case_alert": (
        "Alert Form",
        "Appendix 1: Alert Form",
        "Kent Alert Form",
        "Priority One alert",
        "Missing from Care Incident Form",
        "Alert for Children In Care who go missing",
        "Local alert",
    ),
    "unknown": (
        "Return Home Interview",
        "Independent return interview for a missing child",
        "Form A Notification of a Child Death",
        "Strategy discussion minutes",
        "Risk management plan",
        "Missing/found notification",
        "Child Rescue Alert",
        "Team meeting",
        "Missing Children National Alert Policy and Procedure",
        "Safeguarding newsletter: missing children",
    ),
}


@pytest.mark.parametrize(("title", "kind"), [(title, kind) for kind, titles in TITLES.items() for title in titles])
def test_a_title_names_its_kind(title: str, kind: str) -> None:
    assert kind_of_title(title) == kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Circumstances: She was found at her aunt's in 2024. Nobody has found her now.", "alert"),
        ("Reason for concern: The house was found empty and mother was found to have left.", "alert"),
        ("Actions taken to locate: Police found her phone. She was not located.", "alert"),
        ("Circumstances: The family said they would withdraw the child from school.", "alert"),
        ("Circumstances: We will update you. An update meeting is on Friday.", "alert"),
        ("Circumstances: Placement with her aunt broke down.", "alert"),
    ],
)
def test_the_narrative_of_a_form_never_makes_it_another_kind(words: str, kind: str) -> None:
    assert read(f"{TITLE}\n\nSurname: Example\nForename: Amy\nDate missing: 20/10/2026\n{words}\n").kind == kind
    assert read(f"Surname: Example\nForename: Amy\nDate missing: 20/10/2026\n{words}\n").kind == kind


def test_answers_tell_the_kind_where_no_title_does() -> None:
    child = "Surname: Example\nForename: Amy\n"
    assert read(f"{child}Date found: 23/11/2026\nSeen by: Sam Worker\n").kind == "found"
    assert read(f"{child}Date missing: 20/10/2026\n").kind == "alert"
    assert read(f"{child}School: Sample School\n").kind == "unknown"
    assert read(f"Missing/found notification\n\n{child}Date missing: 20/10/2026\n").kind == "alert"
    assert read(f"Missing/found notification\n\n{child}Date missing: 20/10/2026\nDate found: 23/11/2026\n").kind == "found"
    assert read(f"Category of alert: Child in care missing\n{child}Date missing: 20/10/2026\n").kind == "case_alert"


def test_a_form_that_asks_every_authority_to_look_is_another_authoritys_alert() -> None:
    assert read(f"{TITLE}\n\nTo all custodians\n\nSurname: Example\nForename: Amy\nDate missing: 20/10/2026\n").kind == "received_alert"


def letter(body: str, *, subject: str = "", form: bytes | None = None) -> Reading | None:
    files = [SourceFile("form.docx", "", form)] if form else []
    return read_files([*files, SourceFile("the letter itself", "text/plain", body.encode())], today=TODAY, subject=subject)


ALERT_FORM = docx(paragraph(TITLE), table(("Surname", "Example"), ("Forename", "Amy"), ("Date missing", "20/10/2026")))
UPDATE_FORM = docx(
    paragraph("Update to the National Alert"), table(("Surname", "Example"), ("Forename", "Amy"), ("Date missing", "20/10/2026"))
)


@pytest.mark.parametrize(
    ("body", "subject", "kind"),
    [
        ("Please find the alert attached.", "National alert", "alert"),
        ("Amy was last seen at school. Please find the form attached. We will update you.", "", "alert"),
        ("Here is the corrected form.", "Re: 3 things we need [KEN-2026-0042-K]", "alert"),
        ("I have found the right form, attached.", "", "alert"),
        ("Amy has been found, I attach the form again.", "", "found"),
        ("Please withdraw the attached alert, it was sent in error.", "", "withdrawal"),
        ("Please renew the alert, form attached.", "", "renewal"),
        ("Dear Custodian,\n\nPlease check your records for this family.", "", "received_alert"),
        ("Please issue the attached. Amy has NOT been found.", "", "alert"),
    ],
)
def test_the_letter_around_an_alert_form_tells_what_it_is_sent_for(body: str, subject: str, kind: str) -> None:
    reading = letter(body, subject=subject, form=ALERT_FORM)
    assert reading is not None
    assert reading.kind == kind


def test_the_title_of_a_later_form_stands_whatever_the_letter_says() -> None:
    reading = letter("Please renew the alert.", form=UPDATE_FORM)
    assert reading is not None
    assert reading.kind == "update"


def test_a_letter_without_a_form_is_read_when_it_plainly_tells_and_otherwise_is_none() -> None:
    found = letter("Good news, Amy was found on 23/11/2026 at her aunt's, seen by police.", subject="Amy [KEN-2026-0042-K]")
    assert found is not None
    assert (found.kind, found.form_title, found.findings) == ("found", None, ())
    assert found.fields["found"]["date"] == "2026-11-23"
    assert found.fields["found"]["seen_by"] == "police"
    assert found.fields["found"]["deceased"] is False
    assert [child["given_names"] for child in found.fields["children"]] == ["Amy"]
    assert found.provenance["found.where"].method == "plain words"
    assert letter("Thank you, that is very helpful.") is None
    assert letter("Has Amy been found?") is None


def test_a_found_letter_that_names_one_child_of_a_form_with_two_asks_who() -> None:
    form = docx(
        paragraph(TITLE), table(("First name", "Surname", "DOB"), ("Amy", "Example", "04/03/2018"), ("Bo", "Example", "01/02/2020"))
    )
    reading = letter("Amy has been found.", form=form)
    assert reading is not None
    assert reading.kind == "found"
    assert [one.says for one in reading.findings] == [
        "The letter names who was found, and the form names other children too. Who was found?"
    ]


def test_a_title_with_a_colon_is_no_label_with_its_answer() -> None:
    reading = read("National Alert: Notification of a Missing Child\n\nDate missing: 20 October 2026\nSurname: Example\n")
    assert (reading.form_title, reading.unknown_labels) == ("National Alert: Notification of a Missing Child", ())


def test_a_title_that_goes_on_in_the_next_line_is_read_whole() -> None:
    page = b"<h1>National Alert Notification of a<br>Missing Child</h1><p>Surname: Example</p><p>Date missing: 20 October 2026</p>"
    reading = read_files([SourceFile("form.html", "text/html", page)], today=TODAY)
    assert reading is not None
    assert reading.form_title == "National Alert Notification of a Missing Child"


@pytest.mark.parametrize("title", ["Child missing: Notification to other authorities", "Missing Episode – National Alert Form"])
def test_a_title_with_a_colon_or_a_dash_is_no_label_with_its_answer(title: str) -> None:
    reading = read(f"{title}\n\nSurname: Example\nForename: Amy\nDate missing: 20/10/2026\n")
    assert (reading.kind, reading.form_title, reading.fields["circumstances"], len(reading.fields["children"])) == ("alert", title, None, 1)
