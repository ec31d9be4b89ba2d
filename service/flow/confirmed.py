"""Takes what an address says about itself: by one press with a typed name, or by one exact line of a reply.

Whoever answers sees and may propose changes of this one contact only. A proposal changes nothing until an administrator agrees.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from directory.confirming import Asks, Question, Said
from directory.contact import PRIMARY, BadAddress, Contact, address_key, normalise_address
from directory.history import By
from directory.proposals import Proposals, wish_for
from directory.rows import contact_fields
from service.database.unit_of_work import Work
from service.domain.delivery import Answer, Delivery
from service.domain.errors import ChangedMeanwhile, NotAllowed, NotFound, UnknownToken
from service.domain.people import Role
from service.flow.came_back import heard_from, not_theirs
from service.flow.confirm import LOST, missed_by
from service.flow.house import House
from service.flow.letter import Held
from service.flow.understanding import Understood
from service.mail.authenticity import OriginResult, judge_origin
from service.mail.tokens import digest
from service.mail.unchanged import says_unchanged

_BY_THEM = "The authority itself proposes it."
_OUTDATED = "We have another address by now, so there is nothing to answer. Phone us if you get letters that are not for you."


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPage:
    """What somebody sees behind the link of a letter about their address: their own contact, and no other."""

    kind: Asks
    authority_name: str
    contact: Contact | None = field(repr=False)
    answer: Said | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody proposes instead of what is noted; empty is as it was."""

    address: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    out_of_hours: str = field(default="", repr=False)


async def page_for(house: House, token: str) -> AddressPage | None:
    """Return the page behind a link; looking changes nothing. None when the link is not known."""
    async with house.read() as work:
        delivery = await work.deliveries.by_token(digest(token))
        question = await work.questions.one(delivery.id) if delivery else None
        if delivery is None or question is None:
            return None
        return AddressPage(
            kind=question.kind,
            authority_name=delivery.recipient_name,
            contact=await _asked_about(work, question),
            answer=question.answer,
        )


async def answer_by_link(house: House, token: str, *, name: str, said: Said, change: Change, now: datetime) -> None:
    """Take an answer from the page; raises UnknownToken, or NotAllowed with what is missing or wrong."""
    if not name.strip():
        raise NotAllowed("Type your name, so that we know who answered.")
    async with house.begin() as work:
        delivery = await work.deliveries.by_token(digest(token))
        question = await work.questions.one(delivery.id) if delivery else None
        if delivery is None or question is None:
            raise UnknownToken
        if said is Said.CHANGE:
            await _propose(work, question, change, By(who=f"{name.strip()[:150]} (by link)", why=_BY_THEM, at=now))
        await _keep(work, delivery, question, said, who=name.strip()[:150], way="link", now=now)


async def answer_by_reply(work: Work, house: House, delivery: Delivery, letter: Understood, now: datetime) -> None:
    """Take the one line that says an address is right; raises Held for anything else, and for a sender who is not proved."""
    question = await work.questions.one(delivery.id)
    if question is None:
        raise Held("A reply came in to a letter that asks for none. Read it.")
    sender = letter.email.from_address or ""
    same_house = sender.rpartition("@")[2].casefold() == question.address.rpartition("@")[2].casefold()
    if not same_house or judge_origin(house.origin, letter.email).result is not OriginResult.PASS:
        raise Held("An answer about an address came in, and it is not proved that somebody at that address sent it.")
    if not says_unchanged(letter.new_text):
        raise Held("Somebody answered in their own words whether their address is right. Read it, and change the directory if need be.")
    if await _contact(work, question) is None:
        raise Held("An answer about an address came in, and the directory has another address by now. Read it.")
    await _keep(work, delivery, question, Said.UNCHANGED, who="a reply from the address", way="reply", now=now)


async def answer_by_phone(house: House, gss_code: str, order: int, *, by: str, why: str, now: datetime, base: int | None = None) -> None:
    """Note that somebody at an authority said on the telephone that an address is right; raises NotFound, or NotAllowed without a *why*.

    *base* is the version of the contact that was read out to them: ChangedMeanwhile when it is another now.
    """
    if len(why.strip()) < 3:
        raise NotAllowed("Write whom you phoned, and where you have the number from.")
    async with house.begin() as work:
        contact = await work.register.contact(gss_code, order)
        if contact is None:
            raise NotFound
        if base not in (None, contact.version):
            raise ChangedMeanwhile
        await work.register.prove_contact(gss_code=gss_code, order=order, who=by, why=f"by telephone: {why.strip()}"[:300], at=now)
        await heard_from(work, gss_code, order, by=by, now=now)
        work.audit.add("address_answered", at=now, actor=by, subject_id=gss_code, kind=Asks.CONFIRM, answer=Said.UNCHANGED, way="phone")


