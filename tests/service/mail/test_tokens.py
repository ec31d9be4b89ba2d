"""Secret references: how they are made and every place they come back in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.message import parse
from service.mail.tokens import Tokens, carried_delivery_ids, digest, find_carried, reply_address

from .samples import DELIVERY, MAILBOX, TOKEN, letter

TOKENS = Tokens(b"sixteen bytes or more")


def test_a_reference_is_32_letters_and_the_same_every_time() -> None:
    token = TOKENS.issue("decide", "1")
    assert len(token) == 32
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert token == TOKENS.issue("decide", "1")
    assert token != Tokens(b"another secret, long").issue("decide", "1")


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_two_purposes_or_subjects_never_share_a_reference(a: str, b: str, c: str, d: str) -> None:
    if (a, b) != (c, d):
        assert TOKENS.issue(a, b) != TOKENS.issue(c, d)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Tokens(b"short")


def test_case_and_stray_spaces_do_not_change_the_digest() -> None:
    assert digest(TOKEN.upper()) == digest(TOKEN) == digest(TOKEN[:10] + " \n" + TOKEN[10:])
    assert digest(TOKEN) != digest(TOKEN[:-1] + "a")


def test_the_reply_address_is_found_again_whatever_the_case() -> None:
    address = reply_address(MAILBOX, "d", TOKEN)
    assert address == f"alerts+d.{TOKEN}@kent.test"
    (found,) = find_carried(parse(letter("x", to=address.upper())), MAILBOX)
    assert (found.letter, found.token, found.carrier) == ("d", TOKEN, "address")


@pytest.mark.parametrize(
    "text", [f"Reference: a.{TOKEN}", f"> Reference: A.{TOKEN.upper()}", f"> Reference: a.{TOKEN[:20]}\n> {TOKEN[20:]}"]
)
def test_the_line_in_the_body_is_found_quoted_and_broken(text: str) -> None:
    (found,) = find_carried(parse(letter(text, to=MAILBOX)), MAILBOX)
    assert (found.letter, found.token, found.carrier) == ("a", TOKEN, "body")


@pytest.mark.parametrize(
    "address",
    [
        f"other+d.{TOKEN}@kent.test",
        f"alerts+d.{TOKEN}@evil.test",
        f"alerts+x.{TOKEN}@kent.test",
        f"alerts+d.{TOKEN[:-1]}@kent.test",
        MAILBOX,
    ],
)
def test_other_addresses_carry_nothing(address: str) -> None:
    assert find_carried(parse(letter("x", to=address)), MAILBOX) == ()


def test_two_different_references_are_both_reported() -> None:
    other = "b" * 32
    raw = letter(f"Reference: a.{other}", to=reply_address(MAILBOX, "a", TOKEN))
    assert {c.token for c in find_carried(parse(raw), MAILBOX)} == {TOKEN, other}


def test_our_message_ids_lead_back_to_the_delivery() -> None:
    raw = letter("x", headers=f"References: <a@b.test> <{'f' * 32}@kent.test>\n", to=f"alerts+b.{'e' * 32}@kent.test")
    email = parse(raw)
    assert carried_delivery_ids(email, "kent.test") == (("in_reply_to", DELIVERY), ("references", "f" * 32))
    assert ("verp", "e" * 32) in carried_delivery_ids(email, "kent.test", MAILBOX)
    assert carried_delivery_ids(email, "evil.test") == ()


def test_a_reference_is_never_shown() -> None:
    (found,) = find_carried(parse(letter("x")), MAILBOX)
    assert TOKEN not in repr(found)
