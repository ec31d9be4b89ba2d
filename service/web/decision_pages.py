"""What surrounds a decision: the exact letter for any authority, STOP while it still helps, and the evidence afterwards."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.database import pages
from service.database.unit_of_work import Work
from service.domain.errors import NotFound
from service.domain.notice import Notice
from service.domain.people import Role
from service.flow.evidence import evidence_of
from service.flow.preview import preview_for
from service.flow.stop import MAY_STOP, stop_on_web
from service.web.proof import require_fresh_proof
from service.web.render import page
from service.web.session import SignedIn, TheSite, Visitor, need, read_form

router = APIRouter(prefix="/cases/{case_id}/notices/{notice_id}")


@router.get("/letter")
async def letter(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite, to: str = "") -> Response:
    """Show the letter to one authority as it would leave."""
    async with site.house.read() as work:
        notice = await _notice(work, case_id, notice_id, visitor, seen=visitor.sees_cases)
        case = await work.cases.get(case_id)
        shown = await preview_for(work, site.house, notice, to[:20], site.clock())
    return page(request.state.nonce, "letter.html", visitor=visitor, case=case, notice=notice, shown=shown)


@router.post("/stop")
async def stopped(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Stop what has not left. It asks for no fresh proof: a wrong STOP is undone by a new approval, a late one by nothing."""
    await read_form(request, visitor)
    async with site.house.read() as work:
        await _notice(work, case_id, notice_id, visitor, seen=visitor.sees_cases)
    need(visitor.may(*MAY_STOP))
    await stop_on_web(site.house, notice_id, visitor.person, site.clock())
    return RedirectResponse(f"/cases/{case_id}", status_code=303)


@router.post("/evidence")
async def evidence(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Hand out the evidence of a decision, and write down who took it."""
    form = await read_form(request, visitor)
    async with site.house.read() as work:
        await _notice(work, case_id, notice_id, visitor, seen=visitor.sees_timelines)
    need(visitor.may(Role.AUDITOR, Role.APPROVER))
    require_fresh_proof(request, visitor, "Download the evidence", form)
    pack = await evidence_of(site.house, case_id, notice_id, site.clock(), actor=visitor.person.id)
    headers = {"Content-Disposition": f'attachment; filename="{pack.name}"'}
    return Response(pack.content, media_type="application/zip", headers=headers)


async def _notice(work: Work, case_id: str, notice_id: str, visitor: Visitor, *, seen: bool) -> Notice:
    """Return a notice of the visitor's own authority; raises NotFound for every other, and for who may not see it."""
    if not seen:
        raise NotFound
    await pages.case_of(work, case_id, visitor.person.issuing_authority_id)
    notice = await work.notices.get(notice_id)
    if notice.case_id != case_id:
        raise NotFound
    return notice
