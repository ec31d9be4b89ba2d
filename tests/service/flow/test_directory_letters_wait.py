"""The letters of a first import, of a round of confirmation and of an exercise leave last: no alert waits behind them."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

from service.domain.pace import Pace
from service.flow.clock import look_for_stuck_letters
from service.flow.confirm import ask, keeper, write_letters_due
from service.flow.deliver import deliver_due
from service.flow.exercise import approve, prepare
from service.flow.receive import receive_new
from service.flow.rounds import notice_round, triage_round
from tests.directory.decided import give_addresses
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import HELEN, ask_approvers

_ABOUT_ADDRESSES = ("Please confirm", "Is this still", "EXERCISE")


async def test_an_alert_overtakes_a_first_import_of_212_a_round_of_confirmation_and_an_exercise(home: Home) -> None:
    async with home.database.begin() as work:
        others = [one for one in await work.register.authorities(home.now.date()) if one.in_uk and one.gss_code not in AUTHORITIES]
        await give_addresses(work.register, others, home.now)
    await ask_approvers(home)
    owed = [await write_letters_due(home.house, now=home.now) for _ in range(4)]
    assert owed == [100, 100, 12, 0]
    at_once = replace(home.house, confirm_every=timedelta(0))
    async with home.database.begin() as work:
        authority = await keeper(work)
        assert authority is not None
        assert await ask(work, at_once, authority, home.now + timedelta(seconds=1)) == 212
    exercise_id = await prepare(home.house, authority.id, by="directory", now=home.now)
    assert await approve(home.house, exercise_id, by="approver", now=home.now) == 212

    pace, before = Pace(relay="exchange", per_minute=24), len(home.mailer.sent)
    for tick in range(60):
        if tick == 20:
            home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
            await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
            await triage_round(home.house, now=home.now)
            await notice_round(home.house, now=home.now)
            left = len(home.mailer.sent)
        await deliver_due(home.house, home.mailer, now=home.now + timedelta(seconds=2.5 * tick), pace=pace)
    subjects = [str(message_from_bytes(wire, policy=policy.default)["Subject"]) for _, wire in home.mailer.sent]
    assert left - before == 20 and all(one.startswith(_ABOUT_ADDRESSES) for one in subjects[before:left])
    assert [one.partition(" –")[0] for one in subjects[left:]] == ["NATIONAL ALERT"] * 40


async def test_letters_about_addresses_that_wait_for_the_relay_are_nobodys_emergency_for_a_day(home_on_each: Home) -> None:
    home = home_on_each
    assert await write_letters_due(home.house, now=home.now) == 3
    assert await look_for_stuck_letters(home.house, now=home.now + timedelta(hours=23)) == 0
    assert await look_for_stuck_letters(home.house, now=home.now + timedelta(hours=25)) == 3
