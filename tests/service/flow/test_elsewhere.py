"""What is not ours to send round is recorded, checked, passed on and answered; a stranger and a forger get nothing."""

from email.message import EmailMessage

import pytest

from service.database.received import ReceivedState
from service.flow.quarantine import release
from tests.service.flow.home import Home
from tests.service.flow.local import (
    CASE_ALERT,
    LEEDS_PLACEMENTS,
    MIRA,
    PLACEMENT,
    RECEIVED,
    WITHOUT_IRO,
    recorded,
    under,
)
from tests.service.flow.walk import PRIYA, SAM, cases, person, received, task_kinds, tasks

STRANGER = "stranger@elsewhere.test"


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def test_a_placement_notice_goes_to_the_missing_coordinator_with_the_original(home: Home) -> None:
    await under(home, "bradford", "Missing Coordinator")
    home.post(SAM, PLACEMENT, subject="Placement")
    await home.settle()
    letter = home.last_to(MIRA)
    assert letter["Subject"] == "Passed on to you: a placement notice"
    text = text_of(letter)
    assert "Came from: sam@kent.test" in text and "Amy" in text and "What is missing in it" not in text
    (original,) = letter.iter_attachments()
    assert original.get_filename() == "original-letter.eml"
    assert b"Pat Reviewer" in original.get_payload(decode=True)
    assert await recorded(home) == [("placement_notification", "", None, MIRA)]
    assert await cases(home) == ()
    assert (await received(home))[-1].state is ReceivedState.HANDLED


async def test_a_placement_notice_without_the_reviewing_officer_is_passed_on_and_both_are_told_what_is_missing(home: Home) -> None:
    await under(home, "bradford", "Missing Coordinator")
    home.post(SAM, WITHOUT_IRO, subject="Placement")
    await home.settle()
    for address in (MIRA, SAM):
        text = text_of(home.last_to(address))
        assert "The Independent Reviewing Officer and how to reach them" in text
        assert "date of birth" not in text.partition("What is missing in it")[2].partition("\n\n\n")[0]
    told = text_of(home.last_to(SAM))
    assert "It looks like a placement notice" in told and "We have passed it on to the Missing Coordinator." in told


async def test_a_placing_authority_we_know_is_taken_up_and_called_and_gets_no_letter(home: Home) -> None:
    await under(home, "bradford", "Missing Coordinator")
    home.post(LEEDS_PLACEMENTS, WITHOUT_IRO, subject="Placement")
    await home.settle()
    assert home.letters_to(LEEDS_PLACEMENTS) == []
    assert len(home.letters_to(MIRA)) == 1
    assert await task_kinds(home) == ["local_notice_incomplete"]


async def test_a_forged_authority_is_not_taken_up(home: Home) -> None:
    await under(home, "bradford", "Missing Coordinator")
    home.post(LEEDS_PLACEMENTS, PLACEMENT, forged=True)
    home.post(SAM, PLACEMENT, forged=True)
    await home.settle()
    assert home.mailer.sent == []
    assert await recorded(home) == []
    assert [one.state for one in await received(home)] == [ReceivedState.QUARANTINED] * 2


async def test_when_nobody_holds_the_post_quality_assurance_gets_it_and_the_sender_is_told_the_truth(home: Home) -> None:
    await under(home, "bradford")
    home.post(SAM, PLACEMENT)
    await home.settle()
    (task,) = await tasks(home)
    assert task.kind == "placement_notification_to_handle"
    assert "Missing Coordinator" in task.says
    told = text_of(home.last_to(SAM))
    assert "We have not passed it on." in told and "Quality assurance has your letter" in told


async def test_a_policy_that_says_nothing_of_placement_notices_leaves_them_to_a_person(home: Home) -> None:
    home.post(SAM, PLACEMENT)
    await home.settle()
    assert await task_kinds(home) == ["placement_notification_to_handle"]
    assert await recorded(home) == [("placement_notification", "", None, "")]


async def test_a_local_case_alert_is_recorded_by_category_and_passed_on(home: Home) -> None:
    await under(home, "kent", "Safeguarding Unit Alerts inbox")
    home.post(SAM, CASE_ALERT, subject="Alert")
    await home.settle()
    assert await recorded(home) == [("case_alert", "severe_injury", False, MIRA)]
    letter = text_of(home.last_to(MIRA))
    assert "Category: Suffered severe injury and is open" in letter and "Child in care: no" in letter
    assert "a local case alert" in text_of(home.last_to(SAM))


async def test_an_inbox_outside_our_mail_domain_is_told_without_a_name_and_a_person_sends_the_original(home: Home) -> None:
    await under(home, "kent")
    home.post(SAM, CASE_ALERT, subject="Alert")
    await home.settle()
    letter = home.last_to("safeguardingunitalerts@kent.gov.uk")
    assert list(letter.iter_attachments()) == []
    assert "Amy" not in text_of(letter) and "Example" not in text_of(letter)
    assert "outside our mail domain" in text_of(letter)
    assert await task_kinds(home) == ["send_the_original"]


async def test_a_case_alert_from_a_stranger_is_passed_on_only_when_a_person_releases_it(home: Home) -> None:
    await under(home, "kent", "Safeguarding Unit Alerts inbox")
    home.post(STRANGER, CASE_ALERT)
    await home.settle()
    assert home.mailer.sent == []
    (letter,) = await received(home)
    assert letter.state is ReceivedState.QUARANTINED
    await release(home.house, letter.id, await person(home, PRIYA), home.now)
    await home.settle()
    assert len(home.letters_to(MIRA)) == 1 and home.letters_to(STRANGER) == []
    assert "Came from: stranger@elsewhere.test" in text_of(home.last_to(MIRA))
    assert await task_kinds(home) == []


async def test_another_authoritys_alert_becomes_a_task_for_local_checks(home: Home) -> None:
    home.post(LEEDS_PLACEMENTS, RECEIVED)
    home.post(SAM, RECEIVED)
    await home.settle()
    assert home.letters_to(LEEDS_PLACEMENTS) == []
    assert "makes the local checks" in text_of(home.last_to(SAM))
    assert await task_kinds(home) == ["received_alert_to_handle"] * 2
    assert [one[0] for one in await recorded(home)] == ["received_alert"] * 2


async def test_no_letter_about_a_local_notice_names_a_child_in_its_subject(home: Home) -> None:
    await under(home, "kent", "Safeguarding Unit Alerts inbox")
    home.post(SAM, CASE_ALERT, subject="Amy Example")
    await home.settle()
    for _, wire in home.mailer.sent:
        head = wire.partition(b"\r\n\r\n")[0]
        assert b"Amy" not in head and b"Example" not in head


@pytest.mark.parametrize("kind", ["placement_notification", "case_alert", "received_alert"])
async def test_the_task_kind_fits_its_column(kind: str) -> None:
    assert len(f"{kind}_to_handle") <= 40
