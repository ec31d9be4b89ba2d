"""The looks of the board, and the map."""

from directory.authority import hex_positions
from service.domain.delivery import Answer, DeliveryState
from service.web.board import look_of
from service.web.hexmap import draw


def test_every_pair_of_state_and_answer_has_a_look_and_the_map_can_draw_it() -> None:
    looks = {look_of(state, answer) for state in DeliveryState for answer in Answer}
    drawn = draw(dict(zip(hex_positions(), sorted(looks), strict=False)), {})
    assert looks <= {one.look for one in drawn.hexes}
    assert look_of(DeliveryState.BOUNCED, Answer.NONE) == "trouble"


def test_no_two_authorities_share_a_place_on_the_map() -> None:
    drawn = draw(dict.fromkeys(hex_positions(), "none"), {})
    assert len({(one.x, one.y) for one in drawn.hexes}) == len(drawn.hexes) == len(hex_positions())
    assert all(0 < one.x < drawn.width and 0 < one.y < drawn.height for one in drawn.hexes)
