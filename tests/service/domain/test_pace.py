"""The arithmetic of a pace: so many a minute, evenly, no heap after a pause, and a reserve at the end of a day."""

from datetime import datetime, timedelta

import pytest

from service.domain.delivery import Lane
from service.domain.pace import CATCH_UP, Pace
from tests.factories import NOW

EXCHANGE = Pace(per_minute=24, per_day=10_000, reserve=2_000)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_without_limits_everything_may_go() -> None:
    assert Pace().ready(None, NOW, 100)[0] == 100
    assert Pace().open_lane(10**9) is Lane.CHASER
    assert Pace().left(10**9) > 10**9


def test_the_first_letter_goes_at_once_and_the_next_two_and_a_half_seconds_later() -> None:
    count, next_at = EXCHANGE.ready(None, NOW, 100)
    assert (count, next_at) == (1, later(2.5))
    assert EXCHANGE.ready(next_at, later(2.4), 100)[0] == 0
    assert EXCHANGE.ready(next_at, later(2.5), 100) == (1, later(5))


def test_a_worker_that_comes_a_little_late_makes_up_for_it() -> None:
    assert EXCHANGE.ready(later(2.5), later(5), 100) == (2, later(7.5))
    assert EXCHANGE.ready(later(2.5), later(5), 1) == (1, later(5))


def test_after_a_pause_letters_do_not_leave_in_a_heap() -> None:
    late = NOW + CATCH_UP + timedelta(hours=1)
    assert EXCHANGE.ready(NOW, late, 100) == (1, late + timedelta(seconds=2.5))


@pytest.mark.parametrize(
    ("used", "lane", "left"),
    [
        (0, Lane.CHASER, 8_000),
        (7_999, Lane.CHASER, 1),
        (8_000, Lane.DECISION, 2_000),
        (9_999, Lane.DECISION, 1),
        (10_000, None, 0),
        (10_001, None, 0),
    ],
)
def test_the_last_letters_of_a_day_are_kept_for_what_cannot_wait(used: int, lane: Lane | None, left: int) -> None:
    assert (EXCHANGE.open_lane(used), EXCHANGE.left(used)) == (lane, left)


@pytest.mark.parametrize("wrong", [{"per_minute": 0}, {"per_day": 10, "reserve": 10}, {"per_day": 10, "reserve": -1}])
def test_a_pace_that_lets_nothing_through_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"letter"):
        Pace(**wrong)  # type: ignore[arg-type]
