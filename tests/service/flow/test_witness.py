"""A machine that was put back as a whole knows nothing of what it sent since; the mailbox does."""

from datetime import timedelta

from service.flow.witness import knows_more
from tests.factories import NOW
from tests.service.flow.home import Home
from tests.service.flow.walk import go_live

EARLIER, LATER = NOW - timedelta(minutes=5), NOW + timedelta(minutes=5)


async def _asked(home: Home, delivery_id: str, folder: str) -> bool:
    home.mailbox.put(f"X-National-Alerts-Delivery: {delivery_id}\r\nSubject: Hello\r\n\r\nHello\r\n".encode(), folder)
    home.mailbox.received_at = NOW
    return await knows_more(home.house, home.mailbox, home.inbox, since=EARLIER)


async def test_a_letter_of_ours_that_the_database_never_wrote_shows_that_it_is_behind(home: Home) -> None:
    assert await _asked(home, "ab" * 16, home.inbox.processed)
    assert not await knows_more(home.house, home.mailbox, home.inbox, since=LATER)  # older than this database


async def test_letters_that_it_wrote_and_letters_of_others_show_nothing(home: Home) -> None:
    await go_live(home)
    assert not await _asked(home, home.mailer.sent[-1][0].delivery_id, home.inbox.processed)
    home.mailbox.put(b"Subject: x\r\n\r\nX-National-Alerts-Delivery: " + b"ab" * 16 + b"\r\n", home.inbox.processed)
    assert not await knows_more(home.house, home.mailbox, home.inbox, since=EARLIER)
    assert not await _asked(home, "ab" * 16, "INBOX")  # nobody has read it yet: anyone can write such a letter
