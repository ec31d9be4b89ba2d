"""An approver at the web page: opens the link in the letter, signs in by the link that comes by email, reads, ticks and approves."""

from collections.abc import Awaitable, Callable
from urllib.parse import urljoin

import httpx2

from service.demo.answer_page import Form, PageTrouble, forms_of, send

NextLetter = Callable[[], Awaitable[str]]


async def approve(browser: httpx2.AsyncClient, link: str, *, address: str, sign_in_link: NextLetter) -> None:
    """Approve what *link* leads to; raises PageTrouble with what a person would have seen. *sign_in_link* waits for that letter."""
    page = await browser.get(link)
    if page.url.path == "/sign-in":
        await _post(browser, page, "/sign-in", {"address": address})
        page = await browser.get(await sign_in_link())
        page = await _post(browser, page, page.url.path, {})
    form = _form(page, lambda one: one.action.endswith("/approve"))
    page = await _post(browser, page, form.action, {"understood": "yes"})
    if "govuk-error-summary" in page.text:
        raise PageTrouble("The page did not take the decision.")


async def _post(browser: httpx2.AsyncClient, page: httpx2.Response, action: str, typed: dict[str, str]) -> httpx2.Response:
    form = _form(page, lambda one: one.posts and one.action == action)
    hidden = {name: value for kind, name, value in form.fields if kind == "hidden"}
    empty = {name: "" for kind, name, _ in form.fields if kind == "textarea"}
    shown = await send(browser, urljoin(str(page.url), action), hidden | empty | typed, seen_at=str(page.url))
    if shown.status_code != 200:
        raise PageTrouble(f"The page did not go on (status {shown.status_code}).")
    return shown


def _form(page: httpx2.Response, wanted: Callable[[Form], bool]) -> Form:
    found = next((form for form in forms_of(page.text) if wanted(form)), None)
    if page.status_code != 200 or found is None:
        raise PageTrouble(f"The page has no form to go on with (status {page.status_code}).")
    return found
