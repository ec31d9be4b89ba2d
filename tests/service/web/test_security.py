"""What holds for every page: headers, forms from elsewhere, looking that changes nothing, and words that stay words."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi.routing import APIRoute

from service.web.site import make_site
from tests.service.web.conftest import BASE, Town, ViewsHere
from tests.service.web.seeds import NASTY

Everything = Callable[[], Awaitable[Any]]


def paths(town: Town) -> list[tuple[str, set[str]]]:
    """Return every route with real ids in its path, and its methods."""
    seeds = town.seeds
    found = []
    for route in walk(town.app.router.routes):
        tokens = {"/answer": seeds.answer_token, "/decide": seeds.decide_token, "/sign-in": "a" * 32}
        token = next((value for start, value in tokens.items() if route.path.startswith(start)), "")
        path = (
            route.path.format(
                case_id=seeds.live,
                notice_id=seeds.live_notice,
                email_id=seeds.held,
                number=1,
                gss_code="E10000016",
                name="kent",
                task_id=seeds.task,
                token=token,
            )
            if "{" in route.path
            else route.path
        )
        found.append((path, set(route.methods or ())))
    return found


def walk(routes: Any) -> list[APIRoute]:
    """Return the routes, also those inside included routers."""
    found: list[APIRoute] = []
    for route in routes:
        if isinstance(route, APIRoute):
            found.append(route)
        elif hasattr(route, "effective_route_contexts"):
            found += list(route.effective_route_contexts())
    return found


async def test_every_page_carries_the_security_headers(town: Town) -> None:
    staff = await town.as_("quality")
    for path in (
        "/",
        "/cases",
        f"/cases/{town.seeds.live}",
        "/sign-in",
        "/nothing-here",
        "/health/live",
        f"/answer/{town.seeds.answer_token}",
    ):
        headers = (await staff.get(path)).headers
        csp = headers["content-security-policy"]
        assert "default-src 'none'" in csp
        assert "frame-ancestors 'none'" in csp
        assert "form-action 'self'" in csp
        assert "base-uri 'none'" in csp
        assert "style-src 'self'" in csp
        assert "unsafe" not in csp
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in headers


async def test_over_tls_the_browser_is_told_to_stay_there_and_the_cookie_is_bound_to_the_host(town: Town) -> None:
    app = make_site(town.house, viewer=ViewsHere(), clock=town.clock, secure=True)
    async with Town(database=town.database, house=town.house, app=app, seeds=town.seeds, clock=town.clock).visitor() as client:
        assert "max-age=31536000" in (await client.get("/sign-in")).headers["strict-transport-security"]
    assert app.state.site.cookie == "__Host-session"


async def test_the_nonce_is_new_every_time_and_the_one_of_the_page(town: Town) -> None:
    async with town.visitor() as client:
        first, second = await client.get("/sign-in"), await client.get("/sign-in")
    nonce = first.headers["content-security-policy"].partition("'nonce-")[2].partition("'")[0]
    assert f'nonce="{nonce}"' in first.text
    assert nonce not in second.headers["content-security-policy"]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": ""}],
)
async def test_every_form_from_another_site_is_refused(town: Town, headers: dict[str, str], everything: Everything) -> None:
    staff = await town.as_("quality")
    before = await everything()
    posts = [path for path, methods in paths(town) if "POST" in methods]
    assert len(posts) >= 9
    for path in posts:
        answer = await staff.client.post(path, data={"csrf": staff.csrf, "version": "2"}, headers=headers)
        assert answer.status_code == 403, path
    assert await everything() == before


async def test_every_staff_form_without_the_token_of_the_session_is_refused(town: Town, everything: Everything) -> None:
    staff = await town.as_("quality")
    before = await everything()
    for path, methods in paths(town):
        if "POST" in methods and not path.startswith(("/sign-in", "/answer", "/reports")):
            for fields in ({}, {"csrf": "0" * 64}, {"csrf": "é"}):
                assert (await staff.client.post(path, data=fields)).status_code == 403, path
    assert await everything() == before


async def test_a_form_that_pretends_to_be_plain_text_is_refused(town: Town) -> None:
    staff = await town.as_("quality")
    answer = await staff.client.post("/sign-out", content=f"csrf={staff.csrf}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 403


@pytest.mark.parametrize("who", ["quality", "approver", "directory", "system", "auditor", "reporter", ""])
async def test_looking_at_every_page_changes_nothing(town: Town, who: str, everything: Everything) -> None:
    client = (await town.as_(who)).client if who else town.visitor()
    before = await everything()
    looked = 0
    for path, _methods in paths(town):
        for look in (client.get, client.head, client.options):
            assert (await look(path)).status_code < 500, path
            looked += 1
    assert looked > 40
    assert await everything() == before


async def test_hostile_words_stay_words_on_every_page(town: Town) -> None:
    staff = await town.as_("quality")
    seen = 0
    for path in (
        f"/cases/{town.seeds.live}",
        f"/cases/{town.seeds.decide}",
        f"/quarantine/{town.seeds.held}",
        f"/answer/{town.seeds.answer_token}",
    ):
        text = (await staff.get(path)).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert "{{ 7*7 }}" in text
        seen += 1
    assert seen == 4
    text = (await staff.get(f"/directory?q={NASTY}")).text
    assert "<script>alert" not in text


async def test_another_host_name_is_refused(town: Town) -> None:
    async with town.visitor(Host="evil.test") as client:
        assert (await client.get("/sign-in")).status_code == 400


async def test_there_are_no_documents_of_the_interface(town: Town) -> None:
    staff = await town.as_("system")
    for path in ("/docs", "/redoc", "/openapi.json", "/metrics"):
        assert (await staff.get(path)).status_code == 404


async def test_a_crash_says_nothing_of_its_cause(town: Town) -> None:
    @town.app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("Amy Example")

    async with town.visitor() as client:
        answer = await client.get("/crash")
    assert answer.status_code == 500
    assert "Amy" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_body_that_is_too_large_is_refused(town: Town) -> None:
    async with town.visitor() as client:
        answer = await client.post(f"{BASE}/sign-in", data={"address": "x" * 100_000})
    assert answer.status_code == 413
