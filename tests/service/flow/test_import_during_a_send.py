"""Row F10: who was approved as a recipient gets the alert, whatever is imported into the directory while it is being sent."""

from datetime import timedelta

from directory.contact import address_key
from directory.history import By
from directory.importing import ContactRow
from directory.intake import take_contacts
from service.domain.delivery import DeliveryState
from service.flow.receive import receive_new
from service.flow.rounds import notice_round, triage_round
from tests.service.flow.home import Home
from tests.service.flow.walk import CARDIFF, HELEN, LEEDS, MEDWAY, alerts_sent, ask_approvers, board


async def test_f10_an_import_during_a_send_leaves_the_frozen_recipients_as_they_were_approved(home: Home) -> None:
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    await triage_round(home.house, now=home.now)
    await notice_round(home.house, now=home.now)
    home.mailer.away = "The relay does not answer."
    await home.settle()
    async with home.database.begin() as work:
        contacts = await work.register.all_contacts()
        rows = [
            ContactRow(row=2, gss_code=one.gss_code, role=one.role, address=one.address.replace("duty@", "new@"))
            for one in contacts
            if address_key(one.address) in {LEEDS, MEDWAY}
        ]
        assert len((await take_contacts(work.register, rows, By(who="test", why="test", at=home.now))).plan.changed) == 2
        assert "new@" in (await work.register.primary_contacts())[rows[0].gss_code].address
    assert {one.state for one in (await board(home)).values()} == {DeliveryState.QUEUED}
    home.mailer.away = None
    home.now += timedelta(minutes=2)
    await home.settle()
    assert sorted(alerts_sent(home)) == sorted((LEEDS, MEDWAY, CARDIFF))
