"""Signing in with a work account: over the pages, against a provider in memory; the real protocol is in tests/service/adapters."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from service.flow import oidc
from service.ports import AccountsUnavailable, Identity
from service.web.session import form_token
from service.web.site import make_site
from tests.service.web.conftest import Staff, Town, ViewsHere
from tests.service.web.test_second_factor_pages import hidden
from tests.service.web.test_sign_in_pages import PRESSED, link


@dataclass(kw_only=True)
class Accounts:
    """A provider that vouches for whom a test says."""

    identity_of: Identity
    name: str = "your Kent account"
    away: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)

    async def way_there(self, *, state: str, nonce: str, verifier: str, fresh: bool) -> str:
        if self.away:
            raise AccountsUnavailable("away")
        return "https://login.kent.test/?" + urlencode({"state": state, "nonce": nonce, "fresh": str(fresh)})

    async def identity(self, *, code: str, nonce: str, verifier: str) -> Identity:
        self.asked.append({"code": code, "nonce": nonce, "verifier": verifier})
        if code != "right":
            raise AccountsUnavailable("invalid_grant")
        return self.identity_of


@dataclass(kw_only=True)
class Kent:
    """A town whose people have work accounts."""

    town: Town
    accounts: Accounts

    def says(self, **changes: object) -> None:
        """Let the provider vouch for something else."""
        self.accounts.identity_of = replace(self.accounts.identity_of, **changes)  # type: ignore[arg-type]

    async def leave(self, client: httpx2.AsyncClient, path: str = "/work-account") -> str:
        """Go to the provider and return the state to come back with."""
        gone = await client.get(path)
        assert gone.status_code == 303
        return parse_qs(urlsplit(gone.headers["location"]).query)["state"][0]

    async def sign_in(self, client: httpx2.AsyncClient, path: str = "/work-account", code: str = "right") -> httpx2.Response:
        """Go there and back, and press the button."""
        state = await self.leave(client, path)
        return await client.post("/work-account/back", data={"state": state, "code": code})


@pytest.fixture
def kent(town: Town) -> Kent:
    """Return the town with a provider, which vouches for the approver."""
    accounts = Accounts(
        identity_of=Identity(
            issuer="https://login.kent.test", subject="s-1", address="Approver@Kent.test", second_factor=True, proved_at=town.clock.now
        )
    )
    app = make_site(town.house, viewer=ViewsHere(), clock=town.clock, secure=False, accounts=accounts, links=False)
    return Kent(town=replace(town, app=app), accounts=accounts)


async def test_a_work_account_signs_its_person_in_without_another_second_factor(kent: Kent) -> None:
    async with kent.town.visitor() as client:
        assert 'href="/work-account"' in (await client.get("/sign-in")).text
        done = await kent.sign_in(client)
        assert done.headers["location"] == "/"
        assert (await client.get("/cases")).status_code == 200


async def test_coming_back_signs_nobody_in_before_the_button(kent: Kent) -> None:
    async with kent.town.visitor() as client:
        state = await kent.leave(client)
        for _ in range(2):
            assert "Press the button" in (await client.get(f"/work-account/back?state={state}&code=right")).text
        assert kent.accounts.asked == []
        assert (await client.get("/cases")).headers["location"] == "/sign-in"


@pytest.mark.parametrize("changes", [{"second_factor": False}, {"address": None}, {"address": "nobody@kent.test"}, {"address": ""}])
async def test_who_is_not_vouched_for_enough_is_refused_in_words_and_written_down(kent: Kent, changes: dict[str, object]) -> None:
    kent.says(**changes)
    async with kent.town.visitor() as client:
        refused = await kent.sign_in(client)
        assert refused.status_code == 403
        assert ("without a second factor" if "second_factor" in changes else "nobody with its address is registered") in refused.text
        assert (await client.get("/cases")).headers["location"] == "/sign-in"
    async with kent.town.database.read() as work:
        assert await work.audit.has_done("service", ["sign_in_refused"])
        assert {one.id for one in await work.people.everyone()} <= set(kent.town.seeds.people.values()), "nobody is made a person"


async def test_a_person_off_duty_is_refused_although_the_account_works(kent: Kent) -> None:
    async with kent.town.visitor() as client:
        await kent.sign_in(client)
        async with kent.town.database.begin() as work:
            await work.connection.exec_driver_sql("UPDATE persons SET active = 0 WHERE address = 'approver@kent.test'")
        assert (await client.get("/cases")).headers["location"] == "/sign-in"
        assert (await kent.sign_in(client)).status_code == 403


async def test_an_address_that_moved_to_another_account_opens_nothing(kent: Kent) -> None:
    async with kent.town.visitor() as client:
        await kent.sign_in(client)
    kent.says(subject="s-2")
    async with kent.town.visitor() as client:
        refused = await kent.sign_in(client)
        assert refused.status_code == 403
        assert "not the one you signed in with before" in refused.text
    kent.says(subject="s-1", address="new.name@kent.test")
    async with kent.town.visitor() as client:
        assert (await kent.sign_in(client)).status_code == 303, "the account is known by its subject, whatever its address"


@pytest.mark.parametrize("state", ["", "x", "é"])
async def test_a_sign_in_that_began_elsewhere_is_refused_before_the_provider_is_asked(kent: Kent, state: str) -> None:
    async with kent.town.visitor() as client:
        await kent.leave(client)
        assert (await client.post("/work-account/back", data={"state": state, "code": "right"})).status_code == 403
    async with kent.town.visitor() as victim, kent.town.visitor() as attacker:
        theirs = await kent.leave(attacker)
        assert (await victim.post("/work-account/back", data={"state": theirs, "code": "right"})).status_code == 403
        await kent.leave(victim)
        assert (await victim.post("/work-account/back", data={"state": theirs, "code": "right"})).status_code == 403
    assert kent.accounts.asked == []


async def test_a_trip_is_over_when_it_has_signed_in(kent: Kent) -> None:
    async with kent.town.visitor() as client:
        state = await kent.leave(client)
        assert (await client.post("/work-account/back", data={"state": state, "code": "right"})).status_code == 303
        assert (await client.post("/work-account/back", data={"state": state, "code": "right"})).status_code == 403


async def test_a_provider_that_is_away_or_says_no_is_told_in_words(kent: Kent) -> None:
    async with kent.town.visitor() as client:
        assert (await kent.sign_in(client, code="wrong")).status_code == 503
        assert "did not sign you in" in (await client.get("/work-account/back?error=access_denied&state=x")).text
        kent.accounts.away = True
        assert "cannot be reached" in (await client.get("/work-account")).text


async def test_without_a_provider_there_is_no_such_page_and_with_one_alone_no_links(town: Town, kent: Kent) -> None:
    async with town.visitor() as client:
        assert (await client.get("/work-account")).status_code == 404
    async with kent.town.visitor() as client:
        assert "Email address" not in (await client.get("/sign-in")).text
        assert (await client.post("/sign-in", data={"address": "approver@kent.test"})).status_code == 200
        assert (await client.post(f"/sign-in/{await link(town, 'reporter')}", data=PRESSED)).status_code == 404
    async with town.database.read() as work:
        sent = await work.connection.exec_driver_sql("SELECT count(*) FROM deliveries WHERE kind = 'sign_in_link'")
        assert sent.scalar() == 0


async def _approve(kent: Kent, staff: Staff) -> httpx2.Response:
    seeds = kent.town.seeds
    path = f"/cases/{seeds.decide}/notices/{seeds.decide_notice}/approve"
    return await staff.post(path, version="2", understood="yes", reason="The police ask for it.")


async def test_an_approval_asks_the_provider_again_and_goes_on_in_the_first_tab(kent: Kent) -> None:
    async with kent.town.visitor() as client:
        await kent.sign_in(client)
        staff = Staff(client=client, csrf=form_token(client.cookies["session"]))
        kent.town.clock.turn(timedelta(minutes=6))
        asked = await _approve(kent, staff)
        assert "opens in a new tab" in asked.text
        fields = hidden(asked.text)
        assert (await client.post("/proof", data=fields)).status_code == 400
        stale = await kent.sign_in(client, "/work-account?again=1")
        assert stale.status_code == 403
        assert "did not ask you again" in stale.text
        kent.says(proved_at=kent.town.clock.now)
        assert "Close this tab" in (await kent.sign_in(client, "/work-account?again=1")).text
        proved = await client.post("/proof", data=fields)
        assert "Nothing has happened yet" in proved.text
        assert (await _approve(kent, staff)).status_code == 303


async def test_somebody_else_at_the_keyboard_does_not_prove_it(kent: Kent) -> None:
    async with kent.town.visitor() as client:
        await kent.sign_in(client)
        kent.town.clock.turn(timedelta(minutes=6))
        kent.says(subject="s-9", address="quality@kent.test", proved_at=kent.town.clock.now)
        refused = await kent.sign_in(client, "/work-account?again=1")
        assert refused.status_code == 403
        assert oidc.NOT_YOURS in refused.text


async def test_an_account_that_does_not_say_when_it_was_proved_signs_in_but_approves_nothing(kent: Kent) -> None:
    kent.says(proved_at=None)
    async with kent.town.visitor() as client:
        await kent.sign_in(client)
        staff = Staff(client=client, csrf=form_token(client.cookies["session"]))
        assert (await client.get("/cases")).status_code == 200
        assert "Prove that it is you" in (await _approve(kent, staff)).text
