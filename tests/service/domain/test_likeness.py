"""Two cases look alike where names and births do, however they are written; a common name or a birthday alone says nothing."""

from collections import defaultdict
from typing import Any

import pytest

from service.domain.likeness import Hit, clues_of, judge, marks_of


def family(given: str | None, surname: str, born: str | None = None, *, mother: str = "", **more: Any) -> dict[str, Any]:
    child = {"given_names": given, "family_name": surname, "date_of_birth": born, **more}
    return {"children": [child], "adults": [{"name": mother, "relationship": "Mother"}] if mother else []}


def looks(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    kept = defaultdict(list)
    for mark in marks_of(theirs):
        kept[mark.kind, mark.value].append(mark.child)
    return [one.says for one in judge(Hit("c", child, clue) for clue in clues_of(ours) for child in kept[clue.kind, clue.value])]


AMY = family("Amy Jane", "Example", "2018-03-04")


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (family("AMY", "EXAMPLE", "2018-03-04"), "same name, same date of birth"),
        (family("Amy", "Example", "2018-03-05"), "same name, date of birth a day apart"),
        (family("Amy", "Example", "2018-04-03"), "same name, day and month of birth swapped"),
        (family("Amy", "Example", "2019-03-04"), "same name, date of birth a year apart"),
        (family("Amy", "Example", "2008-03-04"), "same name, one digit of the year of birth differs"),
        (family("Amy", "Example", "2018-03"), "same name, born in the same month or year as far as it is known"),
        (family("Amy", "Example"), "same name, no date of birth to compare"),
        (family("Example", "Amy", "2018-03-04"), "same name, same date of birth"),
        (family("Amy", "Other", "2018-03-04"), "same given name and date of birth, another family name"),
        (family("Zoe", "Example", "2018-03-04"), "same family name and date of birth, another given name"),
        (family("Zoe", "Sample", "2018-03-05", aliases=["Amy Example"]), "same name, date of birth a day apart"),
    ],
)
def test_a_child_is_noticed_in_both_directions(other: dict[str, Any], says: str) -> None:
    assert looks(AMY, other) == [says]
    assert looks(other, AMY) == [says]


@pytest.mark.parametrize(
    "other", [family("Amy", "Example", "2012-01-01"), family("Zoe", "Sample", "2018-03-04"), family("Amy", "Sample", "2018-03-05")]
)
def test_a_common_name_or_a_birthday_alone_is_no_likeness(other: dict[str, Any]) -> None:
    assert looks(AMY, other) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Siân-Marie", "O'Neil-Jones"), ("Sian Marie", "ONeil Jones")),
        (("Siân-Marie", "O'Neil-Jones"), ("Sianmarie", "Jones")),
        (("Łukasz", "Żółć"), ("Lukasz", "Zolc")),
        (("William", "Example"), ("Billy", "Example")),
        (("Mohammed", "Sample"), ("Muhammad", "Sample")),
        (("Katie", "Example"), ("Catherine", "Example")),
    ],
)
def test_accents_hyphens_and_short_forms_hide_nobody(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert looks(family(*one, "2018-03-04"), family(*other, "2018-03-04")) == ["same name, same date of birth"]


def test_brothers_and_sisters_with_the_same_names_are_noticed_whatever_their_dates() -> None:
    def both(year: int) -> dict[str, Any]:
        names = ("Amy", "Ben")
        return {
            "children": [
                {"given_names": name, "family_name": "Example", "date_of_birth": f"{year}-01-0{i}"} for i, name in enumerate(names, 1)
            ]
        }

    assert looks(both(2018), both(2003)) == ["same name, brothers or sisters with the same names"] * 2


def test_an_unborn_child_is_noticed_by_mother_and_expected_date_also_once_born() -> None:
    unborn = family(None, "Example", unborn=True, expected_delivery_date="2027-01-10", mother="Jo Example")
    later = family(None, "Sample", unborn=True, expected_delivery_date="2027-01-24", mother="Jo Ann Example")
    assert looks(unborn, later) == ["same mother, expected dates of delivery close together"]
    assert looks(unborn, family(None, "Sample", unborn=True, expected_delivery_date="2027-01-25", mother="Jo Example")) == []
    assert looks(unborn, family(None, "Example", unborn=True, expected_delivery_date="2027-01-10", mother="Ann Other")) == []
    born = family("Kit", "Sample", "2027-01-05", mother="Jo Example")
    assert looks(born, unborn) == ["same mother, born when that baby was expected"]
    assert looks(unborn, born) == ["same mother, born when this baby was expected"]


def test_no_mark_says_a_name_in_clear_order() -> None:
    assert {mark.value for mark in marks_of(AMY) if mark.kind == "name"} == {"amy example", "example jane"}
    assert "Amy" not in repr(marks_of(AMY)) and "amy" not in repr(clues_of(AMY))
