"""Asking the addresses of the directory from the command line."""

from typer.testing import CliRunner

from tests.service.commands.test_commands import KENT, give, operator

__all__ = ["operator"]


def test_without_a_house_nobody_can_be_asked_and_a_drill_that_never_was_is_not_shown(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    for words in (("confirm",), ("drill",)):
        assert give(operator, "directory", *words) == (2, "There is no issuing authority yet, in whose name to write.")
    assert give(operator, "directory", "drill", "--results") == (2, "There was no exercise yet.")


def test_addresses_are_asked_once_and_a_drill_waits_for_its_approver(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    give(operator, "directory", "load")
    give(operator, "directory", "edit", KENT, "--address", "alerts@kent.gov.uk", "--why", "letter")
    give(operator, "authority", "add", KENT, "--mailbox", "alerts@kent.test", "--policy", "national")
    assert give(operator, "directory", "confirm") == (0, "1 authorities asked.")
    assert give(operator, "directory", "confirm") == (0, "0 authorities asked.")
    assert "an approver lets it go" in give(operator, "directory", "drill")[1]
    assert give(operator, "directory", "drill")[0] == 2
    assert "Answered" in give(operator, "directory", "drill", "--results")[1]


def test_what_somebody_said_on_the_telephone_counts_with_a_reason(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    give(operator, "directory", "load")
    give(operator, "directory", "edit", KENT, "--address", "alerts@kent.gov.uk", "--why", "letter")
    give(operator, "authority", "add", KENT, "--mailbox", "alerts@kent.test", "--policy", "national")
    told = ("directory", "confirm", "--phoned", KENT)
    assert give(operator, *told) == (2, "Write whom you phoned, and where you have the number from.")
    assert give(operator, *told, "--order", "3", "--why", "Sue, from their website")[0] == 2
    assert give(operator, *told, "--why", "Sue, from their website")[0] == 0
    assert give(operator, "directory", "confirm") == (0, "0 authorities asked.")
    assert "by telephone: Sue, from their website" in " ".join(give(operator, "directory", "show", KENT)[1].split())
