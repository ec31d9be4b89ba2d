"""A terminal wide enough that no word of a table is broken, whatever the tests run in."""

import pytest

from service.commands.opening import out


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out, "_width", 200)
