"""A personalised letter is, to any mail program, the letter that the email package would have built."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formataddr
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.prefab import Attachment, freeze, personalise, readable
from service.mail.templates import Rendered
from tests.service.mail.letters import slots

LETTER = Rendered(
    name="alert", subject="NATIONAL ALERT – child [KEN-2026-0042-K]", text="See \x00link\x00\x00number\x00.\n", html="<p>\x00link\x00</p>"
)
_plain = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=300)
_odd = st.sampled_from([".", "..", "\n.", "\n.\n", "=", "=3D", "=\n", " \n", "\t\n", "x" * 2000, "From me", "--=_", "ŵŷ" * 50, "\u2028"])
_slot = st.sampled_from(["\x00link\x00", "\x00number\x00", "\x00token\x00", "\x00authority\x00"])
body = st.lists(_plain | _odd | _slot, max_size=8).map("".join)
line = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=120)
subject = line.map(lambda words: "x" + " ".join(words.split()))


def parsed(wire: bytes) -> EmailMessage:
    message = message_from_bytes(wire, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def lines(part: Any) -> str:
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")


def frozen(letter: Rendered, *, name: str = "Kent") -> bytes:
    return freeze(letter, sender_name=name, sender_address="alerts@kent.test")


def filled(words: str, values: dict[str, str], *, html: bool = False) -> str:
    return re.sub("\x00([a-z]+)\x00", lambda found: escape(values[found[1]]) if html else values[found[1]], words)


@given(subject=subject, text=body, html=body, link=line, number=line, name=line)
def test_a_personalised_letter_equals_one_the_email_package_builds(
    subject: str, text: str, html: str, link: str, number: str, name: str
) -> None:
    to = slots(link=link, number=number, to_name=name)
    values = {"link": link, "number": number, "token": to.token, "authority": to.authority}
    expected = EmailMessage(policy=policy.SMTP)
    expected.set_content(filled(text, values))
    expected.add_alternative(filled(html, values, html=True), subtype="html")
    wire = personalise(frozen(Rendered(name="x", subject=subject, text=text, html=html)), to)
    got, wanted = parsed(wire), parsed(expected.as_bytes())
    assert not got.defects
    assert got["Subject"] == subject
    # Python's reader wrongly keeps the fold between two encoded words of a display name.
    assert got["To"].addresses[0].display_name.replace(" ", "") == "".join(name.split())
    assert got["To"].addresses[0].addr_spec == "duty@leeds.test"
    for ours, theirs in zip(got.iter_parts(), wanted.iter_parts(), strict=True):
        assert ours.get_content_type() == theirs.get_content_type()
        assert lines(ours) == lines(theirs)
    assert b"\x00" not in wire
    head, _, letter = wire.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 200
    assert max(map(len, letter.split(b"\r\n"))) <= 76
    assert b"\n" not in wire.replace(b"\r\n", b"") and b"\r" not in wire.replace(b"\r\n", b"")
    assert wire.isascii()


def test_every_header_of_the_house_is_there() -> None:
    first, second = "<one@kent.test>", "<two@kent.test>"
    message = parsed(personalise(frozen(LETTER, name='O"Neill, Kent'), slots(to_name="Cyngor Sir Gâr", references=(first, second))))
    assert message["From"] == formataddr(('O"Neill, Kent', "alerts@kent.test"))
    assert message["To"].addresses[0].display_name == "Cyngor Sir Gâr"
    assert message["Date"].datetime == slots().date
    assert message["Message-ID"] == f"<{slots().message_id}>"
    assert message["Reply-To"] == slots().reply_to
    assert message["References"].split() == [first, second]
    assert message["In-Reply-To"] == second
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-National-Alerts-Delivery"] == slots().delivery_id
    assert message["Content-Language"] == "en-GB"
    assert message["List-Unsubscribe"] is None


def test_a_letter_that_follows_nothing_has_no_references() -> None:
    message = parsed(personalise(frozen(LETTER), slots()))
    assert message["References"] is None and message["In-Reply-To"] is None


@pytest.mark.parametrize(
    "field", ["to_name", "to_address", "message_id", "reply_to", "delivery_id", "link", "number", "token", "authority"]
)
@pytest.mark.parametrize("breaker", ["\r\nBcc: all@x.test", "\n", "\r", "\x00", "\u2028"])
def test_no_value_can_break_out_of_its_place(field: str, breaker: str) -> None:
    letter = replace(LETTER, text="\x00link\x00\x00number\x00\x00token\x00\x00authority\x00")
    good = getattr(slots(), field)
    with pytest.raises(ValueError) as refused:
        personalise(frozen(letter), slots(**{field: good + breaker}))
    assert good not in str(refused.value)


def test_no_reference_can_break_out() -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        personalise(frozen(LETTER), slots(references=("<a@b.test>\r\nBcc: x@y.test",)))


def test_a_subject_or_sender_with_a_line_break_is_refused() -> None:
    with pytest.raises(ValueError, match="line break"):
        frozen(replace(LETTER, subject="a\r\nBcc: b@c.test"))
    with pytest.raises(ValueError, match="line break"):
        frozen(LETTER, name="a\nb")


def test_a_date_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        personalise(frozen(LETTER), slots(date=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_a_value_is_escaped_in_html_and_plain_in_text() -> None:
    wire = personalise(frozen(LETTER), slots(link="https://x.test/?a=1&b=<2>"))
    text, html = [part.get_content() for part in parsed(wire).iter_parts()]
    assert "https://x.test/?a=1&b=<2>" in text
    assert "https://x.test/?a=1&amp;b=&lt;2&gt;" in html


def test_freezing_twice_gives_the_same_bytes_and_other_words_others() -> None:
    assert frozen(LETTER) == frozen(LETTER) != frozen(replace(LETTER, text="other"))


def test_an_approver_reads_words_where_the_slots_are() -> None:
    subject, text, html = readable(frozen(LETTER))
    assert subject == LETTER.subject
    assert text == "See ‹your personal link›‹number›.\n"
    assert html.strip() == "<p>‹your personal link›</p>"


def test_bytes_that_are_not_a_frozen_letter_are_refused() -> None:
    with pytest.raises(ValueError, match="broken"):
        personalise(b"a\x00b", slots())
    with pytest.raises(ValueError, match="nobody knows"):
        personalise(b"a\x00secret\x00b", slots())


@pytest.mark.parametrize("content", [b"", b"what;number\r\nAlerts;2\r\n", bytes(range(256)) * 40, b"\x00link\x00", b"\r\n.\r\nFrom me"])
def test_an_attachment_arrives_byte_for_byte_beside_the_letter(content: bytes) -> None:
    table = Attachment(name="week-2026-11-22.csv", media_type="text/csv", content=content)
    sheet = Attachment(name="original.eml", media_type="application/octet-stream", content=content)
    wire = personalise(freeze(LETTER, sender_name="Kent", sender_address="alerts@kent.test", attachments=[table, sheet]), slots())
    message = parsed(wire)
    assert not message.defects and message.get_content_type() == "multipart/mixed"
    letter, *attached = message.iter_parts()
    assert letter.get_content_type() == "multipart/alternative"
    assert [(one.get_filename(), one.get_content_type(), one.get_content_disposition()) for one in attached] == [
        ("week-2026-11-22.csv", "text/csv", "attachment"),
        ("original.eml", "application/octet-stream", "attachment"),
    ]
    assert [one.get_payload(decode=True) for one in attached] == [content, content]
    assert b"\n" not in wire.replace(b"\r\n", b"") and max(map(len, wire.split(b"\r\n"))) <= 200 and b"\x00" not in wire


def test_an_approver_reads_a_letter_with_an_attachment_as_any_other() -> None:
    table = Attachment(name="week.csv", media_type="text/csv", content=b"a;b\r\n")
    with_one = freeze(LETTER, sender_name="Kent", sender_address="alerts@kent.test", attachments=[table])
    assert readable(with_one) == readable(frozen(LETTER))


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("Amy Example.docx", "text/csv"), ('a".csv', "text/csv"), ("a.csv", "text/csv\r\nBcc: x"), ("../a.csv", "text/csv")],
)
def test_an_attachment_is_named_by_us_alone(name: str, media_type: str) -> None:
    with pytest.raises(ValueError, match="attachment"):
        freeze(
            LETTER,
            sender_name="Kent",
            sender_address="a@kent.test",
            attachments=[Attachment(name=name, media_type=media_type, content=b"")],
        )


@pytest.mark.parametrize("lost", [lambda words: words[:-1], lambda words: words.replace("child", "dog")])
def test_a_letter_that_a_mail_program_would_read_differently_is_not_frozen(lost: Callable[[str], str]) -> None:
    class TwoFaced:
        """Says other words when it is read a second time, as a fault in the building would."""

        subject, html = "x", "<p>x</p>"
        reads = 0

        @property
        def text(self) -> str:
            self.reads += 1
            return "a child\n." if self.reads == 1 else lost("a child\n.")

    with pytest.raises(ValueError, match="read as it was written"):
        freeze(TwoFaced(), sender_name="Kent", sender_address="alerts@kent.test")
