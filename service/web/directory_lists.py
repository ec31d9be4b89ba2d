"""The directory seen whole: how fresh each address is on the map, the gaps, what is wrong, and what waits for a second person."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from directory.authority import Authority
from directory.changes import Proposal, What
from directory.checks import About, Finding, check_contacts, check_domains, domain_of
from directory.confirming import due_for_confirmation
from directory.contact import Contact
from directory.domains import Domains
from directory.register import NOTHING
from directory.rows import authority_json, contact_fields
from service.database.correspondence import Correspondence, Health
from service.domain.errors import NotFound
from service.domain.people import Role
from service.flow import directory
from service.flow.confirm import A_DAY, ask, keeper
from service.flow.house import today
from service.web.directory_differences import differences
from service.web.directory_forms import DONE, back, names_of_people, number, posted
from service.web.directory_pages import LOOKED_AT, by_name
from service.web.directory_standing import confirmation_of, domains_of, name_of
from service.web.hexmap import SIGNS, draw
from service.web.rates import SEARCHES, rates_of
from service.web.render import day, page
from service.web.session import SignedIn, Site, TheSite, Visitor, need, read_form

PATIENCE = 20.0  # seconds that a page waits for name servers
LOOKS = {
    "none": "Outside the United Kingdom and no address: alerts do not go there",
    "seen": "A person there proved it within 90 days",
    "sent": "A mail server took a letter within 90 days, and nobody answered",
    "waiting": "Proved longer ago",
    "read": "Never proved",
    "trouble": "No address",
}
TITLES = {
    About.GAP: "No address",
    About.ADDRESS: "Addresses that cannot be right",
    About.DUPLICATE: "Mailboxes that several authorities share",
    About.ENDED: "Authorities that end",
    About.ROLE: "Nobody to fall back on, no telephone number, or nobody named",
    About.DOMAIN: "Domains that take no letters",
    About.NOTE: "Worth knowing",
}
OPEN_UP_TO = 40  # a longer list is folded
_ASK = "The service asks some of them by letter each working day. Whom nobody answers for becomes a task; ringing them is quicker."
router = APIRouter(prefix="/directory")


@dataclass(frozen=True, slots=True)
class GapRow:
    """One authority on the page of gaps."""

    gss_code: str
    name: str
    contact: Contact | None
    stands: str


@router.get("/map")
async def fresh(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show on the map how long ago each address was proved."""
    need(visitor.sees_directory)
    now = site.clock()
    async with site.house.read() as work:
        authorities = await work.register.authorities(today(now))
        primary = await work.register.primary_contacts()
    looks = {one.gss_code: look_of(primary.get(one.gss_code), now) for one in authorities}
    looks |= {one.gss_code: "none" for one in authorities if not one.in_uk and one.gss_code not in primary}
    states = {one.gss_code: _state(primary.get(one.gss_code)) for one in authorities}
    groups = [(look, says, [one for one in authorities if looks[one.gss_code] == look]) for look, says in LOOKS.items()]
    return page(
        request.state.nonce, "directory_map.html", visitor=visitor, map=draw(looks, states), groups=groups[::-1], primary=primary,
        signs=SIGNS, open_up_to=OPEN_UP_TO,
    )  # fmt: skip


@router.get("/gaps")
async def gaps(request: Request, visitor: SignedIn, site: TheSite, done: str = "") -> Response:
    """Name the authorities that have no address, none that was proved, or one that letters come back from, and what to do about each."""
    need(visitor.sees_directory)
    now = site.clock()
    async with site.house.read() as work:
        day_now = today(now)
        primary = await work.register.primary_contacts()
        without = await work.register.without_address(day_now)
        stale = await work.register.unproved(now - LOOKED_AT, day_now)
        health = await Correspondence(work.connection).health(now - LOOKED_AT)
        current = await work.register.authorities(day_now)
        due = len(await due_for_confirmation(work.register, now - site.house.confirm_every, on=day_now))
        asked = await work.questions.about(*(one.gss_code for one in stale))

    def rows(found: Iterable[Authority], stands: Callable[[Authority], str]) -> list[GapRow]:
        return [GapRow(one.gss_code, one.name, primary.get(one.gss_code), stands(one)) for one in found]

    def confirmation(one: Authority) -> str:
        questions = [each for each in asked if each.gss_code == one.gss_code]
        return confirmation_of(primary[one.gss_code], questions, every=site.house.confirm_every, now=now)

    def lost(one: Authority) -> str:
        return f"{health[one.gss_code].bounced} of {health[one.gss_code].letters} letters came back"

    held = [one for one in stale if one.gss_code in primary]
    groups = (
        ("have no address", "Alerts cannot reach them. Ring them, or import a list.", False, rows(without, lambda _: "Gets no alerts")),
        ("have no proved address", _ASK, True, rows([one for one in held if primary[one.gss_code].proved_at is None], confirmation)),
        (
            "have an address that was last proved more than 90 days ago",
            _ASK,
            True,
            rows([one for one in held if primary[one.gss_code].proved_at], confirmation),
        ),
        (
            "had letters that came back within 90 days",
            "Ring them and ask for an address that works.",
            False,
            rows([one for one in current if health.get(one.gss_code, Health()).bounced], lost),
        ),
    )
    return page(
        request.state.nonce, "directory_gaps.html", visitor=visitor, groups=groups, due=due, at_once=A_DAY, open_up_to=OPEN_UP_TO,
        may=visitor.may(Role.DIRECTORY), done=DONE.get(done),
    )  # fmt: skip


