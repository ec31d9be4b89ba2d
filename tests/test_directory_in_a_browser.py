"""Keeping the directory in a real Chromium, with scripts and without: add, import with faults, merge, and the second person."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from directory import proposing
from directory.contact import How
from directory.history import By
from service.domain.people import Role
from tests import test_pages_in_a_browser as walk
from tests.directory.decided import set_contact
from tests.service.web.seeds import NOW, session_hash
from tests.test_pages_in_a_browser import Served, Window

served, browser = walk.served, walk.browser
NARROW = 360
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
        await set_contact(work.register, gss_code=KENT, address="alerts@kent.test", role="custodian", who="w", why="w", at=NOW)
        authority = (await work.people.person(served.seeds.people["directory"])).issuing_authority_id
        return await work.people.add(
            authority_id=authority, name="Robin Sample", address="robin@kent.test", roles=frozenset({Role.DIRECTORY})
        )


async def _a_full_list(served: Served) -> None:
    """Give nearly all authorities an address: some proved, some long ago, some never, and one change that waits."""
    async with served.database.begin() as work:
        for number, one in enumerate(await work.register.authorities(NOW.date())):
            if number % 30 == 7 or one.gss_code == KENT:
                continue
            await set_contact(
                work.register,
                gss_code=one.gss_code,
                address=f"custodian@{one.code.lower()}.test",
                role="custodian",
                phone="01632 960001",
                who="w",
                why="The yearly list.",
                at=NOW - timedelta(days=200),
            )
            if number % 9 != 3:
                at = NOW - timedelta(days=130 if number % 11 == 2 else 3)
                how = How.CONFIRMED if number % 2 else How.ACCEPTED
                await work.register.prove_contact(gss_code=one.gss_code, order=0, who="w", why="w", at=at, how=how)
        by = By(who="w", why="They wrote to us.", at=NOW)
        await proposing.change_contact(work.register, gss_code=KENT, address="alerts@kent-council.test", role="custodian", by=by)


async def _day(window: Window) -> None:
    for part, value in (("Day", "1"), ("Month", "4"), ("Year", "2028")):
        await window.page.get_by_label(part, exact=True).fill(value)


async def _add(served: Served, window: Window, theirs: Window) -> None:
    """Add an authority; what was left out is said, what was typed stays, and nothing is there before a second person agrees."""
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
    await _waits(window)
    missing = await page.goto(f"{served.base}/directory/X99")
    assert missing is not None and missing.status == 404
    await _agree(served, theirs, "New Council")
    await page.goto(f"{served.base}/directory/X99")
    await window.heading("New Council")
    await expect(page.locator("main")).to_contain_text("There is no address for this authority. It gets no alerts.")


async def _waits(window: Window) -> None:
    """Be told that nothing has changed yet, and see no way to agree to one's own proposal."""
    await expect(window.page.get_by_role("status").first).to_contain_text("Nothing has changed yet")
    await window.heading("Changes waiting for a second person")
    await expect(window.page.get_by_role("button", name="Agree")).to_have_count(0)


async def _merge(served: Served, window: Window, theirs: Window) -> None:
    """Let the new authority follow two others, and put it back: both wait for a second person."""
    page = window.page
    await page.goto(served.base + "/directory/merge")
    await page.get_by_label("The authority that follows").select_option("X99")
    await page.get_by_label("Authority that ends").select_option(KENT)
    await page.get_by_label("Another that ends").first.select_option(MEDWAY)
    await _day(window)
    await page.get_by_label("Why they merge").fill("The order of Parliament.")
    await window.press("Ask for them to be merged")
    await _waits(window)
    await page.goto(f"{served.base}/directory/{KENT}")
    await expect(page.locator("main")).not_to_contain_text("31 March 2028")
    await _agree(served, theirs, "31 March 2028")
    await page.goto(f"{served.base}/directory/{KENT}")
    await expect(page.locator("main")).to_contain_text("Its last day is 31 March 2028. Followed by New Council.")
    await page.get_by_role("button", name="Put back everything done with change").first.click()
    await expect(page.get_by_role("status").first).to_contain_text("Nothing has changed yet")
    await _agree(served, theirs)
    await page.goto(f"{served.base}/directory/{KENT}")
    await expect(page.locator("main")).not_to_contain_text("Its last day is")


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
    await _waits(window)
    await page.goto(f"{served.base}/directory/{KENT}")
    await expect(page.locator("main")).to_contain_text("1 change of this authority waits for a second person")


async def _agree(served: Served, window: Window, shown: str = "") -> None:
    """Agree as the second person, who sees what would become of it."""
    await window.page.goto(served.base + "/directory/waiting")
    await expect(window.page.locator("main")).to_contain_text(shown)
    await window.page.get_by_role("button", name="Agree").click()
    await expect(window.page.locator("main")).to_contain_text("Nothing waits.")


@pytest.mark.parametrize("scripts", [True, False])
async def test_an_administrator_adds_merges_and_imports_and_another_agrees(served: Served, browser: Browser, scripts: bool) -> None:
    other = await _second_administrator(served)
    window = await _as(served, browser, served.seeds.people["directory"], scripts=scripts)
    theirs = await _as(served, browser, other, scripts=scripts)
    await _add(served, window, theirs)
    await _merge(served, window, theirs)
    await _import(served, window)
    await _agree(served, theirs, "alerts@kent-council.test")
    async with served.database.read() as work:
        contact = await work.register.contact(KENT, 0)
    assert contact is not None and contact.address == "alerts@kent-council.test"
    # Of an answer that is no page the browser writes a line itself.
    assert [one for one in window.complaints + theirs.complaints if "404 (Not Found)" not in one] == []
    await window.page.context.close()
    await theirs.page.context.close()


async def test_the_list_is_filtered_while_one_types_and_every_page_fits_and_is_clean_for_axe(served: Served, browser: Browser) -> None:
    await _second_administrator(served)
    await _a_full_list(served)
    window = await _as(served, browser, served.seeds.people["directory"], scripts=True)
    page, faults = window.page, list[str]()
    await page.goto(served.base + "/directory")
    await page.get_by_label("Name, code or region").press_sequentially("medway")
    await expect(page.locator("[data-filtered]")).to_have_text("1")
    await expect(page.locator("#authorities tr:visible")).to_have_count(1)
    pages = ("", "?q=nowhere", "/new", "/merge", "/import", "/map", "/gaps", "/checks", "/waiting", f"/{KENT}", f"/{KENT}/edit",
             f"/{KENT}/retire", f"/{KENT}/contacts/0", f"/{KENT}/contacts/1")  # fmt: skip
    for path in (*(f"/directory{page}" for page in pages), "/exercises", f"/exercises/{served.seeds.exercise}", "/api"):
        for width in (NARROW, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.goto(served.base + path)
            await window.fits()
            faults += await walk._faults(page) if walk.AXE.exists() else []
    assert faults == []
    assert window.complaints == []
    await page.context.close()
