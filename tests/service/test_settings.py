"""Where letters go is said by name, and by default they go nowhere but home."""

import pytest
from pydantic import ValidationError

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
