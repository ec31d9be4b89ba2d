"""Values beside their words, and the looks of the board."""

import pytest

from directory.authority import hex_positions
from service.domain.delivery import Answer, DeliveryState
from service.web.case_view import label_of, look_of, value_rows
from service.web.hexmap import draw


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("children[0].date_of_birth", "Child 1: date of birth"),
        ("whereabouts.locality_known", "Whereabouts: locality known"),
        ("children[1].identifiers.nhs_number", "Child 2: identifiers, nhs number"),
        ("risk_level", "Risk level"),
    ],
)
def test_a_path_reads_as_words(path: str, label: str) -> None:
    assert label_of(path) == label


def test_an_answer_of_no_is_an_answer_and_words_without_a_value_are_shown() -> None:
    rows = value_rows({"whereabouts": {"locality_known": False, "other": None}, "phones": []}, {"phones": {"text": "TBC"}})
    assert [(row.label, row.value, row.words) for row in rows] == [
        ("Whereabouts: locality known", "No", ""),
        ("Phones", "Not answered", "TBC"),
    ]


def test_every_pair_of_state_and_answer_has_a_look_and_the_map_can_draw_it() -> None:
    looks = {look_of(state, answer) for state in DeliveryState for answer in Answer}
    drawn = draw(dict(zip(hex_positions(), sorted(looks), strict=False)), {})
    assert looks <= {one.look for one in drawn.hexes}
    assert look_of(DeliveryState.BOUNCED, Answer.NONE) == "trouble"


def test_no_two_authorities_share_a_place_on_the_map() -> None:
    drawn = draw({}, {})
    assert len({(one.x, one.y) for one in drawn.hexes}) == len(drawn.hexes) == len(hex_positions())
    assert all(0 < one.x < drawn.width and 0 < one.y < drawn.height for one in drawn.hexes)
