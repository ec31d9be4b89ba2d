"""The form of one contact of an authority: add, change, take out, and note a call that proved it.

Two who change it at once are told, and nothing typed is lost.
"""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from directory.contact import PRIMARY, ROLES, Contact
from directory.register import NOTHING
from service.domain.errors import ChangedMeanwhile, NotAllowed, NotFound
from service.domain.people import Role
from service.flow import directory
from service.flow.confirmed import answer_by_phone
from service.web.directory_forms import authority_page, back, known_authority, names_of_people, number, posted
from service.web.render import page
from service.web.session import SignedIn, Site, TheSite, Visitor, need

FIELDS = ("address", "role", "phone", "out_of_hours", "secure_note")
router = APIRouter(prefix="/directory/{gss_code}/contacts/{order}")


@router.get("")
async def show(request: Request, gss_code: str, order: int, visitor: SignedIn, site: TheSite) -> Response:
    """Show the form of one contact, or of a new one."""
    need(visitor.may(Role.DIRECTORY))
    return await _form(request, visitor, site, gss_code, order)


@router.post("")
async def save(request: Request, gss_code: str, order: int, visitor: SignedIn, site: TheSite) -> Response:
    """Store a contact, or let it wait for a second person."""
    form = await posted(request, visitor, "Save the contact")
    entry = directory.ContactEntry(
        gss_code=gss_code, order=order, base=number(form, "base"), **{name: form.get(name, "") for name in FIELDS}
    )
    try:
        waits = await directory.save_contact(site.house, entry, visitor.person, form.get("why", ""), site.clock())
    except directory.Refused as refused:
        return await _form(request, visitor, site, gss_code, order, form=form, faults=refused.faults, status=400)
    except ChangedMeanwhile:
        return await _changed(request, visitor, site, gss_code, order, form)
    return back(authority_page(gss_code), "waits" if waits else "saved")


@router.post("/remove")
async def remove(request: Request, gss_code: str, order: int, visitor: SignedIn, site: TheSite) -> Response:
    """Take a contact out."""
    form = await posted(request, visitor, "Take it out")
    try:
        await directory.remove_contact(site.house, gss_code, order, number(form, "base"), visitor.person, form.get("why", ""), site.clock())
    except directory.Refused as refused:
        faults = {"why_out" if name == "why" else name: says for name, says in refused.faults.items()}
        return await _form(request, visitor, site, gss_code, order, faults=faults, status=400)
    except ChangedMeanwhile:
        return await _changed(request, visitor, site, gss_code, order, form)
    return back(authority_page(gss_code), "saved")


@router.post("/phoned")
async def phoned(request: Request, gss_code: str, order: int, visitor: SignedIn, site: TheSite) -> Response:
    """Note that somebody there said on the telephone that this address is right."""
    form = await posted(request, visitor, "Note the call")
    by, base = visitor.person.id, number(form, "base")
    try:
        await answer_by_phone(site.house, gss_code, order, by=by, why=form.get("why", ""), now=site.clock(), base=base)
    except NotAllowed as refused:
        return await _form(request, visitor, site, gss_code, order, faults={"why_phoned": refused.says}, status=400)
    except ChangedMeanwhile:
        return await _changed(request, visitor, site, gss_code, order, form)
    return back(authority_page(gss_code), "saved")


async def _changed(request: Request, visitor: Visitor, site: Site, gss_code: str, order: int, form: Mapping[str, str]) -> Response:
    says = "Somebody changed this contact meanwhile. Compare what you typed with what is here now, then save again or leave it."
    return await _form(request, visitor, site, gss_code, order, form=form, faults={"now": says}, status=409)


async def _form(
    request: Request,
    visitor: Visitor,
    site: Site,
    gss_code: str,
    order: int,
    *,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    if order not in range(10):
        raise NotFound
    async with site.house.read() as work:
        authority = await known_authority(work, gss_code)
        contact = await work.register.contact(gss_code, order)
        history = await work.register.history(gss_code) if status == 409 else ()
        people = await names_of_people(work) if history else {}
    last = history[-1] if history else None
    typed = {name: form.get(name, "") if form is not None and name in form else _of(contact, name) for name in FIELDS}
    return page(
        request.state.nonce, "directory_contact.html", status=status, visitor=visitor, authority=authority, order=order, contact=contact,
        primary=order == PRIMARY, typed={**typed, "why": (form or {}).get("why", "")}, faults=faults or {}, roles=ROLES,
        base=NOTHING if contact is None else contact.version, now=status == 409,
        changed_by=(people.get(last.who, last.who), last.at) if last else None,
    )  # fmt: skip


def _of(contact: Contact | None, name: str) -> str:
    return "" if contact is None else str(getattr(contact, name))
