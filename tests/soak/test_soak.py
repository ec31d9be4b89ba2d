"""A piece of the soak that fits between the other tests."""

import random
from pathlib import Path

from tests.soak.__main__ import draw, soak
from tests.torture.__main__ import PLACES


async def test_cases_run_through_random_faults_and_every_invariant_holds(tmp_path: Path) -> None:
    outcomes = await soak(tmp_path, 5, seed=1, say=lambda _: None)
    assert outcomes
    assert [one.faults for one in outcomes if one.faults] == []


def test_the_same_seed_draws_the_same_faults() -> None:
    dice, again, hits = random.Random(7), random.Random(7), dict.fromkeys(PLACES, 12)
    assert [draw(dice, hits) for _ in range(20)] == [draw(again, hits) for _ in range(20)]
