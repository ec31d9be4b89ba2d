"""Addresses, postcodes and links to areas."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.forms.places import is_protected, postcode_in, read_place, split_areas


@pytest.mark.parametrize(
    ("written", "postcode"),
    [
        ("M1 1AE", "M1 1AE"), ("b338th", "B33 8TH"), ("CR2 6XH", "CR2 6XH"), ("DN55 1PT", "DN55 1PT"), ("W1A 0AX", "W1A 0AX"),
        ("EC1A 1BB", "EC1A 1BB"), ("N1C 4AG", "N1C 4AG"), ("GIR 0AA", "GIR 0AA"), ("ZZ99 9ZZ", "ZZ99 9ZZ"), ("zz993cz", "ZZ99 3CZ"),
        ("ZZ99 ZZZ", None), ("QV1 1AA", None), ("A1 1CC", None), ("AI1 1AA", None), ("M1 1AE and M1 2AE", None), ("No fixed abode", None),
        ("XM1 1AEX", None), ("", None),
    ],
)  # fmt: skip
def test_postcodes_follow_the_published_format(written: str, postcode: str | None) -> None:
    assert postcode_in(written) == postcode


@pytest.mark.parametrize(
    ("written", "text", "postcode", "protected"),
    [
        ("1 Example Road\nExampleton\nZZ99 9ZZ", "1 Example Road, Exampleton", "ZZ99 9ZZ", False),
        ("1 Example Road, ZZ99 9ZZ (maternal aunt)", "1 Example Road, ZZ99 9ZZ (maternal aunt)", "ZZ99 9ZZ", False),
        ("No fixed abode", "No fixed abode", None, False),
        ("NFA", "NFA", None, False),
        ("Address protected", "Address protected", None, True),
        ("1 Example Road, not to be disclosed, ZZ99 9ZZ", "1 Example Road, not to be disclosed", "ZZ99 9ZZ", True),
        ("1 Example Road (this address is not protected)", "1 Example Road (this address is not protected)", None, False),
        ("1 Example Road (do not share with father)", "1 Example Road (do not share with father)", None, True),
    ],
)
def test_an_address_is_taken_apart(written: str, text: str, postcode: str | None, protected: bool) -> None:
    place = read_place(written)
    assert (place.text, place.postcode, place.protected) == (text, postcode, protected)


def test_the_guidance_if_not_protected_protects_nothing() -> None:
    assert not is_protected("(if not protected)")


@pytest.mark.parametrize(
    ("written", "areas"),
    [
        ("Leeds (maternal aunt), Poland and Cardiff", ["Leeds (maternal aunt)", "Poland", "Cardiff"]),
        ("Leeds (aunt, uncle and cousin), Brighton and Hove", ["Leeds (aunt, uncle and cousin)", "Brighton and Hove"]),
        ("Bournemouth, Christchurch and Poole; Poland", ["Bournemouth, Christchurch and Poole", "Poland"]),
        ("Kensington and Chelsea and Leeds", ["Kensington and Chelsea", "Leeds"]),
        ("Trinidad and Tobago", ["Trinidad and Tobago"]),
        ("Mother grew up in Leeds, where her aunt still lives", ["Mother grew up in Leeds, where her aunt still lives"]),
        ("- Leeds\n- Poland (father's family)", ["Leeds", "Poland (father's family)"]),
        ("Abertawe a Chaerdydd", ["Abertawe", "Chaerdydd"]),
    ],
)
def test_links_to_areas_are_split_between_names_only(written: str, areas: list[str]) -> None:
    assert split_areas(written) == areas


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_an_address_without_an_error(text: str) -> None:
    read_place(text)
    assert all(area in text for area in split_areas(text))
