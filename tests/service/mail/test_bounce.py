"""Delivery reports: the action decides before the status, and every recipient counts."""

from hypothesis import given
from hypothesis import strategies as st

from service.mail.bounce import read_bounce
from service.mail.classify import Sort, sort_of
from service.mail.message import parse

from .samples import DELIVERY, letter, report


def block(address: str, action: str, status: str, diagnostic: str = "") -> str:
    extra = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n{extra}\n"


def only(raw: bytes) -> tuple[str, str, bool, bool]:
    report = read_bounce(parse(raw))
    assert report is not None
    (one,) = report.recipients
    return one.address, one.status, one.hard, one.delayed


def test_an_unknown_user_is_a_hard_failure() -> None:
    assert only(report(block("Duty@Authority.test", "failed", "5.1.1", "550 unknown"))) == (
        "duty@authority.test",
        "5.1.1",
        True,
        False,
    )


def test_still_trying_is_not_a_failure() -> None:
    assert only(report(block("a@b.test", "delayed", "4.4.1"))) == ("a@b.test", "4.4.1", False, True)


def test_given_up_with_a_passing_status_has_failed_and_is_not_delayed() -> None:
    assert only(report(block("a@b.test", "failed", "4.4.7", "delivery time expired"))) == ("a@b.test", "4.4.7", False, False)


def test_a_full_mailbox_is_a_failure_that_may_pass() -> None:
    assert only(report(block("a@b.test", "failed", "5.2.2")))[2] is False
    assert only(report(block("a@b.test", "failed", "5.0.0", "550 mailbox is full")))[2] is False


def test_a_report_about_several_keeps_each_apart() -> None:
    raw = report(block("a@b.test", "failed", "5.1.1") + block("c@d.test", "delayed", "4.4.1") + block("e@f.test", "delivered", "2.0.0"))
    found = read_bounce(parse(raw))
    assert found is not None
    assert [(r.address, r.action) for r in found.recipients] == [("a@b.test", "failed"), ("c@d.test", "delayed"), ("e@f.test", "delivered")]
    assert found.action == "failed"
    assert sort_of(parse(raw)) is Sort.BOUNCE


def test_recipients_without_a_blank_line_between_them_are_found() -> None:
    raw = report((block("a@b.test", "failed", "5.1.1") + block("c@d.test", "failed", "5.1.1")).replace("\n\n", "\n"))
    found = read_bounce(parse(raw))
    assert found is not None
    assert [r.address for r in found.recipients] == ["a@b.test", "c@d.test"]


def test_a_report_of_success_is_told_apart() -> None:
    for action in ("delivered", "relayed", "expanded"):
        assert sort_of(parse(report(block("a@b.test", action, "2.0.0")))) is Sort.DSN_SUCCESS


def test_every_carrier_of_our_delivery_id_is_found() -> None:
    raw = report(
        block("a@b.test", "failed", "5.1.1"),
        to=f"alerts+b.{'1' * 32}@kent.test",
        per_message=f"Reporting-MTA: dns; x.test\nOriginal-Envelope-Id: {'2' * 32}",
        returned=f"Message-ID: <{'4' * 32}@kent.test>\nX-National-Alerts-Delivery: {'3' * 32}",
    )
    found = read_bounce(parse(raw))
    assert found is not None
    assert found.delivery_ids == {"verp": "1" * 32, "envid": "2" * 32, "returned_header": "3" * 32, "message_id": "4" * 32}


def test_an_old_server_that_only_writes_text_is_read() -> None:
    raw = (
        b"Return-Path: <>\nFrom: MAILER-DAEMON@old.test\nTo: alerts@kent.test\nSubject: failure notice\n\n"
        b"Hi. This is the qmail-send program at old.test.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        b"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<duty@authority.test>:\n550 5.1.1 no such user\n\n"
        b"--- Below this line is a copy of the message.\n\nMessage-ID: <"
        + DELIVERY.encode()
        + b"@kent.test>\nTo: duty@authority.test\n\nhello\n"
    )
    found = read_bounce(parse(raw))
    assert found is not None
    assert [(r.address, r.status, r.hard) for r in found.recipients] == [("duty@authority.test", "5.1.1", True)]
    assert found.delivery_ids == {"message_id": DELIVERY}


def test_a_report_whose_parts_are_broken_is_still_read() -> None:
    raw = report(block("a@b.test", "failed", "5.1.1")).replace(b'; boundary="r1"', b"")
    assert only(raw)[:2] == ("a@b.test", "5.1.1")


def test_a_person_who_mentions_an_error_is_no_bounce() -> None:
    raw = letter(
        "We could not deliver the letter to the family: 550 homes were visited.\nMailbox is full, ring me.", subject="Re: national alert"
    )
    assert read_bounce(parse(raw)) is None


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=400))
def test_no_report_makes_the_reader_raise(text: str) -> None:
    found = read_bounce(parse(report(text)))
    assert found is not None
    assert not any(r.hard and r.delayed for r in found.recipients)
