"""The mailboxes on the web page."""

import httpx2
import pytest
from fastapi import FastAPI

from service.demo.addresses import accounts, contacts, councils, mailbox_of
from service.demo.inbox import with_inbox
from service.demo.server import DemoMailServer

KENT = councils()["kent"]

HOSTILE = (
    b"From: <x@leeds.test>\r\nTo: alerts@kent.test\r\nSubject: <script>alert(1)</script>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n<b>plain</b>\r\n'
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p><script>alert(2)</script>\r\n--b--\r\n"
)


@pytest.fixture
async def browser():
    async with DemoMailServer(accounts=accounts(), mailbox_of=mailbox_of) as server:
        site = FastAPI()
        site.add_api_route("/demo/inboxes", lambda: "the site itself")
        await server.deliver(KENT.mailbox, "x@leeds.test", HOSTILE)
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=with_inbox(site, server, KENT)), base_url="http://127.0.0.1"
        ) as browser:
            yield browser


async def test_every_mailbox_is_listed_with_its_letters(browser):
    page = (await browser.get("/demo/inbox")).text
    assert page.count('href="/demo/inbox/') == 1 + len(KENT.staff) + len(contacts())
    assert "Kent County Council" in page


async def test_a_letter_is_shown_escaped(browser):
    listed = (await browser.get(f"/demo/inbox/{KENT.mailbox}")).text
    shown = (await browser.get(f"/demo/inbox/{KENT.mailbox}/1")).text
    for page in (listed, shown):
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)" in page
    assert "&lt;b&gt;plain" in shown
    assert 'sandbox=""' in shown


async def test_the_html_of_a_letter_runs_nothing(browser):
    answer = await browser.get(f"/demo/inbox/{KENT.mailbox}/1/html")
    assert "<p>rich</p>" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize("path", ["nobody@kent.test", f"{KENT.mailbox}/2", f"{KENT.mailbox}/0", f"{KENT.mailbox}/2/html"])
async def test_what_is_not_there_is_not_found(browser, path):
    assert (await browser.get(f"/demo/inbox/{path}")).status_code == 404


async def test_every_other_page_is_the_site_itself(browser):
    assert (await browser.get("/demo/inboxes")).json() == "the site itself"


async def test_the_pages_run_no_script_and_frame_only_themselves(browser):
    policy = (await browser.get("/demo/inbox")).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-src 'self'" in policy
    assert "script-src" not in policy


async def test_another_host_name_is_refused(browser):
    assert (await browser.get("/demo/inbox", headers={"Host": "elsewhere.test"})).status_code == 400