@router.post("/gaps/ask")
async def ask_now(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Ask those whose address is due whether it is right, now instead of on the next working day."""
    await posted(request, visitor, "Ask them")
    now = site.clock()
    async with site.house.begin() as work:
        authority = await keeper(work)
        assert authority is not None  # whoever presses belongs to one
        asked = await ask(work, site.house, authority, now, limit=A_DAY)
        work.audit.add("confirmation_asked_by_hand", at=now, actor=visitor.person.id, asked=asked)
    return back("/directory/gaps", "asked" if asked else "none_due")


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
    return await _checks_page(request, visitor, site, domains=domains_of(request))


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


async def _checks_page(request: Request, visitor: Visitor, site: Site, *, domains: Domains | None = None) -> Response:
    async with site.house.read() as work:
        authorities = await work.register.authorities()
        contacts = await work.register.all_contacts(partners=True)
        made_up = await directory.made_up(work)
    allowed, late = site.house.allowed_domains, False
    found = [*check_contacts(authorities, contacts, on=today(site.clock()), test_environment=made_up, allowed_domains=allowed)]
    if domains is not None:
        try:
            async with asyncio.timeout(PATIENCE):
                found += check_domains(contacts, await domains.states({domain_of(one.address) for one in contacts}))
        except TimeoutError:
            late = True
    groups = [(about, [one for one in found if one.about is about]) for about in About]
    return page(
        request.state.nonce, "directory_checks.html", visitor=visitor, groups=[one for one in groups if one[1]], late=late,
        titles=TITLES, names={one.gss_code: one.name for one in authorities}, asked=domains is not None, stops=_stopping(found),
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
        authorities = {one.gss_code: one for one in await work.register.authorities()}
        people = await names_of_people(work)
    names = {one.gss_code: one.name for one in authorities.values()} | {
        one.gss_code: str(one.wanted["name"]) for one in proposals if one.what is What.AUTHORITY_ADDED
    }
    stand = {
        one.id: contacts.get((one.gss_code, one.order)) if one.what.is_of_a_contact else authorities.get(one.gss_code) for one in proposals
    }
    changes = [
        {
            "proposal": one,
            "authority": names[one.gss_code],
            "who": by_name(one.who, people),
            "does": _does(one, stand[one.id]),
            "fields": _fields(one, stand[one.id], names),
            "passed": (NOTHING if (now := stand[one.id]) is None else now.version) != one.base_version,
        }
        for one in proposals
    ]

    groups = dict[str, list[dict[str, object]]]()
    for one, change in zip(proposals, changes, strict=True):
        groups.setdefault(one.batch or f"one {one.id}", []).append(change)
    return page(
        request.state.nonce, "directory_waiting.html", status=status, visitor=visitor, groups=list(groups.values()),
        may=visitor.may(Role.DIRECTORY), done=done, faults=faults or {},
    )  # fmt: skip


def _does(proposal: Proposal, now: Contact | Authority | None) -> str:
    """Say in a few words what agreeing would do."""
    if proposal.what.is_of_a_contact:
        verb = "Take out" if proposal.what is What.REMOVED else "Add" if now is None else "Change"
        return f"{verb} the {name_of(proposal.order).lower()}"
    return {What.AUTHORITY_ADDED: "Add this authority", What.AUTHORITY_RETIRED: "End this authority"}.get(
        proposal.what, "Change this authority"
    )


def _fields(proposal: Proposal, now: Contact | Authority | None, names: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Return each field that would change, as it is and as it would be."""
    old = {} if now is None else contact_fields(now) if isinstance(now, Contact) else authority_json(now) or {}
    return differences(old, proposal.wanted, names)
