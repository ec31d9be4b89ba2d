"""The page behind a letter that asks an address about itself, without signing in. Opening it changes nothing: scanners open links."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from directory.confirming import Asks, Said
from service.domain.errors import NotAllowed, UnknownToken
from service.flow import confirmed
from service.web.answer_page import shown_lately, sign_form
from service.web.errors import FROM_ELSEWHERE
from service.web.render import page
from service.web.session import Site, TheSite, read_form

CHOICES = {
    Asks.CONFIRM: {
        Said.UNCHANGED: "Nothing has changed: this is right",
        Said.CHANGE: "Something has changed",
        Said.NOT_OURS: "This is not for us",
    },
    Asks.VERIFY: {Said.UNCHANGED: "Yes, this is the right address", Said.NOT_OURS: "This is not for us"},
    Asks.EXERCISE: {
        Said.UNCHANGED: "We have received the exercise",
        Said.CHANGE: "We have received it, but alerts should go elsewhere",
        Said.NOT_OURS: "This is not for us",
    },
}
router = APIRouter(prefix="/confirm")


@router.get("/{token}")
async def show(request: Request, token: str, site: TheSite) -> Response:
    """Show what is asked, and the form."""
    return await _page(request, token, site, {})


@router.post("/{token}")
async def answer(request: Request, token: str, site: TheSite) -> Response:
    """Take the answer; the same answer twice is harmless."""
    form = await read_form(request)
    if not shown_lately(token, form.get("shown", ""), site.clock()):
        raise NotAllowed(FROM_ELSEWHERE)
    found = await _found(site, token)
    said = next((one for one in CHOICES[found.kind] if one == form.get("answer")), None)
    faults = [] if said else [("answer", "Choose an answer")]
    faults += [] if 2 <= len(form.get("name", "").strip()) <= 150 else [("name", "Type your name")]
    if said is None or faults:
        return await _page(request, token, site, form, faults)
    change = confirmed.Change(address=form.get("address", ""), phone=form.get("phone", ""), out_of_hours=form.get("out_of_hours", ""))
    try:
        await confirmed.answer_by_link(site.house, token, name=form["name"], said=said, change=change, now=site.clock())
    except NotAllowed as refused:
        return await _page(request, token, site, form, [("address", refused.says)])
    return RedirectResponse(f"/confirm/{token}", status_code=303)


async def _page(request: Request, token: str, site: Site, form: Mapping[str, str], faults: list[tuple[str, str]] | None = None) -> Response:
    found = await _found(site, token)
    choices = CHOICES[found.kind]
    return page(
        request.state.nonce,
        "confirm.html",
        status=400 if faults else 200,
        found=found,
        token=token,
        answered=choices.get(found.answer) if found.answer else None,
        choices=[(choice.value, words) for choice, words in choices.items()],
        may_change=Said.CHANGE in choices,
        form=form,
        faults=faults or [],
        shown=sign_form(token, int(site.clock().timestamp())),
    )


async def _found(site: Site, token: str) -> confirmed.AddressPage:
    found = await confirmed.page_for(site.house, token)
    if found is None:
        raise UnknownToken("This link is not known. Reply to the letter itself, or telephone its sender.")
    return found
