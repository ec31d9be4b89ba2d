"""A sample of `make torture`: the ends of a process and the harms that matter most, with the real service in a process of its own."""

import asyncio
from pathlib import Path

from tests.torture.grounds import postgres_ground, sqlite_ground
from tests.torture.play import Copies, Plan, play

ON_SQLITE = (
    Plan(place="O7", hit=16),
    Plan(place="I7", hit=8),
    Plan(place="O9", hit=12, action="full"),
    Plan(place="O9", hit=20, action="broken"),
)
ON_POSTGRESQL = (Plan(place="O7", hit=16), Plan(place="O9", hit=12, action="cut"))


async def _play_all(plans: tuple[Plan, ...], folder: Path, copies: Copies) -> None:
    outcomes = await asyncio.gather(*(play(plan, folder / str(number), copies) for number, plan in enumerate(plans)))
    assert [(str(one.plan), one.faults) for one in outcomes if one.faults] == []
    assert all(one.struck for one in outcomes)
    assert all(one.hits["felt"] for one in outcomes if one.plan.action in ("full", "broken"))


async def test_nothing_is_lost_and_nothing_goes_twice_but_what_was_in_flight(tmp_path: Path) -> None:
    async with sqlite_ground(tmp_path) as copies:
        await _play_all(ON_SQLITE, tmp_path, copies)


async def test_nor_on_postgresql(tmp_path: Path, postgres_server: str) -> None:
    async with postgres_ground(postgres_server) as copies:
        await _play_all(ON_POSTGRESQL, tmp_path, copies)
