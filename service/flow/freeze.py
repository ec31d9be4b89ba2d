"""Freezing: exactly the letter that will go out and exactly who will get it, so that an approval can bind to both."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypedDict

from directory.authority import find_by_name, neighbours_of
from directory.contact import Contact
from service.database.deliveries import NEVER_LEFT
from service.database.delivery_rows import ALERTING
from service.database.unit_of_work import Work
from service.domain.audience import Addressee, Told, audience_of_an_end, bound_content, fingerprint, heirs_of, in_order
from service.domain.case import Case
from service.domain.notice import Notice, NoticeKind, NoticeState
from service.domain.people import IssuingAuthority
from service.flow.house import House
from service.flow.post import freeze_letter, sender_of
from service.mail import compose, compose_notices

ANSWER_WITHIN = timedelta(hours=24)


async def freeze_notice(work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, now: datetime) -> Notice:
    """Freeze the letter and the recipients; the approval binds to the hash of both."""
    context = _context(sender_of(authority), case, notice, await last_sent(work, notice), now)
    wire = freeze_letter(house, authority, notice.letter_name, context)
    letter = await work.letters.add(wire, kind=notice.kind, case_id=case.id, key_id=case.key_id, at=now)
    recipients = await recipients_of(work, authority, case, notice)
    recipients_sha256 = fingerprint(recipients)
    await work.notices.freeze(notice_id=notice.id, letter_id=letter.id, recipients=recipients, recipients_sha256=recipients_sha256, at=now)
    return replace(notice, letter_id=letter.id, content_sha256=bound_content(letter.sha256, recipients_sha256))


class _Who(TypedDict):
    sender: compose.Sender
    reference: str
    number: int
    as_at: datetime


def _context(sender: compose.Sender, case: Case, notice: Notice, before: Mapping[str, Any] | None, now: datetime) -> compose.Context:
    fields, who = notice.fields, _Who(sender=sender, reference=case.reference, number=notice.number, as_at=now)
    answer_by = now + ANSWER_WITHIN
    match notice.letter_name:
        case "alert":
            return compose_notices.alert(fields, **who, answer_by=answer_by)
        case "update" | "renewal":
            return compose_notices.update(fields, **who, before=before, answer_by=answer_by)
        case "found_in_part":
            return compose_notices.found_in_part(fields, **who, before=before, answer_by=answer_by)
        case "found":
            return compose_notices.found(fields, **who)
        case "deceased":
            return compose_notices.deceased(fields, **who)
        case _:
            return compose_notices.withdrawal(**who)


async def recipients_of(work: Work, authority: IssuingAuthority, case: Case, notice: Notice) -> tuple[Addressee, ...]:
    """Return who gets a notice, at today's address, in sending order. Later notices go to everyone who was alerted."""
    today = await addressees_today(work)
    everyone: Iterable[Addressee] = today.values()
    if notice.kind.ends_the_case:
        everyone = audience_of_an_end(await _told(work, case), today, await work.register.successors())
    elif notice.kind is NoticeKind.UPDATE and not await _half_told(work, case):
        successors = await work.register.successors()
        alerted = {heir for gss_code in await work.deliveries.alerted(case.id) for heir in heirs_of(gss_code, successors)}
        everyone = [one for one in everyone if one.gss_code in alerted]
    linked = [found.gss_code for place in notice.fields.get("links_to_areas") or [] if (found := find_by_name(place.partition("(")[0]))]
    return in_order(everyone, linked=linked, neighbours=neighbours_of(authority.gss_code))


async def addressees_today(work: Work) -> dict[str, Addressee]:
    """Return every authority of the directory that has an address, with its other addresses in their order."""
    others: dict[str, list[Contact]] = {}
    for contact in await work.register.all_contacts():
        others.setdefault(contact.gss_code, []).append(contact)
    return {
        one.gss_code: Addressee(
            gss_code=one.gss_code,
            name=one.name,
            address=one.address,
            fallbacks=tuple(
                dict.fromkeys(each.address for each in others[one.gss_code] if each.address.casefold() != one.address.casefold())
            ),
        )
        for one in await work.register.recipients()
    }


async def _told(work: Work, case: Case) -> list[Told]:
    return [
        Told(
            gss_code=one.gss_code or "", name=one.recipient_name, address=one.address, reached=one.reached, answered=one.answer.acknowledges
        )
        for one in await work.deliveries.of_case(case.id)
        if one.kind in ALERTING and one.state not in NEVER_LEFT
    ]


async def _half_told(work: Work, case: Case) -> bool:
    """Say whether an alert was stopped half way and given up for a later notice, which then has to reach everyone."""
    given_up = [one for one in await work.notices.of_case(case.id) if one.stopped_at and one.state is not NoticeState.CASCADED]
    return any(not one.kind.ends_the_case for one in given_up)


async def last_sent(work: Work, notice: Notice) -> Mapping[str, Any] | None:
    """Return what the authorities were told last before this notice; None when they were told nothing."""
    sent = (NoticeState.CASCADED, NoticeState.APPROVED)
    earlier = [one for one in await work.notices.of_case(notice.case_id) if one.number < notice.number and one.state in sent]
    return earlier[-1].fields if earlier else None
