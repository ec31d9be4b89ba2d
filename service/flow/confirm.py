"""Keeps the addresses true: what a change of address owes, whether a new one is theirs, and every 90 days whether it is still right.

One letter, answered by one press or one exact line. Silence goes to the next contact of the authority, then to a person with a telephone.
"""

from datetime import datetime, time, timedelta

from directory.authority import Authority
from directory.changes import Letter, LetterDue
from directory.confirming import Asks, Question, due_for_confirmation
from directory.contact import PRIMARY, Contact, How, address_key
from service.database.delivery_rows import WAITING
from service.database.taken import addresses_at_work
from service.database.unit_of_work import Work
from service.domain.calendar import LONDON, WorkingCalendar
from service.domain.delivery import Delivery, DeliveryState, Lane
from service.domain.due import local_date
from service.domain.people import IssuingAuthority, Role
from service.flow.came_back import call_about
from service.flow.house import House
from service.flow.post import freeze_letter, new_delivery, sender_of
from service.flow.rulebook import calendar_for
from service.mail import compose_directory
from service.mail.compose import Context
from service.mail.tokens import digest
from service.policies import policy_named

A_DAY = 25  # letters that ask, so that the answers, and the telephone calls after silence, come in small numbers
SILENT_AFTER = 5  # working days
COMES_BACK_WITHIN = timedelta(days=3)  # a letter that will bounce has bounced
BEFORE_IT_BEGINS = timedelta(days=60)
EVERY = timedelta(hours=1)
_OPENS, _CLOSES = time(9), time(17)
_LINK = "/confirm/{token}"
LOST = (DeliveryState.BOUNCED, DeliveryState.FAILED)
_KINDS = {Asks.VERIFY: "directory_verify", Asks.CONFIRM: "directory_confirm", Asks.EXERCISE: "exercise"}


async def write_letters_due(house: House, *, now: datetime) -> int:
    """Write the letters that changes of address owe, and return how many: to the old address, to the new, and one to prove it."""
    async with house.begin() as work:
        authority = await keeper(work)
        due = await work.register.letters_due.waiting() if authority else ()
        written = 0
        for letter in due:
            assert authority is not None
            if await work.register.letters_due.written(letter.id, at=now):
                await _write_due(work, house, authority, letter, now)
                written += 1
    return written


async def ask_for_confirmation(house: House, *, now: datetime) -> int:
    """Ask some of those whose address was not proved for 90 days whether it is right, on working days, and return how many."""
    async with house.begin() as work:
        authority = await keeper(work)
        if authority is None or not _at_work(_calendar(authority, now), now):
            return 0
        if not await work.signals.take_turn("confirmation", before=now - timedelta(hours=20), at=now):
            return 0
        return await ask(work, house, authority, now, limit=A_DAY)


async def ask(work: Work, house: House, authority: IssuingAuthority, now: datetime, *, limit: int | None = None) -> int:
    """Write to those whose address is due to be confirmed, at most *limit*, and return how many.

    An address that somebody proved once is not asked while it takes letters about cases and none comes back.
    """
    since, due = now - house.confirm_every, list[tuple[Authority, Contact]]()
    at_work = await addresses_at_work(work, since=since, until=now - COMES_BACK_WITHIN)
    for about, contact in await due_for_confirmation(work.register, since, on=local_date(now)):
        taken = at_work.get((contact.gss_code, contact.address)) if contact.proved_at else None
        if taken:
            await work.register.prove_address(
                gss_code=contact.gss_code, address=contact.address, how=How.ACCEPTED, by=taken.delivery_id, at=taken.at
            )
        else:
            due.append((about, contact))
    for about, contact in due[:limit]:
        await _ask_contact(work, house, authority, about, contact, contact, now)
    if due:
        work.audit.add("confirmation_asked", at=now, asked=len(due[:limit]))
    return len(due[:limit])


