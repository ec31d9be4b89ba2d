"""What every letter and every parameter goes through before it leaves: no end of data, no bare line end, plain ASCII."""

import re

from hypothesis import given
from hypothesis import strategies as st

from service.adapters.smtp import xtext
from service.adapters.smtp_protocol import on_the_wire

WORDS = st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n"]), max_size=8).map(b"".join)
LARGE = st.tuples(WORDS, WORDS).map(lambda ends: ends[0] + b"x" * 1_000 + ends[1])


@given(st.lists(WORDS | LARGE, max_size=6).map(tuple))
def test_a_letter_on_the_wire_holds_no_end_of_data_and_no_bare_line_end(letter: tuple[bytes, ...]) -> None:
    sent = b"\r\n" + on_the_wire(letter)
    assert b"\r\n.\r\n" not in sent
    assert b"\r" not in sent.replace(b"\r\n", b"")
    assert b"\n" not in sent.replace(b"\r\n", b"")


@given(st.lists(WORDS | LARGE, max_size=6).map(tuple))
def test_a_letter_in_pieces_leaves_as_it_would_in_one(letter: tuple[bytes, ...]) -> None:
    lines = re.split(rb"\r\n|\r|\n", b"".join(letter))
    whole = lines[:-1] if not lines[-1] and len(lines) > 1 else lines
    assert on_the_wire(letter) == b"".join(b"." * line.startswith(b".") + line + b"\r\n" for line in whole)


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
