"""Room 8: bounces, answers and automatic replies find the delivery they are about. What cannot be matched becomes somebody's task."""

from dataclasses import dataclass, field
from datetime import datetime

from directory.contact import How, address_key
from service.database.leaving import Move
from service.database.unit_of_work import Work
from service.domain.approval import Approval
from service.domain.delivery import Answer, Delivery, DeliveryEvent
from service.domain.errors import NotAllowed, UnknownToken
from service.domain.people import Role
from service.domain.response import NOTHING_SAID, Checked, may_last_until
from service.flow import answer_letters
from service.flow.came_back import ask_for_an_address, heard_from
from service.flow.cover import note_away
from service.flow.house import House, today
from service.flow.understanding import Understood
from service.mail.authenticity import OriginResult, judge_origin
from service.mail.bounce import BounceReport, FailedRecipient
from service.mail.classify import Sort
from service.mail.prefab import readable
from service.mail.tokens import digest

CARRIERS_NEEDED = 2


async def record_bounce(work: Work, report: BounceReport, email_id: str, now: datetime) -> str | None:
    """Apply a delivery report to the delivery it names and return that one's case; one carrier alone proves nothing."""
    matched = await _matched(work, report)
    if matched is None:
        await work.tasks.add(
            kind="bounce_unmatched",
            role=Role.DIRECTORY,
            at=now,
            subject_id=email_id,
            says="A bounce came in that could not be matched to one of our letters. Read it.",
        )
        return None
    delivery, failed = matched
    event = _event(failed)
    if event is None:
        await work.deliveries.note(delivery.id, f"report_{failed.action}", at=now, received_email_id=email_id, code=failed.status or None)
        return delivery.case_id
    await work.deliveries.move(
        [Move(delivery_id=delivery.id, event=event, smtp_status=failed.status or None, received_email_id=email_id)], at=now
    )
    if event is DeliveryEvent.BOUNCE_REPORTED:
        happened = f"Our letter to {delivery.gss_code or 'staff'} bounced ({failed.status or 'no code'})."
        await ask_for_an_address(work, delivery, "address_bounced", happened, now)
    work.audit.add("report_received", at=now, case_id=delivery.case_id, subject_id=delivery.id, said=event, status=failed.status)
    return delivery.case_id


async def _matched(work: Work, report: BounceReport) -> tuple[Delivery, FailedRecipient] | None:
    """Find the delivery that at least two independent carriers name: ids in the report, and the failing recipient itself."""
    for delivery_id in dict.fromkeys(report.delivery_ids.values()):
        delivery = await work.deliveries.get(delivery_id)
        if delivery is None:
            continue
        carriers = sum(1 for one in report.delivery_ids.values() if one == delivery_id)
        same = [one for one in report.recipients if one.address.casefold() == delivery.address.casefold()]
        if carriers + bool(same) >= CARRIERS_NEEDED and report.recipients:
            return delivery, (same or list(report.recipients))[0]
    return None


def _event(failed: FailedRecipient) -> DeliveryEvent | None:
    if failed.action == "delayed":
        return DeliveryEvent.DELAY_REPORTED
    return DeliveryEvent.BOUNCE_REPORTED if failed.action == "failed" else None


async def record_automatic(
    work: Work,
    house: House,
    delivery: Delivery | None,
    letter: Understood,
    email_id: str,
    now: datetime,
    *,
    approval: Approval | None = None,
) -> str | None:
    """Note an automatic reply or a read receipt beside its delivery: it never counts as an answer.

    An automatic reply from the mailbox of an approver who was asked says that they are away: their deputies are asked at once.
    """
    if letter.sort is Sort.AUTO_REPLY:
        asked = approval or (await work.approvals.get(delivery.token_subject) if delivery else None)
        approver = await work.people.person(asked.approver_id) if asked else None
        proved_false = judge_origin(house.origin, letter.email).result is OriginResult.FAIL
        if asked and approver and letter.email.from_address == approver.address and not proved_false:
            await note_away(work, house, asked, now)
    if delivery is None:
        return None
    await work.deliveries.note(delivery.id, letter.sort.value, at=now, received_email_id=email_id)
    return delivery.case_id


async def answer_by_reply(work: Work, house: House, delivery: Delivery, letter: Understood, email_id: str, now: datetime) -> str | None:
    """Take an authority's reply. It is confirmed when it provably came from that authority's own address or domain."""
    assert delivery.case_id is not None
    sender, said = letter.email.from_address or "", letter.response
    confirmed = judge_origin(house.origin, letter.email).result is OriginResult.PASS and await _is_theirs(work, sender, delivery)
    checked = Checked(searched=said.searched, until=said.until)
    answer = Answer(said.outcome.value)
    if checked.until and not may_last_until(checked.until, today(now)):
        answer, checked = Answer.PLEASE_READ, Checked(searched=said.searched)
    who = ", ".join(filter(None, (said.by, sender)))
    again = await work.responses.is_repeat(delivery.id, delivery.case_id, answer=answer, who=who, words=letter.new_text, checked=checked)
    if again:
        await work.deliveries.note(delivery.id, "same_answer_again", at=now, received_email_id=email_id)
        return delivery.case_id
    await _keep(
        work,
        house,
        delivery,
        answer,
        who=who,
        words=letter.new_text,
        way="mail",
        confirmed=confirmed,
        email_id=email_id,
        now=now,
        checked=checked,
    )
    if answer is Answer.PLEASE_READ:
        await work.tasks.add(
            kind="reply_to_read",
            role=Role.QUALITY,
            at=now,
            case_id=delivery.case_id,
            subject_id=email_id,
            says=f"{delivery.recipient_name} replied in their own words. Read it.",
        )
    elif confirmed:
        await answer_letters.thank(work, house, delivery, answer, checked, to=sender, now=now)
    return delivery.case_id


