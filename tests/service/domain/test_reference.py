"""The case reference and its check character."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.reference import make_reference, references_in


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3), st.integers(2020, 2099), st.integers(1, 99_999))
def test_a_reference_is_found_again_in_any_text(code: str, year: int, number: int) -> None:
    reference = make_reference(code, year, number)
    assert references_in(f"RE: UPDATE 2 [{reference}] please") == (reference,)
    assert references_in(reference.lower()) == (reference,)


@given(st.integers(1, 9999), st.integers(0, 3), st.integers(1, 9))
def test_one_mistyped_digit_is_noticed(number: int, place: int, shift: int) -> None:
    reference = make_reference("KEN", 2026, number)
    digits = list(reference[9:13])
    digits[place] = str((int(digits[place]) + shift) % 10)
    assert references_in(f"{reference[:9]}{''.join(digits)}{reference[13:]}") == ()
