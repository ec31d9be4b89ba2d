"""Waiting a little less than everybody else, so that all who failed together do not come back together."""

import random
from collections.abc import Callable
from datetime import timedelta

_STEPS = 5  # few, so that letters that were put off together are still written down together


def sooner(wait: timedelta, dice: Callable[[], float] = random.random) -> timedelta:
    """Shorten *wait* by chance, by at most a fifth. *dice* draws from 0 up to 1."""
    return wait * (1 - 0.2 * int(dice() * _STEPS) / _STEPS)
