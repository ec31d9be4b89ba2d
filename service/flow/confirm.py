"""Keeps the addresses true: what a change of address owes, whether a new one is theirs, and every 90 days whether it is still right.

One letter, answered by one press or one exact line. Silence goes to the next contact of the authority, then to a person with a telephone.
"""

from datetime import datetime, time, timedelta

from directory.authority import Authority
from directory.changes import Letter, LetterDue
from directory.confirming import Asks, Question, due_for_confirmation
from directory.contact import PRIMARY, Contact, address_key
from service.database.unit_of_work import Work
from service.domain.calendar import LONDON, WorkingCalendar
from service.domain.delivery import Delivery, DeliveryState, Lane
from service.domain.due import local_date
from service.domain.people import IssuingAuthority, Role
from service.flow.house import House
from service.flow.post import freeze_letter, new_delivery, sender_of
from service.flow.rulebook import calendar_for
from service.mail import compose_directory
from service.mail.compose import Context
from service.mail.tokens import digest
from service.policies import policy_named

A_DAY = 25  # letters that ask, so that the answers, and the telephone calls after silence, come in small numbers
SILENT_AFTER = 5  # working days
EVERY = timedelta(hours=1)
_OPENS, _CLOSES = time(9), time(17)
_LINK = "/confirm/{token}"
_LOST = (DeliveryState.BOUNCED, DeliveryState.FAILED)
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
    """Write to those whose address is due to be confirmed, at most *limit*, and return how many."""
    due = (await due_for_confirmation(work.register, now - house.confirm_every))[:limit]
    for asked, contact in due:
        await _ask_contact(work, house, authority, asked, contact, contact, now)
    if due:
        work.audit.add("confirmation_asked", at=now, asked=len(due))
    return len(due)


async def look_at_silence(house: House, *, now: datetime) -> int:
    """Ask the next contact of an authority that did not answer, or leave a call to a person, and return how many; looked at hourly."""
    async with house.begin() as work:
        authority = await keeper(work)
        if authority is None or not await work.signals.take_turn("confirmation silence", before=now - EVERY, at=now):
            return 0
        calendar, silent = _calendar(authority, now), 0
        for question in await work.questions.open(Asks.VERIFY, Asks.CONFIRM):
            delivery = await work.deliveries.get(question.id)
            lost = delivery is None or delivery.state in _LOST
            waited = calendar.working_days_between(local_date(question.asked_at), local_date(now))
            if (lost or waited > SILENT_AFTER) and await work.questions.end(question.id, at=now):
                await _go_on(work, house, authority, question, now)
                silent += 1
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
    context = compose_directory.changed(
        sender=sender_of(authority),
        authority=about.name,
        address=letter.address,
        by=change.who if change else "not known",
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


async def _go_on(work: Work, house: House, authority: IssuingAuthority, question: Question, now: datetime) -> None:
    about, contacts = await work.register.authority(question.gss_code), await work.register.contacts(question.gss_code)
    primary = next((one for one in contacts if one.order == PRIMARY), None)
    following = [one for one in contacts if one.order > question.order and not one.is_partner]
    if about is not None and primary is not None and following:
        await _ask_contact(work, house, authority, about, following[0], primary, now)
        return
    await work.tasks.add(
        kind="address_unconfirmed",
        role=Role.DIRECTORY,
        at=now,
        subject_id=f"confirm {question.gss_code}",
        says=f"Nobody at {about.name if about else question.gss_code} answered whether its address is right. Phone them."[:300],
    )


def _calendar(authority: IssuingAuthority, now: datetime) -> WorkingCalendar:
    return calendar_for(authority, policy_named(authority.policy), local_date(now))


def _at_work(calendar: WorkingCalendar, now: datetime) -> bool:
    return calendar.is_working_day(local_date(now)) and _OPENS <= now.astimezone(LONDON).time() < _CLOSES
