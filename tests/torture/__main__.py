"""`make torture`: every place × first, middle and last hit × SIGKILL, and the places that write × full, broken and locked disk, and frozen.

Ends with status 1 when an invariant broke, and with the sentences that say which.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.torture.play import Outcome, Plan, play, settle

PLACES = tuple(f"I{number}" for number in range(11)) + tuple(f"O{number}" for number in range(11))
WRITES = ("I3", "I7", "O0", "O1", "O9")  # within a transaction that writes
FREEZES = ("I3", "I7", "O1", "O4", "O6", "O7", "O8", "O9")
AT_ONCE = 2


def plans(hits: Counter[str]) -> list[Plan]:
    """List everything that is played, from how often an undisturbed run passes each place."""
    killed = [Plan(place=place, hit=hit) for place in PLACES for hit in _three(hits[place])]
    middle = {place: max(1, hits[place] // 2) for place in PLACES}
    faults = [Plan(place=place, hit=middle[place], action=action) for place in WRITES for action in ("enospc", "eio", "locked")]
    frozen = [Plan(place=place, hit=middle[place], action="stall") for place in FREEZES]
    return killed + faults + frozen


def _three(count: int) -> list[int]:
    return sorted({1, (count + 1) // 2, count} - {0})


async def torture(folder: Path, only: list[str]) -> list[Outcome]:
    """Play everything whose name begins with one of *only*, and show how far it is."""
    settled = folder / "settled.db"
    await settle(f"sqlite+aiosqlite:///{settled}")
    undisturbed = await play(Plan(), folder / "undisturbed", settled)
    missing = [place for place in PLACES if not undisturbed.hits[place]]
    if missing or undisturbed.faults:
        raise SystemExit(f"The undisturbed run is not right: {undisturbed.faults or missing}")
    todo = [plan for plan in plans(undisturbed.hits) if not only or str(plan).startswith(tuple(only))]
    outcomes: list[Outcome] = []
    turns = asyncio.Semaphore(AT_ONCE)
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("torture", total=len(todo))

        async def one(number: int, plan: Plan) -> None:
            async with turns:
                progress.update(bar, description=str(plan))
                outcomes.append(await play(plan, folder / str(number), settled))
                for fault in outcomes[-1].faults:
                    progress.console.print(f"{plan}: {fault}", markup=False)
                progress.advance(bar)

        await asyncio.gather(*(one(number, plan) for number, plan in enumerate(todo)))
    return outcomes


def main() -> None:
    """Play, and say what came of it."""
    with tempfile.TemporaryDirectory(prefix="national-alerts-torture-") as folder:
        outcomes = asyncio.run(torture(Path(folder), sys.argv[1:]))
    broken = [one for one in outcomes if one.faults]
    missed = sum(not one.struck for one in outcomes)
    print(f"{len(outcomes)} runs, {len(broken)} with faults, {missed} where the place was not reached so often.")
    twice = [one.twice for one in outcomes]
    print(f"Letters that went twice: {sum(twice)}, at most {max(twice, default=0)} in one run.")
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
