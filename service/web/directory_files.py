"""The list of contacts as a file: in with a dry run first, all faults at once by row, and out for whoever proved again who they are."""

import asyncio
import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from directory import exporting
from directory.history import By
from directory.importing import Fault, Import
from directory.intake import second_person_for
from directory.planning import Plan
from directory.rows import contact_fields
from service.domain.errors import ChangedMeanwhile, NotAllowed, NotFound
from service.domain.people import Role
from service.flow import directory
from service.flow.house import today
from service.flow.sandbox import CannotUnderstand
from service.web.directory_differences import differences
from service.web.directory_forms import back, posted
from service.web.errors import FROM_ELSEWHERE
from service.web.proof import require_fresh_proof
from service.web.render import page
from service.web.session import SignedIn, Site, TheSite, Visitor, need

LARGEST_FILE = 600_000
ELSEWHERE = "Whoever runs the service can read it with national-alerts directory import."
TOO_MUCH = f"The file takes too long or too much memory to read here. {ELSEWHERE}"
STEP = "Import a list"
KINDS = {
    "csv": (exporting.contacts_csv, "text/csv; charset=utf-8"),
    "xlsx": (exporting.contacts_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_ROWS_SHOWN = 500
router = APIRouter(prefix="/directory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file that somebody sent, and why."""

    raw: bytes = field(repr=False)
    why: str


@router.get("/import")
async def choose(request: Request, visitor: SignedIn) -> Response:
    """Show the form for a file. The proof is asked for here already, because a browser does not send a file twice."""
    need(visitor.may(Role.DIRECTORY))
    require_fresh_proof(request, visitor, STEP)
    return _choose_page(request, visitor)


@router.post("/import")
async def look(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Say what a file would change, or every fault in it; nothing is stored."""
    sent = await _sent(request, visitor)
    need(visitor.may(Role.DIRECTORY))
    require_fresh_proof(request, visitor, STEP)
    faults = {} if sent.why else {"why": "Say why the list changes, for whoever looks at the history."}
    if not sent.raw:
        faults = {"file": "Choose a file.", **faults}
    if len(sent.raw) > LARGEST_FILE:
        faults["file"] = f"The file is larger than {LARGEST_FILE // 1000} KB. {ELSEWHERE}"
    if faults:
        return _choose_page(request, visitor, faults=faults, why=sent.why)
    return await _plan_page(request, visitor, site, sent)


@router.post("/import/confirm")
async def confirm(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Take in what was shown, and nothing that came between."""
    form = await posted(request, visitor, "Take the list in")
    try:
        sent = Sent(raw=base64.b64decode(form.get("file", ""), altchars=b"-_", validate=True), why=form.get("why", ""))
    except (binascii.Error, ValueError):
        raise NotFound from None
    read = await _read(site, sent)
    if not read.usable:
        return await _plan_page(request, visitor, site, sent)
    try:
        taken = await directory.take_file(site.house, read.rows, form.get("mark", ""), visitor.person, sent.why, site.clock())
    except ChangedMeanwhile:
        says = "Somebody changed the directory meanwhile. This is what the file would do now; look again, then take it in."
        return await _plan_page(request, visitor, site, sent, says=says, status=409)
    if taken.waits is not None:
        return back("/directory/waiting", "waits")
    return back("/directory", "imported" if taken.batch else "nothing")


@router.post("/export")
async def export(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Hand out every contact as a file that can be changed and imported again; no cell of it is a formula (row W17)."""
    form = await posted(request, visitor, "Export the list")
    if form.get("kind") not in KINDS:
        raise NotFound
    write, media = KINDS[form["kind"]]
    async with site.house.begin() as work:
        contacts = await work.register.all_contacts(partners=True)
        known = {one.gss_code: one for one in await work.register.authorities()}
        work.audit.add("contacts_exported", at=site.clock(), actor=visitor.person.id, count=len(contacts))
    raw = await asyncio.to_thread(write, contacts, known=known)
    return Response(raw, media_type=media, headers={"Content-Disposition": f'attachment; filename="directory-contacts.{form["kind"]}"'})


async def _sent(request: Request, visitor: Visitor) -> Sent:
    """Read the one form that carries a file; refused without this session's token."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise NotAllowed(FROM_ELSEWHERE)
    async with request.form(max_files=1, max_fields=5) as form:
        csrf, why, file = form.get("csrf"), form.get("why"), form.get("file")
        if not isinstance(csrf, str) or not hmac.compare_digest(csrf.encode(), visitor.csrf.encode()):
            raise NotAllowed(FROM_ELSEWHERE)
        raw = await file.read() if isinstance(file, UploadFile) else b""
    return Sent(raw=raw, why=why.strip()[: directory.LONGEST_REASON] if isinstance(why, str) else "")


async def _read(site: Site, sent: Sent) -> Import:
    async with site.house.read() as work:
        known = {one.gss_code: one for one in await work.register.authorities()}
        made_up = await directory.made_up(work)
    try:
        return await site.viewer.contacts(sent.raw, known, today(site.clock()), test_environment=made_up)
    except CannotUnderstand:
        return Import(rows=(), faults=(Fault(row=None, says=TOO_MUCH),))


def _choose_page(request: Request, visitor: Visitor, *, faults: Mapping[str, str] | None = None, why: str = "") -> Response:
    return page(
        request.state.nonce,
        "directory_import.html",
        status=400 if faults else 200,
        visitor=visitor,
        faults=faults or {},
        typed={"why": why},
        largest=LARGEST_FILE // 1000,
    )


async def _plan_page(request: Request, visitor: Visitor, site: Site, sent: Sent, *, says: str | None = None, status: int = 200) -> Response:
    read = await _read(site, sent)
    if not read.usable:
        return page(request.state.nonce, "directory_faults.html", status=400, visitor=visitor, found=read.faults)
    async with site.house.read() as work:
        plan = await work.register.plan_import(read.rows, allowed_domains=site.house.allowed_domains)
        waits = await second_person_for(work.register, plan, By(who=visitor.person.id, why=sent.why, at=site.clock()))
        names = {one.gss_code: one.name for one in await work.register.authorities()}
    return page(
        request.state.nonce, "directory_plan.html", status=status, visitor=visitor, plan=plan, changes=_told(plan), shown=_ROWS_SHOWN,
        waits=waits, names=names, says=says, why=sent.why, file=base64.urlsafe_b64encode(sent.raw).decode(),
    )  # fmt: skip


def _told(plan: Plan) -> list[dict[str, Any]]:
    """Return what would become of each contact, field by field, the changed ones first."""
    pairs = [("Changed", change.old, change.new) for change in plan.changed] + [("Added", None, new) for new in plan.added]
    told = []
    for what, old, new in pairs:
        fields = differences({} if old is None else contact_fields(old), contact_fields(new), {})
        told.append({"what": what, "gss_code": new.gss_code, "order": new.order, "fields": fields})
    return told
