"""Passing a letter on: to whoever holds the post that the policy names, or to its inbox. The original goes only within the house."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.domain.people import IssuingAuthority, Role
from service.domain.policy import PassOn
from service.flow.house import House
from service.flow.post import sender_of, write
from service.mail import compose_elsewhere
from service.mail.compose_elsewhere import Gap
from service.mail.prefab import Attachment
from service.mail.wording import Row

LARGEST_ATTACHED = 7 * 2**20  # as text it grows by a third, and many mail servers stop at ten
_WITH_QUALITY = "Quality assurance has the original. Phone them to see it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who gets what is passed on; *inside* the mail domain of the issuing authority."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What is passed on, and why. *whole* says whether every file of the letter may be handed on."""

    what: str
    title: str
    why: str
    source: str
    came_from: str = field(repr=False)
    email_id: str
    facts: tuple[Row, ...] = field(repr=False, default=())
    missing: tuple[Gap, ...] = ()
    read: tuple[Row, ...] = field(repr=False, default=())
    whole: bool = True
    note: str = ""


async def receivers_of(work: Work, authority: IssuingAuthority, pass_on: PassOn) -> tuple[Receiver, ...]:
    """Return the people here who hold the post, else the inbox that the policy names, else nobody."""
    title = pass_on.to_title.casefold()
    holders = [
        Receiver(name=one.name, address=one.address, inside=_inside(authority, one.address))
        for one in await work.people.everyone()
        if one.active and one.issuing_authority_id == authority.id and one.title.casefold() == title
    ]
    if not holders and pass_on.address:
        return (Receiver(name=pass_on.to_title, address=pass_on.address, inside=_inside(authority, pass_on.address)),)
    return tuple(holders)


def _inside(authority: IssuingAuthority, address: str) -> bool:
    ours, theirs = (one.rpartition("@")[2].casefold() for one in (authority.mailbox, address))
    return theirs == ours or theirs.endswith(f".{ours}")


async def hand_over(work: Work, house: House, authority: IssuingAuthority, to: Sequence[Receiver], what: Handover, now: datetime) -> None:
    """Write to each receiver. Outside our mail domain neither values nor original leave by themselves: a person sends them."""
    raw = await work.received.raw(what.email_id)
    fits = what.whole and len(raw) <= LARGEST_ATTACHED
    for one in to:
        attached = one.inside and fits
        context = compose_elsewhere.passed_on(
            sender=sender_of(authority),
            what=what.what,
            title=what.title,
            came_from=what.came_from,
            at=now,
            why=what.why,
            source=what.source,
            facts=[*what.facts, *([("Please note", what.note)] if what.note else [])],
            missing=what.missing,
            read=what.read if one.inside else (),
            attached=attached,
            kept=_why_not(one, what) if not attached else "",
        )
        await write(
            work,
            house,
            authority,
            "passed_on",
            context,
            to_name=one.name,
            to_address=one.address,
            lane=Lane.DECISION,
            now=now,
            attachments=[Attachment(name="original-letter.eml", media_type="application/octet-stream", content=raw)] if attached else [],
        )
    if not all(one.inside for one in to):
        await work.tasks.add(
            kind="send_the_original",
            role=Role.QUALITY,
            at=now,
            subject_id=what.email_id,
            says=f"{what.what.capitalize()} was announced to an inbox outside our mail domain, without its contents. Send it there.",
        )


def _why_not(one: Receiver, what: Handover) -> str:
    if not one.inside:
        return f"Your address is outside our mail domain, so the contents are not in this letter. {_WITH_QUALITY}"
    if not what.whole:
        return f"The letter holds a file that we do not hand on, so it is not attached. {_WITH_QUALITY}"
    return f"The letter is too large to be attached. {_WITH_QUALITY}"
