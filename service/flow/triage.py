"""Room 2, the only junction: an ordered table of rules says what a letter is, and one function does what follows.

A letter is marked handled in the same transaction as its effect. What no rule knows goes to a person; nothing is dropped.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog

from service.database.received import ReceivedEmail
from service.database.unit_of_work import Work
from service.domain.approval import Approval
from service.domain.case import Case
from service.domain.delivery import Delivery
from service.domain.errors import ServiceError
from service.domain.notice import NoticeKind
from service.domain.people import IssuingAuthority, Person, Role
from service.domain.reference import references_in
from service.flow import assure, decide, open_case, track
from service.flow.house import House, today
from service.flow.sandbox import CannotUnderstand
from service.flow.understanding import Understood
from service.mail.authenticity import OriginResult, judge_origin
from service.mail.classify import Sort
from service.mail.tokens import carried_delivery_ids, digest, find_carried

log = structlog.get_logger()
TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter on the triage table, with everything a rule may ask about it."""

    row: ReceivedEmail
    said: Understood
    authority: IssuingAuthority
    sender: Person | None
    approval: Approval | None
    check: tuple[str, str] | None  # notice and person of a quality assurance token
    case: Case | None
    case_by_token: bool
    delivery: Delivery | None
    answers: bool  # whether the delivery was named by its own answer token
    origin_failed: bool
    earlier_twin: str | None

    @property
    def in_junk(self) -> bool:
        """Whether the mail server filed it as junk."""
        return "junk" in self.row.folder.casefold() or "spam" in self.row.folder.casefold()

    @property
    def form(self) -> str | None:
        """The kind of form it carries, if any."""
        return self.said.reading.kind if self.said.reading else None

    @property
    def from_the_reporter(self) -> bool:
        """Whether it comes from somebody who may tell us about this case."""
        return self.case is not None and self.sender is not None and self.sender.issuing_authority_id == self.case.issuing_authority_id


class Held(ServiceError):  # noqa: N818
    """The letter needs a person; the text says why."""


class Done(NamedTuple):
    """What a room made of a letter."""

    case_id: str | None


Room = Callable[[Work, House, Letter, datetime], Awaitable[Done]]


class Rule(NamedTuple):
    """If *applies*, the letter is a *kind* and *room* takes it."""

    name: str
    applies: Callable[[Letter], bool]
    kind: str
    room: Room


async def triage_letter(house: House, email_id: str, *, now: datetime) -> str:
    """Handle one letter and return what it was. A letter that fails three times goes to a person."""
    async with house.begin() as work:
        attempt = await work.received.count_attempt(email_id)
    if attempt == 0:
        return "gone"
    try:
        return await _handle(house, email_id, now)
    except Held as held:
        return await _quarantine(house, email_id, "held", held.says, now)
    except ServiceError as refused:
        return await _quarantine(house, email_id, "refused", refused.says, now)
    except CannotUnderstand as broken:
        if attempt < TRIES:
            return "failed"
        return await _quarantine(house, email_id, "unreadable", str(broken), now)
    except Exception as error:
        log.error("triage_failed", email_id=email_id, attempt=attempt, error=type(error).__name__)
        if attempt < TRIES:
            return "failed"
        return await _quarantine(house, email_id, "failed", f"Handling it failed three times ({type(error).__name__}).", now)


async def _handle(house: House, email_id: str, now: datetime) -> str:
    async with house.read() as work:
        raw = await work.received.raw(email_id)
    said = await house.sandbox.understand(raw, today(now))
    async with house.begin() as work:
        letter = await _on_the_table(work, house, await work.received.get(email_id), said)
        rule = next(rule for rule in RULES if rule.applies(letter))
        done = await rule.room(work, house, letter, now)
        await work.received.handled(email_id, kind=rule.kind, rule=rule.name, case_id=done.case_id)
        work.audit.add("letter_handled", at=now, case_id=done.case_id, subject_id=email_id, kind=rule.kind, rule=rule.name)
    log.info("letter_handled", email_id=email_id, kind=rule.kind, rule=rule.name)
    return rule.kind


