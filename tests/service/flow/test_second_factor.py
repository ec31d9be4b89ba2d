"""The codes of an authenticator app: once, in time, sealed, and taken away by a system administrator alone."""

import asyncio
from datetime import timedelta

import pytest

from service.database.unit_of_work import Database
from service.domain.errors import NotAllowed, NotFound, ServiceError
from service.domain.people import Person, Role
from service.flow import second_factor, sign_in
from service.flow.sign_in import Seat
from tests.service.flow.home import Home
from tests.service.flow.test_sign_in import small_house
from tests.signing_in import a_link, an_app, code_of


async def person(home: Home, address: str = "helen@kent.test") -> Person:
    """Return one of the people of Kent."""
    async with home.database.read() as work:
        found = await work.people.at_address(address)
    assert found is not None
    return found


async def half_in(home: Home, address: str = "helen@kent.test") -> str:
    """Use a link and return the session."""
    token = await a_link(home.database, home.house.tokens, (await person(home, address)).id, home.now)
    session = await sign_in.use_link(home.house, token, home.now)
    assert session
    return session


async def seat(home: Home, session: str) -> Seat:
    """Return who sits behind a session."""
    found = await sign_in.who(home.house, session, home.now)
    assert found is not None
    return found


async def administrator(home: Home, name: str = "sys") -> Person:
    """Add a system administrator of Kent."""
    helen = await person(home)
    async with home.database.begin() as work:
        await work.people.add(
            authority_id=helen.issuing_authority_id, name="Sys Example", address=f"{name}@kent.test", roles=frozenset({Role.SYSTEM})
        )
    return await person(home, f"{name}@kent.test")


async def test_a_link_alone_lets_only_a_reporter_in(home: Home) -> None:
    assert not (await seat(home, await half_in(home))).complete
    assert (await seat(home, await half_in(home, "sam@kent.test"))).complete


async def test_a_link_waits_a_quarter_of_an_hour_for_the_second_factor(home: Home) -> None:
    session = await half_in(home)
    home.now += timedelta(minutes=16)
    assert await sign_in.who(home.house, session, home.now) is None


async def test_an_app_is_set_up_by_its_first_code_and_the_person_is_told(home: Home) -> None:
    session = await half_in(home)
    helen = await seat(home, session)
    await second_factor.offer_app(home.house, helen, home.now)
    secret = await second_factor.offered(home.house, helen.person.id, home.now)
    assert secret
    assert await second_factor.confirm_app(home.house, session, helen, "000000", home.now) is None
    assert await second_factor.kinds_of(home.house, helen.person.id) == frozenset()
    renewed = await second_factor.confirm_app(home.house, session, helen, code_of(secret, home.now), home.now)
    assert renewed
    assert renewed != session
    assert (await seat(home, renewed)).complete
    assert await sign_in.who(home.house, session, home.now) is None, "the session before has to be over"
    assert await second_factor.offered(home.house, helen.person.id, home.now) is None, "the secret is never shown again"
    await home.settle()
    assert "authenticator app was set up" in home.text_to("helen@kent.test")


async def test_the_secret_is_sealed_in_the_database(home: Home) -> None:
    secret = await an_app(home.database, (await person(home)).id, home.now)
    async with home.database.read() as work:
        rows = (await work.connection.exec_driver_sql("SELECT * FROM credentials")).all()
    assert secret.encode() not in repr(rows).encode()


async def test_who_has_a_second_factor_cannot_add_one_by_the_link_alone(home: Home) -> None:
    helen = await seat(home, await half_in(home))
    await second_factor.offer_app(home.house, helen, home.now)
    secret = await second_factor.offered(home.house, helen.person.id, home.now)
    await an_app(home.database, helen.person.id, home.now)
    with pytest.raises(NotAllowed):
        await second_factor.offer_app(home.house, helen, home.now)
    assert secret
    with pytest.raises(NotAllowed):
        await second_factor.confirm_app(home.house, await half_in(home), helen, code_of(secret, home.now), home.now)


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_code_counts_one_step_early_or_late(home: Home, steps: int, counts: bool) -> None:
    helen = await person(home)
    secret = await an_app(home.database, helen.id, home.now)
    code = code_of(secret, home.now, steps)
    assert bool(await second_factor.prove_by_code(home.house, await half_in(home), helen.id, code, home.now)) is counts


