"""What every letter and every parameter goes through before it leaves: no end of data, no bare line end, plain ASCII."""

from hypothesis import given
from hypothesis import strategies as st

from service.adapters.smtp import xtext
from service.adapters.smtp_protocol import line_ends, stuffed


@given(st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n"]), max_size=30).map(b"".join))
def test_a_stuffed_letter_holds_no_end_of_data_and_no_bare_line_end(wire: bytes) -> None:
    sent = b"\r\n" + stuffed(line_ends(wire))
    assert b"\r\n.\r\n" not in sent
    assert b"\r" not in sent.replace(b"\r\n", b"")
    assert b"\n" not in sent.replace(b"\r\n", b"")


@given(st.text(max_size=30))
def test_xtext_is_plain_ascii_without_spaces_and_can_be_read_back(value: str) -> None:
    written = xtext(value)
    assert written.isascii()
    assert not set(written) & set(" =\r\n")
    read, rest = bytearray(), written
    while rest:
        if rest[0] == "+":
            read.append(int(rest[1:3], 16))
            rest = rest[3:]
        else:
            read.append(ord(rest[0]))
            rest = rest[1:]
    assert read.decode() == value
