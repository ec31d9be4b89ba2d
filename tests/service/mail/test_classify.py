"""Which kind of letter it is, and which letters must never get an automatic answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.classify import Sort, must_not_be_answered, our_delivery_id, sort_of
from service.mail.message import parse

from .samples import DELIVERY, QUOTED, letter, report


def test_people_write_new_letters_replies_and_forwards() -> None:
    assert sort_of(parse(b"From: a@b.test\nTo: c@d.test\nSubject: Missing child\n\nForm attached\n")) is Sort.NEW
    assert sort_of(parse(letter("Thank you\n" + QUOTED))) is Sort.REPLY
    assert sort_of(parse(b"From: a@b.test\nSubject: Fw: Missing\n\nSee below\n")) is Sort.FORWARD


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ("Auto-Submitted: auto-replied\n", "x"),
        ("Auto-Submitted: auto-generated; owner=x\n", "x"),
        ("X-Autoreply: yes\n", "x"),
        ("Precedence: auto_reply\n", "x"),
        ("", "Automatic reply: alert"),
        ("", "Out of Office: alert"),
        ("", "Ateb awtomatig: alert"),
    ],
)
def test_absence_notes_are_automatic_and_get_no_answer(headers: str, subject: str) -> None:
    email = parse(letter("I am away", headers=headers, subject=subject))
    assert sort_of(email) is Sort.AUTO_REPLY
    assert must_not_be_answered(email)


def test_a_person_who_mentions_an_absence_is_a_person() -> None:
    email = parse(letter("I was out of office yesterday, sorry. Automatic replies are off now."))
    assert sort_of(email) is Sort.REPLY
    assert not must_not_be_answered(email)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("multipart/report; report-type=disposition-notification", Sort.READ_RECEIPT),
        ("multipart/report; report-type=feedback-report", Sort.FEEDBACK),
        ("text/calendar; method=REPLY", Sort.CALENDAR),
        ("multipart/encrypted; boundary=b", Sort.ENCRYPTED),
        ("application/pkcs7-mime; smime-type=enveloped-data", Sort.ENCRYPTED),
    ],
)
def test_the_type_of_the_letter_tells_it_apart(kind: str, expected: Sort) -> None:
    assert sort_of(parse(letter("x", kind=kind))) is expected


def test_lists_spam_and_challenges_are_told_apart() -> None:
    assert sort_of(parse(b"From: a@b.test\nSubject: News\nList-Id: <x.test>\n\nhello\n")) is Sort.LIST
    assert sort_of(parse(b"From: a@b.test\nSubject: News\nX-Spam-Flag: YES\n\nhello\n")) is Sort.SPAM
    assert sort_of(parse(b"From: a@b.test\nSubject: Please confirm your message\n\nProve you are human.\n")) is Sort.CHALLENGE
    assert sort_of(parse(b"")) is Sort.MALFORMED


def test_an_answer_that_passed_through_a_distribution_list_is_an_answer() -> None:
    assert sort_of(parse(letter("Not known", headers="List-Id: Duty desk <duty.test>\nPrecedence: list\n"))) is Sort.REPLY


def test_our_own_letter_is_known_when_it_comes_back() -> None:
    email = parse(letter("x", headers=f"X-National-Alerts-Delivery: {DELIVERY}\n"))
    assert our_delivery_id(email) == DELIVERY
    assert must_not_be_answered(email)
    assert our_delivery_id(parse(letter("x\nX-National-Alerts-Delivery: " + DELIVERY))) is None


@pytest.mark.parametrize("headers", ["Return-Path: <>\n", "Precedence: bulk\n", "List-Unsubscribe: <x>\n", "Received: x\n" * 26])
def test_loops_are_cut(headers: str) -> None:
    assert must_not_be_answered(parse(letter("hello", headers=headers)))


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@x.test", "noreply@x.test", "a@b.test, c@d.test", ""])
def test_robots_and_senders_in_doubt_get_no_answer(sender: str) -> None:
    assert must_not_be_answered(parse(letter("hello", sender=sender)))


def test_a_bounce_gets_no_answer() -> None:
    email = parse(report("Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n"))
    assert sort_of(email) is Sort.BOUNCE
    assert must_not_be_answered(email)


@given(st.binary(max_size=1500))
def test_every_letter_has_a_sort(raw: bytes) -> None:
    assert sort_of(parse(raw)) in Sort
