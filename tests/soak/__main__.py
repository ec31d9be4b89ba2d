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
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.torture.__main__ import FREEZES, HARMS, PLACES, WRITES
from tests.torture.grounds import sqlite_ground
from tests.torture.play import Outcome, Plan, play
from tests.torture.weather import Weather


def draw(dice: random.Random, hits: Mapping[str, int]) -> Plan:
    """Draw one fault; *hits* says how often a case passes each place."""
    action = dice.choice(("kill", "kill", "kill", *HARMS["sqlite"], "stall"))
    places = PLACES if action == "kill" else FREEZES if action == "stall" else WRITES
    place = dice.choice(places)
    return Plan(place=place, hit=dice.randint(1, hits[place]), action=action)


async def soak(folder: Path, seconds: float, seed: int, say: Callable[[str], None] = print) -> list[Outcome]:
    """Play cases until the time is over or an invariant breaks; the case that has begun is played to its end."""
    dice = random.Random(seed)
    outcomes: list[Outcome] = []
    async with sqlite_ground(folder) as copies:
        hits = (await play(Plan(), folder / "undisturbed", copies)).hits
        until = time.monotonic() + seconds
        while time.monotonic() < until and not any(one.faults for one in outcomes):
            plan, weather = draw(dice, hits), Weather(random.Random(dice.random()))
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
