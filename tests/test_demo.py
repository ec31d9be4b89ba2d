"""The demonstration, as `make demo ARGS="--once --json out.json"` runs it: every number must add up."""

import json
import subprocess
import sys
from pathlib import Path


def test_the_demonstration_tells_the_whole_story_and_every_number_adds_up(tmp_path: Path) -> None:
    report = tmp_path / "out.json"
    told = subprocess.run(
        [sys.executable, "-m", "service", "demo", "--once", "--json", str(report)], check=False, timeout=240, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout[-2000:]
    numbers = json.loads(report.read_text())
    assert numbers["authorities"] == 212
    for kind in ("alert", "update", "found"):
        tally = numbers[kind]
        assert tally["recipients"] == 212 == tally["accepted"] + tally["failed"]
        assert tally["accepted"] == tally["acknowledged"] + tally["bounced"] + tally["silent"]
        assert tally["unnamed"] == 0
    assert numbers["quarantined"] == 0
    assert numbers["audit_verified"]
