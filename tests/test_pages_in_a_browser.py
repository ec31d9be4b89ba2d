"""The pages in a real Chromium: what people press, what the browser complains about, and the same walk without scripts."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect
from playwright.async_api import TimeoutError as TookTooLong

from service.database import schema
from service.database.keys import MasterKey
from service.database.leaving import Move
from service.database.unit_of_work import Database
from service.domain.delivery import DeliveryEvent, DeliveryState
from service.flow.house import House
from service.mail.authenticity import OriginProfile
from service.mail.templates import Templates
from service.ports import WorkAccounts
from service.web.site import make_site
from tests.service.web.conftest import Clock, ViewsHere
from tests.service.web.seeds import TOKENS, Seeds, sow
from tests.signing_in import a_link, code_of

STYLES = Path(__file__).parents[1] / "service" / "web" / "static" / "vendor" / "govuk-frontend.min.css"
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PHONE = 390


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The seeded pages at a real address."""

    base: str
    database: Database
    seeds: Seeds
    clock: Clock
    apps: dict[str, str] = field(default_factory=dict)  # the authenticator apps that people set up in this browser

    async def link(self, who: str) -> str:
        """Give out a sign-in link, as the letter carries it."""
        token = await a_link(self.database, TOKENS, self.seeds.people[who], self.clock.now)
        return f"{self.base}/sign-in/{token}"

    async def sessions(self) -> int:
        """Count the sessions that were started."""
        async with self.database.read() as work:
            return int((await work.connection.exec_driver_sql("SELECT count(*) FROM sessions")).scalar_one())


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A page of the browser and everything it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, context: BrowserContext) -> "Window":
        """Open an empty page that listens for errors and for refusals by the content security policy."""
        window = cls(page=await context.new_page())
        window.page.on("console", lambda told: window.hear(told))
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        window.page.on("dialog", lambda shown: window.complaints.append(f"a dialog opened: {shown.type}"))
        return window

    def hear(self, told: ConsoleMessage) -> None:
        """Keep what the browser complains about; of a status 400 it writes a line itself, which is what the page means to say."""
        if told.type in ("error", "warning") and "400 (Bad Request)" not in told.text:
            self.complaints.append(told.text)

    async def heading(self, words: str) -> None:
        """Wait for the first heading to say *words*."""
        await expect(self.page.locator("h1")).to_contain_text(words)

    async def fits(self) -> None:
        """Hold the page to the width of the window."""
        await self.page.wait_for_load_state()
        width = await self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1], f"{self.page.url.rsplit('/', 1)[0]} is wider than the screen: {width}"

    async def go(self, room: str) -> None:
        """Follow the navigation to *room*; on a narrow screen a script folds it under a button, a moment after the page is there."""
        fold, link = self.page.get_by_role("button", name="Menu"), self.page.get_by_role("link", name=room, exact=True)
        for _ in range(5):
            with suppress(TookTooLong):
                if await fold.is_visible() and not await link.is_visible():
                    await fold.click(timeout=2_000)
                await link.click(timeout=2_000)
                return
        raise AssertionError(f"There is no way to {room}.")

    async def press(self, button: str) -> None:
        """Press the button that says *button*."""
        await self.page.get_by_role("button", name=button, exact=True).click()


def _chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        _cannot_look("Chromium is not installed: install the package chromium to walk through the pages in a browser.")
    if not STYLES.exists():
        _cannot_look("The page styles are not there, and without them the browser complains about every page: run make assets.")
    return str(found)


def _cannot_look(says: str) -> None:
    pytest.fail(says) if os.environ.get("CI") else pytest.skip(says)


