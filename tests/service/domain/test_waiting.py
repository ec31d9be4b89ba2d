"""Who failed together does not come back together, and nobody waits longer than is said."""

import random
from datetime import timedelta

from service.domain.waiting import sooner


def test_a_wait_is_shortened_by_chance_and_by_less_than_a_fifth() -> None:
    dice = random.Random(1)
    waits = {sooner(timedelta(minutes=10), dice.random) for _ in range(200)}
    assert len(waits) == 5
    assert max(waits) == timedelta(minutes=10)
    assert min(waits) > timedelta(minutes=8)


def test_the_dice_alone_decide() -> None:
    assert sooner(timedelta(seconds=1), lambda: 0.0) == timedelta(seconds=1)
    assert sooner(timedelta(seconds=1), lambda: 0.5) == timedelta(seconds=0.92)
