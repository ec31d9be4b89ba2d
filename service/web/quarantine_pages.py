"""Letters that were put aside: why each is held, its text, and the choice to release or dismiss it."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.database import pages
from service.database.unit_of_work import Work
from service.domain.errors import NotFound
from service.domain.people import Role
from service.flow import quarantine
from service.web.beside import letter_views
from service.web.case_pages import hand_out
from service.web.notice_view import open_letter
from service.web.render import page
from service.web.session import SignedIn, Site, TheSite, Visitor, need, read_form

router = APIRouter(prefix="/quarantine")


@router.get("")
async def listed(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """List the held letters; a system administrator sees only how many there are."""
    need(visitor.sees_quarantine or visitor.may(Role.SYSTEM))
    async with site.house.read() as work:
        authority = await work.people.authority(visitor.person.issuing_authority_id)
        numbers = await pages.numbers(work, authority.id, authority.mailbox)
        letters = await pages.quarantine(work, authority.mailbox) if visitor.sees_quarantine else ()
    return page(request.state.nonce, "quarantine.html", visitor=visitor, letters=letters, count=numbers.quarantined)


@router.get("/{email_id}")
async def show(request: Request, email_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show one held letter as text."""
    return await _letter_page(request, email_id, visitor, site)


@router.post("/{email_id}/files/{number}")
async def save_file(request: Request, email_id: str, number: int, visitor: SignedIn, site: TheSite) -> Response:
    """Hand one file of a held letter out to be saved, and write down who took it."""
    await _form(request, email_id, visitor, site)
    async with site.house.read() as work:
        raw = await work.received.raw(email_id)
    return await hand_out(site, visitor, raw, number, email_id=email_id, case_id=None)


@router.post("/{email_id}/release")
async def released(request: Request, email_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Accept a held letter as a submission."""
    form = await _form(request, email_id, visitor, site)
    await quarantine.release(site.house, email_id, visitor.person, site.clock(), about=form.get("about", ""))
    return RedirectResponse("/quarantine", status_code=303)


@router.post("/{email_id}/dismiss")
async def dismissed(request: Request, email_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Put a held letter away for good, with the reason."""
    reason = (await _form(request, email_id, visitor, site)).get("reason", "")
    if not reason:
        return await _letter_page(request, email_id, visitor, site, fault=("reason", "Say why this letter needs no action"))
    await quarantine.dismiss(site.house, email_id, visitor.person, reason, site.clock())
    return RedirectResponse("/quarantine", status_code=303)


async def _letter_page(request: Request, email_id: str, visitor: Visitor, site: Site, *, fault: tuple[str, str] | None = None) -> Response:
    async with site.house.read() as work:
        held = await _held(work, email_id, visitor)
        raw = await work.received.raw(email_id)
    letters = letter_views([await open_letter(email_id, raw, site.viewer)], "held", {})
    status = 400 if fault else 200
    return page(request.state.nonce, "quarantined.html", status=status, visitor=visitor, held=held, letters=letters, fault=fault)


async def _form(request: Request, email_id: str, visitor: Visitor, site: Site) -> Mapping[str, str]:
    form = await read_form(request, visitor)
    async with site.house.read() as work:
        await _held(work, email_id, visitor)
    return form


async def _held(work: Work, email_id: str, visitor: Visitor) -> pages.HeldLetter:
    if not visitor.sees_quarantine:
        raise NotFound
    authority = await work.people.authority(visitor.person.issuing_authority_id)
    return await pages.held_letter(work, email_id, authority.mailbox)
