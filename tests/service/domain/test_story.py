"""A later form lies over what is known: nobody is lost, nobody is mixed up, and lists grow."""

from datetime import date
from typing import Any

from service.domain.standing import with_original_date
from service.domain.story import Told, carried_on, corrected

TODAY = date(2026, 12, 6)
AMY: dict[str, Any] = {"given_names": "Amy", "family_name": "Example", "date_of_birth": "2018-03-04", "aliases": ["Amz"]}
BEN: dict[str, Any] = {"given_names": "Ben", "family_name": "Example", "date_of_birth": "2021-06-11", "status": "found"}
BEFORE: dict[str, Any] = {
    "date_went_missing": "2026-10-20", "children": [AMY, BEN], "adults": [{"name": "Jo Example", "phone": None}],
    "links_to_areas": ["Leeds (maternal aunt)", "Poland"], "vehicles": [], "circumstances": "Did not come home.", "risk_level": "high",
    "addresses": [{"kind": "home", "text": "1 Example Road"}], "media_strategy": {"considered": True, "necessary": None},
}  # fmt: skip


def on(**form: Any) -> Told:
    return carried_on(BEFORE, {"children": [], **form}, today=TODAY)


def test_a_form_about_one_child_keeps_the_other_and_what_became_of_them() -> None:
    told = on(children=[{"given_names": "BEN", "family_name": "Example", "description": "Red coat"}])
    assert [child["given_names"] for child in told.fields["children"]] == ["Amy", "BEN"]
    assert (told.fields["children"][1]["description"], told.fields["children"][1]["status"]) == ("Red coat", "found")
    assert told.path("children[0].description") == "children[1].description"


def test_what_the_form_does_not_answer_stays() -> None:
    told = on(risk_level=None, media_strategy={"considered": None, "necessary": True})
    assert told.fields["risk_level"] == "high"
    assert told.fields["media_strategy"] == {"considered": True, "necessary": True}


def test_lists_grow_and_an_entry_that_begins_alike_takes_the_place_of_the_old_one() -> None:
    told = on(links_to_areas=["Leeds (maternal aunt, and a sighting)", "Hull"], vehicles=["Red Corsa"])
    assert told.fields["links_to_areas"] == ["Poland", "Leeds (maternal aunt, and a sighting)", "Hull"]
    assert told.fields["vehicles"] == ["Red Corsa"]


def test_adults_are_joined_by_name_and_the_story_so_far_stays_below() -> None:
    told = on(adults=[{"name": "JO EXAMPLE", "phone": "07700 900123"}, {"name": "Lee Sample"}], circumstances="Seen in Hull.")
    assert [one["name"] for one in told.fields["adults"]] == ["JO EXAMPLE", "Lee Sample"]
    assert told.fields["circumstances"] == "Seen in Hull.\n\nBefore: Did not come home."


def test_a_child_nobody_knew_is_added_and_one_who_may_be_two_is_left_out() -> None:
    told = on(children=[{"given_names": "Zoe", "family_name": "Example", "date_of_birth": "2023-01-01"}])
    assert told.added == (2,)
    twins = {**BEFORE, "children": [AMY, {**AMY, "given_names": "Ann"}]}
    told = carried_on(twins, {"children": [{"family_name": "Example", "date_of_birth": "2018-03-04", "school": "S"}]}, today=TODAY)
    assert told.unclear
    assert len(told.fields["children"]) == 2


def test_a_birth_takes_the_place_of_the_unborn_child() -> None:
    before = {**BEFORE, "children": [AMY, {"family_name": "Example", "unborn": True, "expected_delivery_date": "2026-12-02"}]}
    told = carried_on(before, {"children": [{"given_names": "Kit", "date_of_birth": "2026-11-30", "unborn": False}]}, today=TODAY)
    assert told.born == (1,)
    assert told.fields["children"][1] == {
        "family_name": "Example", "given_names": "Kit", "date_of_birth": "2026-11-30", "unborn": False, "expected_delivery_date": None,
        "aliases": [],
    }  # fmt: skip


def test_a_corrected_form_about_one_child_may_change_the_name_itself() -> None:
    before = {**BEFORE, "children": [AMY]}
    told = corrected(before, {"children": [{"given_names": "Aimee", "family_name": "Exampel", "date_of_birth": "2017-03-04"}]}, today=TODAY)
    (child,) = told.fields["children"]
    assert (child["given_names"], child["aliases"]) == ("Aimee", ["Amz"])


def test_the_original_date_stands_and_another_one_is_shown() -> None:
    original = date(2026, 10, 20)
    fields, findings = with_original_date({"date_went_missing": "2026-10-28"}, original)
    assert fields["date_went_missing"] == "2026-10-20"
    assert [one.outcome for one in findings] == ["contradiction"]
    assert findings[0].field_path is None
    assert with_original_date({"date_went_missing": "2026-10-20"}, original)[1] == ()
    assert with_original_date({"date_went_missing": "2026-10"}, original) == ({"date_went_missing": "2026-10-20"}, ())
    assert with_original_date({"date_went_missing": "2026-10-28"}, None)[1] == ()