async def look_at_silence(house: House, *, now: datetime) -> int:
    """Ask the next contact of an authority that did not answer, or leave a call to a person, and return how many; looked at hourly."""
    async with house.begin() as work:
        authority = await keeper(work)
        if authority is None or not await work.signals.take_turn("confirmation silence", before=now - EVERY, at=now):
            return 0
        calendar, silent = _calendar(authority, now), 0
        for question in await work.questions.open(Asks.VERIFY, Asks.CONFIRM):
            about = await work.register.authority(question.gss_code)
            if about is None or await _is_pointless(work, question, about, now):
                await work.questions.end(question.id, at=now)
                continue
            delivery = await work.deliveries.get(question.id)
            if _is_silent(delivery, question, calendar, now) and await work.questions.end(question.id, at=now):
                await _go_on(work, house, authority, about, question, delivery, now)
                silent += 1
        await _see_to_successors(work, now)
    return silent


async def keeper(work: Work) -> IssuingAuthority | None:
    """Return the issuing authority in whose name the directory writes: the first of this house."""
    return min(await work.people.authorities(), key=lambda one: one.id, default=None)


def question_delivery(
    house: House, authority: IssuingAuthority, kind: Asks, letter_id: str, name: str, contact: Contact, now: datetime
) -> tuple[Delivery, dict[str, str], Question]:
    """Make the delivery that asks a contact, the hash of its token, and the row of the question."""
    delivery = new_delivery(
        kind=_KINDS[kind],
        letter_id=letter_id,
        lane=Lane.CHASER,
        gss_code=contact.gss_code,
        recipient_name=name,
        address=contact.address,
        mailbox=authority.mailbox,
        token_purpose=compose_directory.PURPOSE,
        link_path=_LINK,
        now=now,
    )
    token_hash = digest(house.tokens.issue(compose_directory.PURPOSE, delivery.id))
    question = Question(id=delivery.id, kind=kind, gss_code=contact.gss_code, order=contact.order, address=contact.address, asked_at=now)
    return delivery, {delivery.id: token_hash}, question


async def _write_due(work: Work, house: House, authority: IssuingAuthority, letter: LetterDue, now: datetime) -> None:
    about = await work.register.authority(letter.gss_code)
    assert about is not None
    if letter.kind is Letter.VERIFY:
        contact = await work.register.contact(letter.gss_code, letter.order)
        if contact is None or contact.is_partner or address_key(contact.address) != address_key(letter.address):
            return
        context = compose_directory.verify(sender=sender_of(authority), authority=about.name, address=contact.address, role=contact.role)
        await _put(work, house, authority, Asks.VERIFY, context, about, contact, now)
        return
    change = next((one for one in await work.register.history(letter.gss_code) if one.id == letter.change_id), None)
    names = {one.id: one.name for one in await work.people.everyone()}  # who changes it on the pages stands there by an id
    context = compose_directory.changed(
        sender=sender_of(authority),
        authority=about.name,
        address=letter.address,
        by=names.get(change.who, change.who) if change else "not known",
        at=letter.at,
        gone=letter.kind is Letter.TO_OLD,
    )
    frozen = await work.letters.add(
        freeze_letter(house, authority, "directory_changed", context), kind="directory_changed", case_id=None, key_id=None, at=now
    )
    delivery = new_delivery(
        kind="directory_changed",
        letter_id=frozen.id,
        lane=Lane.CHASER,
        gss_code=letter.gss_code,
        recipient_name=about.name,
        address=letter.address,
        mailbox=authority.mailbox,
        now=now,
    )
    await work.deliveries.queue([delivery], {})


async def _ask_contact(
    work: Work, house: House, authority: IssuingAuthority, about: Authority, asked: Contact, primary: Contact, now: datetime
) -> None:
    context = compose_directory.confirm(
        sender=sender_of(authority),
        authority=about.name,
        address=primary.address,
        role=primary.role,
        phone=primary.phone,
        out_of_hours=primary.out_of_hours,
        instead=asked.order != primary.order,
        shared=len(await work.register.authorities_at(asked.address)) > 1,
    )
    await _put(work, house, authority, Asks.CONFIRM, context, about, asked, now)


