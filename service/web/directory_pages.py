"""The address directory, for reading: every authority, one with its health, letters and history, and what to put back of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from directory.authority import Authority, neighbours_of
from directory.changes import HistoryEntry, What
from service.database import pages
from service.database.correspondence import Correspondence, Exchange, Health
from service.database.tasks import Task
from service.database.unit_of_work import Work
from service.domain.people import Role
from service.flow import directory
from service.flow.house import today
from service.web.directory_differences import differences
from service.web.directory_forms import DONE, authority_page, back, known_authority, names_of_people, number, posted
from service.web.directory_standing import confirmation_of, name_of, warnings_about
from service.web.rates import SEARCHES, rates_of
from service.web.render import page, words
from service.web.session import SignedIn, Site, TheSite, Visitor, need

LOOKED_AT = timedelta(days=90)
_SHOWN = 100
_TASKS = 1_000
_BATCH = re.compile(r"[0-9a-f]{32}")
_NAMED = re.compile(r"\b[0-9a-f]{32}\b")
router = APIRouter(prefix="/directory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change as the page tells it; *undo* is how it is put back, when it can be."""

    id: int
    what: str
    why: str
    who: str
    at: datetime
    fields: tuple[tuple[str, str, str], ...] = field(repr=False)
    undo: tuple[str, str] | None = None


@router.get("")
async def listed(request: Request, visitor: SignedIn, site: TheSite, q: str = "", every: str = "", done: str = "") -> Response:
    """List the authorities of today (or *every* one) whose name, code or region holds the words asked for."""
    need(visitor.sees_directory)
    if q:
        await rates_of(request).spend(SEARCHES, visitor.person.id)
    wanted = q.strip().casefold()[:100]
    async with site.house.read() as work:
        authorities = await work.register.authorities(None if every else today(site.clock()))
        primary = await work.register.primary_contacts()
        waiting = len(await directory.waiting_changes(work))
    found = [one for one in authorities if wanted in searched(one)]
    return page(
        request.state.nonce, "directory.html", visitor=visitor, found=found, primary=primary, q=q.strip()[:100], all=len(authorities),
        every=bool(every), waiting=waiting, searched=searched, done=DONE.get(done),
    )  # fmt: skip


@router.get("/{gss_code}")
async def show(request: Request, gss_code: str, visitor: SignedIn, site: TheSite, done: str = "") -> Response:
    """Show one authority."""
    need(visitor.sees_directory)
    return await show_authority(request, gss_code, visitor, site, done=DONE.get(done), written=done in ("saved", "waits"))


@router.post("/{gss_code}/undo")
async def undo(request: Request, gss_code: str, visitor: SignedIn, site: TheSite) -> Response:
    """Put back what one change did, or what all changes of its batch did."""
    form = await posted(request, visitor, "Put it back")
    now = site.clock()
    try:
        if form.get("batch"):
            waits = await directory.undo_file(site.house, form["batch"], visitor.person, now)
        else:
            waits = await directory.undo_change(site.house, gss_code, number(form, "change"), visitor.person, now)
    except directory.Refused as refused:
        return await show_authority(request, gss_code, visitor, site, faults=refused.faults, status=400)
    return back(authority_page(gss_code), "waits" if waits else "undone")


async def show_authority(
    request: Request,
    gss_code: str,
    visitor: Visitor,
    site: Site,
    *,
    done: str | None = None,
    written: bool = False,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Show one authority, its contacts, letters and changes; where something was just *written*, with what speaks against the domains."""
    now = site.clock()
    async with site.house.read() as work:
        authority = await known_authority(work, gss_code)
        contacts = await work.register.contacts(gss_code)
        history = await work.register.history(gss_code)
        names = {one.gss_code: one.name for one in await work.register.authorities()}
        neighbours = [(code, names.get(code, code)) for code in neighbours_of(gss_code)]
        people = await names_of_people(work)
        letters = Correspondence(work.connection)
        exchanges = await letters.of(gss_code)
        health = (await letters.health(now - LOOKED_AT, gss_code)).get(gss_code, Health())
        to_do = sum((await letters.open_tasks(gss_code)).values())
        waiting = [one for one in await directory.waiting_changes(work) if one.gss_code == gss_code]
        asked = await work.questions.about(gss_code)
        about = {gss_code, *(one.id for one in exchanges)}
        mine = [one.says for one in await _tasks_of(work, visitor) if not about.isdisjoint((one.subject_id or "").split())]
    addresses = [*(one.address for one in contacts), *(str(one.wanted["address"]) for one in waiting if "address" in one.wanted)]
    return page(
        request.state.nonce, "authority.html", status=status, visitor=visitor, authority=authority, contacts=contacts, name_of=name_of,
        stands={one.order: confirmation_of(one, asked, every=site.house.confirm_every, now=now) for one in contacts},
        warnings=await warnings_about(request, addresses) if written else (),
        lines=[_line(entry, people, names) for entry in history[-_SHOWN:][::-1]], exchanges=[_shown(one, visitor) for one in exchanges],
        health=health, to_do=to_do, mine=mine, waiting=waiting, names=names, neighbours=neighbours,
        next_order=_next_order([one.order for one in contacts]), changes=visitor.may(Role.DIRECTORY), done=done, faults=faults or {},
    )  # fmt: skip


async def _tasks_of(work: Work, visitor: Visitor) -> Sequence[Task]:
    """Return what this visitor has to do."""
    authority = await work.people.authority(visitor.person.issuing_authority_id)
    return await pages.tasks_for(work, authority.id, authority.mailbox, visitor.person.roles, limit=_TASKS)


def searched(authority: Authority) -> str:
    """Return the words by which an authority is found."""
    return " ".join(
        (authority.name, authority.short_name, authority.gss_code, authority.code, authority.region, *authority.other_names)
    ).casefold()


def by_name(text: str, people: Mapping[str, str]) -> str:
    """Write the ids of people in a sentence of the history as names."""
    return _NAMED.sub(lambda found: people.get(found[0], found[0]), text)


def _line(entry: HistoryEntry, people: Mapping[str, str], names: Mapping[str, str]) -> Line:
    undo = None
    if entry.batch and _BATCH.fullmatch(entry.batch):
        undo = ("batch", entry.batch)
    elif entry.what not in (What.PROVED, What.AUTHORITY_ADDED):
        undo = ("change", str(entry.id))
    return Line(
        id=entry.id, what=words(entry.what), why=by_name(entry.why, people), who=by_name(entry.who, people), at=entry.at,
        fields=differences(entry.before or {}, entry.after or {}, names), undo=undo,
    )  # fmt: skip


def _shown(one: Exchange, visitor: Visitor) -> dict[str, Any]:
    """Tell of a letter what this visitor may know: whose case it is and what was answered only to those who may see the case."""
    ours = one.case_id is None or (visitor.sees_cases and one.issuing_authority_id == visitor.person.issuing_authority_id)
    answer = words(one.answer) if ours else "Answered"
    return {
        "id": one.id,
        "kind": words(one.kind) if ours else "A letter about a case",
        "state": words(one.state),
        "at": one.created_at,
        "answer": answer if one.answer != "none" else "No answer",
        "answered_at": one.answered_at,
        "case_id": one.case_id if ours and one.case_id else None,
    }


def _next_order(taken: Sequence[int]) -> int | None:
    return next((order for order in range(10) if order not in taken), None)
