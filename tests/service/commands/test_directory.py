"""The directory from the command line."""

import re

from typer.testing import CliRunner

from tests.service.commands.test_commands import KENT, give, operator

__all__ = ["operator"]
MEDWAY, WHY = "E06000035", ("--why", "letter")


def test_a_contact_is_set_and_shown_and_what_could_redirect_an_alert_waits(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    give(operator, "directory", "load")
    assert give(operator, "directory", "edit", KENT, "--address", "alerts@kent.gov.uk", *WHY) == (0, "Changed.")
    assert give(operator, "directory", "edit", KENT, "--phone", "01632 960001", "--delivered-by", "Trust [red]", *WHY) == (0, "Changed.")
    status, says = give(operator, "directory", "edit", KENT, "--address", "alerts@kent-gov.uk", *WHY)
    assert (status, "The domain looks like kent.gov.uk" in says, "nothing has changed yet" in says) == (0, True, True)
    shown = give(operator, "directory", "show", KENT)[1]
    assert "Kent County Council" in shown and "Trust [red]" in shown and "01632 960001" in shown
    number = re.findall(r"│ (\d+) │ 20", shown)[-1]
    assert give(operator, "directory", "undo", number, *WHY)[1] == "Undone."
    assert "01632" not in give(operator, "directory", "show", KENT)[1].split("No ")[0]
    assert give(operator, "directory", "edit", KENT, "--remove", *WHY) == (0, "Changed.")
    assert give(operator, "directory", "edit", KENT, "--remove", *WHY)[0] == 2
    assert give(operator, "directory", "edit", KENT, "--address", "two@kent.gov.uk, x", *WHY)[0] == 2
    assert give(operator, "directory", "edit", "nowhere", "--name", "x", *WHY)[0] == 2
    assert give(operator, "directory", "show", "nowhere")[0] == 2


def test_authorities_are_added_merged_retired_and_listed_by_day(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    give(operator, "directory", "load")
    new = ("--name", "New Council", "--nation", "England", "--region", "South East", "--first-day", "2028-04-01", *WHY)
    assert "three capital letters" in give(operator, "directory", "add", "X1", "--short-code", "x", *new)[1]
    assert give(operator, "directory", "add", "X1", "--short-code", "XNE", *new) == (0, "Added.")
    assert give(operator, "directory", "merge", "X1", KENT, MEDWAY, "--first-day", "2028-04-01", *WHY) == (0, "Merged.")
    assert "Medway" in give(operator, "directory", "list", "medway", "--on", "2028-03-31")[1]
    after = give(operator, "directory", "list", "south east", "--on", "2028-04-01")[1]
    assert ("New Council" in after, "Medway" in after) == (True, False)
    assert give(operator, "directory", "retire", "X1", "--last-day", "2030-03-31", *WHY) == (0, "Retired.")
    assert give(operator, "directory", "retire", "X1", "--last-day", "2020-03-31", *WHY)[1] == "The last day is before the first one."
    assert give(operator, "audit", "verify")[0] == 0
