"""Which child is meant: by name, alias and birth, and nobody in doubt."""

from datetime import date
from typing import Any

import pytest

from service.domain.children import (
    ChildStatus,
    Unclear,
    born_meanwhile,
    children_named,
    matching,
    same_child,
    still_missing,
    turned,
    with_status,
)

AMY = {"given_names": "Amy Jane", "family_name": "Example", "date_of_birth": "2018-03-04"}
SION = {"given_names": "Siôn", "family_name": "Example", "aliases": ["Johnny"], "date_of_birth": "2021-06-11"}
SAMUEL = {"given_names": "Samuel", "family_name": "Example"}


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("Amy was found yesterday.", (0,)),
        ("Amy was found yesterday but Sion is still missing.", (0,)),
        ("Amy found, Siôn not", (0,)),
        ("Amy is no longer missing. Sion has not been seen.", (0,)),
        ("Amy and Sion were found", (0, 1)),
        ("Johnny has been found", (1,)),
        ("Both children have been found", (0, 1)),
    ],
)
def test_words_that_name_a_child_mean_that_child(words: str, places: tuple[int, ...]) -> None:
    assert children_named([AMY, SION], words, prose=True) == places


@pytest.mark.parametrize(
    "words",
    [
        "She was found.",
        "The children",
        "Not all were found",
        "All found except Amy",
        "Neither Amy nor Sion has been found",
        "Amy was not with Sion",
        "amy",
        "",
    ],
)
def test_words_that_leave_a_doubt_mean_nobody(words: str) -> None:
    with pytest.raises(Unclear):
        children_named([AMY, SION], words, prose=True)


@pytest.mark.parametrize(("answer", "places"), [("amy", (0,)), ("ALL", (0, 1)), ("Amy Jane", (0,)), ("sion, amy", (0, 1))])
def test_an_answer_may_be_written_small(answer: str, places: tuple[int, ...]) -> None:
    assert children_named([AMY, SION], answer) == places


def test_a_name_that_a_worker_or_two_children_share_tells_nothing() -> None:
    with pytest.raises(Unclear):
        children_named([AMY, SAMUEL], "Amy was found. Seen by Sam Worker.", others=["Sam Worker"], prose=True)
    with pytest.raises(Unclear):
        children_named([AMY, {**AMY, "given_names": "Amy Rose"}], "Amy was found", prose=True)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"given_names": "AMY", "family_name": "example"}, True),
        ({"given_names": "Amy", "family_name": None}, True),
        ({"given_names": "Amy", "family_name": "Other"}, False),
        ({"given_names": "Amy", "family_name": "Other", "date_of_birth": "2018-03-04"}, True),
        ({"given_names": "Zoe", "family_name": "Example", "date_of_birth": "2018-03-04"}, False),  # a twin
        ({"family_name": "Example", "date_of_birth": "2018-03-04"}, True),
        ({"family_name": "Example"}, False),
    ],
)
def test_two_forms_mean_one_child_only_where_nothing_speaks_against_it(other: dict[str, Any], same: bool) -> None:
    assert same_child(AMY, other) is same
    assert same_child(other, AMY) is same


def test_given_names_go_before_a_shared_birthday() -> None:
    twin = {**AMY, "given_names": "Ben"}
    assert matching([AMY, twin], {"given_names": "Ben", "date_of_birth": "2018-03-04"}) == (1,)
    assert matching([AMY, twin], {"family_name": "Example", "date_of_birth": "2018-03-04"}) == (0, 1)


@pytest.mark.parametrize(
    ("born", "due", "place"),
    [
        ("2026-11-30", "2026-12-02", 0),
        ("2026-08-01", "2026-12-02", 0),
        ("2026-06-01", "2026-12-02", None),
        ("2021-06-11", "2026-12-02", None),
        ("2026-11-30", None, 0),
        ("2026-10-01", None, None),
    ],
)
def test_a_newborn_is_the_unborn_child_when_the_dates_fit(born: str, due: str | None, place: int | None) -> None:
    unborn = {"family_name": "Example", "unborn": True, "expected_delivery_date": due}
    newborn = {"given_names": "Kit", "date_of_birth": born}
    assert born_meanwhile([unborn], newborn, date(2026, 10, 20), date(2026, 12, 6)) == place
    assert born_meanwhile([unborn, unborn], newborn, date(2026, 10, 20), date(2026, 12, 6)) is None


def test_a_child_is_missing_until_something_else_is_said() -> None:
    fields = with_status({"children": [AMY, SION]}, (0,), ChildStatus.FOUND)
    assert still_missing(fields) == (1,)
    assert "status" not in AMY


@pytest.mark.parametrize(
    ("born", "day"),
    [("2008-12-01", date(2026, 12, 1)), ("2008-12-02", None), ("2008-02-29", date(2026, 3, 1)), ("2008", None), (None, None)],
)
def test_an_eighteenth_birthday_is_told_from_the_day_itself(born: str | None, day: date | None) -> None:
    assert turned({"date_of_birth": born}, 18, date(2026, 12, 1)) == day
