"""Reading what an IMAP server answered."""

from datetime import timedelta

from service.adapters.imap_answers import arrival, bodies_of, letter_sizes, retry_after


def test_a_date_that_is_none_is_no_date() -> None:
    assert arrival("32-Jul-2026 00:00:00 +0000") is None
    assert arrival("rubbish") is None
    assert letter_sizes([b'1 FETCH (UID 1 RFC822.SIZE 3 INTERNALDATE "rubbish")']) == {1: (3, None)}


def test_an_empty_letter_is_a_letter() -> None:
    assert bodies_of([b'1 FETCH (UID 5 BODY[] "")'], "") == {5: b""}
    assert bodies_of([b"1 FETCH (UID 5 BODY[] NIL)"], "") == {5: b""}
    assert bodies_of([b"1 FETCH (UID 5 FLAGS ())"], "") == {}


def test_a_mailbox_not_connected_behind_the_login_is_left_alone_for_a_minute() -> None:
    assert retry_after([b"User is authenticated but not connected."]) == timedelta(seconds=60)
    assert retry_after([b"done"]) is None
