"""What is new in the forms, on the screen of whoever keeps labels.toml."""

import asyncio
import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.__main__ import cli
from service.database.keys import MasterKey
from service.database.unit_of_work import Database

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """An operator whose authority has sent forms with a new label, a label that is a name, and a new title."""
    url, secret = f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}", b"k" * 32
    monkeypatch.setenv("NATIONAL_ALERTS_DATABASE_URL", url)
    monkeypatch.setenv("NATIONAL_ALERTS_MASTER_KEY", base64.b64encode(secret).decode())
    monkeypatch.setenv("COLUMNS", "220")
    runner = CliRunner()
    assert runner.invoke(cli, ["database", "upgrade"]).exit_code == 0
    assert runner.invoke(cli, ["authority", "add", "E10000016", "--mailbox", "alerts@kent.test", "--policy", "kent"]).exit_code == 0

    async def fill() -> None:
        database = Database(url, MasterKey(secret))
        async with database.begin() as work:
            (kent,) = await work.people.authorities()
            for kind, words in (
                ("label", "[Pet]"),
                ("label", "[Pet]"),
                ("label", "Amy Example says"),
                ("title", "Concern"),
                ("title", "Concern"),
            ):
                await work.unknown.note(kent.id, kind=kind, words=words, compared=words, at=NOW)
        await database.close()

    asyncio.run(fill())
    return runner


def test_it_shows_each_label_with_a_line_to_paste_and_each_title(operator: CliRunner) -> None:
    shown = operator.invoke(cli, ["drift"])
    assert shown.exit_code == 0
    for words in ("Kent County Council", "[Pet]", '"pet",', "Concern", "24 November 2026"):
        assert words in shown.stdout


def test_a_label_that_was_seen_once_may_be_a_name_and_has_to_be_asked_for(operator: CliRunner) -> None:
    assert "Amy" not in operator.invoke(cli, ["drift"]).stdout
    assert "Amy Example says" in operator.invoke(cli, ["drift", "--at-least", "1"]).stdout
    assert "Nothing new that was seen 9 times or more." in operator.invoke(cli, ["drift", "--at-least", "9"]).stdout
