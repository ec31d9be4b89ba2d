"""Confirming an address by the link in a letter, and sending an exercise, in a real Chromium with scripts and without."""

import pytest
from playwright.async_api import Browser, expect

from tests import test_directory_in_a_browser as keeping
from tests import test_pages_in_a_browser as walk
from tests.test_pages_in_a_browser import Served, Window

served, browser = walk.served, walk.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_an_authority_confirms_its_address_by_the_link_without_signing_in(served: Served, browser: Browser, scripts: bool) -> None:
    context = await browser.new_context(java_script_enabled=scripts, viewport={"width": 360, "height": 800})
    window = await Window.open(context)
    page = window.page
    await page.goto(f"{served.base}/confirm/{served.seeds.confirm_token}")
    await window.heading("Is this still the right address?")
    await window.fits()
    await window.press("Send the answer")
    await expect(page.locator(".govuk-error-summary")).to_contain_text("Type your name")
    await page.get_by_label("Nothing has changed").check()
    await page.get_by_label("Your name and job").fill("Robin Sample")
    await window.press("Send the answer")
    await expect(page.get_by_role("alert")).to_contain_text("Your answer is recorded")
    await page.get_by_label("Something has changed").check()
    await page.get_by_label("Your name and job").fill("Robin Sample")
    await page.get_by_label("New phone number", exact=True).fill("01632 960555")
    await window.press("Send the answer")
    await expect(page.get_by_role("alert")).to_contain_text("Something has changed")
    assert not window.complaints


async def test_an_approver_sends_the_exercise_and_an_administrator_closes_it(served: Served, browser: Browser) -> None:
    approver = await keeping._as(served, browser, served.seeds.people["approver"], scripts=True)
    await approver.page.goto(f"{served.base}/exercises/{served.seeds.exercise}")
    await approver.page.get_by_role("button", name="Send the exercise to").click()
    await expect(approver.page.locator("main")).to_contain_text("Waiting to be sent")
    await approver.fits()
    administrator = await keeping._as(served, browser, served.seeds.people["directory"], scripts=True)
    await administrator.page.goto(f"{served.base}/exercises/{served.seeds.exercise}")
    await administrator.press("Close the exercise")
    await expect(administrator.page.locator("main")).to_contain_text("Closed on")
    faults = []
    for path in ("/exercises", f"/exercises/{served.seeds.exercise}", f"/confirm/{served.seeds.confirm_token}"):
        await administrator.page.goto(served.base + path)
        faults += await walk._faults(administrator.page) if walk.AXE.exists() else []
    assert faults == []
    assert not approver.complaints and not administrator.complaints


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_an_administrator_notes_that_a_call_proved_an_address(served: Served, browser: Browser, scripts: bool) -> None:
    await keeping._second_administrator(served)  # with an address for Kent
    administrator = await keeping._as(served, browser, served.seeds.people["directory"], scripts=scripts)
    page = administrator.page
    await page.goto(f"{served.base}/directory/{keeping.KENT}/contacts/0")
    await administrator.press("Note the call")
    await expect(page.locator(".govuk-error-summary")).to_contain_text("Write whom you phoned")
    await administrator.fits()
    await page.get_by_label("Whom you phoned").fill("Sue, number from their website")
    await administrator.press("Note the call")
    await expect(page.locator("main")).to_contain_text("by telephone: Sue, number from their website")
    assert not administrator.complaints
