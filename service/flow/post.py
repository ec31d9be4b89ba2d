"""The writing desk: every letter to a person or an authority becomes a frozen letter and a delivery row, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.database.ids import new_id
from service.database.unit_of_work import Work
from service.domain.case import Case
from service.domain.delivery import Answer, Delivery, DeliveryState, Lane
from service.domain.people import IssuingAuthority
from service.flow.answering import ANSWERS, may_answer
from service.flow.house import House
from service.mail.compose import Sender
from service.mail.prefab import Attachment, freeze
from service.mail.tokens import digest

_HEARS_OF_ABSENCE = ("approval_request", "approval_reminder", "approval_handed_on")


def sender_of(authority: IssuingAuthority) -> Sender:
    """Say who writes, and whom to phone by day and by night."""
    return Sender(authority=authority.name, address=authority.mailbox, phone=authority.phone, out_of_hours=authority.out_of_hours)


def freeze_letter(
    house: House, authority: IssuingAuthority, kind: str, context: Mapping[str, Any], attachments: Sequence[Attachment] = ()
) -> bytes:
    """Render a letter once and freeze it: from here on only the marked places differ between recipients."""
    rendered = house.templates.render(kind, **context)
    name = f"National Alerts, {authority.name}"
    return freeze(
        rendered,
        sender_name=name,
        sender_address=authority.mailbox,
        attachments=attachments,
        hears_of_absence=kind in _HEARS_OF_ABSENCE,
    )


async def write(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    kind: str,
    context: Mapping[str, Any],
    *,
    to_name: str,
    to_address: str,
    lane: Lane,
    now: datetime,
    case: Case | None = None,
    token: tuple[str, str] | None = None,
    link_path: str = "",
    number: str = "",
    attachments: Sequence[Attachment] = (),
) -> str:
    """Write to one person and return the delivery's id; empty when it is one automatic answer too many.

    *token* is the purpose and subject of the reply token.
    """
    if kind in ANSWERS and not await may_answer(work, kind, to_address, now, case_id=case.id if case else None):
        return ""
    wire = freeze_letter(house, authority, kind, context, attachments)
    letter = await work.letters.add(wire, kind=kind, case_id=case.id if case else None, key_id=case.key_id if case else None, at=now)
    purpose, subject = token or ("", "")
    delivery = new_delivery(
        kind=kind,
        letter_id=letter.id,
        lane=lane,
        case_id=case.id if case else None,
        recipient_name=to_name,
        address=to_address,
        mailbox=authority.mailbox,
        token_purpose=purpose,
        token_subject=subject,
        link_path=link_path,
        number=number,
        now=now,
    )
    await work.deliveries.queue([delivery], {})
    return delivery.id


async def send_again(work: Work, house: House, failed: Delivery, *, address: str, rank: int, now: datetime) -> Delivery:
    """Queue the same frozen letter for another address of the same authority, and return the new delivery."""
    again = new_delivery(
        kind=failed.kind,
        letter_id=failed.letter_id,
        lane=failed.lane,
        case_id=failed.case_id,
        notice_id=failed.notice_id,
        gss_code=failed.gss_code,
        recipient_name=failed.recipient_name,
        address=address,
        mailbox=failed.mailbox,
        token_purpose=failed.token_purpose,
        link_path=failed.link_path,
        references=failed.references,
        rank=rank,
        stands_for=failed.stands_for,
        now=now,
    )
    await work.deliveries.queue([again], {again.id: digest(house.tokens.issue(again.token_purpose, again.id))})
    return again


def new_delivery(
    *,
    kind: str,
    letter_id: str,
    lane: Lane,
    recipient_name: str,
    address: str,
    mailbox: str,
    now: datetime,
    case_id: str | None = None,
    notice_id: str | None = None,
    gss_code: str | None = None,
    token_purpose: str = "",
    token_subject: str = "",
    link_path: str = "",
    number: str = "",
    references: tuple[str, ...] = (),
    rank: int = 0,
    stands_for: tuple[str, ...] = (),
) -> Delivery:
    """Make a delivery that waits to be sent. An authority's answer token hangs on the delivery itself."""
    delivery_id = new_id()
    return Delivery(
        id=delivery_id,
        letter_id=letter_id,
        kind=kind,
        lane=lane,
        case_id=case_id,
        notice_id=notice_id,
        gss_code=gss_code,
        recipient_name=recipient_name,
        address=address,
        mailbox=mailbox,
        state=DeliveryState.QUEUED,
        answer=Answer.NONE,
        confirmed=True,
        attempts=0,
        lease=0,
        token_purpose=token_purpose,
        token_subject=token_subject or (delivery_id if token_purpose else ""),
        link_path=link_path,
        number=number,
        references=references,
        rank=rank,
        stands_for=stands_for,
        created_at=now,
        due_at=now,
        accepted_at=None,
        answered_at=None,
        smtp_code=None,
        smtp_status=None,
    )
