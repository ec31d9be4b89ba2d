"""Letters in doubt: a copy in the Sent folder settles them, nothing else does."""

from datetime import timedelta

from service.domain.delivery import DeliveryState, Lane
from service.flow.deliver import LEASE, deliver_due
from service.flow.doubt import settle_doubt
from service.flow.post import new_delivery
from service.ports import SendOutcome, SendResult
from tests.factories import NOW
from tests.service.flow.home import Home

LATER = NOW + timedelta(minutes=2)


async def _doubtful(home: Home, count: int) -> list[str]:
    """Send letters to a relay whose line drops after the final dot."""
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.IN_DOUBT)
    async with home.database.begin() as work:
        letter = await work.letters.add(b"To: \x00:to\x00\r\n\r\nHello\r\n", kind="receipt", case_id=None, key_id=None, at=NOW)
        ones = [
            new_delivery(
                kind="receipt", letter_id=letter.id, lane=Lane.RECEIPT, recipient_name="Sam", address="sam@kent.test",
                mailbox="alerts@kent.test", now=NOW,
            )
            for _ in range(count)
        ]  # fmt: skip
        await work.deliveries.queue(ones, {})
    await deliver_due(home.house, home.mailer, now=NOW)
    return [one.id for one in ones]


async def _states(home: Home, ids: list[str]) -> list[DeliveryState]:
    async with home.database.read() as work:
        return [one.state for each in ids if (one := await work.deliveries.get(each))]


async def test_a_letter_that_lies_in_the_sent_folder_was_taken_and_never_goes_again(home: Home) -> None:
    first, second = await _doubtful(home, 2)
    home.mailbox.put(f"X-National-Alerts-Delivery: {first}\r\nSubject: Hello\r\n\r\nHello\r\n".encode(), "Sent Items")
    assert await settle_doubt(home.house, home.mailbox, "Sent Items", "alerts@kent.test", now=LATER) == 1
    assert await _states(home, [first, second]) == [DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT]
    home.mailer.answers = lambda _: SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    before = len(home.mailer.sent)
    assert await deliver_due(home.house, home.mailer, now=NOW + LEASE + timedelta(minutes=1)) == 1
    assert [envelope.delivery_id for envelope, _ in home.mailer.sent[before:]] == [second]
    assert home.mailer.sent[-1][1] in [wire for envelope, wire in home.mailer.sent[:before] if envelope.delivery_id == second]


async def test_without_a_sent_folder_a_letter_in_doubt_stays_in_doubt(home: Home) -> None:
    ids = await _doubtful(home, 1)
    assert await settle_doubt(home.house, home.mailbox, "Sent Items", "alerts@kent.test", now=LATER) == 0
    assert await _states(home, ids) == [DeliveryState.IN_DOUBT]