async def _put(
    work: Work, house: House, authority: IssuingAuthority, kind: Asks, context: Context, about: Authority, asked: Contact, now: datetime
) -> None:
    wire = freeze_letter(house, authority, _KINDS[kind], context)
    letter = await work.letters.add(wire, kind=_KINDS[kind], case_id=None, key_id=None, at=now)
    delivery, hashes, question = question_delivery(house, authority, kind, letter.id, about.name, asked, now)
    await work.deliveries.queue([delivery], hashes)
    await work.questions.add([question])


def missed_by(gss_code: str) -> str:
    """Return the subject of the task about an authority that did not answer an exercise."""
    return f"exercise {gss_code}"


async def _is_pointless(work: Work, question: Question, about: Authority, now: datetime) -> bool:
    """Whether nobody needs the answer: the authority has ended, the contact has another address, or it was proved in another way."""
    if about.valid_to is not None and about.valid_to < local_date(now):
        return True
    asked = await work.register.contact(question.gss_code, question.order)
    if asked is None or address_key(asked.address) != address_key(question.address):
        return True
    meant = await work.register.contact(question.gss_code, _meant(question))
    return meant is not None and meant.proved_at is not None and meant.proved_at > question.asked_at


def _meant(question: Question) -> int:
    """Return which contact a question is about: a fallback is asked about the primary one, and about itself when it is new."""
    return question.order if question.kind is Asks.VERIFY else PRIMARY


def _is_silent(delivery: Delivery | None, question: Question, calendar: WorkingCalendar, now: datetime) -> bool:
    if delivery is None or delivery.state in LOST:
        return True
    if delivery.state in WAITING:
        return False
    since = delivery.accepted_at or question.asked_at
    return calendar.working_days_between(local_date(since), local_date(now)) > SILENT_AFTER


async def _go_on(
    work: Work, house: House, authority: IssuingAuthority, about: Authority, question: Question, delivery: Delivery | None, now: datetime
) -> None:
    contacts = {one.order: one for one in await work.register.contacts(question.gss_code) if not one.is_partner}
    meant = _meant(question)
    if meant == PRIMARY and PRIMARY in contacts:
        following = [one for order, one in contacts.items() if order > question.order]
        if following:
            await _ask_contact(work, house, authority, about, following[0], contacts[PRIMARY], now)
            return
    if question.order == meant and delivery is not None and delivery.state in LOST:
        return  # whoever noted that it came back gave it to a person already
    which = "its address" if meant == PRIMARY else f"the address of its contact {meant}"
    await work.tasks.add(
        kind="address_unconfirmed",
        role=Role.DIRECTORY,
        at=now,
        subject_id=call_about(question.gss_code, meant),
        says=f"Nobody at {about.name} answered whether {which} is right. Phone them."[:300],
    )


async def _see_to_successors(work: Work, now: datetime) -> None:
    """Ask for the address of an authority that takes the place of one whose address is known: from its first day alerts go to it."""
    contacts, every = await work.register.primary_contacts(), {one.gss_code: one for one in await work.register.authorities()}
    for old in every.values():
        if old.gss_code not in contacts or old.valid_to is None or old.valid_to - BEFORE_IT_BEGINS > local_date(now):
            continue
        for new in (every[code] for code in old.successors):
            subject = f"address {new.gss_code}"
            if new.gss_code in contacts:
                await work.tasks.settle_subject(subject_id=subject, by="directory", at=now)
            elif new.in_uk and new.valid_to is None:
                await work.tasks.add(
                    kind="successor_without_address",
                    role=Role.DIRECTORY,
                    at=now,
                    subject_id=subject,
                    says=f"{new.name} takes the place of {old.name} after {old.valid_to:%-d %B %Y} and has no address. Enter one."[:300],
                )


def _calendar(authority: IssuingAuthority, now: datetime) -> WorkingCalendar:
    return calendar_for(authority, policy_named(authority.policy), local_date(now))


def _at_work(calendar: WorkingCalendar, now: datetime) -> bool:
    return calendar.is_working_day(local_date(now)) and _OPENS <= now.astimezone(LONDON).time() < _CLOSES
