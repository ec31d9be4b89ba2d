"""Once a day the filed letters are compared with what we have."""

from dataclasses import replace
from datetime import timedelta

from service.flow.filed import look_through_filed
from tests.service.flow.home import Home
from tests.service.flow.walk import COMPLETE, SAM, task_kinds


async def test_a_letter_filed_by_somebody_before_it_was_read_is_reported_within_a_day(home: Home) -> None:
    home.post(SAM, COMPLETE)
    await home.settle()
    home.mailbox.put(b"Subject: nobody read this\r\nMessage-ID: <unread@example.test>\r\n\r\nHello\r\n", "Processed")
    assert await look_through_filed(home.house, home.mailbox, home.inbox, now=home.now) == 1
    assert "letter_never_read" in await task_kinds(home)
    assert await look_through_filed(home.house, home.mailbox, home.inbox, now=home.now) == 0
    home.mailbox.put(b"Subject: nor this\r\n\r\nHello\r\n", "Needs attention")
    assert await look_through_filed(home.house, home.mailbox, home.inbox, now=home.now) == 0
    assert await look_through_filed(home.house, home.mailbox, home.inbox, now=home.now + timedelta(days=1, minutes=1)) == 1


async def test_a_mailbox_that_is_not_ours_to_tidy_has_no_filed_letters_to_compare(home: Home) -> None:
    home.inbox = replace(home.inbox, move=False)
    home.mailbox.put(b"Subject: of somebody else\r\n\r\nHello\r\n", "Processed")
    assert await look_through_filed(home.house, home.mailbox, home.inbox, now=home.now) == 0
