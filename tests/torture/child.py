"""The real service with an armed crash point and a clock that the parent moves; started instead of `national-alerts run`."""

import errno
import json
import os
import signal
import sqlite3
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

LOCKED_FOR = 3  # so many times in a row the database answers that it is locked


class Strike:
    """Counts the hits of every place in a file, and strikes at the planned one."""

    def __init__(self, plan: dict[str, object]) -> None:
        self._plan = plan
        self._hits: Counter[str] = Counter()
        self._begins, self._begun = Path(str(plan["begins"])), False
        self._log = os.open(str(plan["hits"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def __call__(self, name: str) -> None:
        if not self._begun and not self._begins.exists():
            return
        self._begun = True
        self._hits[name] += 1
        os.write(self._log, f"{name}\n".encode())
        late = self._hits[name] - int(str(self._plan.get("hit", 0)))
        if name != self._plan.get("place") or late < 0:
            return
        action = self._plan["action"]
        if late and not (action == "locked" and late < LOCKED_FOR):
            return
        os.write(self._log, b"struck\n")
        match action:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stall":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "enospc":
                raise sqlite3.OperationalError("database or disk is full")
            case "eio":
                raise OSError(errno.EIO, "Input/output error")
            case "locked":
                raise sqlite3.OperationalError("database is locked")


def main() -> None:
    """Arm, move the clock, and run what the arguments say."""
    import service.app
    from service import crashpoints
    from service.__main__ import cli
    from service.flow import deliver

    plan = json.loads(os.environ["TORTURE"])
    jump = Path(plan["clock"])

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(jump.read_text() or 0))

    service.app.now = now
    deliver.BLOCK = plan.get("block", deliver.BLOCK)
    crashpoints.arm(Strike(plan))
    cli(sys.argv[1:])


if __name__ == "__main__":
    main()
