"""`make soak MINUTES=10`: one case after another from form to found, the invariants checked after each.

In each the service comes to one harm drawn at random, while its mail server refuses, dawdles and drops lines at random, also with a letter.

SEED=… draws the same faults in the same order again. Ends with status 1 at the first invariant that breaks.
"""

import asyncio
import logging
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.torture.__main__ import FREEZES, HARMS, PLACES, WRITES
from tests.torture.grounds import sqlite_ground
from tests.torture.play import Outcome, Plan, play
from tests.torture.weather import Weather

_LATEST_HIT = 12  # the story passes most places about so often


def draw(dice: random.Random) -> Plan:
    """Draw one fault."""
    action = dice.choice(("kill", "kill", "kill", *HARMS["sqlite"], "stall"))
    places = PLACES if action == "kill" else FREEZES if action == "stall" else WRITES
    return Plan(place=dice.choice(places), hit=dice.randint(1, _LATEST_HIT), action=action)


async def soak(folder: Path, seconds: float, seed: int, say: Callable[[str], None] = print) -> list[Outcome]:
    """Play cases until the time is over or an invariant breaks; the case that has begun is played to its end."""
    dice, until = random.Random(seed), time.monotonic() + seconds
    outcomes: list[Outcome] = []
    async with sqlite_ground(folder) as copies:
        while time.monotonic() < until and not any(one.faults for one in outcomes):
            plan, weather = draw(dice), Weather(random.Random(dice.random()))
            outcomes.append(await play(plan, folder / str(len(outcomes)), copies, weather=weather))
            last = outcomes[-1]
            came = "; ".join(last.faults) or ("held" if last.struck else "held, the place was not reached so often")
            say(f"{len(outcomes):>4}  {last.plan}  {last.seconds:.0f} s  {came}")
    return outcomes


def main() -> None:
    """Soak, and say what came of it."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of each line that the mail server drops
    minutes, seed = float(os.environ.get("MINUTES", "10")), int(os.environ.get("SEED") or time.time())
    print(f"{minutes:g} minutes with SEED={seed}")
    with tempfile.TemporaryDirectory(prefix="national-alerts-soak-") as folder:
        outcomes = asyncio.run(soak(Path(folder), minutes * 60, seed))
    struck, twice = sum(one.struck for one in outcomes), sum(one.twice for one in outcomes)
    broken = [one for one in outcomes if one.faults]
    print(f"{len(outcomes)} cases, {struck} struck, {twice} letters twice, {len(broken)} with a broken invariant.")
    raise SystemExit(1 if broken or not outcomes else 0)


if __name__ == "__main__":
    main()
