"""Room 6: an approved notice becomes one queued letter for every recipient, exactly as it was approved."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from service.crashpoints import crashpoint
from service.database.letters import LetterChanged
from service.database.unit_of_work import Work
from service.domain.audience import Addressee, bound_content, fingerprint
from service.domain.case import Case, CaseEvent, CaseState, Outcome
from service.domain.children import ChildStatus, places_with
from service.domain.delivery import Delivery, Lane
from service.domain.notice import OPEN, Notice, NoticeEvent, NoticeKind, NoticeState
from service.domain.people import Role
from service.flow.follow_up import supersede
from service.flow.house import House
from service.flow.post import new_delivery
from service.mail.tokens import digest


async def approved_notices(house: House, *, now: datetime) -> tuple[str, ...]:
    """Return the notices in the tray whose hold is over."""
    async with house.read() as work:
        return await work.notices.due_for_cascade(at=now)


async def cascade_notice(house: House, notice_id: str, *, now: datetime) -> int:
    """Queue one letter for every recipient of an approved notice and return how many; nothing when the bytes are not those approved."""
    async with house.begin() as work:
        notice = await work.notices.get(notice_id)
        if notice.state is not NoticeState.APPROVED or (notice.release_at is not None and now < notice.release_at):
            return 0
        case = await work.cases.get(notice.case_id)
        if case.state is CaseState.CLOSED:
            await supersede(work, case, notice, now, by="the end of the case")
            return 0
        frozen = await work.notices.cascade(notice.id)
        assert frozen is not None
        try:
            letter = await work.letters.get(frozen.letter_id)
            content = bound_content(letter.sha256, fingerprint(frozen.recipients))
            as_approved = content == notice.content_sha256 and await work.approvals.binds(notice.id, content)
        except LetterChanged:
            as_approved = False
        if not as_approved:
            await _stop(work, notice, now)
            return 0
        await work.deliveries.withdraw_unsent(notice.id, at=now)  # put off by a mail server after somebody stopped it
        if notice.kind.ends_the_case:
            await work.deliveries.supersede_waiting(case.id, at=now)
        released = await _release(work, notice, letter.id, frozen.recipients, now)
        deliveries = await _deliveries(work, case, notice, letter.id, frozen.recipients, now)
        await work.notices.save(notice.after(NoticeEvent.CASCADED), read_version=notice.version)  # first: of two workers one goes on
        await work.deliveries.queue(deliveries, _hashes(house, deliveries))
        await _move_case(work, case, notice, now)
        told = len(deliveries) + released
        crashpoint("O0")
        work.audit.add("notice_cascaded", at=now, case_id=case.id, subject_id=notice.id, recipients=told, content=notice.content_sha256)
        return told


async def _release(work: Work, notice: Notice, letter_id: str, recipients: Sequence[Addressee], now: datetime) -> int:
    """Queue what was stopped before it left, at the address and with the letter of the new approval; whoever has one gets no second."""
    today = {one.gss_code: one for one in recipients}
    released = 0
    for stopped in await work.deliveries.letters_of(notice.id):
        one = today.get(stopped.gss_code or "")
        if one is not None and stopped.rank < len(one.addresses):
            address = one.addresses[stopped.rank]
            released += await work.deliveries.release(stopped.id, letter_id=letter_id, name=one.name, address=address, at=now)
    return released


async def _deliveries(
    work: Work, case: Case, notice: Notice, letter_id: str, recipients: Sequence[Addressee], now: datetime
) -> list[Delivery]:
    first = await work.deliveries.alerted(case.id)
    already = {one.gss_code for one in await work.deliveries.letters_of(notice.id)}
    authority = await work.people.authority(case.issuing_authority_id)
    domain = authority.mailbox.rpartition("@")[2]
    return [
        new_delivery(
            kind=notice.kind,
            letter_id=letter_id,
            lane=Lane.FOUND if notice.kind.ends_the_case else Lane.ALERT,
            case_id=case.id,
            notice_id=notice.id,
            gss_code=one.gss_code,
            recipient_name=one.name,
            address=address,
            mailbox=authority.mailbox,
            token_purpose="a",
            link_path="/answer/{token}",
            now=now,
            references=_thread(first, one, domain),
            rank=rank,
            stands_for=one.stands_for,
        )
        for one in recipients
        if one.gss_code not in already
        if not notice.kind.ends_the_case or not first.keys().isdisjoint((one.gss_code, *one.stands_for))  # else there is nothing to end
        for rank, address in enumerate((one.address, *one.also))
    ]


def _thread(first: Mapping[str, str], one: Addressee, domain: str) -> tuple[str, ...]:
    """Name the first letter that this authority got about the case, or one it stands for."""
    told = [first[gss_code] for gss_code in (one.gss_code, *one.stands_for) if gss_code in first]
    return (f"<{told[0]}@{domain}>",) if told else ()


def _hashes(house: House, deliveries: list[Delivery]) -> dict[str, str]:
    return {one.id: digest(house.tokens.issue("a", one.id)) for one in deliveries}


async def _move_case(work: Work, case: Case, notice: Notice, now: datetime) -> None:
    """Alert or end the case. What still waited to be told about an ended case is told no more."""
    if not notice.kind.ends_the_case:
        await work.cases.save(case.after(CaseEvent.ALERTED))
        return
    await work.cases.save(case.after(CaseEvent.ENDED, outcome=_outcome(notice), at=now))
    for other in await work.notices.of_case(case.id):
        if other.id != notice.id and other.state in OPEN:
            await supersede(work, case, other, now, by=notice.id)


def _outcome(notice: Notice) -> Outcome:
    """A case ends with a death when no child of it was found alive."""
    if notice.kind is NoticeKind.WITHDRAWAL:
        return Outcome.WITHDRAWN
    died = places_with(notice.fields, ChildStatus.DECEASED) and not places_with(notice.fields, ChildStatus.FOUND)
    return Outcome.DECEASED if died else Outcome.FOUND


async def _stop(work: Work, notice: Notice, now: datetime) -> None:
    """Nothing leaves; the notice is looked at again every round, so it is told once and goes out when a backup makes it whole."""
    if not await work.tasks.exists(kind="content_differs", subject_id=notice.id):
        work.audit.add("content_differs", at=now, case_id=notice.case_id, subject_id=notice.id)
    await work.tasks.add(
        kind="content_differs",
        role=Role.SYSTEM,
        at=now,
        case_id=notice.case_id,
        subject_id=notice.id,
        says="What would be sent is not what was approved. Nothing was sent. Call the person who runs this service.",
    )