async def _is_theirs(work: Work, sender: str, delivery: Delivery) -> bool:
    """Whether an address is at the place the letter went to, and not that of another authority at the same place."""
    at_home = sender.rpartition("@")[2].casefold() == delivery.address.rpartition("@")[2].casefold()
    others = set(await work.register.authorities_at(sender))
    return at_home and (not others or delivery.gss_code in others)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPage:
    """What a receiving authority sees behind its link."""

    case_reference: str
    kind: str
    authority_name: str
    subject: str
    text: str = field(repr=False)
    answer: Answer
    answered_at: datetime | None
    case_open: bool


async def page_for(house: House, token: str) -> AnswerPage | None:
    """Return the page behind an answer link; looking changes nothing."""
    async with house.read() as work:
        delivery = await work.deliveries.by_token(digest(token))
        if delivery is None or delivery.case_id is None:
            return None
        case = await work.cases.get(delivery.case_id)
        subject, text, _ = readable((await work.letters.get(delivery.letter_id)).wire)
    return AnswerPage(
        case_reference=case.reference,
        kind=delivery.kind,
        authority_name=delivery.recipient_name,
        subject=subject,
        text=text,
        answer=delivery.answer,
        answered_at=delivery.answered_at,
        case_open=case.state.value == "live",
    )


async def answer_by_link(
    house: House, token: str, *, name: str, answer: Answer, words: str, now: datetime, checked: Checked = NOTHING_SAID
) -> None:
    """Take an answer from the page behind a link; raises UnknownToken, or NotAllowed without a typed name."""
    if not name.strip():
        raise NotAllowed("Type your name, so that the social worker knows who answered.")
    if answer in (Answer.NONE, Answer.PLEASE_READ):
        raise NotAllowed("Choose one of the answers.")
    async with house.begin() as work:
        delivery = await work.deliveries.by_token(digest(token))
        if delivery is None or delivery.case_id is None:
            raise UnknownToken
        who = name.strip()
        if await work.responses.is_repeat(delivery.id, delivery.case_id, answer=answer, who=who, words=words, checked=checked):
            return
        await _keep(
            work, house, delivery, answer, who=who, words=words, way="link", confirmed=True, email_id=None, now=now, checked=checked
        )
        await answer_letters.thank(work, house, delivery, answer, checked, to=delivery.address, now=now)


async def answer_by_phone(
    work: Work, house: House, delivery: Delivery, answer: Answer, *, who: str, words: str, by: str, now: datetime
) -> None:
    """Take what somebody at the authority said on the telephone to our own *by*, in the caller's transaction."""
    await _keep(work, house, delivery, answer, who=who, words=words, way="phone", confirmed=True, email_id=None, now=now)
    work.audit.add("called", at=now, actor=by, case_id=delivery.case_id, subject_id=delivery.id, answer=answer)


async def _keep(
    work: Work,
    house: House,
    delivery: Delivery,
    answer: Answer,
    *,
    who: str,
    words: str,
    way: str,
    confirmed: bool,
    email_id: str | None,
    now: datetime,
    checked: Checked = NOTHING_SAID,
) -> None:
    assert delivery.case_id is not None
    await work.responses.add(
        delivery_id=delivery.id,
        case_id=delivery.case_id,
        gss_code=delivery.gss_code or "",
        answer=answer,
        way=way,
        confirmed=confirmed,
        who=who,
        words=words,
        checked=checked,
        received_email_id=email_id,
        at=now,
    )
    if not _weaker(answer, delivery, confirmed=confirmed):
        await work.deliveries.answered(delivery.id, answer, confirmed=confirmed, at=now)
    work.audit.add("answer_received", at=now, case_id=delivery.case_id, subject_id=delivery.id, answer=answer, way=way, confirmed=confirmed)
    if confirmed and answer.acknowledges and way != "phone" and delivery.gss_code:
        # An address that answers alerts need not be asked whether it is right; one that says "not for us" must be.
        await work.register.prove_address(
            gss_code=delivery.gss_code, address=delivery.address, how=How.ACKNOWLEDGED, by=delivery.id, at=now
        )
        for one in await work.register.contacts(delivery.gss_code):
            if address_key(one.address) == address_key(delivery.address):
                await heard_from(work, delivery.gss_code, one.order, by=delivery.id, now=now)
    if answer.matters:
        await answer_letters.tell_of_answer_that_matters(work, house, delivery, answer, who=who, words=words, confirmed=confirmed, now=now)


def _weaker(answer: Answer, delivery: Delivery, *, confirmed: bool) -> bool:
    """Whether the answer that is there stays: an unclear note, an *acknowledged* and an unproved sender hide nothing that says more."""
    return delivery.answer is not Answer.NONE and (
        answer is Answer.PLEASE_READ
        or (delivery.answer is not Answer.PLEASE_READ and answer is Answer.ACKNOWLEDGED)
        or (delivery.confirmed and not confirmed)
    )
