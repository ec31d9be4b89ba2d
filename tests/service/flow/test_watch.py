"""Every alarm comes within its bound and goes when what was wrong is right again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.flow.watch import NAMES, Sights, alarms, off

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1)


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def names(**seen: Any) -> list[str]:
    return [one.name for one in alarms(Sights(**{"since": LONG_AGO, **seen}), NOW)]


WELL: list[dict[str, Any]] = [
    {"polled": {"a": ago(minutes=5)}},
    {"canaries": {"a": ago(minutes=25)}},
    {"oldest_waiting": ago(minutes=10)},
    {"oldest_waiting": ago(minutes=26), "last_accepted": ago(minutes=1), "paced": True},
    {"clocks": {"x": timedelta(seconds=5)}},
    {"free": 0.2},
    {"ends": {"x": NOW + timedelta(days=14)}},
    {"stuck": 0, "held": None},
]
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("inbox", {"polled": {"a": ago(minutes=5, seconds=1), "b": NOW}}),
    ("inbox", {"polled": {"a": None}}),
    ("canary", {"canaries": {"a": ago(minutes=25, seconds=1)}}),
    ("queue", {"oldest_waiting": ago(minutes=10, seconds=1), "last_accepted": ago(minutes=1)}),
    ("queue", {"oldest_waiting": ago(minutes=26), "last_accepted": ago(minutes=11), "paced": True}),
    ("stuck", {"stuck": 1}),
    ("clock", {"clocks": {"x": timedelta(seconds=6)}}),
    ("clock", {"clocks": {"x": timedelta(seconds=-6)}}),
    ("disk", {"free": 0.199}),
    ("disk", {"free": 0.5, "intake_paused": True}),
    ("ends", {"ends": {"x": NOW + timedelta(days=13, hours=23)}}),
    ("held", {"held": "It was restored."}),
]


@pytest.mark.parametrize("seen", WELL)
def test_within_the_bound_there_is_no_alarm(seen: dict[str, Any]) -> None:
    assert names(**seen) == []


@pytest.mark.parametrize(("name", "seen"), WRONG)
def test_beyond_the_bound_there_is_one(name: str, seen: dict[str, Any]) -> None:
    assert names(**seen) == [name]


def test_every_alarm_is_shown_here_and_fits_its_columns() -> None:
    everything: dict[str, Any] = {"free": 1.0}
    for _, seen in WRONG:
        everything |= seen
    found = alarms(Sights(since=LONG_AGO, **everything), NOW)
    assert {one.name for one in found} | {"database"} == set(NAMES)
    assert all(len(one.title) <= 100 and len(one.name) <= 20 for one in found)


def test_what_could_not_happen_before_the_watch_began_is_not_late() -> None:
    seen: dict[str, Any] = {"since": ago(minutes=4), "polled": {"a": LONG_AGO}, "canaries": {"a": LONG_AGO}}
    assert names(**seen) == []
    assert names(**seen | {"since": ago(minutes=6)}) == ["inbox"]


def test_an_alarm_says_how_long_and_by_how_much() -> None:
    said = {one.name: one for one in alarms(Sights(since=LONG_AGO, polled={"a": ago(minutes=6)}, clocks={"x": timedelta(seconds=-7)}), NOW)}
    assert said["inbox"].title == "The inbox has not been read for 6 minutes"
    assert "X 7 seconds behind" in said["clock"].check or "x 7 seconds behind" in said["clock"].check


def test_a_clock_read_between_two_moments_is_off_only_by_what_lies_outside_of_them() -> None:
    assert off(ago(seconds=2), ago(seconds=5), NOW) == timedelta(0)
    assert off(NOW + timedelta(seconds=7), ago(seconds=5), NOW) == timedelta(seconds=7)
    assert off(ago(seconds=12), ago(seconds=5), NOW) == timedelta(seconds=-7)
