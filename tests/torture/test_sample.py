"""A sample of `make torture`: three ends of a process that matter most, with the real service in a process of its own."""

import asyncio
from pathlib import Path

from tests.torture.play import Plan, play, settle

SAMPLE = (Plan(place="O7", hit=16), Plan(place="I7", hit=8), Plan(place="O9", hit=20, action="enospc"))


async def test_nothing_is_lost_and_nothing_goes_twice_but_what_was_in_flight(tmp_path: Path) -> None:
    settled = tmp_path / "settled.db"
    await settle(f"sqlite+aiosqlite:///{settled}")
    outcomes = await asyncio.gather(*(play(plan, tmp_path / str(number), settled) for number, plan in enumerate(SAMPLE)))
    assert [(str(one.plan), one.faults) for one in outcomes if one.faults] == []
    assert all(one.struck for one in outcomes)
