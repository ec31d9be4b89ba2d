"""The people of one's authority: who may do what, who stands in for whom, which domains are known, and the glass that is broken.

System administrators change, auditors look. What is seen here holds nothing of a case.
"""

from collections.abc import Mapping
from datetime import date, datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.database.unit_of_work import Work
from service.domain.errors import NotFound
from service.domain.people import Person, Role
from service.flow import people
from service.flow.break_glass import LENT, break_glass, give_back
from service.flow.people import Entry, Wrong, titles_of
from service.policies import policy_named
from service.web.proof import require_fresh_proof
from service.web.render import page
from service.web.session import SignedIn, Site, TheSite, Visitor, need, read_form

ROLES: Mapping[Role, str] = {
    Role.REPORTER: "Reporter: may send notifications in",
    Role.QUALITY: "Quality assurance: checks notices",
    Role.APPROVER: "Approver: decides on notices",
    Role.DIRECTORY: "Directory administrator: keeps the addresses",
    Role.SYSTEM: "System administrator: looks after people; sees no case",
    Role.AUDITOR: "Auditor: reads what happened; changes nothing",
}
Fault = tuple[str, str]
router = APIRouter()


@router.get("/people")
async def listed(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """List the people of the authority."""
    need(visitor.may(Role.SYSTEM, Role.AUDITOR))
    return await _list_page(request, visitor, site)


@router.get("/people/new")
async def new(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show the form for a new person."""
    need(visitor.may(Role.SYSTEM))
    return await _person_page(request, visitor, site, None)


@router.post("/people")
async def add(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Add a person."""
    form = await _change(request, visitor, "Add the person")
    try:
        async with site.house.begin() as work:
            authority = await work.people.authority(visitor.person.issuing_authority_id)
            await people.add_person(work, site.house, authority, _entry(form), visitor.person.id, site.clock())
    except Wrong as wrong:
        return await _person_page(request, visitor, site, None, form=form, fault=(wrong.place, wrong.says))
    return _back("/people")


@router.post("/people/domains")
async def add_domain(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Let everybody at a mail domain send forms in."""
    form = await _change(request, visitor, "Add the domain")
    try:
        async with site.house.begin() as work:
            authority_id = visitor.person.issuing_authority_id
            await people.add_domain(work, authority_id, form.get("domain", ""), visitor.person.id, site.clock())
    except Wrong as wrong:
        return await _list_page(request, visitor, site, form=form, fault=(wrong.place, wrong.says))
    return _back("/people")


@router.post("/people/domains/end")
async def end_domain(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Take a mail domain off the list."""
    form = await _change(request, visitor, "Take the domain off")
    async with site.house.begin() as work:
        await people.remove_domain(work, visitor.person.issuing_authority_id, form.get("domain", ""), visitor.person.id, site.clock())
    return _back("/people")


@router.post("/people/deputies/{entry_id}/end")
async def end_deputy(request: Request, entry_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """End one entry of who stands in for whom."""
    await _change(request, visitor, "End it")
    async with site.house.begin() as work:
        await people.end_deputy(work, visitor.person.issuing_authority_id, entry_id, visitor.person.id, site.clock())
    return _back("/people")


@router.get("/people/{person_id}")
async def show(request: Request, person_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show the form of one person."""
    need(visitor.may(Role.SYSTEM))
    async with site.house.read() as work:
        person = await _of_ours(work, person_id, visitor)
    return await _person_page(request, visitor, site, person)


@router.post("/people/{person_id}")
async def change(request: Request, person_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Change a person."""
    form = await _change(request, visitor, "Save the person")
    async with site.house.read() as work:
        person = await _of_ours(work, person_id, visitor)
    read_at = datetime.fromisoformat(form["changed"]) if _is_moment(form.get("changed", "")) else None
    try:
        async with site.house.begin() as work:
            await people.change_person(work, site.house, person, _entry(form), visitor.person.id, site.clock(), read_at=read_at)
    except Wrong as wrong:
        return await _person_page(request, visitor, site, person, form=form, fault=(wrong.place, wrong.says))
    return _back("/people")


@router.post("/people/{person_id}/end")
async def end(request: Request, person_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """End a person's access."""
    await _change(request, visitor, "End their access")
    async with site.house.begin() as work:
        await people.end_person(work, await _of_ours(work, person_id, visitor), visitor.person.id, site.clock())
    return _back("/people")


@router.post("/people/{person_id}/deputies")
async def add_deputy(request: Request, person_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Let somebody stand in for an approver."""
    form = await _change(request, visitor, "Add the deputy")
    async with site.house.read() as work:
        person = await _of_ours(work, person_id, visitor)
    try:
        first, last = _day(form, "first_day"), _day(form, "last_day")
        async with site.house.begin() as work:
            deputy = await _of_ours(work, form.get("deputy", ""), visitor)
            await people.add_deputy(work, person, deputy, first, last, visitor.person.id, site.clock())
    except Wrong as wrong:
        return await _person_page(request, visitor, site, person, form=form, fault=(wrong.place, wrong.says))
    return _back("/people")


@router.get("/break-glass")
async def glass(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show what was lent, and to system administrators the form."""
    need(visitor.may(Role.SYSTEM, Role.AUDITOR))
    return await _glass_page(request, visitor, site)


@router.post("/break-glass")
async def broken(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Take one role for an hour."""
    form = await _change(request, visitor, "Break the glass")
    role = form.get("role", "")
    try:
        if role not in {one.value for one in LENT}:
            raise Wrong("role", "Choose a role that you do not hold")
        await break_glass(site.house, visitor.person, Role(role), form.get("reason", ""), site.clock())
    except Wrong as wrong:
        return await _glass_page(request, visitor, site, form=form, fault=(wrong.place, wrong.says))
    return _back("/break-glass")


@router.post("/break-glass/end")
async def mended(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Give a role back before the hour is over."""
    await read_form(request, visitor)
    need(visitor.may(Role.SYSTEM))
    await give_back(site.house, visitor.person, site.clock())
    return _back("/break-glass")


async def _change(request: Request, visitor: Visitor, step: str) -> Mapping[str, str]:
    form = await read_form(request, visitor)
    need(visitor.may(Role.SYSTEM))
    require_fresh_proof(request, visitor, step, form)
    return form


async def _of_ours(work: Work, person_id: str, visitor: Visitor) -> Person:
    """Return a person of the visitor's authority; raises NotFound for any other."""
    found = next((one for one in await work.people.everyone() if one.id == person_id), None)
    if found is None or found.issuing_authority_id != visitor.person.issuing_authority_id:
        raise NotFound
    return found


def _entry(form: Mapping[str, str]) -> Entry:
    roles = frozenset(role for role in Role if form.get(f"role_{role}") == "yes")
    given = {name: form.get(name, "") for name in ("name", "address", "title", "phone")}
    return Entry(**given, roles=roles)


def _day(form: Mapping[str, str], name: str) -> date:
    try:
        return date(*(int(form.get(f"{name}_{part}", "")) for part in ("year", "month", "day")))
    except ValueError:
        raise Wrong(name, "Write a day, a month and a year, for example 24 11 2026") from None


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _back(path: str) -> Response:
    return RedirectResponse(path, status_code=303)


async def _list_page(
    request: Request, visitor: Visitor, site: Site, *, form: Mapping[str, str] | None = None, fault: Fault | None = None
) -> Response:
    authority_id = visitor.person.issuing_authority_id
    async with site.house.read() as work:
        ours = [one for one in await work.people.everyone() if one.issuing_authority_id == authority_id]
        deputies = await work.deputies.in_authority(authority_id)
        domains = await work.known_domains.of(authority_id)
    names = {one.id: one.name for one in ours}
    status = 400 if fault else 200
    return page(
        request.state.nonce, "people.html", status=status, visitor=visitor, people=ours, names=names, deputies=deputies, domains=domains,
        fault=fault, typed=form or {},
    )  # fmt: skip


async def _person_page(
    request: Request,
    visitor: Visitor,
    site: Site,
    person: Person | None,
    *,
    form: Mapping[str, str] | None = None,
    fault: Fault | None = None,
) -> Response:
    async with site.house.read() as work:
        authority = await work.people.authority(visitor.person.issuing_authority_id)
        colleagues = [one for one in await work.people.everyone() if one.issuing_authority_id == authority.id and one.active]
    return page(
        request.state.nonce, "person.html", status=400 if fault else 200, visitor=visitor, person=person, roles=ROLES, fault=fault,
        titles=titles_of(policy_named(authority.policy)), colleagues=[one for one in colleagues if person is None or one.id != person.id],
        typed=form or {},
    )  # fmt: skip


async def _glass_page(
    request: Request, visitor: Visitor, site: Site, *, form: Mapping[str, str] | None = None, fault: Fault | None = None
) -> Response:
    now = site.clock()
    async with site.house.read() as work:
        lent = await work.borrowed.in_authority(visitor.person.issuing_authority_id)
        names = {one.person_id: (await work.people.person(one.person_id)).name for one in lent}
    mine = next((one for one in lent if one.person_id == visitor.person.id and one.ended_at is None and one.until_at > now), None)
    free = [role for role in LENT if role not in visitor.person.roles]
    status = 400 if fault else 200
    return page(
        request.state.nonce, "break_glass.html", status=status, visitor=visitor, lent=lent, names=names, mine=mine, free=free, roles=ROLES,
        fault=fault, typed=form or {},
    )  # fmt: skip
