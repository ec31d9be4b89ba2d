"""Signing in by a link that works once."""

import re
from datetime import timedelta

from service.flow import sign_in
from tests.service.flow.home import Home


async def link(home: Home) -> str:
    await sign_in.ask_for_link(home.house, "priya@kent.test", home.now)
    await home.settle()
    found = re.search(r"/sign-in/([a-z2-7]{32})", home.last_to("priya@kent.test").get_body(("plain",)).get_content())
    assert found
    return found[1]


async def test_a_link_signs_in_once(home: Home) -> None:
    token = await link(home)
    session = await sign_in.use_link(home.house, token, home.now)
    assert session
    person = await sign_in.who(home.house, session, home.now)
    assert person is not None
    assert person.address == "priya@kent.test"
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
    session = await sign_in.use_link(home.house, await link(home), home.now)
    assert session
    for minutes in range(0, 12 * 60, 29):
        assert await sign_in.who(home.house, session, home.now + timedelta(minutes=minutes)) is not None
    assert await sign_in.who(home.house, session, home.now + timedelta(hours=12, minutes=1)) is None
    other = await sign_in.use_link(home.house, await link(home), home.now)
    assert other
    assert await sign_in.who(home.house, other, home.now + timedelta(minutes=31)) is None
    third = await sign_in.use_link(home.house, await link(home), home.now)
    assert third
    await sign_in.sign_out(home.house, third, home.now)
    assert await sign_in.who(home.house, third, home.now) is None
