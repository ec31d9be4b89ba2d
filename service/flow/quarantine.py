"""Letters that wait for a person: taken up as a form on that person's word, or put aside. They stay stored either way."""

from datetime import datetime

from service.database.received import ReceivedEmail, ReceivedState
from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState
from service.domain.errors import NotAllowed, NotFound
from service.domain.notice import NoticeKind
from service.domain.people import IssuingAuthority, Person, Role
from service.domain.reference import references_in
from service.flow import open_case
from service.flow.house import House, today


async def release(house: House, email_id: str, person: Person, now: datetime) -> None:
    """Take a quarantined form as a submission on a person's word; raises NotAllowed or NotFound."""
    async with house.read() as work:
        raw = await work.received.raw(email_id)
    said = await house.sandbox.understand(raw, today(now))
    reading = said.reading
    if reading is None or reading.kind not in frozenset(NoticeKind):
        raise NotAllowed("There is no form in this letter that could be taken up.")
    async with house.begin() as work:
        row = await work.received.get(email_id)
        authority = await _quarantined_for(work, row, person)
        sender = said.email.from_address
        known = sender is not None and await work.people.at_address(sender) is not None
        # A stranger gets no letter from us: questions go to the person who vouched for the form.
        reporter = sender if known and sender else person.address
        if reading.kind == NoticeKind.ALERT:
            case = await open_case.open_case(work, house, authority, reading, reporter=reporter, email_id=email_id, now=now)
        else:
            case = await _case_it_is_about(work, authority, said.email.subject)
            await open_case.add_notice(
                work, house, authority, case, NoticeKind(reading.kind), reading, reporter=reporter, email_id=email_id, now=now
            )
        await work.received.handled(email_id, kind="submission", rule="released by a person", case_id=case.id)
        await work.tasks.settle_subject(subject_id=email_id, by=person.id, at=now)
        work.audit.add("letter_released", at=now, actor=person.id, case_id=case.id, subject_id=email_id)


async def _case_it_is_about(work: Work, authority: IssuingAuthority, subject: str) -> Case:
    """Find the live case an update or a found report names; it can never open a case of its own."""
    for reference in references_in(subject):
        case = await work.cases.by_reference(reference)
        if case is not None and case.issuing_authority_id == authority.id and case.state is CaseState.LIVE:
            return case
    raise NotAllowed("This is an update or a found report, and its subject names no case that is open here.")


async def dismiss(house: House, email_id: str, person: Person, reason: str, now: datetime) -> None:
    """Put a quarantined letter aside on a person's word; it stays stored. Raises NotAllowed without a reason."""
    if not reason.strip():
        raise NotAllowed("Say why this letter needs nothing done.")
    async with house.begin() as work:
        await _quarantined_for(work, await work.received.get(email_id), person)
        await work.received.handled(email_id, kind="dismissed", rule="dismissed by a person")
        await work.tasks.settle_subject(subject_id=email_id, by=person.id, at=now)
        work.audit.add("letter_dismissed", at=now, actor=person.id, subject_id=email_id)


async def _quarantined_for(work: Work, row: ReceivedEmail, person: Person) -> IssuingAuthority:
    authority = await work.people.authority_at(row.mailbox)
    if authority is None or authority.id != person.issuing_authority_id or not person.has(Role.QUALITY):
        raise NotAllowed("Only quality assurance can do this.")
    if row.state is not ReceivedState.QUARANTINED:
        raise NotFound("This letter is not in quarantine any more.")
    return authority
