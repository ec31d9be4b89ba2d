"""Signing in by a link that works once."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from service.database.unit_of_work import Database
from service.domain.people import Person
from service.flow import sign_in
from service.flow.house import House
from service.mail.authenticity import parse_profile
from service.mail.templates import Templates
from service.mail.tokens import Tokens
from tests.databases import MASTER, settle_kent
from tests.factories import NOW
from tests.service.flow.home import Home, ReadsHere


async def small_house(database: Database) -> tuple[House, Person, datetime]:
    """Return a house over any database, Helen, and the time."""
    async with database.begin() as work:
        await settle_kent(work)
        helen = await work.people.at_address("helen@kent.test")
    assert helen is not None
    house = House(
        begin=database.begin,
        read=database.read,
        journal=database.journal,
        templates=Templates(Path(__file__).parents[3] / "mail_templates"),
        tokens=Tokens(MASTER.derive("tokens")),
        sandbox=ReadsHere(),
        origin=parse_profile("none"),
        base_url="https://alerts.kent.test",
    )
    return house, helen, NOW


async def link(home: Home, address: str = "priya@kent.test") -> str:
    await sign_in.ask_for_link(home.house, address, home.now)
    await home.settle()
    found = re.search(r"/sign-in/([a-z2-7]{32})", home.last_to(address).get_body(("plain",)).get_content())
    assert found
    return found[1]


async def test_a_link_signs_in_once(home: Home) -> None:
    token = await link(home)
    session = await sign_in.use_link(home.house, token, home.now)
    assert session
    seat = await sign_in.who(home.house, session, home.now)
    assert seat is not None
    assert seat.person.address == "priya@kent.test"
    assert await sign_in.use_link(home.house, token, home.now) is None


async def test_a_link_runs_out(home: Home) -> None:
    token = await link(home)
    assert await sign_in.use_link(home.house, token, home.now + timedelta(minutes=16)) is None


async def test_a_stranger_gets_no_letter(home: Home) -> None:
    await sign_in.ask_for_link(home.house, "stranger@elsewhere.test", home.now)
    await home.settle()
    assert home.mailer.sent == []


async def test_a_sixth_link_within_a_quarter_of_an_hour_is_not_sent(home: Home) -> None:
    for _ in range(7):
        await sign_in.ask_for_link(home.house, "priya@kent.test", home.now)
    await home.settle()
    assert len(home.letters_to("priya@kent.test")) == sign_in.LINKS_AT_ONCE


async def test_a_session_ends_after_half_an_hour_idle_twelve_hours_in_all_or_by_signing_out(home: Home) -> None:
    session = await sign_in.use_link(home.house, await link(home, "sam@kent.test"), home.now)
    assert session
    for minutes in range(0, 12 * 60, 29):
        assert await sign_in.who(home.house, session, home.now + timedelta(minutes=minutes)) is not None
    assert await sign_in.who(home.house, session, home.now + timedelta(hours=12, minutes=1)) is None
    other = await sign_in.use_link(home.house, await link(home, "sam@kent.test"), home.now)
    assert other
    assert await sign_in.who(home.house, other, home.now + timedelta(minutes=31)) is None
    third = await sign_in.use_link(home.house, await link(home, "sam@kent.test"), home.now)
    assert third
    await sign_in.sign_out(home.house, third, home.now)
    assert await sign_in.who(home.house, third, home.now) is None


async def test_all_sessions_of_a_person_end_at_once_and_those_of_others_go_on(home: Home) -> None:
    sam = [await sign_in.use_link(home.house, await link(home, "sam@kent.test"), home.now) for _ in range(2)]
    other = await sign_in.use_link(home.house, await link(home), home.now)
    seat = await sign_in.who(home.house, str(sam[0]), home.now)
    assert seat is not None
    assert len(await sign_in.sessions_of(home.house, seat.person.id, home.now)) == 2
    await sign_in.sign_out_everywhere(home.house, seat.person.id, home.now)
    assert [await sign_in.who(home.house, str(one), home.now) for one in sam] == [None, None]
    assert await sign_in.who(home.house, str(other), home.now) is not None


async def test_a_role_given_during_a_session_asks_for_the_second_factor(home: Home) -> None:
    session = str(await sign_in.use_link(home.house, await link(home, "sam@kent.test"), home.now))
    async with home.database.begin() as work:
        await work.connection.exec_driver_sql("UPDATE persons SET roles = 'approver reporter' WHERE address = 'sam@kent.test'")
    seat = await sign_in.who(home.house, session, home.now)
    assert seat is not None
    assert not seat.complete


async def test_half_a_sign_in_does_not_say_that_somebody_is_back(home: Home) -> None:
    session = str(await sign_in.use_link(home.house, await link(home, "helen@kent.test"), home.now))
    async with home.database.begin() as work:
        helen = await work.people.at_address("helen@kent.test")
        assert helen is not None
        await work.people.away(helen.id, since=home.now)
    seat = await sign_in.who(home.house, session, home.now)
    assert seat is not None and not seat.complete
    async with home.database.read() as work:
        assert (await work.people.person(helen.id)).away_since == home.now
    home.house = replace(home.house, second_factor=False)
    await sign_in.who(home.house, session, home.now)
    async with home.database.read() as work:
        assert (await work.people.person(helen.id)).away_since is None