async def _on_the_table(work: Work, house: House, row: ReceivedEmail, said: Understood) -> Letter:
    authority = await work.people.authority_at(row.mailbox)
    if authority is None:
        raise Held("No issuing authority uses this mailbox.")
    email = said.email
    approval, check, case, delivery, answers = None, None, None, None, False
    for carried in find_carried(email, authority.mailbox):
        token_hash = digest(carried.token)
        if carried.letter == "d":
            approval = approval or await work.approvals.by_token(token_hash)
        elif carried.letter == "a" and (named := await work.deliveries.by_token(token_hash)):
            delivery, answers = named, True
        elif given := await work.sessions.token(token_hash):
            if given.purpose == "check" and given.holder_id:
                check = (given.subject_id, given.holder_id)
            elif given.purpose == "correct":
                case = await work.cases.get(given.subject_id)
    by_token = case is not None
    for reference in references_in(email.subject):
        case = case or await work.cases.by_reference(reference)
    if delivery is None:
        for _, named_id in carried_delivery_ids(email, authority.mailbox.rpartition("@")[2], authority.mailbox):
            delivery = delivery or await work.deliveries.get(named_id)
    return Letter(
        row=row,
        said=said,
        authority=authority,
        sender=await work.people.at_address(email.from_address) if email.from_address else None,
        approval=approval,
        check=check,
        case=case,
        case_by_token=by_token,
        delivery=delivery,
        answers=answers,
        origin_failed=judge_origin(house.origin, email).result is OriginResult.FAIL,
        earlier_twin=await work.received.earlier_with_message_id(row.id, email.message_id) if email.message_id else None,
    )


async def _looped(_work: Work, _house: House, letter: Letter, _now: datetime) -> Done:
    return Done(letter.delivery.case_id if letter.delivery else None)


async def _bounce(work: Work, _house: House, letter: Letter, now: datetime) -> Done:
    report = letter.said.bounce
    if report is None:
        raise Held("It looks like a bounce, but it does not say what bounced.")
    return Done(await track.record_bounce(work, report, letter.row.id, now))


async def _automatic(work: Work, _house: House, letter: Letter, now: datetime) -> Done:
    return Done(await track.record_automatic(work, letter.delivery, letter.said, letter.row.id, now))


