"""Letters that wait for a person: taken up as a form on that person's word, or put aside. They stay stored either way."""

from datetime import datetime

from service.database.received import ReceivedEmail, ReceivedState
from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState
from service.domain.errors import NotAllowed, NotFound
from service.domain.notice import NoticeKind
from service.domain.people import IssuingAuthority, Person, Role
from service.domain.reference import references_in
from service.flow import elsewhere, follow_up, open_case
from service.flow.house import House, today


async def release(house: House, email_id: str, person: Person, now: datetime, *, about: str = "") -> None:
    """Take up a quarantined letter on a person's word, for the case *about* names where its subject names none.

    A form becomes a submission, a local notice is passed on. Raises NotAllowed or NotFound.
    """
    async with house.read() as work:
        raw = await work.received.raw(email_id)
    said = await house.sandbox.understand(raw, today(now))
    reading = said.reading
    if reading is None or reading.kind not in (*NoticeKind, *elsewhere.KINDS):
        raise NotAllowed("There is no form in this letter that could be taken up.")
    async with house.begin() as work:
        row = await work.received.get(email_id)
        authority = await _quarantined_for(work, row, person)
        await work.tasks.settle_subject(subject_id=email_id, by=person.id, at=now)  # first: what taking it up leaves to do is new
        sender = said.email.from_address
        known = sender is not None and await work.people.at_address(sender) is not None
        # A stranger gets no letter from us: questions go to the person who vouched for the form.
        reporter = sender if known and sender else person.address
        case_id = None
        if reading.kind in elsewhere.KINDS:
            arrival = elsewhere.Arrival(
                reading=reading,
                kind=reading.kind,
                email_id=email_id,
                came_from=sender or "an address that is not plain",
                reporter=reporter,
                whole=said.refused_file is None,
            )
            await elsewhere.take(work, house, authority, arrival, now)
        elif reading.kind == NoticeKind.ALERT:
            case_id = (await open_case.open_case(work, house, authority, reading, reporter=reporter, email_id=email_id, now=now)).id
        else:
            case = await _case_it_is_about(work, authority, about or said.email.subject)
            case_id = case.id
            await follow_up.follow_up(
                work, house, authority, case, NoticeKind(reading.kind), reading, reporter=reporter, email_id=email_id, now=now
            )
        kind = reading.kind if reading.kind in elsewhere.KINDS else "submission"
        await work.received.handled(email_id, kind=kind, rule="released by a person", case_id=case_id)
        work.audit.add("letter_released", at=now, actor=person.id, case_id=case_id, subject_id=email_id)


async def _case_it_is_about(work: Work, authority: IssuingAuthority, named: str) -> Case:
    """Find the live case that a subject, or the person who releases the letter, names; a later form can never open a case of its own."""
    for reference in references_in(named):
        case = await work.cases.by_reference(reference)
        if case is not None and case.issuing_authority_id == authority.id and case.state is CaseState.LIVE:
            return case
    raise NotAllowed(
        "This is an update, a renewal, a found report or a withdrawal, and no open case here is named. "
        "Write the reference of the case, for example KEN-2026-0001-7."
    )


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
