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


def test_the_story_of_the_directory_adds_up(tmp_path: Path) -> None:
    report = tmp_path / "out.json"
    command = [sys.executable, "-m", "service", "demo", "--once", "--story", "directory", "--json", str(report)]
    told = subprocess.run(command, check=False, timeout=240, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr[-2000:]
    numbers = json.loads(report.read_text())
    assert numbers["authorities"] == numbers["confirmed"] == numbers["proved by a person"] == 212
    assert (numbers["changed"], numbers["refused"], numbers["verified"]) == (12, 3, 12)
    assert numbers["drill answered"] + numbers["drill missed"] == 212 and numbers["drill missed"] == numbers["tasks for misses"]
    assert numbers["audit_verified"]
