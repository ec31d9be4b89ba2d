"""Telephone numbers and email addresses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.forms.contacts import emails_in, is_email, is_telephone, phones_in


@pytest.mark.parametrize(
    "written",
    ["01632 960001", "(01632) 960001", "01632-960-001", "020 7946 0123", "07700 900123", "+44 1632 960001", "0044 1632 960001",
     "01632 960001 ext 23", "01632 960001 x23", "+48 22 555 01 23", "116 000", "101", "07700 900123 (mother)"],
)  # fmt: skip
def test_numbers_that_can_be_dialled_are_telephones(written: str) -> None:
    assert is_telephone(written)


@pytest.mark.parametrize("written", ["960001", "x4321", "Ext 2", "12/04/2019", "2 Example Road", "999 000 0018", "TBC", "", "01632"])
def test_half_a_number_a_date_and_an_nhs_number_are_none(written: str) -> None:
    assert not is_telephone(written)


def test_emails_are_found_within_words() -> None:
    assert emails_in("Sam O'Neill <sam.o'neill+duty@kent.test>, or Duty@Kent.GOV.UK.") == ["sam.o'neill+duty@kent.test", "Duty@Kent.GOV.UK"]
    assert emails_in("a@b, x@@y.test, @z") == []
    assert [is_email(text) for text in ("sam@kent.test", "sam@localhost", "sam")] == [True, False, False]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_looked_through_without_an_error(text: str) -> None:
    assert all(address in text for address in emails_in(text))
    assert all(0 <= start < end <= len(text) for start, end in phones_in(text))
    is_telephone(text)
