"""Steps of the walk that many tests begin with, and questions about where things stand."""

import sqlalchemy as sa

from service.database.received import ReceivedEmail
from service.database.tables import approvals as approvals_table
from service.database.tables import received_emails
from service.database.tasks import Task
from service.domain.approval import Verdict
from service.domain.case import Case
from service.domain.delivery import Delivery
from service.domain.notice import Notice, NoticeState
from service.domain.people import Person
from service.flow.decide import decide_on_web
from service.flow.stepping_up import reasons_for
from tests.service.flow.home import AUTHORITIES, Home

COMPLETE = """National Alert Notification of a Missing Child

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
Has a media strategy been considered: Yes
Social worker: Sam Worker
"""
FOUND = "Found notification\n\nDate found: 23 November 2026\nPhysically seen: Yes\nSeen by: Sam Worker\n"
UPDATE = "Update to a national alert\n\nLevel of risk: Medium\nCircumstances: Seen at a railway station.\n"
LEEDS, MEDWAY, CARDIFF = (f"duty@{gss.lower()}.test" for gss in AUTHORITIES)
SAM, PRIYA, HELEN, ADA = (f"{name}@kent.test" for name in ("sam", "priya", "helen", "ada"))


async def ask_quality(home: Home, form: str = COMPLETE) -> None:
    """Let a whole form come in, so that quality assurance is asked."""
    home.post(SAM, form, subject="Missing child form")
    await home.settle()


async def ask_approvers(home: Home, form: str = COMPLETE) -> None:
    """Let a form come in and pass, so that the approvers are asked."""
    await ask_quality(home, form)
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()


async def decide(home: Home, words: str = "APPROVE", *, by: str = HELEN) -> None:
    """Let an approver answer what they were asked last: by reply where that decides, else with the same words on the web page.

    *words* begin with APPROVE or REJECT, and the reason follows.
    """
    approver = await person(home, by)
    async with home.database.read() as work:
        asked = [one for case in await work.cases.newest() for one in await work.notices.of_case(case.id)]
        waits = [one for one in asked if one.state is NoticeState.AWAITING_APPROVAL]
        if waits:
            notice = max(waits, key=lambda one: one.id)
            own = [one for one in await work.approvals.of_notice(notice.id) if one.approver_id == approver.id][-1]
            on_the_page = await reasons_for(work, await work.cases.get(notice.case_id), notice, own, approver, home.now)
    if waits and on_the_page:
        word, _, reason = words.replace("\n", " ").partition(" ")
        verdict = {"APPROVE": Verdict.APPROVE, "REJECT": Verdict.REJECT}[word]
        await decide_on_web(home.house, notice.id, approver, verdict, reason, notice.version, home.now)
    else:
        request = [one for one in home.letters_to(by) if "+d." in str(one["Reply-To"])][-1]
        home.reply(request, by, f"{words}\n")
    await home.settle()


async def approve(home: Home) -> None:
    """Let Helen approve what she was asked last, in the way that is open to her."""
    await decide(home)


async def go_live(home: Home) -> None:
    """Let a form come in, pass, be approved and go out to everyone."""
    await ask_approvers(home)
    await approve(home)


async def the_case(home: Home) -> Case:
    """Return the only case there is."""
    async with home.database.read() as work:
        (case,) = await work.cases.newest()
    return case


async def cases(home: Home) -> tuple[Case, ...]:
    """Return every case."""
    async with home.database.read() as work:
        return await work.cases.newest()


async def last_notice(home: Home) -> Notice:
    """Return the newest notice of the only case."""
    async with home.database.read() as work:
        (case,) = await work.cases.newest()
        return (await work.notices.of_case(case.id))[-1]


async def board(home: Home) -> dict[str, Delivery]:
    """Return where each authority stands with the newest notice."""
    notice = await last_notice(home)
    async with home.database.read() as work:
        return {one.address: one for one in await work.deliveries.of_notice(notice.id)}


async def tasks(home: Home) -> tuple[Task, ...]:
    """Return what is to do."""
    async with home.database.read() as work:
        return await work.tasks.open()


async def task_kinds(home: Home) -> list[str]:
    """Return the kinds of what is to do."""
    return [task.kind for task in await tasks(home)]


async def received(home: Home) -> list[ReceivedEmail]:
    """Return every letter that was kept, oldest first."""
    async with home.database.read() as work:
        ids = (await work.connection.scalars(sa.select(received_emails.c.id).order_by(received_emails.c.id))).all()
        return [await work.received.get(one) for one in ids]


async def person(home: Home, address: str) -> Person:
    """Return one of the people of Kent."""
    async with home.database.read() as work:
        found = await work.people.at_address(address)
    assert found is not None
    return found


async def verdicts(home: Home) -> list[tuple[str, str]]:
    """Return the decisions that count, with the way they came."""
    t = approvals_table
    async with home.database.read() as work:
        rows = await work.connection.execute(sa.select(t.c.verdict, t.c.way).where(t.c.used_at.is_not(None)))
        return [(row.verdict, row.way) for row in rows]


def alerts_sent(home: Home) -> list[str]:
    """Return the authorities that letters left for, in order."""
    return [envelope.recipient for envelope, _ in home.mailer.sent if envelope.recipient.startswith("duty@")]
