"""A person at a receiving authority in front of the answer page: opens the link, fills in the form as it stands, sends it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

import httpx2


class PageTrouble(Exception):  # noqa: N818
    """The page could not be used; the text says what a person would have seen."""


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, and its fields as (type, name, value)."""

    action: str = ""
    posts: bool = False
    fields: list[tuple[str, str, str]] = field(default_factory=list)

    def filled(self, *, name: str, answer: str) -> dict[str, str]:
        """Fill the form in: hidden fields as they are, the wanted answer, the person's name; raises PageTrouble without that answer."""
        chosen = {field_name: value for kind, field_name, value in self.fields if kind in ("radio", "submit", "select") and value == answer}
        if not chosen:
            raise PageTrouble("The page does not offer the answer.")
        hidden = {field_name: value for kind, field_name, value in self.fields if kind == "hidden"}
        written = {field_name: name if field_name == "name" else "" for kind, field_name, _ in self.fields if kind == "text"}
        empty = {field_name: "" for kind, field_name, _ in self.fields if kind == "textarea"}
        return hidden | written | empty | chosen


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(action=values.get("action", ""), posts=values.get("method", "").lower() == "post")
            self.found.append(self._form)
        if self._form is None:
            return
        name, value = values.get("name", ""), values.get("value", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            self._form.fields.append(("select", self._select, value))
        elif name and tag in ("input", "button", "textarea"):
            default = {"input": "text", "button": "submit", "textarea": "textarea"}[tag]
            self._form.fields.append((values.get("type", default) if tag != "textarea" else default, name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


def forms_of(page: str) -> list[Form]:
    """Return the forms of a page in their order."""
    reader = _Forms()
    reader.feed(page)
    return reader.found


def answer_form(page: str) -> Form:
    """Find the form that takes the answer: the first that is posted and has a choice."""
    for form in forms_of(page):
        if form.posts and any(kind in ("radio", "select", "submit") for kind, _, _ in form.fields):
            return form
    raise PageTrouble("The page has no form to answer with.")


async def press(browser: httpx2.AsyncClient, link: str, *, name: str, answer: str) -> None:
    """Open the link (which must change nothing), then send the answer; raises PageTrouble."""
    page = await browser.get(link)
    if page.status_code != 200:
        raise PageTrouble(f"The answer page could not be opened (status {page.status_code}).")
    form = answer_form(page.text)
    target = urljoin(str(page.url), form.action)
    shown = await send(browser, target, form.filled(name=name, answer=answer), seen_at=str(page.url))
    if shown.status_code != 200 or "govuk-error-summary" in shown.text:
        raise PageTrouble(f"The answer page did not take the answer (status {shown.status_code}).")


async def send(browser: httpx2.AsyncClient, target: str, fields: dict[str, str], *, seen_at: str) -> httpx2.Response:
    """Post a form as a browser does: it says which page the form stood on."""
    headers = {"Origin": _origin(target), "Referer": seen_at, "Content-Type": "application/x-www-form-urlencoded"}
    return await browser.post(target, content=urlencode(fields), headers=headers)


def _origin(url: str) -> str:
    parts = httpx2.URL(url)
    return f"{parts.scheme}://{parts.netloc.decode()}"
