"""Every state, with every answer, has a name, an owner and a next action."""

from itertools import product

import pytest

from service.domain.board import LOOKS, Owner, place_of
from service.domain.delivery import Answer, DeliveryState

EVERY = list(product(DeliveryState, Answer, (True, False), (True, False), (True, False)))


@pytest.mark.parametrize(("state", "answer", "confirmed", "of_an_end", "late"), EVERY)
def test_every_combination_has_a_name_an_owner_and_a_next_action(
    state: DeliveryState, answer: Answer, confirmed: bool, of_an_end: bool, late: bool
) -> None:
    place = place_of(state, answer, confirmed=confirmed, of_an_end=of_an_end, late=late)
    assert place.name
    assert place.owner in Owner
    assert place.next
    assert place.look in LOOKS


@pytest.mark.parametrize("of_an_end", [True, False])
def test_one_name_is_drawn_in_one_way(of_an_end: bool) -> None:
    looks: dict[str, set[str]] = {}
    for state, answer, confirmed, _, late in EVERY:
        place = place_of(state, answer, confirmed=confirmed, of_an_end=of_an_end, late=late)
        looks.setdefault(place.name, set()).add(place.look)
    assert all(len(found) == 1 for found in looks.values())


def test_an_answer_counts_more_than_what_became_of_the_letter() -> None:
    assert len({place_of(state, Answer.NOT_KNOWN) for state in DeliveryState}) == 1
    assert place_of(DeliveryState.BOUNCED, Answer.NONE).owner is Owner.DIRECTORY


@pytest.mark.parametrize("answer", [one for one in Answer if one.matters])
def test_who_may_know_the_child_is_always_for_quality_assurance_to_call(answer: Answer) -> None:
    for state, confirmed, of_an_end, late in product(DeliveryState, (True, False), (True, False), (True, False)):
        place = place_of(state, answer, confirmed=confirmed, of_an_end=of_an_end, late=late)
        assert (place.owner, place.look) == (Owner.QUALITY, "match")
        assert place.next.startswith("Call them")


def test_an_unproved_sender_ends_nothing() -> None:
    assert place_of(DeliveryState.ACCEPTED, Answer.ACKNOWLEDGED, confirmed=False, of_an_end=True).owner is Owner.QUALITY
    assert place_of(DeliveryState.ACCEPTED, Answer.ACKNOWLEDGED, of_an_end=True).owner is Owner.SERVICE


def test_checks_that_are_late_are_asked_about() -> None:
    assert place_of(DeliveryState.ACCEPTED, Answer.CHECKS_UNDER_WAY).owner is Owner.AUTHORITY
    assert place_of(DeliveryState.ACCEPTED, Answer.CHECKS_UNDER_WAY, late=True).owner is Owner.QUALITY
