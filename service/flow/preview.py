"""What would leave, before it leaves: the very bytes one authority gets, and who gets nothing, each with the reason."""

from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy

from service.database.unit_of_work import Work
from service.domain.audience import Addressee
from service.domain.delivery import DeliveryState
from service.domain.errors import NotFound
from service.domain.notice import Notice, NoticeKind
from service.flow.house import House
from service.mail.prefab import Slots, personalise, readable
from service.mail.tokens import reply_address

EXAMPLE = "x" * 32  # where the personal reference of the authority will stand; the real one would let the reader answer for it
_SHOWN = ("From", "To", "Subject", "Date", "Reply-To", "Message-ID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One authority's letter, joined as it would leave, with those one may look at."""

    chosen: Addressee
    recipients: tuple[Addressee, ...]
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    text: str = field(repr=False)
    wire: str = field(repr=False)


async def preview_for(work: Work, house: House, notice: Notice, gss_code: str, now: datetime) -> Preview:
    """Join the frozen letter for one authority, the first when none is named; raises NotFound for one that does not get it."""
    frozen = await work.notices.cascade(notice.id)
    if frozen is None or not frozen.recipients:
        raise NotFound
    chosen = next((one for one in frozen.recipients if one.gss_code == gss_code), None) if gss_code else frozen.recipients[0]
    if chosen is None:
        raise NotFound
    authority = await work.people.authority((await work.cases.get(notice.case_id)).issuing_authority_id)
    slots = Slots(
        to_name=chosen.name,
        to_address=chosen.address,
        message_id=f"<{EXAMPLE}@{authority.mailbox.rpartition('@')[2]}>",
        date=now,
        reply_to=reply_address(authority.mailbox, "a", EXAMPLE),
        delivery_id=EXAMPLE,
        link=f"{house.base_url}/answer/{EXAMPLE}",
        token=EXAMPLE,
        authority=chosen.name,
    )
    wire = personalise((await work.letters.get(frozen.letter_id)).wire, slots)
    letter = message_from_bytes(wire, policy=policy.default)
    return Preview(
        chosen=chosen,
        recipients=tuple(sorted(frozen.recipients, key=lambda one: one.name)),
        headers=tuple((name, str(letter[name])) for name in _SHOWN),
        text=readable(wire)[1],
        wire=wire.decode("ascii", "replace"),
    )


async def left_out(work: Work, notice: Notice) -> tuple[tuple[str, str], ...]:
    """Return every authority that does not get this notice, with the reason, by name."""
    frozen = await work.notices.cascade(notice.id)
    gets = {one.gss_code for one in frozen.recipients} if frozen else set()
    has_it = await already(work, notice)
    found = [(one.name, "There is no address for it in the directory.") for one in await work.register.without_address()]
    for one in await work.register.recipients():
        if one.gss_code in has_it:
            found.append((one.name, "It has this notice already, or may have it."))
        elif frozen is not None and one.gss_code not in gets:
            late = notice.kind in (NoticeKind.ALERT, NoticeKind.RENEWAL)
            found.append((one.name, "Its address was added after the check." if late else "It was never sent the alert."))
    return tuple(sorted(found))


async def already(work: Work, notice: Notice) -> frozenset[str | None]:
    """Return who has a notice, or may have it, although it waits for a new approval: it was stopped half way."""
    if notice.stopped_at is None:
        return frozenset()
    return frozenset(one.gss_code for one in await work.deliveries.of_notice(notice.id) if one.state is not DeliveryState.WITHDRAWN)


async def still_to_get(work: Work, notice: Notice) -> int | None:
    """Count who would get a notice if it were approved now; None while it is not frozen."""
    frozen = await work.notices.cascade(notice.id)
    return len({one.gss_code for one in frozen.recipients} - await already(work, notice)) if frozen else None
