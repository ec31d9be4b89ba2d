"""Passkeys: what a browser passes on is believed only when every part of it fits."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.flow import passkeys, second_factor
from service.flow.house import House
from tests.service.flow.home import Home
from tests.service.flow.test_second_factor import half_in, seat
from tests.signing_in import SoftPasskey

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)
ORIGIN, SITE = "https://alerts.kent.test", "alerts.kent.test"


async def registered(home: Home, **bent: bool) -> tuple[SoftPasskey, str | None]:
    """Set a passkey up after the link and return it with the session."""
    passkey, session = SoftPasskey(origin=ORIGIN, site=SITE, **bent), await half_in(home)
    helen = await seat(home, session)
    answer = passkey.made(await passkeys.to_make(home.house, session, helen, home.now))
    return passkey, await passkeys.keep(home.house, session, helen, answer, home.now)


async def asked(home: Home) -> tuple[str, str, str]:
    """Use a link and return the session, the person and what the browser is asked."""
    session = await half_in(home)
    person_id = (await seat(home, session)).person.id
    options = await passkeys.to_use(home.house, session, person_id, home.now)
    assert options
    return session, person_id, options


async def test_a_passkey_is_set_up_and_proves_who_it_is(home: Home) -> None:
    passkey, session = await registered(home)
    assert session
    assert (await seat(home, session)).complete
    again, person_id, options = await asked(home)
    renewed = await passkeys.prove(home.house, again, person_id, passkey.proves(options), home.now)
    assert renewed
    assert (await seat(home, renewed)).session.way == "passkey"
    await home.settle()
    assert "passkey was set up" in home.text_to("helen@kent.test")


async def test_an_answer_counts_once(home: Home) -> None:
    passkey, _ = await registered(home, counts=False)
    session, person_id, options = await asked(home)
    answer = passkey.proves(options)
    renewed = await passkeys.prove(home.house, session, person_id, answer, home.now)
    assert renewed
    assert await passkeys.prove(home.house, renewed, person_id, answer, home.now) is None
    other = await half_in(home)
    assert await passkeys.prove(home.house, other, person_id, answer, home.now) is None, "it was given for another session"


async def test_an_answer_runs_out(home: Home) -> None:
    passkey, _ = await registered(home)
    session, person_id, options = await asked(home)
    late = home.now + passkeys.CHALLENGE_LIVES + timedelta(seconds=1)
    assert await passkeys.prove(home.house, session, person_id, passkey.proves(options), late) is None


@pytest.mark.parametrize("bent", [{"origin": "https://alerts-kent.test"}, {"site": "evil.test"}, {"verified": False}])
async def test_an_answer_for_another_site_or_without_its_person_is_refused(home: Home, bent: dict[str, object]) -> None:
    passkey, _ = await registered(home)
    session, person_id, options = await asked(home)
    assert await passkeys.prove(home.house, session, person_id, replace(passkey, **bent).proves(options), home.now) is None  # type: ignore[arg-type]
    assert await passkeys.prove(home.house, session, person_id, replace(passkey, used=9).proves(options), home.now)


async def test_a_copied_passkey_is_found_by_its_count(home: Home) -> None:
    passkey, _ = await registered(home)
    copied = replace(passkey)
    for _ in range(3):
        session, person_id, options = await asked(home)
        assert await passkeys.prove(home.house, session, person_id, passkey.proves(options), home.now)
    session, person_id, options = await asked(home)
    assert await passkeys.prove(home.house, session, person_id, copied.proves(options), home.now) is None


async def test_another_key_under_the_same_name_is_refused(home: Home) -> None:
    passkey, _ = await registered(home)
    session, person_id, options = await asked(home)
    other = SoftPasskey(origin=ORIGIN, site=SITE, handle=passkey.handle, used=50)
    assert await passkeys.prove(home.house, session, person_id, other.proves(options), home.now) is None


async def test_the_same_passkey_is_not_kept_twice(home: Home) -> None:
    passkey, session = await registered(home)
    assert session
    helen = await seat(home, session)
    answer = passkey.made(await passkeys.to_make(home.house, session, helen, home.now))
    assert await passkeys.keep(home.house, session, helen, answer, home.now) is None


async def test_a_passkey_made_without_its_person_is_not_kept(home: Home) -> None:
    _, session = await registered(home, verified=False)
    assert session is None


async def test_a_passkey_of_somebody_else_proves_nothing(home: Home) -> None:
    passkey, _ = await registered(home)
    session = await half_in(home, "ada@kent.test")
    ada = await seat(home, session)
    options = await passkeys.to_make(home.house, session, ada, home.now)
    assert await passkeys.to_use(home.house, session, ada.person.id, home.now) is None
    assert await passkeys.prove(home.house, session, ada.person.id, passkey.proves(options), home.now) is None
    assert await second_factor.kinds_of(home.house, ada.person.id) == frozenset()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANYTHING)
async def test_an_answer_that_is_anything_proves_nothing(home: Home, anything: object) -> None:
    passkey, session = SoftPasskey(origin=ORIGIN, site=SITE), await half_in(home)
    helen = await seat(home, session)
    shape = json.loads(passkey.made('{"challenge": "MQ"}'))
    shape["response"] = anything
    for answer in (json.dumps(anything), json.dumps(shape), str(anything)):
        assert await passkeys.keep(home.house, session, helen, answer, home.now) is None
        assert await passkeys.prove(home.house, session, helen.person.id, answer, home.now) is None


@pytest.mark.parametrize(
    ("base", "offered"),
    [
        ("https://alerts.kent.test", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("http://alerts.kent.test", False),
    ],
)
def test_passkeys_are_offered_where_browsers_make_them(home: Home, base: str, offered: bool) -> None:
    house: House = replace(home.house, base_url=base)
    assert passkeys.offered_here(house) is offered
