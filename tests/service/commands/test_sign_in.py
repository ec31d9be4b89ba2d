"""Helping somebody who lost their second factor, at the command line."""

import pytest
from typer.testing import CliRunner

from tests.service.commands.test_commands import KENT, give, operator

__all__ = ["operator"]


def test_the_operator_takes_lost_factors_away_and_it_is_written_down(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    give(operator, "authority", "add", KENT, "--mailbox", "alerts@kent.test")
    give(operator, "people", "add", "sys@kent.test", "--name", "Sys Example", "--gss-code", KENT, "--role", "system")
    status, says = give(operator, "sign-in", "recover", "sys@kent.test")
    assert status == 0
    assert "Taken away" in says
    assert give(operator, "audit", "verify")[0] == 0


def test_nobody_is_recovered_by_an_address_that_is_not_registered(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    assert give(operator, "sign-in", "recover", "nobody@kent.test")[0] == 2


@pytest.mark.parametrize("base", ["https://alerts.kent.test", "http://localhost:8000", "http://127.0.0.1.evil.test"])
def test_the_second_factor_cannot_be_off_where_others_reach_the_pages(
    operator: CliRunner,
    base: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NATIONAL_ALERTS_SECOND_FACTOR", "off")
    monkeypatch.setenv("NATIONAL_ALERTS_BASE_URL", base)
    status, says = give(operator, "database", "upgrade")
    assert status == 2
    assert "for a demonstration" in says
