"""The scorer tells a value in the wrong place from one that was never written, and both from one that was overlooked."""

from typing import Any

from bench.score_documents import Score, compare, fold
from tests.documents.form import AnyOf, Example

EXPECTED = {
    "date_went_missing": "2026-10-20",
    "children": [{"family_name": "Example", "given_names": "Amy Jane", "aliases": ["Amy Sample"], "date_of_birth": "2018-03-04"}],
    "whereabouts": {"locality_known": False},
}
SAYS = "Date missing 20/10/2026 Surname Example Forename Amy Jane AKA Amy Sample GP Dr Doctor locality No"


def _scored(read: dict[str, Any], **more: Any) -> Score:
    example = Example(
        name="one", file="one.docx", format="docx", layout="", build=bytes, kind="alert", says=SAYS, **{"fields": EXPECTED, **more}
    )
    return compare(example, {"kind": "alert", "form_title": None, "fields": read, "findings": []})


def _child(**changed: Any) -> dict[str, Any]:
    return {**EXPECTED, "children": [{**EXPECTED["children"][0], **changed}]}  # type: ignore[index]


def test_the_expected_values_score_in_full() -> None:
    told = _scored(_child(unborn=False, aliases=["Amy  Sample"]))
    assert (told.right, told.wanted, told.errors) == (6, 6, [])


def test_an_overlooked_value_is_missing() -> None:
    assert _scored(_child(aliases=[])).errors == ["missing: children[0].aliases.Amy Sample = 'Amy Sample'"]


def test_a_value_of_another_label_is_misplaced() -> None:
    assert len(_scored(_child(given_names="Example")).misplaced) == 1


def test_a_value_that_swallows_another_is_misplaced() -> None:
    assert len(_scored(_child(family_name="Example Forename Amy Jane")).misplaced) == 1


def test_words_of_the_document_in_a_field_that_it_does_not_answer_are_misplaced() -> None:
    assert len(_scored(EXPECTED | {"social_worker": {"name": "Dr Doctor"}}).misplaced) == 1


def test_words_that_the_document_does_not_have_are_invented() -> None:
    assert len(_scored(EXPECTED | {"police_reference": "XY/1"}).invented) == 1


def test_the_opposite_answer_is_invented() -> None:
    assert len(_scored(EXPECTED | {"whereabouts": {"locality_known": True}}).invented) == 1


def test_a_date_that_the_document_does_not_have_is_invented() -> None:
    assert len(_scored(EXPECTED | {"date_went_missing": "2026-10-02"}).invented) == 1


def test_half_of_a_value_is_wrong_but_not_invented() -> None:
    told = _scored(_child(given_names="Amy"))
    assert (len(told.wrong), told.misplaced, told.invented) == (1, [], [])


def test_a_choice_left_open_accepts_each_and_none() -> None:
    fields = {"children": [{"given_names": AnyOf((None, "Unborn"))}]}
    assert _scored({"children": [{"given_names": "Unborn"}]}, fields=fields).errors == []
    assert _scored({"children": [{"given_names": None}]}, fields=fields).errors == []


def test_paths_left_open_are_not_compared() -> None:
    assert _scored(EXPECTED | {"addresses": [{"kind": "home"}]}, tolerates=("addresses",)).errors == []


def test_white_space_quotation_marks_and_final_stops_make_no_difference() -> None:
    assert fold("O’Sample,\n Exampleton. ") == fold("O'Sample Exampleton")
