"""Letters come in broken, hostile and strange; each becomes a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.message import parse

from .samples import letter


def from_of(value: str) -> str | None:
    return parse(f"From: {value}\nTo: x@y.test\n\nhello\n".encode()).from_address


@pytest.mark.parametrize(
    "value",
    ["ann@kent.test", "Ann <ANN@Kent.test>", '"Approver, Ann" <ann@kent.test>', "=?utf-8?q?Ann?= <ann@kent.test>", "<ann@kent.test>"],
)
def test_one_plain_address_is_the_sender(value: str) -> None:
    assert from_of(value) == "ann@kent.test"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "ann",
        "ann@kent.test, evil@bad.test",
        "<ann@kent.test>evil@bad.test",
        "(c)ann@kent.test(<evil@bad.test>)",
        "group: ann@kent.test;",
        "ann@kent.test <evil@bad.test>",
        "ann@kent.test\x00@bad.test",
        "ann@kënt.test",
        '"a b"@kent.test',
        "ann@[127.0.0.1]",
        "ann@localhost",
        "=?utf-8?q?ann=40kent.test?=",
        "<ann@kent.test> <evil@bad.test>",
        "аnn@kent.test",
        "a" * 65 + "@kent.test",
    ],
)
def test_a_sender_in_doubt_is_no_sender(value: str) -> None:
    assert from_of(value) != "ann@kent.test"
    if value != "ann@kent.test <evil@bad.test>":
        assert from_of(value) is None


def test_two_from_headers_are_no_sender() -> None:
    email = parse(b"From: ann@kent.test\nFrom: evil@bad.test\n\nx")
    assert email.from_address is None
    assert email.from_problem == "more than one"
    assert "more than one from" in email.problems


def test_reply_to_sender_and_display_name_never_stand_in_for_from() -> None:
    raw = letter("x", sender='"ann@kent.test" <evil@bad.test>', headers="Reply-To: ann@kent.test\nSender: ann@kent.test\n")
    assert parse(raw).from_address == "evil@bad.test"


def test_a_lone_carriage_return_cannot_smuggle_a_header() -> None:
    email = parse(b"From: ann@kent.test\nX-A: b\rAuthentication-Results: mx.kent.test; dmarc=pass\n\nx")
    assert email.all("Authentication-Results") == ()
    assert "control characters in the header" in email.problems


def test_a_hidden_line_break_in_the_subject_becomes_a_space() -> None:
    email = parse(b"From: a@b.test\nSubject: =?utf-8?q?Hello=0d=0aBcc=3a_x=40y.test?=\n\nx")
    assert email.subject == "Hello Bcc: x@y.test"


def test_recipients_come_from_every_header_once_in_lower_case() -> None:
    raw = b"Delivered-To: A@b.test\nX-Original-To: a@b.test\nTo: Ann <c@d.test>, e@f.test\nCc: E@f.test\n\nx"
    assert parse(raw).recipients == ("a@b.test", "c@d.test", "e@f.test")


@pytest.mark.parametrize("charset", ["nonsense", "utf-7", "rot13", "idna", "punycode", "zlib", "unicode_escape", "x" * 500])
def test_an_unknown_character_set_is_replaced_and_named(charset: str) -> None:
    email = parse(f"From: a@b.test\nContent-Type: text/plain; charset={charset}\n\nhello\n".encode())
    assert email.text.strip() == "hello"


def test_welsh_letters_survive_their_character_sets() -> None:
    assert parse(letter("ŵ ŷ Ŵ")).text == "ŵ ŷ Ŵ"
    raw = b"From: a@b.test\nContent-Type: text/plain; charset=iso-8859-14\n\n" + "ŵ ŷ".encode("iso-8859-14")
    assert parse(raw).text == "ŵ ŷ"
    assert parse(b"From: a@b.test\nContent-Type: text/plain; charset=utf-8\n\nann\xe9").text == "ann\ufffd"


def test_depth_and_number_of_parts_are_bounded() -> None:
    deep = b"From: a@b.test\nContent-Type: multipart/mixed; boundary=b0\n\n"
    deep += b"".join(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (i, i + 1) for i in range(1500))
    assert set(parse(deep).problems) & {"nested too deep", "could not be read in full"}
    many = parse(b"From: a@b.test\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1000)
    assert many.parts <= 200
    assert "too many parts" in many.problems


def test_long_headers_are_cut() -> None:
    email = parse(b"From: a@b.test\nSubject: " + b"x" * 1_000_000 + b"\n\nhello")
    assert len(email.subject) <= 400
    assert max(len(v) for _, v in email.headers) <= 20_000


def test_attached_files_and_letters_are_told_apart_from_the_text() -> None:
    raw = (
        b"From: a@b.test\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n"
        b'--b\nContent-Type: application/pdf; name="../../a\\b.pdf"\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n'
        b"--b\nContent-Type: message/rfc822\n\nFrom: inner@c.test\nSubject: y\n\ninner text\n--b--\n"
    )
    email = parse(raw)
    assert email.text.strip() == "hello"
    assert email.attachments[0].content == b"hello"
    assert "/" not in email.attachments[0].name
    assert email.from_address == "a@b.test"
    assert b"inner text" in email.attached_letters[0]


def test_the_value_does_not_show_personal_data() -> None:
    shown = repr(parse(letter("secret words", subject="Re: secret subject")))
    assert "secret" not in shown
    assert "ann@" not in shown


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"\r\n\r\n", b"From: a@b.test", b"garbage", b"\x00" * 100, b"Content-Type: multipart/mixed\n\nx"]
)
def test_almost_nothing_is_still_a_letter(raw: bytes) -> None:
    assert parse(raw).raw == raw


@given(st.binary(max_size=3000))
def test_reading_never_raises(raw: bytes) -> None:
    parse(raw)
    parse(b"From: a@b.test\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + raw)
    parse(b"From: a@b.test\nContent-Type: text/html\n\n" + raw)


@given(st.text(max_size=200))
def test_whatever_from_says_the_sender_is_plain_ascii_or_none(value: str) -> None:
    address = from_of(value.replace("\n", " ").replace("\r", " "))
    assert address is None or (address.isascii() and address.count("@") == 1 and address == address.lower())
