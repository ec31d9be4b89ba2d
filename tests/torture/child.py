"""The real service with an armed crash point and a clock that the parent moves; started instead of `national-alerts run`."""

import json
import os
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.torture import harm


class Strike:
    """Counts the hits of every place in a file, and strikes at the planned one."""

    def __init__(self, plan: dict[str, object]) -> None:
        self._plan = plan
        self._hits: Counter[str] = Counter()
        self._begins, self._begun = Path(str(plan["begins"])), False
        self._log = os.open(str(plan["hits"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._database = os.environ["NATIONAL_ALERTS_DATABASE_URL"]

    def __call__(self, name: str) -> None:
        if not self._begun and not self._begins.exists():
            return
        self._begun = True
        self._hits[name] += 1
        self.note(name)
        if name != self._plan.get("place") or self._hits[name] != self._plan.get("hit"):
            return
        self.note("struck")
        match self._plan["action"]:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stall":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "full":
                harm.fill(self.note)
            case "broken":
                harm.refuse_writes(self.note)
            case "locked":
                harm.lock(self._database, self.note)
            case "cut":
                harm.cut(self._database)

    def note(self, word: str) -> None:
        """Write one word for the parent."""
        os.write(self._log, f"{word}\n".encode())


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