async def test_a_code_counts_once_and_none_before_it_counts_any_more(home: Home) -> None:
    helen = await person(home)
    secret = await an_app(home.database, helen.id, home.now)
    now, before = code_of(secret, home.now), code_of(secret, home.now, -1)
    assert await second_factor.prove_by_code(home.house, await half_in(home), helen.id, f" {now[:3]} {now[3:]} ", home.now)
    for code in (now, before):
        assert await second_factor.prove_by_code(home.house, await half_in(home), helen.id, code, home.now) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-00001", "0" * 5000])
async def test_what_is_no_code_proves_nothing(home: Home, code: str) -> None:
    helen = await person(home)
    await an_app(home.database, helen.id, home.now)
    assert await second_factor.prove_by_code(home.house, await half_in(home), helen.id, code, home.now) is None


async def test_the_code_of_somebody_else_proves_nothing(home: Home) -> None:
    helen = await person(home)
    await an_app(home.database, helen.id, home.now)
    theirs = await an_app(home.database, (await person(home, "ada@kent.test")).id, home.now)
    assert await second_factor.prove_by_code(home.house, await half_in(home), helen.id, code_of(theirs, home.now), home.now) is None


async def test_a_proof_is_fresh_for_five_minutes(home: Home) -> None:
    helen = await person(home)
    secret = await an_app(home.database, helen.id, home.now)
    session = await second_factor.prove_by_code(home.house, await half_in(home), helen.id, code_of(secret, home.now), home.now)
    assert session
    found = await seat(home, session)
    assert found.is_fresh(home.now + timedelta(minutes=5))
    assert not found.is_fresh(home.now + timedelta(minutes=5, seconds=1))


async def test_of_two_who_give_the_same_code_at_once_one_is_let_in(database: Database) -> None:
    house, helen, now = await small_house(database)
    secret = await an_app(database, helen.id, now)
    sessions = [await sign_in.use_link(house, await a_link(database, house.tokens, helen.id, now), now) for _ in range(4)]
    code = code_of(secret, now)
    proved = await asyncio.gather(*(second_factor.prove_by_code(house, str(one), helen.id, code, now) for one in sessions))
    assert len([one for one in proved if one]) == 1


async def test_of_two_renewals_of_one_session_one_wins(database: Database) -> None:
    house, helen, now = await small_house(database)
    secret = await an_app(database, helen.id, now)
    session = str(await sign_in.use_link(house, await a_link(database, house.tokens, helen.id, now), now))
    codes = [code_of(secret, now), code_of(secret, now, 1)]
    proved = await asyncio.gather(
        *(second_factor.prove_by_code(house, session, helen.id, code, now) for code in codes), return_exceptions=True
    )
    assert len([one for one in proved if isinstance(one, str)]) == 1
    assert all(one is None or isinstance(one, str | ServiceError) for one in proved)


async def test_a_system_administrator_takes_lost_factors_away_and_the_person_is_told(home: Home) -> None:
    helen, by = await person(home), await administrator(home)
    secret = await an_app(home.database, helen.id, home.now)
    session = await second_factor.prove_by_code(home.house, await half_in(home), helen.id, code_of(secret, home.now), home.now)
    await second_factor.remove_all(home.house, helen.id, by, home.now)
    assert await sign_in.who(home.house, str(session), home.now) is None
    assert await second_factor.kinds_of(home.house, helen.id) == frozenset()
    await home.settle()
    assert "took away the second factors" in home.text_to("helen@kent.test")
    async with home.database.read() as work:
        assert await work.audit.has_done(by.id, ["second_factors_removed"])
        assert (await work.audit.verify()).holds


async def test_nobody_else_takes_factors_away_and_nobody_their_own(home: Home) -> None:
    helen, by = await person(home), await administrator(home)
    await an_app(home.database, helen.id, home.now)
    for who, whose in ((await person(home, "priya@kent.test"), helen), (by, by)):
        with pytest.raises(NotAllowed):
            await second_factor.remove_all(home.house, whose.id, who, home.now)
    with pytest.raises(NotFound):
        await second_factor.remove_all(home.house, "0" * 32, by, home.now)
    assert await second_factor.kinds_of(home.house, helen.id) == {"app"}
