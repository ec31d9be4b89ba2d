"""The checklist of the pages names a test or a reason for every row, and every test it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "decisions" / "0010-web-checklist.md").read_text(encoding="utf-8")
LINES = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith(("| row ", "| area "))]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in LINES]
AREAS = (
    "Pathways", "Sign-in", "Passwords", "MFA secrets", "Session", "Step-up", "Cookies", "CSRF", "CSP & headers", "Output", "Input",
    "Uploads", "Workflow", "Anti-automation", "RBAC", "Roles", "Directory", "URLs", "Cache", "Crypto", "Transport", "Secrets", "Config",
    "Logs", "Errors", "Concurrency", "Supply chain", "Retention",
)  # fmt: skip
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_attack_and_every_area_has_its_row() -> None:
    names = [row[0] for row in ROWS]
    assert names == [*(f"W{number}" for number in range(1, 21)), *AREAS]


def test_every_row_has_a_test_or_a_reason() -> None:
    for name, _, shown in ROWS:
        reason = TEST.sub("", shown).strip(" ,.")
        assert TEST.search(shown) or len(reason) > 20, name


def test_every_test_that_is_named_exists() -> None:
    named = TEST.findall(TEXT)
    assert len(named) > 60
    for file, name in named:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert not name or re.search(rf"^(async )?def {name}\(", source, re.MULTILINE), f"{file}::{name}"