async def _keep(work: Work, delivery: Delivery, question: Question, said: Said, *, who: str, way: str, now: datetime) -> None:
    if await _contact(work, question) is None:
        raise NotAllowed(_OUTDATED)
    if not await work.questions.answered(question.id, said, way=way, at=now):
        return  # pressed twice
    await work.deliveries.answered(delivery.id, _ANSWERS[said], confirmed=True, at=now)
    work.audit.add("address_answered", at=now, subject_id=delivery.id, kind=question.kind, answer=said, way=way)
    if said is Said.NOT_OURS:
        await work.tasks.add(
            kind="address_not_theirs",
            role=Role.DIRECTORY,
            at=now,
            subject_id=not_theirs(question.gss_code),
            says=f"Somebody at the address of {delivery.recipient_name} says that it is not theirs. Phone them."[:300],
        )
        return
    # Whoever proposes a change has read the letter all the same.
    for order in {question.order, PRIMARY} if await _speaks_for_the_first(work, question, said) else {question.order}:
        await work.register.prove_contact(
            gss_code=question.gss_code,
            order=order,
            who=who,
            why=f"{question.kind} by {way}",
            at=now,
            how=question.kind.proves,
            by=question.id,
        )
        await heard_from(work, question.gss_code, order, by=question.id, now=now)
    if question.kind is Asks.EXERCISE:
        await work.tasks.settle_subject(subject_id=missed_by(question.gss_code), by=question.id, at=now)


async def _speaks_for_the_first(work: Work, question: Question, said: Said) -> bool:
    """Whether a fallback's word proves the first contact too: not when our own letter to that one came back."""
    if question.kind is not Asks.CONFIRM or said is not Said.UNCHANGED or await work.register.contact(question.gss_code, PRIMARY) is None:
        return False
    asked = (one for one in await work.questions.about(question.gss_code) if one.kind is Asks.CONFIRM and one.order == PRIMARY)
    newest = next(asked, None)
    letter = await work.deliveries.get(newest.id) if newest else None
    return letter is None or letter.state not in LOST


_ANSWERS = {Said.UNCHANGED: Answer.ACKNOWLEDGED, Said.CHANGE: Answer.ACKNOWLEDGED, Said.NOT_OURS: Answer.NOT_FOR_US}


async def _propose(work: Work, question: Question, change: Change, by: By) -> None:
    contact = await _asked_about(work, question)
    if contact is None:
        raise NotAllowed(_OUTDATED)
    wanted = contact_fields(contact)
    if change.address.strip():
        # A directory of made-up addresses, in a test or a demonstration, takes made-up ones.
        made_up = contact.address.casefold().endswith(".test")
        try:
            wanted["address"] = normalise_address(change.address.strip(), test_environment=made_up)
        except BadAddress as bad:
            raise NotAllowed(bad.says) from None
    wanted |= {name: value for name in ("phone", "out_of_hours") if (value := getattr(change, name).strip()[:40])}
    if wanted == contact_fields(contact):
        raise NotAllowed("Write what has changed: another address, or another phone number.")
    waiting = await Proposals(work.connection).waiting(gss_code=question.gss_code)
    if any(one.order == contact.order and dict(one.wanted) == wanted for one in waiting):
        return
    proposal = await Proposals(work.connection).add(
        wish_for(contact, replace(contact, **wanted)), reason="The authority proposes it by its own link.", by=by
    )
    await work.tasks.add(
        kind="change_proposed",
        role=Role.DIRECTORY,
        at=by.at,
        subject_id=f"proposal {proposal.id}",
        says=f"{question.gss_code} proposes a change of its contact. Check it on a number you know, then agree or refuse.",
    )


async def _contact(work: Work, question: Question) -> Contact | None:
    """Return the contact that was written to, or None when it has another address by now."""
    found = await work.register.contact(question.gss_code, question.order)
    return found if found and address_key(found.address) == address_key(question.address) else None


async def _asked_about(work: Work, question: Question) -> Contact | None:
    """Return the contact the letter asks about: the primary one when a fallback was asked instead."""
    if await _contact(work, question) is None:
        return None
    order = PRIMARY if question.kind is Asks.CONFIRM else question.order
    return await work.register.contact(question.gss_code, order)
