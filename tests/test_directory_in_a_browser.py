"""Keeping the directory in a real Chromium, with scripts and without: add, import with faults, merge, and the second person."""

import pytest
from playwright.async_api import Browser, expect

from service.domain.people import Role
from tests import test_pages_in_a_browser as walk
from tests.service.web.seeds import NOW, session_hash
from tests.test_pages_in_a_browser import Served, Window

served, browser = walk.served, walk.browser
KENT, MEDWAY = "E10000016", "E06000035"


async def _as(served: Served, browser: Browser, person_id: str, *, scripts: bool) -> Window:
    """Open a window that is signed in."""
    context = await browser.new_context(java_script_enabled=scripts, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    secret, now = f"session-of-{person_id}", served.clock.now
    async with served.database.begin() as work:
        await work.sessions.start(session_hash(secret), person_id=person_id, at=now, way="app", proved_at=now)
    await context.add_cookies([{"name": "session", "value": secret, "url": served.base, "httpOnly": True, "sameSite": "Lax"}])
    return await Window.open(context)


async def _second_administrator(served: Served) -> str:
    async with served.database.begin() as work:
        await work.register.set_contact(gss_code=KENT, address="alerts@kent.test", role="custodian", who="w", why="w", at=NOW)
        authority = (await work.people.person(served.seeds.people["directory"])).issuing_authority_id
        return await work.people.add(
            authority_id=authority, name="Robin Sample", address="robin@kent.test", roles=frozenset({Role.DIRECTORY})
        )


async def _day(window: Window) -> None:
    for part, value in (("Day", "1"), ("Month", "4"), ("Year", "2028")):
        await window.page.get_by_label(part, exact=True).fill(value)


async def _add(served: Served, window: Window) -> None:
    """Add an authority; what was left out is said, and what was typed stays."""
    page = window.page
    await page.goto(served.base + "/directory")
    await page.get_by_role("link", name="Add an authority").click()
    await window.heading("Add an authority")
    typed = {"GSS code": "X99", "Official name": "New Council", "Short name": "New", "Short code": "XNC", "Nation": "England"}
    for label, words in (typed | {"Kind": "unitary", "Why it is added": "Two councils become one."}).items():
        await page.get_by_label(label, exact=True).fill(words)
    await window.press("Add")
    await expect(page.locator(".govuk-error-summary")).to_contain_text("Fill this in")
    await expect(page.get_by_label("Official name")).to_have_value("New Council")
    await page.get_by_label("Region").fill("South East")
    await window.press("Add")
    await window.heading("New Council")


async def _merge(served: Served, window: Window) -> None:
    """Let the new authority follow two others."""
    page = window.page
    await page.goto(served.base + "/directory/merge")
    await page.get_by_label("The authority that follows").select_option("X99")
    await page.get_by_label("Authority that ends").select_option(KENT)
    await page.get_by_label("Another that ends").first.select_option(MEDWAY)
    await _day(window)
    await page.get_by_label("Why they merge").fill("The order of Parliament.")
    await window.press("Merge them")
    await window.heading("New Council")
    await page.goto(f"{served.base}/directory/{KENT}")
    await expect(page.locator("dl").first).to_contain_text("31 March 2028")
    await page.get_by_role("button", name="Put back everything done with change").first.click()
    await expect(page.locator(".govuk-inset-text").first).to_contain_text("Put back.")


async def _import(served: Served, window: Window) -> None:
    """Send a file with faults, then one that is right and has to wait."""
    page = window.page
    for rows, arrives_at in (
        ("nowhere,custodian,a@kent.test\nE10000016,,b@kent.test\n", "Nothing was imported"),
        (f"{KENT},custodian,alerts@kent-council.test\n", "What the file would change"),
    ):
        await page.goto(served.base + "/directory/import")
        content = f"gss_code,role,address\n{rows}".encode()
        await page.get_by_label("File").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": content})
        await page.get_by_label("Why the list changes").fill("The yearly list.")
        await window.press("Show what would change")
        await window.heading(arrives_at)
        if arrives_at == "Nothing was imported":
            await expect(page.locator("tbody tr")).to_have_count(2)
    await window.press("Ask another administrator to agree")
    await window.heading("Changes waiting for a second person")
    await expect(page.get_by_role("button", name="Agree")).to_have_count(0)


async def _agree(served: Served, window: Window) -> None:
    await window.page.goto(served.base + "/directory/waiting")
    await expect(window.page.locator("ins")).to_contain_text(["alerts@kent-council.test"])
    await window.page.get_by_role("button", name="Agree").click()
    await expect(window.page.locator("main")).to_contain_text("Nothing waits.")


@pytest.mark.parametrize("scripts", [True, False])
async def test_an_administrator_adds_merges_and_imports_and_another_agrees(served: Served, browser: Browser, scripts: bool) -> None:
    other = await _second_administrator(served)
    window = await _as(served, browser, served.seeds.people["directory"], scripts=scripts)
    await _add(served, window)
    await _merge(served, window)
    await _import(served, window)
    theirs = await _as(served, browser, other, scripts=scripts)
    await _agree(served, theirs)
    async with served.database.read() as work:
        contact = await work.register.contact(KENT, 0)
    assert contact is not None and contact.address == "alerts@kent-council.test"
    assert window.complaints + theirs.complaints == []
    await window.page.context.close()
    await theirs.page.context.close()


async def test_the_list_is_filtered_while_one_types_and_every_page_fits_and_is_clean_for_axe(served: Served, browser: Browser) -> None:
    await _second_administrator(served)
    window = await _as(served, browser, served.seeds.people["directory"], scripts=True)
    page, faults = window.page, list[str]()
    await page.goto(served.base + "/directory")
    await page.get_by_label("Name, code or region").press_sequentially("medway")
    await expect(page.locator("[data-filtered]")).to_have_text("1")
    await expect(page.locator("#authorities tr:visible")).to_have_count(1)
    for path in ("", "/new", "/merge", "/import", "/map", "/gaps", "/checks", "/waiting", f"/{KENT}", f"/{KENT}/edit", f"/{KENT}/retire",
                 f"/{KENT}/contacts/0", f"/{KENT}/contacts/1"):  # fmt: skip
        await page.set_viewport_size({"width": walk.PHONE, "height": 844})
        await page.goto(f"{served.base}/directory{path}")
        await window.fits()
        await page.set_viewport_size({"width": 1280, "height": 900})
        if walk.AXE.exists():
            faults += await walk._faults(page)
    await page.goto(f"{served.base}/api")
    await window.fits()
    assert faults == []
    assert window.complaints == []
    await page.context.close()
