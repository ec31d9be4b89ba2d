"""What holds for every page: headers, forms from elsewhere, looking that changes nothing, and words that stay words."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from service.web import site
from service.web.site import make_site
from tests.service.web.conftest import BASE, Town, ViewsHere
from tests.service.web.matrix import SIGN_IN, own, table
from tests.service.web.seeds import NASTY

Everything = Callable[[], Awaitable[Any]]


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
    posts = [own(page, row) for page, row in (await table(town)).items() if page.startswith("POST")]
    before = await everything()
    for path in posts:
        answer = await staff.client.post(path, data={"csrf": staff.csrf, "version": "2"}, headers=headers)
        assert answer.status_code == 403, path
    assert await everything() == before


async def test_every_staff_form_without_the_token_of_the_session_is_refused(town: Town, everything: Everything) -> None:
    people = [await town.as_(who) for who in ("quality", "approver", "system")]  # several: one person may send 60 forms a minute
    rows = await table(town)
    before = await everything()
    for page, row in rows.items():
        path = own(page, row)
        if page.startswith("POST") and row.nobody == SIGN_IN:
            for staff, fields in zip(people, ({}, {"csrf": "0" * 64}, {"csrf": "é"}), strict=True):
                assert (await staff.client.post(path, data=fields)).status_code == 403, path
    assert await everything() == before


async def test_a_form_that_pretends_to_be_plain_text_is_refused(town: Town) -> None:
    staff = await town.as_("quality")
    answer = await staff.client.post("/sign-out", content=f"csrf={staff.csrf}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 403


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


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),  # a link in a letter
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object"}, 403),
    ],
)
async def test_a_page_opens_by_itself_and_is_no_part_of_another(town: Town, headers: dict[str, str], status: int) -> None:
    async with town.visitor(**headers) as client:
        assert (await client.get("/sign-in")).status_code == status


def test_no_template_marks_anything_as_safe() -> None:
    shown = list((Path(site.__file__).parent / "templates").rglob("*.html"))
    assert len(shown) > 20
    for one in shown:
        text = one.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|Markup|'html':|\bon\w+=|style=\"|<script(?![^>]*nonce)", text), one.name
