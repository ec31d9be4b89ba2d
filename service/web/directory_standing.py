"""What a page says of one contact beyond its words: where its confirmation stands, and what the name servers say of its domain."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from starlette.requests import Request

from directory.checks import domain_of
from directory.confirming import Asks, Question, Said
from directory.contact import PRIMARY, Contact, address_key
from directory.domains import Domains, asking
from service.web.render import on

AFTER_SAVING = 3.0  # seconds that the page after a change waits for name servers
_ANSWERS = {
    Said.UNCHANGED: "this is right",
    Said.CHANGE: "a change was proposed",
    Said.NOT_OURS: "this is not for us",
}


def name_of(order: int) -> str:
    """Name a contact by its place in the order of an authority's contacts."""
    return "First contact" if order == PRIMARY else f"Fallback {order}"


def confirmation_of(contact: Contact, asked: Collection[Question], *, every: timedelta, now: datetime) -> str:
    """Say when a mailbox was last asked about itself and what came of it, and when the first contact is asked again."""
    if contact.is_partner:
        return "A partner agency is not asked."
    mine = [one for one in asked if one.kind is not Asks.EXERCISE and address_key(one.address) == address_key(contact.address)]
    last = max(mine, key=lambda one: one.asked_at, default=None)
    if last is not None and last.answer is None and last.ended_at is None:
        return f"Asked on {on(last.asked_at)}, no answer yet."
    said = "Not asked yet."
    if last is not None:
        said = f"Asked on {on(last.asked_at)}, {_came_of(last)}."
    if contact.order != PRIMARY:
        return f"{said} It is asked when the contact before it is silent."
    known = [moment for moment in (contact.proved_at, last.asked_at if last else None) if moment is not None]
    due = max(known) + every if known else now
    again = f"It is asked again after {on(due)} unless it is proved before." if due > now else "It is due to be asked."
    return f"{said} {again}"


def domains_of(request: Request) -> Domains:
    """Return what asks about domains: one for the whole site, because it remembers the answers for a day."""
    state = request.app.state
    if not hasattr(state, "domains"):
        state.domains = Domains(asking())
    found: Domains = state.domains
    return found


async def warnings_about(request: Request, addresses: Iterable[str]) -> tuple[str, ...]:
    """Return what speaks against the domains of addresses just written (row F12); none where no name server answers in time."""
    try:
        async with asyncio.timeout(AFTER_SAVING):
            states = await domains_of(request).states({domain_of(address) for address in addresses})
    except TimeoutError:
        return ()
    answered = {domain: state for domain, state in states.items() if state.exists is not None}
    return tuple(f"{domain}: {says}" for domain, state in answered.items() for says in (state.trouble, *state.notes) if says)


def _came_of(question: Question) -> str:
    if question.answer is None or question.answered_at is None:
        return "and nobody answered"
    return f"answered on {on(question.answered_at)}: {_ANSWERS[question.answer]}"
