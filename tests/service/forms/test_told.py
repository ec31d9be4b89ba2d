"""Letters as workers write them, without any form: what they tell, and what they only ask, hope or deny."""

import re
from datetime import date
from typing import Any

import pytest

from service.forms.told import Told, told_in

TODAY = date(2026, 11, 24)
CASE = "Amy E [KEN-2026-0042-K]"


def told(text: str, subject: str = CASE) -> Told | None:
    return told_in(text, subject, today=TODAY)


def facts(text: str) -> dict[str, Any]:
    reading = told(text)
    assert reading is not None
    return {path: value for path, (value, _) in reading.said.items()}


FOUND = (
    "Good news, Amy was found yesterday safe and well at her aunt's, seen by police this morning.",
    "We have found them!",
    "They've been found.",
    "Amy has now been located.",
    "The family have been located in Leeds. Both children were seen by Sam Worker on 23 November 2026.",
    "Police found Amy and Siôn at a hotel in Leeds on 23/11/2026.",
    "Just to let you know that both children have been found safe and well.",
    "I can confirm the child has been traced to an address in Leeds and has been physically seen.",
    "Amy returned home last night.",
    "The children are back home with mum.",
    "She's turned up at school.",
    "Amy is no longer missing.",
    "Please de-alert this family.",
    "Amy FOUND",
    "Amy has been found, please cancel the alert.",
    "All of the children have been found.",
    "Mother and both children were located by Leeds police.",
    "Officers located the children on Sunday. They are safe.",
    "Siân ap Rhys has been found.",
    "Hi all,\n\nAmy was recovered by West Yorkshire Police at 2am.\n\nKind regards\nSam",
)
DIED = (
    "I am very sorry to tell you that Amy has died.",
    "Sadly, Amy was found dead on 23 November 2026.",
    "It is with great sadness that we heard of the death of the child.",
)
NOT_FOUND = (
    "Has Amy been found?",
    "Have the children been located yet?",
    "Please let me know when Amy has been found.",
    "If Amy is found please call me.",
    "Once she has been located we will do the return interview.",
    "We hope the children will be found soon.",
    "Police found her phone at the station.",
    "Police found Amy's coat.",
    "Amy's coat was found.",
    "The car belonging to Amy was found.",
    "A friend of Amy has been located.",
    "We found that the address was empty.",
    "I found the form on the intranet, thank you.",
    "Mother was found guilty in March.",
    "Mother has been found.",
    "In 2024 Amy was found at her aunt's in Leeds.",
    "On the last occasion she was found in Leeds.",
    "Amy was found yesterday but has gone missing again.",
    "We think Amy has been found.",
    "Amy may have been found in Leeds.",
    "It is believed that the children have been located.",
    "She cannot be found.",
    "None of the children have been found.",
    "I have found out that she has an aunt in Leeds.",
    "The school is located in Leeds.",
    "Please find attached the form.",
    "Until they are found we will keep the case open.",
    "Should the family be located, please ring us.",
)
WITHDRAWN = (
    "Please withdraw the alert, it was sent in error.",
    "Can you cancel the alert for this family please?",
    "The notification was submitted by mistake.",
    "I would like to withdraw the national alert.",
    "We no longer need the alert.",
    "The alert is no longer required.",
    "Withdraw please.",
    "Please disregard the notification I sent this morning.",
    "This should never have been sent.",
)
NOT_WITHDRAWN = (
    "How do I withdraw an alert?",
    "Please do not withdraw the alert.",
    "Should we cancel the alert?",
    "Please don't cancel the alert.",
)
RENEWED = (
    "Still missing after six months, please renew.",
    "Please can you renew this alert, the children are still missing.",
    "Six months have passed and Amy is still missing.",
    "This is our 6-monthly notification.",
    "Please re-issue the alert.",
)
NEWS = (
    "No change.",
    "There has been no change since the last update.",
    "Amy has NOT been found.",
    "Amy has not been found yet.",
    "The children are still missing.",
    "Update: police have had a call from Leeds.",
    "The children were seen at Leeds coach station on Monday.",
    "We have new information: they may be in Poland.",
    "There was a possible sighting in Cardiff.",
    "Mum has been located. The children have not been found.",
    "No further sightings.",
)
NOTHING = (
    "Thanks",
    "Thank you for letting us know.",
    "Is there any update?",
    "Can you give me an update on the alert please?",
    "Please update me.",
    "We will update you on Monday.",
    "I am awaiting an update from the police.",
    "Who approves this?",
    "Please see attached.",
    "There is no change to the meeting time.",
    "",
    "?",
)
OTHERS = (
    "To all custodians. Please see the attached alert.",
    "Dear Custodian,\n\nPlease check whether the family is known to you.",
    "Please check your records and reply to us.",
    "Please circulate this alert within your authority.",
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((text, "found") for text in (*FOUND, *DIED)),
        *((text, "withdrawal") for text in WITHDRAWN),
        *((text, "renewal") for text in RENEWED),
        *((text, "update") for text in NEWS),
        *((text, "received_alert") for text in OTHERS),
        ("This is to notify you that a looked after child has been placed in your area.", "placement_notification"),
        *((text, None) for text in (*NOTHING, *NOT_WITHDRAWN)),
    ],
)
def test_a_letter_tells_its_kind_in_plain_words(text: str, kind: str | None) -> None:
    reading = told(text)
    assert (reading.kind if reading else None) == kind


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_is_asked_hoped_denied_or_about_something_else_is_not_found(text: str) -> None:
    reading = told(text)
    assert reading is None or reading.kind in ("update", "renewal")


