"""Keys to the API from the command line."""

import re

from typer.testing import CliRunner

from tests.service.commands.test_commands import give, operator

__all__ = ["operator"]


def test_a_key_is_made_shown_once_listed_and_revoked(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    status, says = give(operator, "directory", "key", "add", "A dashboard")
    key_id, secret = re.findall(r"Key ([0-9a-f]{32})", says)[0], re.findall(r"na_[A-Za-z0-9_-]{43}", says)[0]
    assert status == 0
    listed = give(operator, "directory", "key", "list")[1]
    assert "A dashboard" in listed and key_id[:10] in listed and secret not in listed
    assert give(operator, "directory", "key", "revoke", key_id) == (0, "Revoked.")
    assert give(operator, "directory", "key", "revoke", key_id)[0] == 2
    assert give(operator, "directory", "key", "add", " ")[0] == 2
    assert give(operator, "audit", "verify")[0] == 0
