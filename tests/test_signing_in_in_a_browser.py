"""Signing in by a passkey and by a work account, and the fresh proof before an approval, in a real Chromium."""

from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, expect

from service.adapters.oidc import OidcProvider
from service.ports import WorkAccounts
from tests.servers.work_accounts import Provider
from tests.test_pages_in_a_browser import Served, Window, browser, serving  # noqa: F401


async def _with_authenticator(context: BrowserContext, window: Window) -> None:
    """Put an authenticator into the browser that recognises its person."""
    devtools = await context.new_cdp_session(window.page)
    await devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}})


async def _ask_to_approve(served: Served, window: Window) -> None:
    """Fill the approve form in and send it."""
    page = window.page
    await page.goto(f"{served.base}/cases/{served.seeds.decide}")
    await page.locator("input[name=understood]").check()
    await page.locator("form[action$='/approve'] textarea[name=reason], form[action$='/approve'] input[name=reason]").fill(
        "The police ask."
    )
    await page.locator("form[action$='/approve'] button").click()


async def _approved(served: Served) -> int:
    async with served.database.read() as work:
        counted = await work.connection.exec_driver_sql("SELECT count(*) FROM approvals WHERE verdict = 'approve'")
        return int(counted.scalar_one())


async def test_a_passkey_is_made_at_the_first_sign_in_and_proves_the_approval(tmp_path: Path, browser: Browser) -> None:  # noqa: F811
    async with serving(tmp_path, host="localhost") as served:
        context = await browser.new_context()
        context.set_default_timeout(10_000)
        window = await Window.open(context)
        await _with_authenticator(context, window)
        await window.page.goto(await served.link("approver"))
        await window.press("Sign in")
        await window.heading("Set up a second step")
        await window.press("Set up a passkey")
        await window.heading("What needs you")
        await window.press("Sign out")
        await window.heading("Sign in")
        await window.page.goto(await served.link("approver"))
        await window.press("Sign in")
        await window.heading("Prove that it is you")
        await window.press("Use your passkey")
        await window.heading("What needs you")
        served.clock.turn(timedelta(minutes=6))
        await _ask_to_approve(served, window)
        await window.heading("Prove that it is you")
        await window.press("Use your passkey")
        await window.heading("Nothing has happened yet")
        assert await _approved(served) == 0
        await window.press("Approve and send")
        await window.heading("Case KEN-")
        assert await _approved(served) == 1
        await window.page.get_by_role("link", name="Approver Person").click()
        await expect(window.page.get_by_text("(this one)")).to_be_visible()
        await window.press("End all, here too")
        await window.heading("Sign in")
        await context.close()
        assert window.complaints == []


async def test_a_work_account_signs_in_and_proves_the_approval(tmp_path: Path, browser: Browser, work_accounts: Provider) -> None:  # noqa: F811
    def accounts(base: str) -> WorkAccounts:
        back = f"{base}/work-account/back"
        return OidcProvider(
            issuer=work_accounts.issuer, client_id="alerts", client_secret="made up", back_at=back, name="your Kent account"
        )

    async with serving(tmp_path, host="localhost", accounts=accounts) as served:
        context = await browser.new_context()
        context.set_default_timeout(10_000)
        window = await Window.open(context)
        await window.page.goto(f"{served.base}/cases/{served.seeds.decide}")
        await window.heading("Sign in")
        await window.page.get_by_role("button", name="Sign in with your Kent account").click()
        await window.page.get_by_role("button", name="helen").click()
        await window.heading("Almost there")
        window.complaints.clear()  # about the pages of the provider
        await window.press("Sign in")
        await window.heading("Case KEN-")
        assert window.page.url == f"{served.base}/cases/{served.seeds.decide}"
        served.clock.turn(timedelta(minutes=6))
        await _ask_to_approve(served, window)
        await window.heading("Prove that it is you")
        served.clock.turn(timedelta(minutes=-3))  # the provider says that Helen proved it when the story began
        async with context.expect_page() as opening:
            await window.page.get_by_role("link", name="Sign in to your Kent account again").click()
        again = Window(page=await opening.value)
        await again.page.get_by_role("button", name="helen").click()
        await again.heading("Almost there")
        await again.press("Sign in")
        await again.heading("Thank you, that proves it")
        await again.page.close()
        await window.press("Continue")
        await window.heading("Nothing has happened yet")
        assert await _approved(served) == 0
        await window.press("Approve and send")
        await window.heading("Case KEN-")
        assert await _approved(served) == 1
        await context.close()
        assert window.complaints == []