@pytest.mark.parametrize("text", [text for text in FOUND if not re.search(r"[,:]|[.!] |^Please|^I can", text)])
def test_the_same_words_as_a_question_or_a_condition_find_nobody(text: str) -> None:
    first = text.rstrip(".!")
    for changed in (f"Is it true that {first}?", f"If {first}, please call.", f"We hope that {first} soon.", f"We will call when {first}."):
        reading = told(changed)
        assert reading is None or reading.kind != "found", changed


def test_the_subject_counts_unless_it_is_another_letters() -> None:
    assert told("Details to follow.", "Amy found").kind == "found"  # type: ignore[union-attr]
    assert told("Thanks", "Re: Found: national alert [KEN-2026-0042-K]") is None
    assert told("Police have had a call.", "Update [KEN-2026-0042-K]").kind == "update"  # type: ignore[union-attr]


def test_answers_to_our_questions_are_not_the_words_of_the_letter() -> None:
    assert told("1: 12/04/2019\n2: Amy was found at school in 2025", "Re: 4 things we need [KEN-2026-0042-K]") is None
    assert told("1. Amy was found at school.", "Amy") is not None


def test_a_found_report_says_only_what_it_says() -> None:
    assert facts("Amy was found safe and well at her aunt's in Leeds on 23/11/2026, seen by Sam Worker on 24/11/2026.") == {
        "found.date": "2026-11-23",
        "found.date_seen": "2026-11-24",
        "found.where": "at her aunt's in Leeds",
        "found.seen_by": "Sam Worker",
        "found.physically_seen": True,
    }
    assert facts("Amy was found yesterday.") == {}
    assert facts("Amy was found at 2am in good health.") == {}
    assert facts("They have been found in Leeds but have not been seen yet.") == {
        "found.where": "in Leeds",
        "found.physically_seen": False,
    }
    assert facts("We have found them. I have seen them both today.") == {"found.physically_seen": True}
    assert facts("Amy has died.") == {"found.deceased": True}


def test_who_was_found_is_named_only_when_the_letter_names_them() -> None:
    names = {text: tuple(name for name, _ in told(text).names) for text in FOUND}  # type: ignore[union-attr]
    assert names["Police found Amy and Siôn at a hotel in Leeds on 23/11/2026."] == ("Amy", "Siôn")
    assert names["We have found them!"] == ()
    assert told("Both children have been found. Amy was found in the garden.").names == ()  # type: ignore[union-attr]
    assert [name for name, _ in told("Amy was found today. She was found at school.").names] == ["Amy"]  # type: ignore[union-attr]
    assert names["Officers located the children on Sunday. They are safe."] == ()


def test_an_update_keeps_the_workers_words_and_no_change_none() -> None:
    assert facts("Hi,\n\nThe children were seen in Leeds. Police are there now.\n\nThanks\nSam") == {
        "circumstances": "The children were seen in Leeds. Police are there now."
    }
    assert facts("No change.") == {}
