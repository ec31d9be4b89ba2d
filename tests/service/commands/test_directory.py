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
    assert (status, "The domain looks like kent.gov.uk" in says, "Nothing has changed yet" in says) == (0, True, True)
    shown = give(operator, "directory", "show", KENT)[1]
    assert "Kent County Council" in shown and "Trust [red]" in shown and "01632 960001" in shown
    number = re.findall(r"│ (\d+) │ 20", shown)[-1]
    assert give(operator, "directory", "undo", number, *WHY)[1] == "Undone."
    assert "01632" not in give(operator, "directory", "show", KENT)[1].split("No ")[0]
    status, says = give(operator, "directory", "edit", KENT, "--remove", *WHY)
    assert (status, "another directory administrator must agree" in says) == (0, True)
    assert "alerts@kent.gov.uk" in give(operator, "directory", "show", KENT)[1]
    assert give(operator, "directory", "edit", KENT, "--order", "1", "--remove", *WHY)[0] == 2
    assert give(operator, "directory", "edit", KENT, "--address", "two@kent.gov.uk, x", *WHY)[0] == 2
    assert give(operator, "directory", "edit", "nowhere", "--name", "x", *WHY)[0] == 2
    assert give(operator, "directory", "show", "nowhere")[0] == 2


def test_to_add_merge_or_retire_authorities_waits_for_a_second_person(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    give(operator, "directory", "load")
    new = ("--name", "New Council", "--nation", "England", "--region", "South East", "--first-day", "2028-04-01", *WHY)
    assert "three capital letters" in give(operator, "directory", "add", "X1", "--short-code", "x", *new)[1]
    status, says = give(operator, "directory", "add", "X1", "--short-code", "XNE", *new)
    assert (status, "must agree at /directory/waiting" in says) == (0, True)
    assert "New Council" not in give(operator, "directory", "list", "new council", "--on", "2028-04-01")[1]
    status, says = give(operator, "directory", "merge", MEDWAY, KENT, "--first-day", "2028-04-01", *WHY)
    assert (status, "1 authorities would end" in says) == (0, True)
    status, says = give(operator, "directory", "retire", KENT, "--last-day", "2030-03-31", "--successor", MEDWAY, *WHY)
    assert "Kent County Council last answers on 31 March 2030." in says
    assert "new alerts and the open ones (0 now) go to Medway Council" in says
    assert "Kent" in give(operator, "directory", "list", "kent", "--on", "2031-03-31")[1]
    assert "does not answer" in give(operator, "directory", "merge", "E10000030", KENT, "--first-day", "2028-04-01", *WHY)[1]
    early = give(operator, "directory", "retire", "NEW-EAST-SURREY", "--last-day", "2020-03-31", *WHY)
    assert early == (2, "The last day is before the first one.")
    assert give(operator, "audit", "verify")[0] == 0
