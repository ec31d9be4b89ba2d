"""The whole story once, worth reading: a form comes in, is checked and approved, goes to everyone, and everyone ends in a named state."""

from service.domain.case import CaseState, Outcome
from service.domain.delivery import Answer, DeliveryState
from service.domain.notice import NoticeState
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import approve

FORM = """National Alert Notification of a Missing Child

Date missing: 20 October 2026
Date last seen: 19 October 2026
Surname: Example
Forename(s): Amy Jane
Date of birth: 04/03/2018
Legal status: Child protection plan
Level of risk: High
Circumstances: Did not come home from school.
Links to areas either within the UK or abroad: Leeds (maternal aunt)
Are the family known to be in a particular locality? No
Could the family be temporarily absent? No
Could they be staying with family or friends, or on holiday? No
Do friends, neighbours or family believe that they are missing? Yes
Do key agencies know where the family is? No
What information do the police have? No sightings
Social worker: Sam Worker
"""
LEEDS, MEDWAY, CARDIFF = (f"duty@{gss.lower()}.test" for gss in AUTHORITIES)


async def test_a_missing_child_is_told_to_every_authority_and_found_again(home: Home) -> None:
    # A social worker sends a form that does not say whether a media strategy was considered.
    home.post("sam@kent.test", FORM, subject="Missing child form")
    await home.settle()
    questions = home.last_to("sam@kent.test")
    assert "Example" not in questions["Subject"]
    reference = questions["Subject"].partition("[")[2].partition("]")[0]

    # She answers by number, and quality assurance is asked.
    home.reply(questions, "sam@kent.test", "1: Yes\n")
    await home.settle()
    home.reply(home.last_to("priya@kent.test"), "priya@kent.test", "PASS\n")
    await home.settle()

    # Each approver is asked singly, with exactly the letter that will go out. Nothing has left yet.
    request = home.last_to("helen@kent.test")
    shown = request.get_body(("plain",)).get_content()
    assert "NATIONAL ALERT" in shown
    assert "Amy Jane" in shown
    assert home.letters_to(LEEDS) == []

    # A colleague to whom the request was forwarded cannot approve. The approver can, from now on only on the web page.
    home.reply(request, "ada@kent.test", "APPROVE\n")
    await home.settle()
    assert home.letters_to(LEEDS) == []
    home.reply(request, "helen@kent.test", "APPROVE\n")
    await home.settle()
    assert home.letters_to(LEEDS) == []
    await approve(home)

    # Every authority has its own letter, to it alone; the one the family has links to stood first in the queue.
    queued = sorted(home.mailer.sent, key=lambda one: one[0].delivery_id)
    alerts = [envelope.recipient for envelope, _ in queued if envelope.recipient.startswith("duty@")]
    assert alerts[0] == LEEDS
    assert sorted(alerts) == sorted([LEEDS, MEDWAY, CARDIFF])
    for address in alerts:
        (alert,) = home.letters_to(address)
        assert f"[{reference}]" in alert["Subject"]
        assert "Example" not in alert["Subject"]
        assert "Amy Jane" in alert.get_body(("plain",)).get_content()

    # Leeds knows the family. The social worker and quality assurance hear of it at once.
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 2\nThe aunt lives here. Call us.\n")
    # Medway is out of office: that is no answer.
    home.reply(home.last_to(MEDWAY), MEDWAY, "I am away until Monday.", Auto_Submitted="auto-replied")
    await home.settle()
    assert "MAY KNOW" in home.last_to("sam@kent.test")["Subject"]
    async with home.database.read() as work:
        case = await work.cases.by_reference(reference)
        assert case is not None
        assert case.state is CaseState.LIVE
        (alert_notice,) = await work.notices.of_case(case.id)
        board = {one.address: one for one in await work.deliveries.of_notice(alert_notice.id)}
    assert board[LEEDS].answer is Answer.KNOWN_CONTACT_US
    assert board[MEDWAY].answer is Answer.NONE
    assert {one.state for one in board.values()} == {DeliveryState.ACCEPTED}

    # Amy is found. The same two people look at it, and everyone who was alerted is told to stop.
    home.post(
        "sam@kent.test",
        "Found notification\n\nDate found: 23 November 2026\nPhysically seen: Yes\nSeen by: Sam Worker\n",
        subject=f"Found [{reference}]",
    )
    await home.settle()
    home.reply(home.last_to("priya@kent.test"), "priya@kent.test", "PASS\n")
    await home.settle()

    # That a search may stop is not decided by a reply: the approver gets a link, and decides on the page.
    home.reply(home.last_to("helen@kent.test"), "helen@kent.test", "APPROVE\n")
    await home.settle()
    assert home.last_to("helen@kent.test")["Subject"].startswith("Please decide on the web page")
    assert not [one for one in home.letters_to(LEEDS) if one["Subject"].startswith("FOUND")]
    await approve(home)
    for address in (LEEDS, MEDWAY, CARDIFF):
        alert, *thanks, found = home.letters_to(address)
        assert [one["Subject"].partition(":")[0] for one in thanks] == (["Thank you"] if address == LEEDS else [])
        assert found["Subject"].startswith("FOUND")
        assert alert["Message-ID"] in found["References"]

    # Everything can be shown afterwards.
    async with home.database.read() as work:
        case = await work.cases.by_reference(reference)
        assert case is not None
        assert (case.state, case.outcome) == (CaseState.CLOSED, Outcome.FOUND)
        assert {notice.state for notice in await work.notices.of_case(case.id)} == {NoticeState.CASCADED}
        assert (await work.audit.verify()).holds
        assert await work.deliveries.waiting() == 0
