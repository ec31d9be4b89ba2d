"""The child process: it does the work, its limits hold, and what breaks it breaks nothing else."""

from datetime import date

from service.flow.sandbox import Sandbox
from tests.service.web.seeds import letter


async def test_one_child_reads_shows_and_hands_out_files() -> None:
    sandbox = Sandbox()
    raw = letter("Child: Amy Example\nDate missing: 20th October 2026\n")
    try:
        assert (await sandbox.understand(raw, date(2026, 11, 24))).new_text.startswith("Child: Amy")
        shown = await sandbox.original(raw)
        assert [one.name for one in shown.files] == ["the letter itself"]
        saved = await sandbox.file_of(raw, 1)
        assert saved is not None
        assert saved.name == "file-1.txt"
        assert await sandbox.file_of(raw, 2) is None
    finally:
        sandbox.close()
