"""The directory seen whole: how fresh each address is on the map, the gaps, what is wrong, and what waits for a second person."""

import asyncio
import itertools
from collections.abc import Iterable, Mapping
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from directory.changes import Proposal
from directory.checks import About, Finding, check_contacts, check_domains, domain_of
from directory.contact import Contact
from directory.domains import Domains, asking
from directory.rows import contact_fields
from service.database.correspondence import Correspondence, Health
from service.domain.errors import NotFound
from service.domain.people import Role
from service.flow import directory
from service.flow.house import today
from service.web.directory_forms import DONE, back, names_of_people, number, posted
from service.web.directory_pages import LOOKED_AT, by_name
from service.web.hexmap import draw
from service.web.rates import SEARCHES, rates_of
from service.web.render import day, page, words
from service.web.session import SignedIn, Site, TheSite, Visitor, need, read_form

PATIENCE = 20.0  # seconds that a page waits for name servers
LOOKS = {
    "seen": "A person there proved it within 90 days",
    "sent": "A mail server took a letter within 90 days, and nobody answered",
    "waiting": "Proved longer ago",
    "read": "Never proved",
    "trouble": "No address",
}
router = APIRouter(prefix="/directory")


@router.get("/map")
async def fresh(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show on the map how long ago each address was proved."""
    need(visitor.sees_directory)
    now = site.clock()
    async with site.house.read() as work:
        authorities = await work.register.authorities(today(now))
        primary = await work.register.primary_contacts()
    looks = {one.gss_code: look_of(primary.get(one.gss_code), now) for one in authorities}
    states = {one.gss_code: _state(primary.get(one.gss_code)) for one in authorities}
    groups = [(look, says, [one for one in authorities if looks[one.gss_code] == look]) for look, says in LOOKS.items()]
    return page(request.state.nonce, "directory_map.html", visitor=visitor, map=draw(looks, states), groups=groups[::-1], primary=primary)


@router.get("/gaps")
async def gaps(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Name the authorities that have no address, none that was proved, or one that letters come back from."""
    need(visitor.sees_directory)
    now = site.clock()
    async with site.house.read() as work:
        day_now = today(now)
        primary = await work.register.primary_contacts()
        without = await work.register.without_address(day_now)
        stale = await work.register.unproved(now - LOOKED_AT, day_now)
        health = await Correspondence(work.connection).health(now - LOOKED_AT)
        current = await work.register.authorities(day_now)
    held = [one for one in stale if one.gss_code in primary]
    groups = (
        ("have no address", without),
        ("have no proved address", tuple(one for one in held if primary[one.gss_code].proved_at is None)),
        ("have an address that was last proved more than 90 days ago", tuple(one for one in held if primary[one.gss_code].proved_at)),
        ("had letters that came back within 90 days", tuple(one for one in current if health.get(one.gss_code, Health()).bounced)),
    )
    return page(request.state.nonce, "directory_gaps.html", visitor=visitor, groups=groups)


@router.get("/checks")
async def checks(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Say what is wrong with the list by itself."""
    need(visitor.sees_directory)
    return await _checks_page(request, visitor, site)


@router.post("/checks")
async def ask_about_domains(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Ask the domain name system about every domain too; nothing is changed by it."""
    await read_form(request, visitor)
    need(visitor.may(Role.DIRECTORY))
    await rates_of(request).spend(SEARCHES, visitor.person.id)
    return await _checks_page(request, visitor, site, domains=_domains(request))


@router.get("/waiting")
async def waiting(request: Request, visitor: SignedIn, site: TheSite, done: str = "") -> Response:
    """Show the changes that wait for a second person."""
    need(visitor.sees_directory)
    return await _waiting_page(request, visitor, site, done=DONE.get(done))


@router.post("/waiting")
async def decide(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Agree to or refuse one change, or all that came in one file."""
    form = await posted(request, visitor, "Decide")
    if form.get("verdict") not in ("agree", "refuse"):
        raise NotFound
    batch = form.get("batch") or None
    try:
        await directory.decide_waiting(
            site.house,
            proposal_id=None if batch else number(form, "proposal"),
            batch=batch,
            agreed=form["verdict"] == "agree",
            person=visitor.person,
            now=site.clock(),
        )
    except directory.Refused as refused:
        return await _waiting_page(request, visitor, site, faults=refused.faults, status=400)
    return back("/directory/waiting", "decided")


def look_of(contact: Contact | None, now: datetime) -> str:
    """Say by the name of a look how fresh an address is."""
    if contact is None:
        return "trouble"
    if contact.proved_at is None:
        return "read"
    if now - contact.proved_at > LOOKED_AT:
        return "waiting"
    return "seen" if contact.proved_how is None or contact.proved_how.by_a_person else "sent"


def _state(contact: Contact | None) -> str:
    if contact is None:
        return "no address"
    return f"proved on {day(contact.proved_at.date())}" if contact.proved_at else "never proved"


def _domains(request: Request) -> Domains:
    """Return what asks about domains: one for the whole site, because it remembers the answers for a day."""
    state = request.app.state
    if not hasattr(state, "domains"):
        state.domains = Domains(asking())
    found: Domains = state.domains
    return found


async def _checks_page(request: Request, visitor: Visitor, site: Site, *, domains: Domains | None = None) -> Response:
    async with site.house.read() as work:
        authorities = await work.register.authorities()
        contacts = await work.register.all_contacts(partners=True)
        made_up = await directory.made_up(work)
    found, late = [*check_contacts(authorities, contacts, on=today(site.clock()), test_environment=made_up)], False
    if domains is not None:
        try:
            async with asyncio.timeout(PATIENCE):
                found += check_domains(contacts, await domains.states({domain_of(one.address) for one in contacts}))
        except TimeoutError:
            late = True
    groups = [(about, [one for one in found if one.about is about]) for about in About]
    return page(
        request.state.nonce, "directory_checks.html", visitor=visitor, groups=[one for one in groups if one[1]], late=late,
        names={one.gss_code: one.name for one in authorities}, asked=domains is not None, stops=_stopping(found),
    )  # fmt: skip


def _stopping(found: Iterable[Finding]) -> int:
    return sum(one.about.stops_letters for one in found)


async def _waiting_page(
    request: Request,
    visitor: Visitor,
    site: Site,
    *,
    done: str | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    async with site.house.read() as work:
        proposals = await directory.waiting_changes(work)
        contacts = {(one.gss_code, one.order): one for one in await work.register.all_contacts(partners=True)}
        names = {one.gss_code: one.name for one in await work.register.authorities()}
        people = await names_of_people(work)
    changes = [
        {
            "proposal": one,
            "authority": names.get(one.gss_code, one.gss_code),
            "who": by_name(one.who, people),
            "fields": _fields(one, contacts.get((one.gss_code, one.order))),
            "passed": (contacts[one.gss_code, one.order].version if (one.gss_code, one.order) in contacts else -1) != one.base_version,
        }
        for one in proposals
    ]

    def batch_of(change: Mapping[str, object]) -> str:
        proposal = change["proposal"]
        assert isinstance(proposal, Proposal)
        return proposal.batch or f"one {proposal.id}"

    groups = [list(together) for _, together in itertools.groupby(sorted(changes, key=batch_of), key=batch_of)]
    return page(
        request.state.nonce, "directory_waiting.html", status=status, visitor=visitor, groups=groups, may=visitor.may(Role.DIRECTORY),
        done=done, faults=faults or {},
    )  # fmt: skip


def _fields(proposal: Proposal, now: Contact | None) -> list[tuple[str, str, str]]:
    """Return each field that would change, as it is and as it would be."""
    old = {} if now is None else contact_fields(now)
    told = ((name, str(old.get(name) or ""), str(value or "")) for name, value in proposal.wanted.items() if name != "order")
    return [(words(name), was, would) for name, was, would in told if was != would]