@asynccontextmanager
async def serving(folder: Path, host: str = "127.0.0.1", accounts: Callable[[str], WorkAccounts] | None = None) -> AsyncIterator[Served]:
    """Serve the seeded pages on a free port of the loopback, under the name *host*."""
    _chromium()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        base = f"http://{host}:{listening.getsockname()[1]}"
        url = f"sqlite+aiosqlite:///{folder / 'alerts.db'}"
        await schema.upgrade(url)
        database, clock = Database(url, MasterKey(bytes(range(32)))), Clock()
        house = House(
            begin=database.begin,
            read=database.read,
            journal=database.journal,
            templates=Templates(Path(__file__).parents[1] / "mail_templates"),
            tokens=TOKENS,
            sandbox=cast(Any, None),
            origin=OriginProfile(kind="none"),
            base_url=base,
        )
        seeds = await sow(database)
        app = make_site(house, viewer=ViewsHere(), clock=clock, secure=False, accounts=accounts(base) if accounts else None)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        yield Served(base=base, database=database, seeds=seeds, clock=clock)
        server.should_exit = True
        await running
        await database.close()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """Serve the seeded pages."""
    async with serving(tmp_path) as served:
        yield served


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Start the Chromium of this machine."""
    program = _chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        await browser.close()


async def _sign_in(served: Served, window: Window, who: str, *, arrives_at: str) -> None:
    """Sign in by the emailed link, which starts nothing when it is opened, and by the code of an app, set up at the first time."""
    link, before = await served.link(who), await served.sessions()
    await window.page.goto(link)
    await window.page.reload()
    await window.heading("Sign in to National Alerts")
    assert await served.sessions() == before
    await window.press("Sign in")
    if who not in served.apps:
        await window.heading("Set up a second step")
        await window.fits()
        await window.press("Set up an app")
        await window.heading("Set up an app")
        await window.fits()
        served.apps[who] = (await window.page.locator("[data-secret]").inner_text()).replace(" ", "")
    await _give_code(served, window, who)
    await window.heading(arrives_at)
    assert await served.sessions() == before + 1


async def _give_code(served: Served, window: Window, who: str) -> None:
    """Type what the app shows; each code counts once, so the next one is waited for."""
    served.clock.turn(timedelta(seconds=30))
    await window.page.get_by_label("Code from your app").fill(code_of(served.apps[who], served.clock.now))
    await window.press("Continue")


async def _approve(served: Served, window: Window) -> None:
    """Approve the waiting notice; without the ticked box, or the reason to go against findings, it stays undecided."""
    seeds, page = served.seeds, window.page
    await page.get_by_role("link", name="KEN-", exact=False).first.click()
    await window.heading("Case KEN-")
    await page.goto(f"{served.base}/cases/{seeds.decide}")
    await window.press("Approve and send")
    await expect(page.get_by_role("alert")).to_contain_text("Tick the box")
    await page.get_by_label("I understand this goes to").check()
    await window.press("Approve and send")
    await expect(page.get_by_role("alert")).to_contain_text("Write why it is right to send it")
    await page.get_by_label("Why is it right to send it all the same?").fill("The police ask for it today.")
    await window.press("Approve and send")
    await expect(page.get_by_role("button", name="Approve and send")).to_have_count(0)
    async with served.database.read() as work:
        verdicts = await work.connection.exec_driver_sql("SELECT count(*) FROM approvals WHERE verdict = 'approve'")
        assert verdicts.scalar() == 1


async def _answer(served: Served, window: Window) -> None:
    """Answer the alert as a receiving authority, without signing in."""
    page = window.page
    await page.goto(f"{served.base}/answer/{served.seeds.answer_token}")
    await window.heading("National alert")
    await window.fits()
    await page.get_by_label("Checks are under way").check()
    for part, value in (("Day", "30"), ("Month", "11"), ("Year", "2026")):
        await page.get_by_label(part, exact=True).fill(value)
    await page.get_by_label("NHS").check()
    await page.get_by_label("Your name and job").fill("Pat Duty, duty team")
    await window.press("Send the answer")
    await expect(page.get_by_text("Your answer is recorded")).to_be_visible()
    async with served.database.read() as work:
        answers = await work.connection.exec_driver_sql("SELECT count(*) FROM responses WHERE answer = 'checks_under_way'")
        assert answers.scalar() == 1


async def _read_beside(served: Served, window: Window) -> None:
    """Follow a value to its place in the original and back, and save a file; nothing of it needs a script."""
    page = window.page
    await page.goto(f"{served.base}/cases/{served.seeds.check}")
    await page.get_by_role("link", name="table 1, row 2").click()
    place = page.locator(".na-original :target")
    await expect(place).to_contain_text("20th October 2026")
    await expect(place).to_be_in_viewport()
    await place.get_by_role("link", name="Date went missing").click()
    await expect(page.locator(".na-row:target")).to_contain_text("20 October 2026")
    await window.fits()
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Save this file (form.docx)").click()
    assert (await coming.value).suggested_filename == "file-1.docx"
    for room in ("Trays", "Forms", "Rules"):
        await window.go(room)
        await window.fits()


async def _look_round(served: Served, window: Window) -> None:
    """Open the board, the held letters and the directory, and dismiss a letter."""
    page = window.page
    await page.goto(f"{served.base}/repair/{served.seeds.bounced}")
    await window.heading("did not get our letter")
    await window.fits()
    await page.goto(f"{served.base}/cases/{served.seeds.live}")
    await expect(page.locator(".na-hex--match").first).to_be_visible()
    await window.fits()
    await window.go("Held letters")
    await window.heading("Held letters")
    await page.locator("main td a").first.click()
    await window.heading("Held letter")
    await window.fits()
    await page.get_by_label("Why does this letter need no action?").fill("It is a newsletter.")
    await window.press("Dismiss")
    await expect(page.get_by_text("0 letters wait")).to_be_visible()
    await window.go("Directory")
    await page.get_by_label("Name, code or region").fill("Hartlepool")
    await window.press("Search")
    await page.get_by_role("link", name="Hartlepool").click()
    await window.heading("Hartlepool")
    await window.fits()


async def _sign_out(served: Served, window: Window) -> None:
    """Sign out; the cases are closed to whoever comes next, and remembered as the page to come back to."""
    await window.press("Sign out")
    await window.heading("Sign in")
    await window.page.goto(f"{served.base}/cases")
    await window.heading("Sign in")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_person_walks_from_the_sign_in_link_to_the_sign_out(served: Served, browser: Browser, scripts: bool) -> None:
    context = await browser.new_context(java_script_enabled=scripts, viewport={"width": PHONE, "height": 844})
    context.set_default_timeout(10_000)
    window = await Window.open(context)
    await _sign_in(served, window, "approver", arrives_at="What needs you")
    await _approve(served, window)
    await _sign_out(served, window)
    await _answer(served, window)
    await _sign_in(served, window, "quality", arrives_at="Cases")
    await _read_beside(served, window)
    await _look_round(served, window)
    await _sign_out(served, window)
    await context.close()
    assert window.complaints == []


async def _faults(page: Page) -> list[str]:
    """Return what axe finds wrong with the page that is open, by the WCAG rules up to 2.2 AA."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES)
    return [f"{page.url.rsplit('/', 1)[0]}: {fault['id']}: {fault['nodes'][0]['html'][:150]}" for fault in found["violations"]]


