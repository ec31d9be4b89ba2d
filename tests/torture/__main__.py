"""`make torture`: every place × first, middle and last hit × SIGKILL, and the places that write × every harm the database can come to.

On SQLite and, where it is installed, on PostgreSQL; `--database postgresql` plays on one alone, `O7 I3` at these places alone. Ends with
status 1 when an invariant broke, and with the sentences that say which.
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.servers.postgres import postgres_programs
from tests.torture.grounds import ground
from tests.torture.play import Copies, Outcome, Plan, play

PLACES = tuple(f"I{number}" for number in range(11)) + tuple(f"O{number}" for number in range(11))
WRITES = ("I3", "I7", "O0", "O1", "O9")  # within a transaction that writes
HARMS = {"sqlite": ("full", "broken", "locked"), "postgresql": ("cut",)}
FREEZES = ("I3", "I7", "O1", "O4", "O6", "O7", "O8", "O9")
AT_ONCE = 2


def plans(hits: Counter[str], harms: tuple[str, ...]) -> list[Plan]:
    """List everything that is played, from how often an undisturbed run passes each place."""
    killed = [Plan(place=place, hit=hit) for place in PLACES for hit in _three(hits[place])]
    middle = {place: max(1, hits[place] // 2) for place in PLACES}
    faults = [Plan(place=place, hit=middle[place], action=action) for place in WRITES for action in harms]
    frozen = [Plan(place=place, hit=middle[place], action="stall") for place in FREEZES]
    return killed + faults + frozen


def _three(count: int) -> list[int]:
    return sorted({1, (count + 1) // 2, count} - {0})


async def torture(database: str, folder: Path, only: list[str]) -> list[Outcome]:
    """Play everything whose name begins with one of *only*, and show how far it is."""
    async with ground(database, folder) as copies:
        undisturbed = await play(Plan(), folder / "undisturbed", copies)
        missing = [place for place in PLACES if not undisturbed.hits[place]]
        if missing or undisturbed.faults:
            raise SystemExit(f"The undisturbed run is not right: {undisturbed.faults or missing}")
        todo = [plan for plan in plans(undisturbed.hits, HARMS[database]) if not only or str(plan).startswith(tuple(only))]
        return await _play_all(database, todo, folder, copies)


async def _play_all(database: str, todo: list[Plan], folder: Path, copies: Copies) -> list[Outcome]:
    outcomes: list[Outcome] = []
    turns = asyncio.Semaphore(AT_ONCE)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(database, total=len(todo))

        async def one(number: int, plan: Plan) -> None:
            async with turns:
                progress.update(bar, description=f"{database} {plan}")
                outcomes.append(await play(plan, folder / str(number), copies))
                for fault in outcomes[-1].faults:
                    progress.console.print(f"{plan}: {fault}", markup=False)
                progress.advance(bar)

        await asyncio.gather(*(one(number, plan) for number, plan in enumerate(todo)))
    return outcomes


def main() -> None:
    """Play, and say what came of it."""
    arguments = argparse.ArgumentParser(prog="make torture")
    arguments.add_argument("places", nargs="*", help="only these, as O7 or 'I3 hit 2'")
    arguments.add_argument("--database", choices=tuple(HARMS), help="one alone; without it all that are installed")
    given = arguments.parse_args()
    both = ["sqlite", "postgresql"] if postgres_programs() else ["sqlite"]
    broken = 0
    for database in [given.database] if given.database else both:
        with tempfile.TemporaryDirectory(prefix="national-alerts-torture-") as folder:
            outcomes = asyncio.run(torture(database, Path(folder), given.places))
        broken += _report(database, outcomes)
    raise SystemExit(1 if broken else 0)


def _report(database: str, outcomes: list[Outcome]) -> int:
    broken = sum(bool(one.faults) for one in outcomes)
    missed = sum(not one.struck for one in outcomes)
    unfelt = [str(one.plan) for one in outcomes if one.plan.action in ("full", "broken", "locked") and not one.hits["felt"]]
    print(f"{database}: {len(outcomes)} runs, {broken} with faults, {missed} where the place was not reached so often.")
    if unfelt:
        print(f"Nothing was written while the database was harmed: {', '.join(unfelt)}.")
    twice = [one.twice for one in outcomes]
    print(f"Letters that went twice: {sum(twice)}, at most {max(twice, default=0)} in one run.")
    return broken


if __name__ == "__main__":
    main()
