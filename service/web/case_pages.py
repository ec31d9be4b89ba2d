"""The pages of a case: its notices beside their source, the decisions, the board of recipients, and what happened."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from directory.authority import by_gss
from service.database import pages
from service.database.responses import Response as Said
from service.database.unit_of_work import Work
from service.domain.approval import Verdict, duties_refusal
from service.domain.case import Case
from service.domain.delivery import Delivery, named_state
from service.domain.errors import NotFound
from service.domain.notice import Notice, NoticeState
from service.domain.people import IssuingAuthority, Role
from service.flow import assure, decide
from service.policies import policy_named
from service.web.case_view import Group, ValueRow, groups, look_of, value_rows
from service.web.hexmap import HexMap, draw
from service.web.letter_text import ReadableLetter, frozen, readable
from service.web.render import page
from service.web.session import SignedIn, Site, TheSite, Visitor, need, read_form

PAGE = 50
router = APIRouter(prefix="/cases")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """One notice with everything a person needs to judge it."""

    notice: Notice
    rows: tuple[ValueRow, ...] = field(repr=False)
    source: ReadableLetter | None = field(repr=False)
    letter: ReadableLetter | None = field(repr=False)
    recipients: int
    groups: tuple[Group, ...]
    map: HexMap | None
    may_check: bool
    may_decide: bool
    hindrance: str | None


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


@router.get("/{case_id}/board/{notice_id}")
async def board(case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Return the counts and the map of one notice, for the script that keeps an open page fresh."""
    async with site.house.read() as work:
        await _notice(work, case_id, notice_id, visitor)
        deliveries = await work.deliveries.of_notice(notice_id)
    return JSONResponse(
        {
            "counts": {group.name: len(group.deliveries) for group in groups(deliveries)},
            "looks": {one.gss_code: look_of(one.state, one.answer) for one in deliveries},
        }
    )


@router.post("/{case_id}/notices/{notice_id}/pass")
async def passed(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Pass a notice on to the approvers."""
    form = await _form(request, case_id, notice_id, visitor, site, Role.QUALITY)
    await assure.pass_notice(site.house, notice_id, visitor.person, _version(form), site.clock())
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
        return await _case_page(request, case_id, visitor, site, fault=fault)
    now = site.clock()
    await decide.decide_on_web(site.house, notice_id, visitor.person, Verdict.APPROVE, form.get("reason", ""), _version(form), now)
    return _back(case_id)


@router.post("/{case_id}/notices/{notice_id}/reject")
async def rejected(request: Request, case_id: str, notice_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Reject a notice, with the reason."""
    form = await _form(request, case_id, notice_id, visitor, site, Role.APPROVER)
    if not form.get("reason"):
        return await _case_page(request, case_id, visitor, site, fault=(f"why-{notice_id}", "Give a reason for rejecting the notice"))
    await decide.decide_on_web(site.house, notice_id, visitor.person, Verdict.REJECT, form["reason"], _version(form), site.clock())
    return _back(case_id)


async def _case_page(request: Request, case_id: str, visitor: Visitor, site: Site, *, fault: tuple[str, str] | None = None) -> Response:
    if not visitor.sees_timelines:
        raise NotFound
    views: list[NoticeView] = []
    answers: tuple[Said, ...] = ()
    async with site.house.read() as work:
        case = await pages.case_of(work, case_id, visitor.person.issuing_authority_id)
        authority = await work.people.authority(case.issuing_authority_id)
        happened = await pages.timeline(work, case_id)
        if visitor.sees_cases:
            views = [await _view(work, case, authority, notice, visitor) for notice in await work.notices.of_case(case_id)]
            answers = await work.responses.of_case(case_id)
    return page(
        request.state.nonce,
        "case.html",
        status=400 if fault else 200,
        visitor=visitor,
        case=case,
        authority=authority,
        policy=policy_named(case.policy),
        views=views[::-1],
        answers=[said for said in answers if said.words or said.answer.matters],
        names={gss: one.short_name for gss, one in by_gss().items()},
        happened=happened,
        fault=fault,
    )


async def _view(work: Work, case: Case, authority: IssuingAuthority, notice: Notice, visitor: Visitor) -> NoticeView:
    deliveries = await work.deliveries.of_notice(notice.id)
    waits = notice.state is NoticeState.AWAITING_APPROVAL
    hindrance = duties_refusal(notice, visitor.person, policy_named(case.policy)) if waits else None
    letter = await work.letters.get(notice.letter_id) if notice.letter_id else None
    recipients = await _recipients(work, case, authority, notice, len(deliveries))
    return NoticeView(
        notice=notice,
        rows=value_rows(notice.fields, notice.provenance),
        source=await readable(await work.received.raw(notice.received_email_id)) if notice.received_email_id else None,
        letter=frozen(letter.wire) if letter else None,
        recipients=recipients,
        groups=groups(deliveries),
        map=_map(deliveries, authority.gss_code) if deliveries else None,
        may_check=visitor.may(Role.QUALITY) and notice.state is NoticeState.CHECKING,
        may_decide=waits and visitor.may(Role.APPROVER) and hindrance is None,
        hindrance=str(hindrance) if hindrance and visitor.may(Role.APPROVER) else None,
    )


async def _recipients(work: Work, case: Case, authority: IssuingAuthority, notice: Notice, already: int) -> int:
    """Count who gets the notice: those it went to, those it was frozen for, else those it would go to now."""
    if already:
        return already
    cascade = await work.notices.cascade(notice.id)
    return len(cascade.recipients if cascade else await assure.recipients_of(work, authority, case, notice))


def _map(deliveries: tuple[Delivery, ...], own: str) -> HexMap:
    looks = {one.gss_code: look_of(one.state, one.answer) for one in deliveries if one.gss_code}
    states = {one.gss_code: named_state(one.state, one.answer, confirmed=one.confirmed) for one in deliveries if one.gss_code}
    return draw({own: "own", **looks}, {own: "the issuing authority", **states})


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
    notice = await work.notices.get(notice_id)
    if notice.case_id != case_id:
        raise NotFound
    return notice


def _version(form: dict[str, Any]) -> int:
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _back(case_id: str) -> Response:
    return RedirectResponse(f"/cases/{case_id}", status_code=303)
