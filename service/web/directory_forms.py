"""What the forms of the directory share: who may change it, the way back, days, and the answer when something is wrong in a form."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from directory.authority import Authority
from service.database.unit_of_work import Work
from service.domain.errors import NotFound
from service.domain.people import Role
from service.flow.directory import Refused
from service.web.proof import require_fresh_proof
from service.web.session import Visitor, need, read_form

DONE = {
    "saved": "Saved.",
    "waits": "Another directory administrator has to agree to this. Nothing has changed yet.",
    "undone": "Put back.",
    "decided": "Your decision is kept.",
    "imported": "The list is taken in.",
    "asked": "The letters are on their way. What comes of them shows here.",
    "none_due": "Nobody is due to be asked.",
    "nothing": "The file says what is here already. Nothing was changed.",
}


async def posted(request: Request, visitor: Visitor, step: str) -> Mapping[str, str]:
    """Read a form that changes the directory: an administrator's, with a fresh proof of who it is."""
    form = await read_form(request, visitor)
    need(visitor.may(Role.DIRECTORY))
    require_fresh_proof(request, visitor, step, form)
    return form


def back(path: str, done: str) -> Response:
    """Lead on to a page of ours that says what was *done*."""
    return RedirectResponse(f"{path}?done={quote(done)}", status_code=303)


def authority_page(gss_code: str) -> str:
    """Return the address of an authority's page."""
    return f"/directory/{quote(gss_code, safe='')}"


async def known_authority(work: Work, gss_code: str) -> Authority:
    """Return an authority; raises NotFound."""
    found = await work.register.authority(gss_code)
    if found is None:
        raise NotFound
    return found


def number(form: Mapping[str, str], name: str) -> int:
    """Return a number that a page of ours put into its form; raises NotFound for anything else."""
    text = form.get(name, "")
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 10):
        raise NotFound
    return int(text)


def day_in(form: Mapping[str, str], name: str) -> date:
    """Read a day typed in three fields; raises Refused."""
    try:
        return date(*(int(form.get(f"{name}_{part}", "")) for part in ("year", "month", "day")))
    except (ValueError, OverflowError):
        raise Refused({name: "Write a day, a month and a year, for example 1 4 2027"}) from None


async def names_of_people(work: Work) -> dict[str, str]:
    """Return the names of those who stand in the history by their id."""
    return {one.id: one.name for one in await work.people.everyone()}