async def _decision(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.approval is not None
    await decide.by_reply(work, house, letter.approval, letter.said, in_junk=letter.in_junk, now=now)
    return Done((await work.notices.get(letter.approval.notice_id)).case_id)


async def _quality(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.check is not None
    notice_id, person_id = letter.check
    if (
        letter.sender is None
        or letter.sender.id != person_id
        or judge_origin(house.origin, letter.said.email).result is not OriginResult.PASS
    ):
        raise Held("A quality assurance answer came in, and it is not proved that the person who was asked sent it.")
    if not await assure.by_reply(work, house, notice_id, letter.sender, letter.said.check, now):
        raise Held("A quality assurance answer came in that is not PASS, or RETURN and a question.")
    return Done((await work.notices.get(notice_id)).case_id)


async def _answer(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.delivery is not None
    return Done(await track.answer_by_reply(work, house, letter.delivery, letter.said, letter.row.id, now))


async def _follow_up(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.case is not None
    assert letter.said.reading is not None
    kind = NoticeKind(letter.said.reading.kind)
    if kind is not NoticeKind.ALERT and letter.case.state.value == "draft":
        raise Held("An update or a found report came in for a case that was never sent out.")
    await open_case.add_notice(
        work, house, letter.authority, letter.case, kind, letter.said.reading, reporter=_address(letter), email_id=letter.row.id, now=now
    )
    return Done(letter.case.id)


async def _correction(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.case is not None
    await open_case.correct(
        work,
        house,
        letter.authority,
        letter.case,
        letter.said.answers,
        letter.said.reading,
        reporter=_address(letter),
        email_id=letter.row.id,
        now=now,
    )
    return Done(letter.case.id)


async def _submission(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.said.reading is not None
    case = await open_case.open_case(
        work, house, letter.authority, letter.said.reading, reporter=_address(letter), email_id=letter.row.id, now=now
    )
    return Done(case.id)


async def _not_ours(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    await open_case.answer_not_ours(
        work, house, letter.authority, letter.form or "unknown", letter.said.refused_file, reporter=_address(letter), now=now
    )
    return Done(None)


def _hold(why: str) -> Room:
    async def hold(_work: Work, _house: House, _letter: Letter, _now: datetime) -> Done:
        raise Held(why)

    return hold


def _address(letter: Letter) -> str:
    assert letter.sender is not None
    return letter.sender.address


_KINDS = frozenset(NoticeKind)
_LATER = _KINDS - {NoticeKind.ALERT}
# The order is the point: what is a machine's is never taken for a person's, and a token is believed before a subject line.
RULES: tuple[Rule, ...] = (
    Rule("our own letter came back", lambda x: x.said.own_delivery_id is not None and x.said.sort is not Sort.BOUNCE, "loop", _looped),
    Rule(
        "too large to fetch", lambda x: not x.row.complete, "too_large", _hold("It is larger than 40 MB, so only its headers were fetched.")
    ),
    Rule("a delivery report", lambda x: x.said.sort in (Sort.BOUNCE, Sort.DSN_SUCCESS), "bounce", _bounce),
    Rule("a read receipt", lambda x: x.said.sort is Sort.READ_RECEIPT, "read_receipt", _automatic),
    Rule("an automatic reply", lambda x: x.said.sort is Sort.AUTO_REPLY, "automatic_reply", _automatic),
    Rule("not a person's letter", lambda x: not x.said.from_a_person, "unknown", _hold("It is not a plain letter from a person. Read it.")),
    Rule(
        "same Message-ID, other words",
        lambda x: x.earlier_twin is not None,
        "unknown",
        _hold("Another letter with the same Message-ID came before it."),
    ),
    Rule("a decision token", lambda x: x.approval is not None, "decision", _decision),
    Rule("found in the junk folder", lambda x: x.in_junk, "unknown", _hold("It was in the junk folder. Look whether it is real.")),
    Rule(
        "the sender was forged",
        lambda x: x.origin_failed,
        "unknown",
        _hold("The mail server says that the sender is not who they claim to be."),
    ),
    Rule("a quality assurance token", lambda x: x.check is not None, "quality_answer", _quality),
    Rule("an answer token", lambda x: x.answers, "response", _answer),
    Rule("a later form for a case", lambda x: x.from_the_reporter and x.form in _LATER, "follow_up", _follow_up),
    Rule("answers to our questions", lambda x: x.from_the_reporter and x.case_by_token and bool(x.said.answers), "correction", _correction),
    Rule("a corrected form", lambda x: x.from_the_reporter and x.form == NoticeKind.ALERT, "correction", _correction),
    Rule(
        "a form from a person we know",
        lambda x: x.sender is not None and x.case is None and x.form == NoticeKind.ALERT,
        "submission",
        _submission,
    ),
    Rule(
        "a form from a stranger",
        lambda x: x.sender is None and x.form in _KINDS,
        "unknown",
        _hold("A form came from somebody we do not know. Call them on a number you know."),
    ),
    Rule("a form that is not for this", lambda x: x.sender is not None and x.form not in (None, "unknown", *_KINDS), "not_ours", _not_ours),
    Rule("a file that cannot be read", lambda x: x.sender is not None and x.said.refused_file is not None, "not_ours", _not_ours),
    Rule("nothing else applies", lambda _: True, "unknown", _hold("It is not a form, a decision or an answer that we know. Read it.")),
)


async def _quarantine(house: House, email_id: str, rule: str, why: str, now: datetime) -> str:
    async with house.begin() as work:
        await work.received.quarantined(email_id, kind="unknown", rule=rule, reason=why)
        await work.tasks.add(
            kind="letter_to_read", role=Role.QUALITY, says=f"A letter waits in quarantine: {why}"[:300], at=now, subject_id=email_id
        )
        work.audit.add("letter_quarantined", at=now, subject_id=email_id, rule=rule)
    log.info("letter_quarantined", email_id=email_id, rule=rule)
    return "quarantined"
