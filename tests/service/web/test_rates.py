"""How often anybody may ask: per address, link, person and for everybody, and that waiting helps."""

import asyncio

import httpx2
import pytest

from service.web import rates
from service.web.rates import Rate, Rates, TooMany, client_of
from tests.service.web.conftest import BASE, Staff, Town


def narrow(monkeypatch: pytest.MonkeyPatch, town: Town, place: str, name: str, requests: int) -> None:
    """Let one of the rates be used up after a few requests."""
    usual: Rate = getattr(rates, name)
    monkeypatch.setattr(f"service.web.{place}.{name}", Rate(name=usual.name, requests=requests, minutes=usual.minutes))


async def spent(visitor: Staff, path: str, times: int) -> list[int]:
    """Open a page some times and return how each went."""
    return [(await visitor.get(path)).status_code for _ in range(times)]


async def test_one_address_is_told_to_wait_and_others_are_not(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, town, "security", "ADDRESS", 3)
    here = Staff(client=town.visitor(), csrf="")
    assert await spent(here, "/sign-in", 4) == [200, 200, 200, 429]
    there = httpx2.ASGITransport(app=town.app, client=("198.51.100.7", 1))
    async with httpx2.AsyncClient(transport=there, base_url=BASE) as elsewhere:
        assert (await elsewhere.get("/sign-in")).status_code == 200
        assert (await elsewhere.get("/static/alerts.css")).status_code == 200


async def test_the_refusal_says_how_long_and_changes_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, town, "security", "ADDRESS", 1)
    async with town.visitor() as client:
        await client.get("/sign-in")
        refused = await client.get("/sign-in")
    assert 1 <= int(refused.headers["retry-after"]) <= 120
    assert "Wait" in refused.text
    assert refused.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in refused.headers["content-security-policy"]


async def test_everybody_together_has_a_limit_but_the_signs_of_life_stay(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, town, "security", "EVERYBODY", 2)
    client = Staff(client=town.visitor(), csrf="")
    assert await spent(client, "/sign-in", 3) == [200, 200, 429]
    assert await spent(client, "/health/live", 3) == [200, 200, 200]


async def test_one_link_has_a_limit_of_its_own(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, town, "security", "LINK", 2)
    client = Staff(client=town.visitor(), csrf="")
    assert await spent(client, f"/answer/{town.seeds.answer_token}", 3) == [200, 200, 429]
    assert await spent(client, f"/decide/{town.seeds.decide_token}", 1) == [303]


async def test_looks_and_forms_of_one_person_are_counted_apart_from_those_of_others(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, town, "session", "PERSON", 2)
    narrow(monkeypatch, town, "session", "FORMS", 1)
    one, other = await town.as_("quality"), await town.as_("approver")
    assert await spent(one, "/cases", 3) == [200, 200, 429]
    assert await spent(other, "/cases", 1) == [200]
    assert (await one.post(f"/tasks/{town.seeds.task}/done")).status_code == 303
    assert (await one.post(f"/tasks/{town.seeds.task}/done")).status_code == 429


async def test_a_search_has_a_limit_of_its_own(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, town, "directory_pages", "SEARCHES", 2)
    staff = await town.as_("directory")
    assert await spent(staff, "/directory?q=med", 3) == [200, 200, 429]
    assert await spent(staff, "/directory", 1) == [200]


@pytest.mark.parametrize("name", ["SIGN_INS_FROM", "SIGN_INS"])
async def test_asking_for_sign_in_links_is_limited(town: Town, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    narrow(monkeypatch, town, "security", name, 2)
    async with town.visitor() as client:
        found = [(await client.post("/sign-in", data={"address": f"{turn}@kent.test"})).status_code for turn in range(3)]
        assert found == [200, 200, 429]
        assert (await client.get("/sign-in")).status_code == 200


async def test_guessing_at_one_persons_address_is_limited_and_looks_the_same_for_a_stranger(town: Town) -> None:
    async with town.visitor() as client:
        for address in ("quality@kent.test", "nobody@kent.test"):
            found = []
            for turn in range(rates.SIGN_INS_AS.requests + 1):
                typed = address.upper() if turn % 2 else f" {address} "
                found.append((await client.post("/sign-in", data={"address": typed})).status_code)
            assert found == [200] * rates.SIGN_INS_AS.requests + [429]


async def test_a_header_of_the_visitor_makes_nobody_somebody_else(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, town, "security", "ADDRESS", 2)
    async with town.visitor() as client:
        found = []
        for turn in range(4):
            headers = {"X-Forwarded-For": f"203.0.113.{turn}", "X-Real-IP": f"203.0.113.{turn}", "Forwarded": f"for=203.0.113.{turn}"}
            found.append((await client.get("/sign-in", headers=headers)).status_code)
    assert found == [200, 200, 429, 429]


async def test_waiting_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    counted, rate = Rates(), Rate(name="short", requests=2)
    await counted.spend(rate, "one")
    await counted.spend(rate, "one")
    with pytest.raises(TooMany) as refused:
        await counted.spend(rate, "one")
    await counted.spend(rate, "other")
    import time

    later = time.time() + refused.value.seconds + 121
    monkeypatch.setattr(time, "time", lambda: later)
    await counted.spend(rate, "one")
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("a socket", "a socket"),
        (None, ""),
    ],
)
def test_an_office_on_ipv6_counts_as_one(host: str | None, counted: str) -> None:
    from starlette.requests import HTTPConnection

    assert client_of(HTTPConnection({"type": "http", "headers": [], "client": (host, 1) if host else None})) == counted
