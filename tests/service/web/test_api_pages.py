"""The directory as JSON: a key opens it and nothing else does, no case is in it, and it keeps to its own description."""

import asyncio
import json
from typing import Any

import httpx2
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from directory.api_keys import ApiKeys
from directory.contact import How
from service.web.rates import Rates
from tests.directory.decided import set_contact
from tests.service.web.conftest import BASE, Town
from tests.service.web.seeds import NOW

CHECKS = [status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]
SECRET = "na_a-key-of-the-tests"
KEY = {"Authorization": f"Bearer {SECRET}"}
KENT = "E10000016"


async def key(town: Town) -> str:
    async with town.database.begin() as work:
        await ApiKeys(work.connection).add("k" * 32, SECRET, name="A dashboard", by="w", at=NOW)
    return "k" * 32


async def test_a_key_opens_the_list_and_one_authority_with_its_health(town: Town) -> None:
    await key(town)
    async with town.database.begin() as work:
        await set_contact(work.register, gss_code=KENT, address="alerts@kent.test", role="custodian", who="w", why="w", at=NOW)
        await work.register.prove_contact(gss_code=KENT, order=0, who="w", why="w", at=NOW, how=How.CONFIRMED)
    client = town.visitor(**KEY)
    listed = (await client.get("/api/authorities", params={"q": "kent"})).json()
    assert listed["count"] == 1 and listed["authorities"][0]["code"] == KENT
    assert (await client.get("/api/authorities")).json()["count"] < (await client.get("/api/authorities?every=yes")).json()["count"]
    one = (await client.get(f"/api/authorities/{KENT}")).json()
    assert one["contacts"][0]["address"] == "alerts@kent.test"
    assert one["health"] == {
        "has_address": True, "proved_at": "2026-11-24T14:02:00Z", "proved_how": "confirmed", "letters": 0, "came_back": 0, "answered": 0,
    }  # fmt: skip
    missing = await client.get("/api/authorities/nowhere")
    assert (missing.status_code, missing.json()) == (404, {"detail": "No authority has this code."})


async def test_no_case_is_in_any_answer(town: Town) -> None:
    await key(town)
    client = town.visitor(**KEY)
    async with town.database.read() as work:
        codes = {one.gss_code for one in await work.deliveries.of_notice(town.seeds.live_notice)}
    answers = [(await client.get(f"/api/authorities/{code}")).text for code in codes] + [(await client.get("/api/authorities")).text]
    for word in (town.seeds.live, town.seeds.live_notice, "KEN-", "Amy", "possible_match"):
        assert not any(word in answer for answer in answers)
    assert any(json.loads(answer).get("health", {}).get("came_back") for answer in answers)


async def test_without_a_good_key_nothing_is_told_and_a_session_is_no_key(town: Town) -> None:
    key_id = await key(town)
    for client in (town.visitor(), town.visitor(Authorization="Bearer x"), town.visitor(Authorization=f"Basic {SECRET}")):
        for path in ("/api/authorities", f"/api/authorities/{KENT}"):
            refused = await client.get(path)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert "authorities" not in refused.text
    assert (await (await town.as_("directory")).get("/api/authorities")).status_code == 401
    client = town.visitor(**KEY)
    assert (await client.get("/api/authorities")).status_code == 200
    async with town.database.begin() as work:
        assert await ApiKeys(work.connection).revoke(key_id, by="w", at=NOW)
        assert not await ApiKeys(work.connection).revoke(key_id, by="w", at=NOW)
    assert (await client.get("/api/authorities")).status_code == 401


async def test_a_key_may_ask_so_often_and_no_more(town: Town) -> None:
    await key(town)
    client = town.visitor(**KEY)
    answers = [await client.get("/api/authorities/nowhere") for _ in range(130)]
    assert answers[100].status_code == 404 and answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0 and "Too many requests" in answers[-1].json()["detail"]


async def test_the_description_is_closed_to_strangers(town: Town) -> None:
    await key(town)
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await town.visitor().get(path)).status_code == 404
    system, directory = await town.as_("system"), await town.as_("directory")
    for path in ("/api", "/api/openapi.json"):
        assert (await town.visitor().get(path)).status_code == 303
        assert (await system.get(path)).status_code == 403
        assert (await directory.get(path)).status_code == 200
        assert (await town.visitor(**KEY).get(path)).status_code == 200
        assert (await town.visitor(Authorization="Bearer x").get(path)).status_code == 401


async def test_the_api_keeps_to_its_description_whatever_is_asked(town: Town) -> None:
    await key(town)
    client, loop = town.visitor(**KEY), asyncio.get_running_loop()
    schema = schemathesis.openapi.from_dict((await client.get("/api/openapi.json")).json())
    seen: list[int] = []

    async def ask(asked: dict[str, Any]) -> httpx2.Response:
        town.app.state.rates = Rates()  # how often one may ask has its own test
        headers = {name: value for name, value in asked["headers"].items() if name.lower() != "authorization"}
        return await client.request(asked["method"], asked["url"], params=asked.get("params"), headers=headers)

    def one_after_the_other() -> None:
        for found in schema.get_all_operations():
            operation = found.ok()

            @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy())
            def keeps_to_it(case: Any) -> None:
                answer = asyncio.run_coroutine_threadsafe(ask(case.as_transport_kwargs(base_url=BASE)), loop).result()
                seen.append(answer.status_code)
                assert answer.status_code < 500
                case.validate_response(answer, checks=CHECKS)

            keeps_to_it()

    await asyncio.to_thread(one_after_the_other)
    assert {200, 404} <= set(seen) and len(seen) > 60
