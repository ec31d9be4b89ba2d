"""The pages of a case: its notices beside their source, the decisions, the board of recipients, and what happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from directory.authority import by_gss
from service.database import pages
from service.database.responses import Response as Said
from service.database.unit_of_work import Work
from service.domain.approval import Verdict
from service.domain.assessment import against
from service.domain.errors import NotFound
from service.domain.notice import OPEN, Notice
from service.domain.people import Role
from service.flow import assure, decide
from service.flow.repair import MAY_REPAIR
from service.flow.rulebook import policy_of
from service.flow.sandbox import CannotUnderstand
from service.web.case_facts import Alike, NextDate, alike, next_dates
from service.web.children import children_of
from service.web.notice_view import NoticeView, gather, letters_of, opened
from service.web.proof import require_fresh_proof
from service.web.render import page
from service.web.session import SignedIn, Site, TheSite, Visitor, need, read_form

PAGE = 50
router = APIRouter(prefix="/cases")
Fault = tuple[str, str]


@router.get("")
async def listed(request: Request, visitor: SignedIn, site: TheSite, older: int = 0) -> Response:
    """List the cases of the person's authority."""
    need(visitor.sees_timelines)
    skip = max(0, min(older, 10_000))
    async with site.house.read() as work:
        found = await pages.cases_of(work, visitor.person.issuing_authority_id, limit=PAGE + 1, skip=skip)
    more = skip + PAGE if len(found) > PAGE else None
    return page(request.state.nonce, "cases.html", visitor=visitor, cases=found[:PAGE], more=more)


