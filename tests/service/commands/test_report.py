"""The weekly report on the screen."""

import base64
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.__main__ import cli


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """An operator with settings for a database of one authority."""
    monkeypatch.setenv("NATIONAL_ALERTS_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}")
    monkeypatch.setenv("NATIONAL_ALERTS_MASTER_KEY", base64.b64encode(b"k" * 32).decode())
    monkeypatch.setenv("COLUMNS", "200")
    runner = CliRunner()
    assert runner.invoke(cli, ["database", "upgrade"]).exit_code == 0
    assert runner.invoke(cli, ["authority", "add", "E10000016", "--mailbox", "alerts@kent.test", "--policy", "kent"]).exit_code == 0
    return runner


def test_it_prints_the_figures_of_each_authority(operator: CliRunner) -> None:
    shown = operator.invoke(cli, ["report", "week"])
    assert shown.exit_code == 0
    assert "Kent County Council" in shown.stdout and "Alerts sent" in shown.stdout


def test_it_prints_one_week_of_one_authority(operator: CliRunner) -> None:
    shown = operator.invoke(cli, ["report", "week", "--authority", "E10000016", "--to", "2026-11-22"])
    assert shown.exit_code == 0
    assert "week to 22 November 2026" in shown.stdout


@pytest.mark.parametrize(
    ("words", "says"), [(("--to", "2026-11-23"), "A week ends on a Sunday"), (("--authority", "E06000035"), "No such authority")]
)
def test_what_cannot_be_reported_is_refused_in_words(operator: CliRunner, words: tuple[str, ...], says: str) -> None:
    refused = operator.invoke(cli, ["report", "week", *words])
    assert refused.exit_code == 2
    assert says in refused.stdout + refused.stderr
