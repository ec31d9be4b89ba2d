"""The shipped list is whole, and names are found only when they are certain."""

import re
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.authority import Authority, by_gss, day_of, find_by_name, hex_positions, neighbour_pairs, neighbours_of, shipped

LAST_DAY, FIRST_DAY = date(2027, 3, 31), date(2027, 4, 1)
EAST, WEST, SURREY = "NEW-EAST-SURREY", "NEW-WEST-SURREY", "E10000030"


def test_212_authorities_of_the_united_kingdom_and_three_crown_dependencies_are_shipped() -> None:
    current = [authority for authority in shipped() if authority.is_current(LAST_DAY)]
    assert Counter(authority.in_uk for authority in current) == {True: 212, False: 3}


def test_surrey_is_split_in_two_on_1_april_2027_and_not_before() -> None:
    before, after = ({one.gss_code for one in shipped() if one.is_current(day)} for day in (LAST_DAY, FIRST_DAY))
    assert (before - after, after - before) == ({SURREY}, {EAST, WEST})
    assert by_gss()[SURREY].successors == (EAST, WEST)
    assert EAST not in neighbours_of("E10000016", LAST_DAY)
    assert {EAST, "E06000035"} <= set(neighbours_of("E10000016", FIRST_DAY))


def test_the_two_parts_of_surrey_have_its_neighbours_between_them() -> None:
    assert set(neighbours_of(EAST)) | set(neighbours_of(WEST)) == {*neighbours_of(SURREY), EAST, WEST}


def test_a_day_begins_at_midnight_in_the_united_kingdom() -> None:
    assert day_of(datetime(2027, 3, 31, 22, 59, tzinfo=UTC)) == LAST_DAY
    assert day_of(datetime(2027, 3, 31, 23, 0, tzinfo=UTC)) == FIRST_DAY


def test_every_successor_is_in_the_list_and_begins_the_day_after() -> None:
    for one in shipped():
        for code in one.successors:
            begins = by_gss()[code].valid_from
            assert begins and one.valid_to and (begins - one.valid_to).days == 1


def test_the_nations_have_the_numbers_of_authorities_that_they_have() -> None:
    nations = Counter(authority.nation for authority in shipped() if authority.is_current(LAST_DAY))
    assert nations == {"England": 153, "Scotland": 32, "Wales": 22, "Northern Ireland": 5, "Crown Dependency": 3}


def test_codes_are_unique_and_three_letter_codes_have_three_capital_letters() -> None:
    assert len(by_gss()) == 217
    assert len({authority.code for authority in shipped()}) == 217
    assert all(re.fullmatch("[A-Z]{3}", authority.code) for authority in shipped())
    assert by_gss()["E10000016"].code == "KEN"


def test_every_authority_has_a_name_a_region_a_kind_and_a_police_force() -> None:
    assert all(a.name and a.short_name and a.region and a.kind and a.police_force for a in shipped())


def test_every_neighbour_pair_joins_two_known_authorities_once() -> None:
    pairs = [frozenset((a, b)) for a, b, _ in neighbour_pairs()]
    assert all(pair <= by_gss().keys() and len(pair) == 2 for pair in pairs)
    assert len(set(pairs)) == len(pairs) == 546
    assert {basis for _, _, basis in neighbour_pairs()} == {"shared_boundary", "across_water", "ferry", "hsct_by_hand", "districts_by_hand"}


def test_neighbours_go_both_ways_and_an_unknown_code_has_none() -> None:
    assert "E06000035" in neighbours_of("E10000016")
    assert all(gss in neighbours_of(other) for gss in by_gss() for other in neighbours_of(gss))
    assert neighbours_of("nowhere") == ()


def test_every_authority_has_its_own_hexagon() -> None:
    assert hex_positions().keys() == by_gss().keys()
    assert len(set(hex_positions().values())) == 217


@pytest.mark.parametrize("authority", shipped(), ids=lambda authority: authority.gss_code)
def test_every_official_and_short_name_is_found(authority: Authority) -> None:
    for name in (authority.name, authority.short_name, authority.name.upper(), f"  {authority.short_name} Council "):
        assert find_by_name(name) == authority


@pytest.mark.parametrize(
    ("text", "gss"),
    [
        ("Kent", "E10000016"),
        ("Kent County Council", "E10000016"),
        ("LB Camden", "E09000007"),
        ("Telford and Wrekin", "E06000020"),
        ("St. Helens", "E08000013"),
        ("Westminster City Council", "E09000033"),
        ("Kingston upon Hull", "E06000010"),
        ("Durham", "E06000047"),
    ],
)
def test_names_as_people_write_them_are_found(text: str, gss: str) -> None:
    found = find_by_name(text)
    assert found is not None
    assert found.gss_code == gss


@pytest.mark.parametrize(
    "text", ["", "Council", "Sussex", "Kingston", "London", "Leicester County Council", "Kent and Medway", "Yorkshire"]
)
def test_a_name_that_is_not_certain_is_not_guessed(text: str) -> None:
    assert find_by_name(text) is None


@given(st.text())
def test_any_text_is_answered_without_an_error(text: str) -> None:
    assert find_by_name(text) is None or isinstance(find_by_name(text), Authority)


def test_the_shipped_files_hold_no_email_address() -> None:
    assert not any("@" in field for a in shipped() for field in (a.name, a.delivery_note, a.reorganisation_note, a.police_force))
