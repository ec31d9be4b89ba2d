"""Where letters go is said by name, and by default they go nowhere but home."""

import pytest
import typer
from pydantic import ValidationError

from service.commands.opening import settings
from service.settings import REAL_RECIPIENTS, ImapSettings, Settings

IMAP = ImapSettings(address="alerts@kent.test", host="imap.kent.test", user="alerts")


def test_by_default_every_letter_goes_to_the_shared_mailbox_itself() -> None:
    assert Settings(database_url="", imap=IMAP).only_to() == "alerts@kent.test"
    assert Settings(database_url="").only_to() is not None


def test_a_test_address_takes_them_and_only_the_name_switches_that_off() -> None:
    assert Settings(database_url="", imap=IMAP, letters_go_to="try@kent.test").only_to() == "try@kent.test"
    assert Settings(database_url="", imap=IMAP, letters_go_to=REAL_RECIPIENTS).only_to() is None


@pytest.mark.parametrize("wrong", ["yes", "true", "production", "Real-Recipients", "a@b.test, c@d.test", "a@b.test\n"])
def test_anything_else_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="one test address"):
        Settings(database_url="", letters_go_to=wrong)


def test_allowed_domains_are_those_of_organisations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATIONAL_ALERTS_ALLOWED_DOMAINS", '["Kent-Trust.org.uk", "slough.example"]')
    assert Settings(database_url="").allowed_domains == ("kent-trust.org.uk", "slough.example")
    for wrong in ("gmail.com", "@kent.test", "uk", ""):
        with pytest.raises(ValidationError, match="mail domains of organisations"):
            Settings(database_url="", allowed_domains=(wrong,))


def test_a_list_that_is_not_written_as_one_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NATIONAL_ALERTS_DATABASE_URL", "sqlite://")
    monkeypatch.setenv("NATIONAL_ALERTS_ALLOWED_DOMAINS", "kent-trust.org.uk")
    with pytest.raises(typer.Exit):
        settings()
    said = capsys.readouterr().err
    assert "allowed_domains" in said and 'A list is written as ["one", "two"]' in said and "kent-trust" not in said