async def test_no_page_keeps_anybody_out(served: Served, browser: Browser) -> None:
    if not AXE.exists():
        _cannot_look("axe-core is not there: run npm ci, and the pages are checked for people who do not see or do not use a mouse.")
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    window, seeds, faults = await Window.open(context), served.seeds, list[str]()
    for path in ("/sign-in", f"/answer/{seeds.answer_token}"):
        await window.page.goto(served.base + path)
        faults += await _faults(window.page)
    await window.page.goto(await served.link("system"))
    await window.press("Sign in")
    await window.heading("Set up a second step")
    faults += await _faults(window.page)
    await window.press("Set up an app")
    await window.heading("Set up an app")
    faults += await _faults(window.page)
    await context.clear_cookies()
    await _sign_in(served, window, "quality", arrives_at="What needs you")
    for path in (
        "/",
        "/your-sign-in",
        "/cases",
        f"/cases/{seeds.live}",
        f"/cases/{seeds.live}/notices/{seeds.live_notice}",
        f"/cases/{seeds.check}",
        "/trays",
        "/quarantine",
        f"/quarantine/{seeds.held}",
        "/directory",
        "/drift",
        "/policies",
        "/policies/kent",
    ):
        await window.page.goto(served.base + path)
        faults += await _faults(window.page)
    await _sign_out(served, window)
    await _sign_in(served, window, "approver", arrives_at="Cases")
    await window.page.goto(f"{served.base}/cases/{seeds.decide}")
    await window.press("Approve and send")
    faults += await _faults(window.page)
    served.clock.turn(timedelta(minutes=6))
    await window.page.goto(f"{served.base}/second-factor/new")
    await window.heading("Prove that it is you")
    faults += await _faults(window.page)
    await context.close()
    assert faults == []


async def test_an_open_board_keeps_itself_fresh(served: Served, browser: Browser) -> None:
    context = await browser.new_context()
    context.set_default_timeout(10_000)
    window = await Window.open(context)
    await _sign_in(served, window, "quality", arrives_at="What needs you")
    await window.page.goto(f"{served.base}/cases/{served.seeds.live}")
    left, bar = window.page.locator("[data-left]"), window.page.locator("progress")
    before = int(await left.inner_text())
    async with served.database.begin() as work:
        letters = await work.deliveries.of_notice(served.seeds.live_notice)
        queued = next(one for one in letters if one.state is DeliveryState.QUEUED)
        await work.deliveries.move([Move(delivery_id=queued.id, event=DeliveryEvent.WITHDRAWN)], at=served.clock())
    await expect(left).to_have_text(str(before + 1))
    await expect(bar).to_have_js_property("value", before + 1)
    await expect(window.page.locator("[data-fresh]")).to_contain_text("1 Not sent: stopped")
    assert window.complaints == []
