"""Fills the page templates. Autoescape is always on, and no template marks anything as safe."""

import re
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader
from starlette.responses import HTMLResponse

from service.domain.due import local_date
from service.flow.house import uk_time

_ENUM = re.compile(r"[a-z]+(_[a-z0-9]+)+")
_ISO = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def plain(value: Any) -> str:
    """Write one extracted value in words: dates, yes and no, lists, and names with underscores."""
    if value is None or value == "" or value == []:
        return "Not answered"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple):
        return ", ".join(plain(one) for one in value)
    text = str(value)
    if _ISO.fullmatch(text):
        try:
            return day(date.fromisoformat(text)) if len(text) == 10 else f"{date.fromisoformat(f'{text}-01'):%B %Y}"
        except ValueError:
            return text
    return text.replace("_", " ").capitalize() if _ENUM.fullmatch(text) else text


def words(name: str) -> str:
    """Write a code name such as `awaiting_approval` as words."""
    return str(name).replace("_", " ").replace(".", " ").capitalize()


def day(value: date | None) -> str:
    """Write a date as people here read it."""
    return f"{value.day} {value:%B %Y}" if value else "Not known"


def when(moment: datetime | None) -> str:
    """Write a moment as people here read it."""
    return uk_time(moment) if moment else ""


def on(moment: datetime | None) -> str:
    """Write the day of a moment as people here read it."""
    return day(local_date(moment)) if moment else ""


# Set for each request: letters go to one test address and not to the people they are for, which every page says.
test_letters: ContextVar[bool] = ContextVar("test_letters", default=False)


def page(nonce: str, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Fill the template *name*."""
    whole = {"visitor": None, "typed": {}, "test_letters": test_letters.get(), **context}
    return HTMLResponse(_env.get_template(name).render(cspNonce=nonce, **whole), status_code=status)


_env = Environment(
    loader=ChoiceLoader(
        [PackageLoader("service.web", "templates"), PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
    ),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_env.filters |= {"plain": plain, "words": words, "day": day, "when": when, "on": on}