@router.get("/{case_id}")
async def show(request: Request, case_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show a case; an auditor sees its timeline only."""
    return await _case_page(request, case_id, visitor, site)


@router.get("/{case_id}/notices/{notice_id}")
async def show_notice(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show one notice: what was read beside what was sent in."""
    async with site.house.read() as work:
        notice = await _notice(work, case_id, notice_id, visitor)
        case = await work.cases.get(case_id)
        authority = await work.people.authority(case.issuing_authority_id)
        policy = await policy_of(work, case)
        view = await gather(work, case, authority, policy, notice, visitor, now=site.clock(), with_letters=True)
    view = await opened(view, site.viewer)
    return page(
        request.state.nonce,
        "notice.html",
        visitor=visitor,
        case=case,
        authority=authority,
        policy=policy,
        view=view,
        repairs=visitor.may(*MAY_REPAIR),
        fault=None,
    )


@router.post("/{case_id}/notices/{notice_id}/letters/{email_id}/files/{number}")
async def save_file(
    request: Request, case_id: str, notice_id: str, email_id: str, number: int, visitor: SignedIn, site: TheSite
) -> Response:
    """Hand one file of a letter out to be saved, and write down who took it; nothing here shows or runs it."""
    await read_form(request, visitor)
    async with site.house.read() as work:
        notice = await _notice(work, case_id, notice_id, visitor)
        if email_id not in await letters_of(work, notice):
            raise NotFound
        raw = await work.received.raw(email_id)
    return await hand_out(site, visitor, raw, number, email_id=email_id, case_id=case_id)


async def hand_out(site: Site, visitor: Visitor, raw: bytes, number: int, *, email_id: str, case_id: str | None) -> Response:
    """Answer with one file of a letter under a name of ours; raises NotFound for what is not there or not handed on."""
    try:
        saved = await site.viewer.file_of(raw, number)
    except CannotUnderstand:
        saved = None
    if saved is None:
        raise NotFound
    async with site.house.begin() as work:
        work.audit.add("file_saved", at=site.clock(), actor=visitor.person.id, case_id=case_id, subject_id=email_id, number=number)
    headers = {"Content-Disposition": f'attachment; filename="{saved.name}"'}
    return Response(saved.content, media_type="application/octet-stream", headers=headers)


@router.post("/{case_id}/notices/{notice_id}/pass")
async def passed(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Pass a notice on to the approvers."""
    form = await _form(request, case_id, notice_id, visitor, site, Role.QUALITY)
    note = form.get("note", "")
    await assure.pass_notice(site.house, notice_id, visitor.person, _version(form), site.clock(), note=note)
    return _back(case_id)


@router.post("/{case_id}/notices/{notice_id}/return")
async def returned(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Return a notice to the reporter with a question."""
    form = await _form(request, case_id, notice_id, visitor, site, Role.QUALITY)
    if not form.get("question"):
        return await _case_page(request, case_id, visitor, site, fault=(f"question-{notice_id}", "Write what the reporter is to answer"))
    await assure.return_notice(site.house, notice_id, visitor.person, form["question"], _version(form), site.clock())
    return _back(case_id)


@router.post("/{case_id}/notices/{notice_id}/approve")
async def approved(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Approve a notice: everyone is told."""
    form = await _form(request, case_id, notice_id, visitor, site, Role.APPROVER)
    if form.get("understood") != "yes":
        fault = (f"understood-{notice_id}", "Tick the box to show that you know who will get this")
        return await _case_page(request, case_id, visitor, site, fault=fault, typed=form)
    if not form.get("reason") and await _against(site, notice_id):
        fault = (f"reason-{notice_id}", "Write why it is right to send it although rules are not met")
        return await _case_page(request, case_id, visitor, site, fault=fault, typed=form)
    require_fresh_proof(request, visitor, "Approve and send", form)
    now = site.clock()
    await decide.decide_on_web(site.house, notice_id, visitor.person, Verdict.APPROVE, form.get("reason", ""), _version(form), now)
    return _back(case_id)


@router.post("/{case_id}/notices/{notice_id}/reject")
async def rejected(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Reject a notice, with the reason."""
    wanted = (f"why-{notice_id}", "Give a reason for rejecting the notice")
    return await _decide(request, case_id, notice_id, visitor, site, Verdict.REJECT, wanted)


@router.post("/{case_id}/notices/{notice_id}/send-back")
async def sent_back(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Send a notice back as its approver, with a question."""
    wanted = (f"asks-{notice_id}", "Write what must be answered first")
    return await _decide(request, case_id, notice_id, visitor, site, Verdict.RETURN, wanted)


@router.post("/{case_id}/notices/{notice_id}/hold")
async def held(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Let a notice wait without reminders; any approver can still decide."""
    return await _decide(request, case_id, notice_id, visitor, site, Verdict.HOLD)


async def _decide(
    request: Request,
    case_id: str,
    notice_id: str,
    visitor: Visitor,
    site: Site,
    verdict: Verdict,
    wanted: tuple[str, str] | None = None,
) -> Response:
    """Take a decision; *wanted* is what the page says, and where, when its reason is missing."""
    form = await _form(request, case_id, notice_id, visitor, site, Role.APPROVER)
    if wanted and not form.get("reason"):
        return await _case_page(request, case_id, visitor, site, fault=wanted)
    await decide.decide_on_web(site.house, notice_id, visitor.person, verdict, form.get("reason", ""), _version(form), site.clock())
    return _back(case_id)


async def _case_page(
    request: Request, case_id: str, visitor: Visitor, site: Site, *, fault: Fault | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    if not visitor.sees_timelines:
        raise NotFound
    views: list[NoticeView] = []
    answers: tuple[Said, ...] = ()
    owners: dict[str, tuple[str, datetime]] = {}
    dates: tuple[NextDate, ...] = ()
    others: tuple[Alike, ...] = ()
    packs: list[tuple[str, int]] = []
    believing: dict[str, str] = {}
    now = site.clock()
    async with site.house.read() as work:
        case = await pages.case_of(work, case_id, visitor.person.issuing_authority_id)
        authority = await work.people.authority(case.issuing_authority_id)
        policy = await policy_of(work, case)
        happened = await pages.timeline(work, case_id)
        if visitor.sees_cases:
            notices = await work.notices.of_case(case_id)
            views = [await gather(work, case, authority, policy, one, visitor, now=now, with_letters=one.state in OPEN) for one in notices]
            answers = await work.responses.of_case(case_id)
            owners = await pages.owners_of_answers(work, case_id)
            dates = await next_dates(work, case, now)
            others = await alike(work, case, notices)
            believing = await work.deliveries.still_believing(case_id) if case.closed_at else {}
        elif visitor.may(Role.AUDITOR):  # sees that there was a decision, not on what
            packs = [(one.id, one.number) for one in await work.notices.of_case(case_id) if one.decided_at is not None]
    views = [await opened(view, site.viewer) if view.open else view for view in views]
    return page(
        request.state.nonce,
        "case.html",
        status=400 if fault else 200,
        visitor=visitor,
        case=case,
        authority=authority,
        policy=policy,
        views=views[::-1],
        children=children_of(case, [view.notice for view in views]),
        answers=[said for said in answers if said.words or said.answer.matters or said.checked.searched],
        owners=owners,
        names={gss: one.short_name for gss, one in by_gss().items()},
        prompts=dates,
        alike=others,
        happened=happened,
        packs=packs,
        repairs=visitor.may(*MAY_REPAIR),
        believing=sorted(believing.values()),
        fault=fault,
        typed=typed or {},
    )


async def _against(site: Site, notice_id: str) -> bool:
    async with site.house.read() as work:
        return bool(against((await work.notices.get(notice_id)).findings))


async def _form(request: Request, case_id: str, notice_id: str, visitor: Visitor, site: Site, role: Role) -> dict[str, Any]:
    form = dict(await read_form(request, visitor))
    async with site.house.read() as work:
        await _notice(work, case_id, notice_id, visitor)
    need(visitor.may(role))
    return form


async def _notice(work: Work, case_id: str, notice_id: str, visitor: Visitor) -> Notice:
    if not visitor.sees_cases:
        raise NotFound
    await pages.case_of(work, case_id, visitor.person.issuing_authority_id)
    return await pages.notice_of(work, case_id, notice_id)


def _version(form: dict[str, Any]) -> int:
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _back(case_id: str) -> Response:
    return RedirectResponse(f"/cases/{case_id}", status_code=303)
