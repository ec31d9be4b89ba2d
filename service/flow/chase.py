"""Asking again: once an hour the silent are written to, each authority once for all it owes, and at the end of the ladder telephoned.

What is owed is asked of the rows each time, so a missed round loses nothing. Between writing and leaving a chaser is looked at twice more
(`deliveries.claim` and the journal): none leaves once somebody there has answered or the child is found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import structlog

from directory.contact import Contact
from service.database import chasing as rows
from service.database.delivery_rows import CHASER
from service.database.tasks import ALL
from service.database.unit_of_work import Work
from service.domain.calendar import LONDON
from service.domain.chasing import Asked, Step, ladder, silent, step
from service.domain.delivery import GAVE_UP, Answer, Lane
from service.domain.due import local_date
from service.domain.errors import NotAllowed, NotFound
from service.domain.people import IssuingAuthority, Person, Role
from service.domain.policy import Policy
from service.flow import track
from service.flow.facts import BY_THE_CLOCK
from service.flow.house import House
from service.flow.post import freeze_letter, new_delivery, sender_of
from service.flow.rulebook import calendar_at, policy_of
from service.mail import compose_chaser

log = structlog.get_logger()
EVERY = timedelta(hours=1)
OFFICES_OPEN = time(9)
CALL = "call_authority"
MAY_CALL = (Role.QUALITY, Role.APPROVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owes:
    """One authority that is silent: what it owes, when it was asked about each, what is to be done today, and how it can be reached."""

    gss_code: str
    name: str
    letters: tuple[Asked, ...]
    chased: Mapping[str, tuple[datetime, ...]]
    step: Step
    contacts: tuple[Contact, ...] = field(repr=False)
    dead: tuple[str, ...] = field(repr=False)

    @property
    def address(self) -> str:
        """Where the next letter goes: one rung of the ladder for each letter that was written in vain."""
        known = {one.address.casefold() for one in self.contacts}
        sent_to = self.letters[0].address
        proved = max(((one.proved_at, one.address) for one in self.contacts if one.proved_at), default=None)
        first = proved[1] if proved else sent_to if sent_to.casefold() in known or not known else self.contacts[0].address
        rungs = ladder(first, [(one.address, one.role) for one in self.contacts], self.dead)
        return rungs[min(max((len(self.chased.get(one.id, ())) for one in self.letters), default=0), len(rungs) - 1)]


async def chase_silent(house: House, *, now: datetime) -> int:
    """Write to every silent authority whose time has come, put those that no letter moved on the call list, and return how many letters."""
    async with house.begin() as work:
        await work.deliveries.retire(at=now)
        if now.astimezone(LONDON).time() < OFFICES_OPEN or not await work.signals.take_turn("chasers", before=now - EVERY, at=now):
            return 0
    async with house.read() as work:
        authorities = await work.people.authorities()
    written = 0
    for authority in authorities:
        try:
            written += await _chase(house, authority, now)
        except Exception as error:
            log.error("chasing_failed", authority_id=authority.id, error=type(error).__name__)
    return written


async def owing(work: Work, authority: IssuingAuthority, now: datetime) -> tuple[Owes, ...]:
    """Return every authority that owes this one an answer, by name, with what is to be done today."""
    letters = await rows.asked_of(work, authority.id)
    chased = await rows.chased_at(work, authority.id)
    by_authority: dict[str, list[Asked]] = {}
    for one in silent(letters):
        by_authority.setdefault(one.gss_code, []).append(one)
    policies = dict[str, Policy]()
    found = []
    for gss_code, owed in by_authority.items():
        steps = [_step(await _policy(work, one, policies), one, chased.get(one.id, ()), local_date(now)) for one in owed]
        owed_notices = {one.notice_id for one in owed}
        found.append(
            Owes(
                gss_code=gss_code,
                name=owed[0].name,
                letters=tuple(owed),
                chased={one.id: chased.get(one.id, ()) for one in owed},
                step=Step.WRITE if Step.WRITE in steps else Step.CALL if Step.CALL in steps else Step.WAIT,
                contacts=await work.register.contacts(gss_code),
                dead=tuple(
                    one.address for one in letters if one.gss_code == gss_code and one.notice_id in owed_notices and one.state in GAVE_UP
                ),
            )
        )
    return tuple(sorted(found, key=lambda one: one.name))


def _step(policy: Policy, letter: Asked, chased: Sequence[datetime], today: date) -> Step:
    days = [local_date(one) for one in chased]
    return step(policy.chasing, calendar_at(letter.gss_code, policy, today), local_date(letter.at), days, today)


async def _policy(work: Work, letter: Asked, known: dict[str, Policy]) -> Policy:
    key = f"{letter.policy} {letter.policy_version}"
    if key not in known:
        known[key] = await policy_of(work, await work.cases.get(letter.case_id))
    return known[key]


async def _chase(house: House, authority: IssuingAuthority, now: datetime) -> int:
    async with house.read() as work:
        every = await owing(work, authority, now)
    to_write = [one for one in every if one.step is Step.WRITE]
    for one in to_write:
        async with house.begin() as work:
            await _write(work, house, authority, one, now)
    await _list_calls(house, authority, [one for one in every if one.step is Step.CALL], every, now)
    return len(to_write)


async def _write(work: Work, house: House, authority: IssuingAuthority, silent_one: Owes, now: datetime) -> None:
    owed = [
        compose_chaser.Owed(
            reference=one.reference, kind=one.kind, sent_at=one.at, link=f"{house.base_url}/answer/{house.tokens.issue('a', one.id)}"
        )
        for one in silent_one.letters
    ]
    wire = freeze_letter(house, authority, CHASER, compose_chaser.chaser(sender=sender_of(authority), authority=silent_one.name, owed=owed))
    letter = await work.letters.add(wire, kind=CHASER, case_id=None, key_id=None, at=now)
    only = silent_one.letters[0].id if len(silent_one.letters) == 1 else ""
    delivery = new_delivery(
        kind=CHASER,
        letter_id=letter.id,
        lane=Lane.CHASER,
        gss_code=silent_one.gss_code,
        recipient_name=silent_one.name,
        address=silent_one.address,
        mailbox=authority.mailbox,
        token_purpose="a" if only else "",
        token_subject=only,
        link_path="/answer/{token}" if only else "",
        references=(f"<{only}@{authority.mailbox.rpartition('@')[2]}>",) if only else (),
        now=now,
    )
    await work.deliveries.queue([delivery], {})
    await work.deliveries.ask_about(delivery.id, [one.id for one in silent_one.letters])
    for one in silent_one.letters:
        work.audit.add("chaser_written", at=now, case_id=one.case_id, subject_id=delivery.id, about=one.id, gss_code=one.gss_code)


async def _list_calls(house: House, authority: IssuingAuthority, calls: Sequence[Owes], every: Sequence[Owes], now: datetime) -> None:
    """Give a person each call, once, and take back those that nobody needs to make any more."""
    still = {_subject(authority, one.gss_code) for one in every}
    async with house.begin() as work:
        for task in await work.tasks.open(limit=ALL):
            if task.kind == CALL and (task.subject_id or "").startswith(authority.id) and task.subject_id not in still:
                await work.tasks.settle_subject(subject_id=task.subject_id or "", by=BY_THE_CLOCK, at=now)
        for one in calls:
            await work.tasks.add(
                kind=CALL,
                role=Role.QUALITY,
                at=now,
                case_id=one.letters[0].case_id,
                subject_id=_subject(authority, one.gss_code),
                says=f"Call {one.name}: no answer to {_many(len(one.letters), 'letter')} and {_many(_most(one), 'reminder')}.",
            )


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _most(one: Owes) -> int:
    return max((len(times) for times in one.chased.values()), default=0)


def _subject(authority: IssuingAuthority, gss_code: str) -> str:
    return f"{authority.id} {gss_code}"


async def spoke_to(house: House, delivery_id: str, person: Person, *, who: str, answer: Answer, words: str, now: datetime) -> None:
    """Record what an authority said on the telephone, an answer like any other; raises NotFound, or NotAllowed if something is missing."""
    if not person.has(*MAY_CALL):
        raise NotAllowed("Only quality assurance and the approvers record a call.")
    if len(who.strip()) < 2:
        raise NotAllowed("Write whom you spoke to.")
    if answer in (Answer.NONE, Answer.PLEASE_READ):
        raise NotAllowed("Choose what they said.")
    async with house.begin() as work:
        delivery = await work.deliveries.get(delivery_id)
        if delivery is None or delivery.case_id is None or delivery.notice_id is None or delivery.gss_code is None:
            raise NotFound
        authority = await work.people.authority(person.issuing_authority_id)
        if (await work.cases.get(delivery.case_id)).issuing_authority_id != authority.id:
            raise NotFound
        await track.answer_by_phone(work, house, delivery, answer, who=who.strip(), words=words, by=person.id, now=now)
        if delivery.gss_code not in {one.gss_code for one in await owing(work, authority, now)}:
            await work.tasks.settle_subject(subject_id=_subject(authority, delivery.gss_code), by=person.id, at=now)
