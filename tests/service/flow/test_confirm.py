"""Addresses prove themselves and are confirmed: one press, one exact line, silence that goes on to somebody else, and nothing by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from directory.changes import Proposal
from directory.confirming import Said, standing
from directory.contact import Contact, How
from directory.history import By
from directory.proposals import Proposals
from directory.proposing import agree
from directory.tables import contacts, questions
from service.database.leaving import Move
from service.database.received import ReceivedState
from service.domain.delivery import Answer, DeliveryEvent
from service.domain.errors import NotAllowed, NotFound, UnknownToken
from service.flow.confirm import A_DAY, ask_for_confirmation, look_at_silence, write_letters_due
from service.flow.confirmed import Change, answer_by_link, answer_by_phone, page_for
from service.flow.to_do import SEEN_BY_THE_SERVICE
from service.mail.message import parse
from service.mail.tokens import find_carried
from service.ports import SendOutcome, SendResult
from tests.directory.decided import give_addresses, set_contact
from tests.factories import NOW
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import ADA, CARDIFF, LEEDS, MEDWAY, board, go_live, person, received, tasks

LEEDS_CODE = AUTHORITIES[0]
LATER = datetime(2027, 3, 9, 10, 0, tzinfo=UTC)  # a Tuesday, more than 90 days on
NOTHING = Change()


def token_of(home: Home, address: str) -> str:
    texts = [letter.get_body(("plain",)).get_content() for letter in reversed(home.letters_to(address))]  # type: ignore[union-attr]
    link = next(word for text in texts for word in text.split() if "/confirm/" in word)
    return link.rpartition("/")[2]


async def contact(home: Home, gss_code: str = LEEDS_CODE, order: int = 0) -> Contact:
    async with home.database.read() as work:
        found = await work.register.contact(gss_code, order)
    assert found is not None
    return found


async def proposals(home: Home) -> tuple[Proposal, ...]:
    async with home.database.read() as work:
        return await Proposals(work.connection).waiting()


async def verified(home: Home) -> None:
    """Let everybody prove their first address."""
    await write_letters_due(home.house, now=home.now)
    await home.settle()
    for address in (LEEDS, MEDWAY, CARDIFF):
        await answer_by_link(home.house, token_of(home, address), name="Robin", said=Said.UNCHANGED, change=NOTHING, now=home.now)


async def asked(home: Home, at: datetime = LATER) -> None:
    await verified(home)
    home.now = at
    await ask_for_confirmation(home.house, now=at)
    await home.settle()


async def test_a_new_address_proves_itself_by_one_press_and_its_letter_speaks_of_no_case(home: Home) -> None:
    assert await write_letters_due(home.house, now=NOW) == 3
    assert await write_letters_due(home.house, now=NOW) == 0
    await home.settle()
    assert str(home.last_to(LEEDS)["Subject"]) == "Please confirm this address for national alerts"
    assert "[" not in str(home.last_to(LEEDS)["Subject"]) and MEDWAY not in home.text_to(LEEDS)
    async with home.database.read() as work:
        assert standing(await contact(home), await work.questions.about(LEEDS_CODE)).startswith("Not proved yet: asked on")
    token = token_of(home, LEEDS)
    assert (await page_for(home.house, token)) is not None and (await contact(home)).proved_at is None
    await answer_by_link(home.house, token, name="Robin Sample", said=Said.UNCHANGED, change=NOTHING, now=NOW)
    proved = await contact(home)
    assert (proved.proved_how, proved.proved_at) == (How.VERIFIED, NOW)
    assert standing(proved, ()).startswith("Proved on")


async def test_the_old_and_the_new_address_are_told_and_neither_letter_names_the_other(home: Home) -> None:
    await verified(home)
    async with home.database.begin() as work:
        await set_contact(work.register, gss_code=LEEDS_CODE, address="new@leeds.test", role="custodian", who="Ada", why="moved", at=NOW)
    assert await write_letters_due(home.house, now=NOW) == 3
    await home.settle()
    assert "no longer gets national alerts" in str(home.last_to(LEEDS)["Subject"]) and "new@leeds.test" not in home.text_to(LEEDS)
    told = home.letters_to("new@leeds.test")
    assert len(told) == 2 and LEEDS not in "".join(home.text_to("new@leeds.test"))
    assert (await contact(home)).proved_at is None
    with pytest.raises(NotAllowed, match="another address by now"):
        await answer_by_link(home.house, token_of_first(home, LEEDS), name="Robin", said=Said.UNCHANGED, change=NOTHING, now=NOW)
    assert (await contact(home)).proved_at is None


def token_of_first(home: Home, address: str) -> str:
    (carried, *_) = find_carried(parse(home.mailer.to(address)[0]), "alerts@kent.test")
    return carried.token if carried.letter == "v" else ""


async def test_after_90_days_everybody_is_asked_once_on_a_working_day_and_by_day(home: Home) -> None:
    await verified(home)
    assert await ask_for_confirmation(home.house, now=NOW + timedelta(days=30)) == 0
    for closed in (datetime(2027, 3, 7, 10, 0, tzinfo=UTC), LATER.replace(hour=3), datetime(2027, 3, 26, 10, 0, tzinfo=UTC)):
        assert await ask_for_confirmation(home.house, now=closed) == 0  # a Sunday, the night, Good Friday
    assert await ask_for_confirmation(home.house, now=LATER) == 3
    assert await ask_for_confirmation(home.house, now=LATER + timedelta(minutes=1)) == 0
    assert await ask_for_confirmation(home.house, now=LATER + timedelta(days=1)) == 0


async def test_no_more_than_a_few_are_asked_in_a_day(home: Home) -> None:
    async with home.database.begin() as work:
        await give_addresses(work.register, (await work.register.authorities())[:40], NOW)
    assert await ask_for_confirmation(home.house, now=LATER) == A_DAY


async def test_an_address_that_answered_an_alert_is_not_asked(home: Home) -> None:
    await verified(home)
    await go_live(home)
    home.now = NOW + timedelta(days=60)
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 1\n")
    await home.settle()
    assert (await contact(home)).proved_how is How.ACKNOWLEDGED
    assert await ask_for_confirmation(home.house, now=datetime(2027, 3, 3, 10, 0, tzinfo=UTC)) == 2


@pytest.mark.parametrize(
    "words", ["Nothing has changed", "NOTHING HAS CHANGED.\n\nRobin Sample\nLeeds, 01632 960123", "Dim wedi newid", "dim newid!"]
)
async def test_one_exact_line_confirms_in_english_and_welsh(home: Home, words: str) -> None:
    await asked(home)
    home.reply(home.last_to(LEEDS), LEEDS, words)
    await home.settle()
    found = await contact(home)
    assert (found.proved_how, found.proved_at) == (How.CONFIRMED, LATER)


@pytest.mark.parametrize(
    "words",
    [
        "Nothing has changed, but please write to Sue",
        "Nothing has changed\nexcept our telephone number",
        "No changes\n\nFrom April we use the new mailbox",
        "We think so",
        "OK",
        "",
    ],
)
async def test_anything_else_is_read_by_a_person(home: Home, words: str) -> None:
    await asked(home)
    home.reply(home.last_to(LEEDS), LEEDS, words)
    await home.settle()
    assert (await contact(home)).proved_at == NOW
    assert sum(one.state is ReceivedState.QUARANTINED for one in await received(home)) == 1


async def test_a_reply_that_is_forged_or_from_elsewhere_confirms_nothing(home: Home) -> None:
    await asked(home)
    home.reply(home.last_to(LEEDS), LEEDS, "Nothing has changed", forged=True)
    home.reply(home.last_to(LEEDS), "mallory@elsewhere.test", "Nothing has changed")
    await home.settle()
    assert (await contact(home)).proved_at == NOW
    assert sum(one.state is ReceivedState.QUARANTINED for one in await received(home)) == 2


async def test_an_automatic_reply_confirms_nothing(home: Home) -> None:
    await asked(home)
    home.reply(home.last_to(LEEDS), LEEDS, "Received", Auto_Submitted="auto-replied")
    await home.settle()
    assert (await contact(home)).proved_at == NOW


async def test_a_proposal_from_its_own_link_waits_for_an_administrator(home: Home) -> None:
    await asked(home)
    token = token_of(home, LEEDS)
    for _ in range(2):
        await answer_by_link(
            home.house, token, name="Robin Sample", said=Said.CHANGE, change=Change(address="Children@leeds.test"), now=LATER
        )
    assert (await contact(home)).address == LEEDS
    (waiting,) = await proposals(home)
    assert waiting.wanted["address"] == "Children@leeds.test" and waiting.who == "Robin Sample (by link)"
    assert [one.kind for one in await tasks(home)] == ["change_proposed"]
    async with home.database.begin() as work:
        await agree(work.register, waiting.id, By(who="Ada", why="phoned them", at=LATER))
    assert (await contact(home)).address == "Children@leeds.test"


@pytest.mark.parametrize("change", [Change(), Change(address="not an address"), Change(address=LEEDS)])
async def test_a_proposal_that_changes_nothing_or_is_no_address_is_refused(home: Home, change: Change) -> None:
    await asked(home)
    with pytest.raises(NotAllowed):
        await answer_by_link(home.house, token_of(home, LEEDS), name="Robin", said=Said.CHANGE, change=change, now=LATER)
    assert await proposals(home) == ()


async def test_nobody_answers_without_a_name_or_with_another_link(home: Home) -> None:
    await asked(home)
    with pytest.raises(NotAllowed, match="Type your name"):
        await answer_by_link(home.house, token_of(home, LEEDS), name="  ", said=Said.UNCHANGED, change=NOTHING, now=LATER)
    with pytest.raises(UnknownToken):
        await answer_by_link(home.house, "a" * 32, name="Robin", said=Said.UNCHANGED, change=NOTHING, now=LATER)


async def test_silence_goes_to_the_fallback_and_then_to_the_telephone(home: Home) -> None:
    async with home.database.begin() as work:
        await set_contact(
            work.register, gss_code=LEEDS_CODE, address="night@e08000035.test", role="duty desk", order=1, who="test", why="test", at=NOW
        )
    await asked(home)
    night = "night@e08000035.test"
    await answer_by_link(home.house, token_of(home, night), name="Robin", said=Said.UNCHANGED, change=NOTHING, now=NOW)
    assert await look_at_silence(home.house, now=LATER + timedelta(days=7)) == 0  # the fifth working day is not over
    first = LATER + timedelta(days=8)
    home.now = first
    assert await look_at_silence(home.house, now=first) == 3
    await home.settle()
    assert "We asked that address first and had no answer" in home.text_to(night).replace("\n", " ")
    calls = {f"confirm {code}" for code in AUTHORITIES[1:]}
    assert {one.subject_id for one in await tasks(home)} == calls
    await answer_by_link(home.house, token_of(home, night), name="Robin", said=Said.UNCHANGED, change=NOTHING, now=first)
    assert (await contact(home)).proved_at == (await contact(home, order=1)).proved_at == first
    assert {one.subject_id for one in await tasks(home)} == calls


async def test_who_says_that_it_is_not_theirs_proves_nothing_and_somebody_phones(home: Home) -> None:
    await asked(home)
    await answer_by_link(home.house, token_of(home, LEEDS), name="Robin", said=Said.NOT_OURS, change=NOTHING, now=LATER)
    assert (await contact(home)).proved_at == NOW
    assert [one.kind for one in await tasks(home)] == ["address_not_theirs"]


async def test_an_address_that_takes_letters_about_cases_is_not_asked_unless_one_came_back(home: Home) -> None:
    await verified(home)
    home.house, home.now = replace(home.house, confirm_every=timedelta(days=5)), NOW + timedelta(days=4)
    await go_live(home)
    assert await ask_for_confirmation(home.house, now=NOW + timedelta(days=8)) == 0
    came_back = next(one for one in (await board(home)).values() if one.address == CARDIFF)
    async with home.database.begin() as work:
        await work.deliveries.move([Move(delivery_id=came_back.id, event=DeliveryEvent.BOUNCE_REPORTED)], at=home.now)
    home.now = NOW + timedelta(days=9)
    assert await ask_for_confirmation(home.house, now=home.now) == 1
    await home.settle()
    assert str(home.last_to(CARDIFF)["Subject"]).startswith("Is this still")


async def test_a_letter_about_a_case_proves_an_address_again_when_a_persons_word_is_old(home_on_each: Home) -> None:
    home = home_on_each
    await verified(home)
    await go_live(home)
    async with home.database.begin() as work:
        for gss_code in AUTHORITIES:
            long_ago = NOW - timedelta(days=200)
            await work.connection.execute(sa.update(contacts).where(contacts.c.gss_code == gss_code).values(proved_at=long_ago))
        await work.connection.execute(sa.update(questions).values(asked_at=long_ago))
    assert await ask_for_confirmation(home.house, now=NOW + timedelta(days=7)) == 0
    assert {(await contact(home, one)).proved_how for one in AUTHORITIES} == {How.ACCEPTED}


async def test_an_address_that_says_the_alert_is_not_for_it_is_not_proved_by_that(home: Home) -> None:
    await go_live(home)
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 5\n")
    await home.settle()
    assert (await board(home))[LEEDS].answer is Answer.NOT_FOR_US
    assert (await contact(home)).proved_at is None


async def test_who_answers_an_alert_need_not_be_phoned_any_more(home: Home) -> None:
    await asked(home)
    home.now = LATER + timedelta(days=8)
    assert await look_at_silence(home.house, now=home.now) == 3
    await go_live(home)
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 1\n")
    await home.settle()
    assert f"confirm {LEEDS_CODE}" not in {one.subject_id for one in await tasks(home)}


async def test_a_letter_that_has_not_left_is_not_silence(home: Home) -> None:
    await verified(home)
    home.now, home.mailer.away = LATER, "The relay does not answer."
    assert await ask_for_confirmation(home.house, now=LATER) == 3
    await home.settle()
    assert await look_at_silence(home.house, now=LATER + timedelta(days=20)) == 0


async def test_a_letter_that_comes_back_is_one_task_that_ends_when_the_next_address_answers(home: Home) -> None:
    refused = SendResult(outcome=SendOutcome.REFUSED_FOR_GOOD, code=550, enhanced_status="5.1.1")
    taken = SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    home.mailer.answers = lambda envelope: refused if envelope.recipient == LEEDS else taken
    await write_letters_due(home.house, now=NOW)
    await home.settle()
    await look_at_silence(home.house, now=NOW)
    (task,) = await tasks(home)
    assert (task.kind, task.subject_id) == ("contact_failed", f"letters {LEEDS_CODE}")
    assert task.kind not in SEEN_BY_THE_SERVICE  # nothing is sent again, so a person may call it done
    async with home.database.begin() as work:
        await set_contact(work.register, gss_code=LEEDS_CODE, address="new@leeds.test", role="custodian", who="Ada", why="moved", at=NOW)
    await write_letters_due(home.house, now=NOW)
    await home.settle()
    assert len(await tasks(home)) == 1  # the word to the old address came back as well, and nobody needs to know
    token = token_of(home, "new@leeds.test")
    await answer_by_link(home.house, token, name="Robin", said=Said.UNCHANGED, change=NOTHING, now=NOW)
    assert await tasks(home) == ()


async def test_a_fallback_proves_itself_alone_when_the_letter_to_the_first_address_came_back(home: Home) -> None:
    night = "night@e08000035.test"
    async with home.database.begin() as work:
        await set_contact(work.register, gss_code=LEEDS_CODE, address=night, role="duty desk", order=1, who="t", why="t", at=NOW)
    await verified(home)
    await answer_by_link(home.house, token_of(home, night), name="Robin", said=Said.UNCHANGED, change=NOTHING, now=NOW)
    refused = SendResult(outcome=SendOutcome.REFUSED_FOR_GOOD, code=550, enhanced_status="5.1.1")
    taken = SendResult(outcome=SendOutcome.ACCEPTED, code=250)
    home.now, home.mailer.answers = LATER, lambda envelope: refused if envelope.recipient == LEEDS else taken
    await ask_for_confirmation(home.house, now=LATER)
    await home.settle()
    await look_at_silence(home.house, now=LATER)
    await home.settle()
    await answer_by_link(home.house, token_of(home, night), name="Robin", said=Said.UNCHANGED, change=NOTHING, now=LATER)
    assert ((await contact(home)).proved_at, (await contact(home, order=1)).proved_at) == (NOW, LATER)


async def test_nobody_waits_for_an_answer_about_an_address_that_is_another_by_now(home: Home) -> None:
    await asked(home)
    async with home.database.begin() as work:
        await set_contact(work.register, gss_code=LEEDS_CODE, address="new@leeds.test", role="custodian", who="t", why="t", at=LATER)
    assert await look_at_silence(home.house, now=LATER + timedelta(days=20)) == 2
    assert f"confirm {LEEDS_CODE}" not in {one.subject_id for one in await tasks(home)}
    home.reply(home.last_to(LEEDS), LEEDS, "Nothing has changed")
    await home.settle()
    assert sum(one.state is ReceivedState.QUARANTINED for one in await received(home)) == 1


async def test_a_call_proves_an_address_and_ends_its_task(home: Home) -> None:
    await asked(home)
    later = LATER + timedelta(days=8)
    await look_at_silence(home.house, now=later)
    with pytest.raises(NotAllowed, match="whom you phoned"):
        await answer_by_phone(home.house, LEEDS_CODE, 0, by="Ada", why=" ", now=later)
    with pytest.raises(NotFound):
        await answer_by_phone(home.house, LEEDS_CODE, 4, by="Ada", why="Sue", now=later)
    await answer_by_phone(home.house, LEEDS_CODE, 0, by="Ada", why="Sue, number from their website", now=later)
    assert ((await contact(home)).proved_how, (await contact(home)).proved_at) == (How.CONFIRMED, later)
    assert f"confirm {LEEDS_CODE}" not in {one.subject_id for one in await tasks(home)}


async def test_who_changed_an_address_is_named_in_the_letters_about_it(home: Home) -> None:
    await verified(home)
    by = (await person(home, ADA)).id
    async with home.database.begin() as work:
        await set_contact(work.register, gss_code=LEEDS_CODE, address="new@leeds.test", role="custodian", who=by, why="moved", at=NOW)
    await write_letters_due(home.house, now=NOW)
    await home.settle()
    assert "Changed by: Ada" in home.text_to(LEEDS)
