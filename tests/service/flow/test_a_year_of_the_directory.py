"""More than a year of the directory in seconds: who is asked when, what becomes of silence, and that every address has an owner."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from directory.confirming import Asks, Said
from directory.contact import How
from directory.history import By
from service.database.unit_of_work import Work
from service.domain.people import Role
from service.flow.confirm import ask_for_confirmation, look_at_silence, write_letters_due
from service.flow.confirmed import Change, answer_by_link
from service.flow.deliver import deliver_due
from service.ports import Envelope, SendOutcome, SendResult
from tests.directory.decided import retire, set_contact
from tests.factories import NOW
from tests.service.flow.home import Home
from tests.service.flow.test_confirm import contact
from tests.service.flow.walk import CARDIFF, LEEDS, MEDWAY, tasks

SILENT, SILENT_FIRST, BOUNCES, ENDS, SURREY, WEST = (
    *("E08000001", "E08000036", "E08000017", "E08000018", "E10000030"),
    "NEW-WEST-SURREY",
)
SHARED, NIGHT, GONE = "children@three.test", "night@silent-first.test", "gone@bounces.test"
FIRST = {
    **{SILENT: "quiet@silent.test", SILENT_FIRST: "day@silent-first.test", BOUNCES: GONE},
    **{ENDS: "duty@ends.test", SURREY: "duty@surrey.test"},
    **dict.fromkeys(("E08000032", "E08000033", "E08000034"), SHARED),
}
QUIET = {FIRST[SILENT], FIRST[SILENT_FIRST]}
VERIFY, CONFIRM = "Please confirm this address", "Is this still the right address"
START = NOW.date()


async def put(work: Work, gss_code: str, address: str, at: datetime, order: int = 0) -> None:
    await set_contact(work.register, gss_code=gss_code, address=address, role="duty desk", order=order, who="test", why="test", at=at)


def relay(envelope: Envelope) -> SendResult:
    if envelope.recipient == GONE:
        return SendResult(outcome=SendOutcome.REFUSED_FOR_GOOD, code=550, enhanced_status="5.1.1")
    return SendResult(outcome=SendOutcome.ACCEPTED, code=250)


async def a_day(home: Home, day: date) -> None:
    """Let the clock do what it does, and let everybody who answers do so at once: Leeds by a line, the others by a press."""
    home.now, before = datetime(day.year, day.month, day.day, 10, 0, tzinfo=UTC), len(home.mailer.sent)
    for hand in (write_letters_due, ask_for_confirmation, look_at_silence):
        await hand(home.house, now=home.now)
    while await deliver_due(home.house, home.mailer, now=home.now):
        pass
    for envelope, wire in home.mailer.sent[before:]:
        letter: EmailMessage = message_from_bytes(wire, policy=policy.default)
        if envelope.recipient in QUIET or not str(letter["Subject"]).startswith((VERIFY, CONFIRM)):
            continue
        if envelope.recipient == LEEDS:
            home.reply(letter, LEEDS, "Nothing has changed")
            await home.settle()
        else:
            text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            token = next(word for word in text.split() if "/confirm/" in word).rpartition("/")[2]
            await answer_by_link(home.house, token, name="Robin Sample", said=Said.UNCHANGED, change=Change(), now=home.now)


async def out_of_hand(home: Home) -> set[str]:
    """Return who would get an alert at an address that is neither proved lately, nor asked, nor somebody's task."""
    async with home.database.read() as work:
        owned = {word for one in await work.tasks.open() if one.role is Role.DIRECTORY for word in (one.subject_id or "").split()}
        asked = {one.gss_code for one in await work.questions.open(Asks.VERIFY, Asks.CONFIRM)}
        contacts = await work.register.primary_contacts()
        lately = {code for code, one in contacts.items() if one.proved_at and home.now - one.proved_at <= timedelta(days=95)}
        return {one.gss_code for one in await work.register.recipients(on=home.now.date())} - owned - asked - lately


def asked_on(home: Home, address: str, subject: str = CONFIRM) -> list[str]:
    found = [one for one in home.letters_to(address) if str(one["Subject"]).startswith(subject)]
    return [f"{one['Date'].datetime:%-d %b %Y}" for one in found]


async def test_400_days_in_which_councils_answer_stay_silent_bounce_share_a_mailbox_end_and_split(home: Home) -> None:
    home.mailer.answers = relay
    async with home.database.begin() as work:
        for gss_code, address in FIRST.items():
            await put(work, gss_code, address, NOW)
        await put(work, SILENT_FIRST, NIGHT, NOW, order=1)
    for number in range(401):
        day = START + timedelta(days=number)
        await a_day(home, day)
        if day == date(2027, 2, 23):  # the day on which everybody is asked: one ends with the question open
            async with home.database.begin() as work:
                await retire(work.register, ENDS, day, By(who="Ada", why="order", at=home.now))
        if day == date(2027, 3, 1):
            async with home.database.begin() as work:
                await put(work, WEST, "duty@west.test", home.now)
        if number % 7 == 0:
            assert not await out_of_hand(home), day

    quarterly = ["23 Feb 2027", "25 May 2027", "24 Aug 2027", "23 Nov 2027"]
    for address in (LEEDS, MEDWAY, CARDIFF, FIRST[SILENT]):
        assert asked_on(home, address) == quarterly
    assert Counter(asked_on(home, SHARED)) == dict.fromkeys(quarterly, 3)
    assert asked_on(home, FIRST[ENDS]) == asked_on(home, FIRST[SURREY]) == quarterly[:1]
    assert asked_on(home, FIRST[SILENT_FIRST]) == ["3 Mar 2027", "10 Jun 2027", "17 Sep 2027", "29 Dec 2027"]
    assert asked_on(home, NIGHT) == ["2 Dec 2026", "11 Mar 2027", "18 Jun 2027", "27 Sep 2027"]  # after five working days each time
    assert asked_on(home, "duty@west.test", VERIFY) == ["2 Mar 2027"]
    assert asked_on(home, "duty@west.test") == ["1 Jun 2027", "31 Aug 2027", "30 Nov 2027"]
    assert "This mailbox serves several authorities" in home.text_to(SHARED) and "several" not in home.text_to(MEDWAY)
    assert (await contact(home, SILENT_FIRST)).proved_how is How.CONFIRMED
    assert {(one.kind, one.subject_id) for one in await tasks(home)} == {
        ("address_unconfirmed", f"confirm {SILENT}"),
        ("contact_failed", f"letters {BOUNCES}"),
        ("successor_without_address", "address NEW-EAST-SURREY"),
    }
    says = next(one.says for one in await tasks(home) if one.subject_id == "address NEW-EAST-SURREY")
    assert says == "East Surrey Council takes the place of Surrey County Council after 31 March 2027 and has no address. Enter one."
    addresses = {*FIRST.values(), LEEDS, MEDWAY, CARDIFF, NIGHT, "duty@west.test"}
    for envelope, wire in home.mailer.sent:  # no letter tells anybody the address of another authority
        told = message_from_bytes(wire, policy=policy.default).get_body(("plain",)).get_content()  # type: ignore[union-attr]
        theirs = {envelope.recipient, FIRST[SILENT_FIRST]} if envelope.recipient == NIGHT else {envelope.recipient}
        assert not [one for one in addresses - theirs if one in told]
