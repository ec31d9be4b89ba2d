"""Room 2, the only junction: an ordered table of rules says what a letter is, and one function does what follows.

A letter is marked handled in the same transaction as its effect. What no rule knows goes to a person; nothing is dropped.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple

import structlog

from service.crashpoints import crashpoint
from service.database.unit_of_work import Work
from service.domain.errors import ChangedMeanwhile, ServiceError
from service.domain.notice import NoticeKind
from service.domain.people import Role
from service.flow import assure, by_hand, canary, care, confirmed, decide, elsewhere, follow_up, open_case, origin, stop, track
from service.flow.house import House, today
from service.flow.letter import Done, Held, Letter, put_on_the_table
from service.flow.sandbox import CannotUnderstand
from service.flow.understanding import Understood
from service.flow.verify import raise_alarm, unknown_token
from service.mail.authenticity import OriginResult, judge_origin
from service.mail.classify import Sort

log = structlog.get_logger()
TRIES = 3
FAILED = "failed"

Room = Callable[[Work, House, Letter, datetime], Awaitable[Done]]


class Rule(NamedTuple):
    """If *applies*, the letter is a *kind* and *room* takes it."""

    name: str
    applies: Callable[[Letter], bool]
    kind: str
    room: Room


async def read_letter(house: House, email_id: str, now: datetime) -> Understood:
    """Let the sandbox read one kept letter; raises CannotUnderstand."""
    async with house.read() as work:
        raw = await work.received.raw(email_id)
    crashpoint("I5")
    return await house.sandbox.understand(raw, today(now))


async def triage_letter(house: House, email_id: str, *, now: datetime, said: Awaitable[Understood] | None = None) -> str:
    """Handle one letter, perhaps already being read, and return what it was. A letter that fails three times goes to a person."""
    async with house.begin() as work:
        attempt = await work.received.count_attempt(email_id, at=now)
    if attempt == 0:
        return "gone"
    done = await _try(house, email_id, attempt, now, said)
    if done == FAILED:
        async with house.begin() as work:
            await work.received.put_back(email_id)
    return done


async def _try(house: House, email_id: str, attempt: int, now: datetime, said: Awaitable[Understood] | None) -> str:
    try:
        return await _handle(house, email_id, await (said or read_letter(house, email_id, now)), now)
    except Held as held:
        return await _quarantine(house, email_id, "held", held.says, now)
    except ChangedMeanwhile:
        if attempt < TRIES:
            return FAILED  # somebody was quicker by a moment: read again, the letter is judged by how things stand then
        return await _quarantine(house, email_id, "failed", ChangedMeanwhile.says, now)
    except ServiceError as refused:
        return await _quarantine(house, email_id, "refused", refused.says, now)
    except CannotUnderstand as broken:
        if attempt < TRIES:
            return FAILED
        return await _quarantine(house, email_id, "unreadable", str(broken), now)
    except Exception as error:
        log.error("triage_failed", email_id=email_id, attempt=attempt, error=type(error).__name__)
        if attempt < TRIES:
            return FAILED
        return await _quarantine(house, email_id, "failed", f"Handling it failed three times ({type(error).__name__}).", now)


async def _handle(house: House, email_id: str, said: Understood, now: datetime) -> str:
    async with house.begin() as work:
        row = await work.received.take(email_id)
        if row is None:
            return "gone"
        house = await origin.with_proof(work, house, row.mailbox)
        letter = await put_on_the_table(work, house, row, said)
        if letter.sender and letter.sender.away_since and letter.said.from_a_person and not letter.origin_failed:
            await work.people.back(letter.sender.id)
        rule = next(rule for rule in RULES if rule.applies(letter))
        crashpoint("I6")
        done = await rule.room(work, house, letter, now)
        if done.held:
            await _hold_for_a_person(work, email_id, rule.kind, rule.name, done.held, now, task=done.task)
        else:
            await work.received.handled(email_id, kind=rule.kind, rule=rule.name, case_id=done.case_id)
            work.audit.add("letter_handled", at=now, case_id=done.case_id, subject_id=email_id, kind=rule.kind, rule=rule.name)
        crashpoint("I7")
    crashpoint("I8")
    log.info("letter_handled", email_id=email_id, kind=rule.kind, rule=rule.name)
    return rule.kind


async def _looped(_work: Work, _house: House, letter: Letter, _now: datetime) -> Done:
    return Done(case_id=letter.delivery.case_id if letter.delivery else None)


async def _bounce(work: Work, _house: House, letter: Letter, now: datetime) -> Done:
    report = letter.said.bounce
    if report is None:
        raise Held("It looks like a bounce, but it does not say what bounced.")
    return Done(case_id=await track.record_bounce(work, report, letter.row.id, now))


async def _automatic(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    case_id = await track.record_automatic(work, house, letter.delivery, letter.said, letter.row.id, now, approval=letter.approval)
    return Done(case_id=case_id)


async def _decision(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.approval is not None
    became = await decide.by_reply(work, house, letter.approval, letter.said, in_junk=letter.in_junk, now=now, email_id=letter.row.id)
    return Done(case_id=(await work.notices.get(letter.approval.notice_id)).case_id, held=became.held)


async def _unknown_token(work: Work, _house: House, letter: Letter, now: datetime) -> Done:
    if await unknown_token(work, now):
        await raise_alarm(work, ("C8",), letter.authority.id, now)
    return Done(held="It carries the reference of a decision request that was never sent. Nobody was answered. Read it.")


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
    return Done(case_id=(await work.notices.get(notice_id)).case_id)


async def _stop(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.stop is not None
    notice_id, person_id = letter.stop
    notice = await work.notices.get(notice_id)
    case = await work.cases.get(notice.case_id)
    senders = {notice.submitted_by, case.reporter_address}
    if person_id is not None:
        senders = {(await work.people.person(person_id)).address}
    proved = letter.said.email.from_address in senders and judge_origin(house.origin, letter.said.email).result is OriginResult.PASS
    if letter.in_junk or not proved:
        raise Held("A reply to a receipt came in, perhaps STOP, and it is not proved who sent it. Read it now.")
    if not stop.says_stop(letter.said.new_text):
        raise Held("A reply to a receipt came in whose first line is not the single word STOP. Read it.")
    await stop.by_reply(work, house, notice_id, letter.sender, now)
    return Done(case_id=case.id)


async def _answer(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.delivery is not None
    return Done(case_id=await track.answer_by_reply(work, house, letter.delivery, letter.said, letter.row.id, now))


async def _follow_up(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.case is not None
    assert letter.said.reading is not None
    await follow_up.follow_up(
        work,
        house,
        letter.authority,
        letter.case,
        NoticeKind(letter.said.reading.kind),
        letter.said.reading,
        reporter=letter.address,
        email_id=letter.row.id,
        now=now,
        answers=letter.said.answers if letter.case_by_token else {},
    )
    return Done(case_id=letter.case.id)


async def _correction(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.case is not None
    await follow_up.answer(
        work,
        house,
        letter.authority,
        letter.case,
        letter.said.answers,
        letter.said.reading,
        reporter=letter.address,
        email_id=letter.row.id,
        now=now,
    )
    return Done(case_id=letter.case.id)


async def _submission(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.said.reading is not None
    case = await open_case.open_case(
        work, house, letter.authority, letter.said.reading, reporter=letter.address, email_id=letter.row.id, now=now
    )
    return Done(case_id=case.id)


async def _elsewhere(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    await elsewhere.take(work, house, letter.authority, elsewhere.arrival_of(letter), now)
    return Done()


async def _address(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    assert letter.delivery is not None
    await confirmed.answer_by_reply(work, house, letter.delivery, letter.said, now)
    return Done()


def _hold(why: str) -> Room:
    async def hold(_work: Work, _house: House, _letter: Letter, _now: datetime) -> Done:
        raise Held(why)

    return hold


_KINDS = frozenset(NoticeKind)
_LATER = _KINDS - {NoticeKind.ALERT}
# The order is the point: what is a machine's is never taken for a person's, and a token is believed before a subject line.
RULES: tuple[Rule, ...] = (
    Rule("our canary came back", canary.is_one, "canary", canary.came_back),
    Rule("our own letter came back", lambda x: x.ours and x.said.sort is not Sort.BOUNCE, "loop", _looped),
    Rule(
        "too large to fetch", lambda x: not x.row.complete, "too_large", _hold("It is larger than 40 MB, so only its headers were fetched.")
    ),
    Rule("a delivery report", lambda x: x.said.sort in (Sort.BOUNCE, Sort.DSN_SUCCESS), "bounce", _bounce),
    Rule("a read receipt", lambda x: x.said.sort is Sort.READ_RECEIPT, "read_receipt", _automatic),
    Rule("an automatic reply", lambda x: x.said.sort is Sort.AUTO_REPLY, "automatic_reply", _automatic),
    Rule("not a person's letter", lambda x: not x.said.from_a_person, "unknown", _hold("It is not a plain letter from a person. Read it.")),
    Rule("a letter of the origin test", lambda x: x.origin_test is not None, "origin_test", origin.judge_letter),
    Rule(
        "a letter of a house like ours",
        lambda x: x.said.from_a_house and x.form != "received_alert",
        "unknown",
        _hold("It begins as our own letters do, or another service like ours wrote it, so it got no answer. Read it."),
    ),
    Rule(
        "same Message-ID, other words",
        lambda x: x.earlier_twin is not None,
        "unknown",
        _hold("Another letter with the same Message-ID came before it."),
    ),
    Rule("a decision token", lambda x: x.approval is not None, "decision", _decision),
    Rule("a STOP token", lambda x: x.stop is not None, "stop", _stop),
    Rule("an unknown decision token", lambda x: x.unknown_decision_token, "decision", _unknown_token),
    Rule("found in the junk folder", lambda x: x.in_junk, "unknown", _hold("It was in the junk folder. Look whether it is real.")),
    Rule(
        "the sender was forged",
        lambda x: x.origin_failed,
        "unknown",
        _hold("The mail server says that the sender is not who they claim to be."),
    ),
    Rule("a quality assurance token", lambda x: x.check is not None, "quality_answer", _quality),
    Rule("an answer about an address", lambda x: x.answers and x.delivery is not None and not x.delivery.case_id, "address", _address),
    Rule("an answer token", lambda x: x.answers, "response", _answer),
    Rule("a later form for a case", lambda x: x.from_the_reporter and x.form in _LATER, "follow_up", _follow_up),
    Rule("answers to our questions", lambda x: x.from_the_reporter and x.case_by_token and bool(x.said.answers), "correction", _correction),
    Rule("a corrected form", lambda x: x.from_the_reporter and x.form == NoticeKind.ALERT, "correction", _correction),
    Rule(
        "a form from a person we know",
        lambda x: x.may_send_in and x.case is None and x.form == NoticeKind.ALERT,
        "submission",
        _submission,
    ),
    Rule(
        "a form from a stranger",
        lambda x: not x.may_send_in and x.form in _KINDS,
        "unknown",
        _hold("A form came from somebody we do not know. Call them on a number you know."),
    ),
    Rule(
        "a later form that names no case",
        lambda x: x.may_send_in and x.case is None and x.form in _LATER,
        care.LATER_WITHOUT_CASE,
        by_hand.which_case,
    ),
    Rule("a placement notice", lambda x: x.from_a_known_place and x.form == "placement_notification", "placement_notification", _elsewhere),
    Rule("a local case alert", lambda x: x.may_send_in and x.form == "case_alert", "case_alert", _elsewhere),
    Rule("another authority's alert", lambda x: x.from_a_known_place and x.form == "received_alert", "received_alert", _elsewhere),
    Rule(
        "a notice from a stranger",
        lambda x: x.form in elsewhere.KINDS,
        "unknown",
        _hold("It looks like a placement notice or an alert from a stranger. Call them on a number you know, then release it."),
    ),
    Rule("a file for a person", lambda x: x.may_send_in and x.said.by_hand, "read_by_hand", by_hand.only_a_person_can_read),
    Rule("a file that is refused", lambda x: x.may_send_in and x.said.refused_file is not None, "refused_file", by_hand.refuse_file),
    Rule("nothing else applies", lambda _: True, "unknown", by_hand.unknown),
)


async def _quarantine(house: House, email_id: str, rule: str, why: str, now: datetime) -> str:
    async with house.begin() as work:
        if await work.received.take(email_id) is None:
            return "gone"
        await _hold_for_a_person(work, email_id, "unknown", rule, why, now)
    log.info("letter_quarantined", email_id=email_id, rule=rule)
    return "quarantined"


async def _hold_for_a_person(
    work: Work, email_id: str, kind: str, rule: str, why: str, now: datetime, *, task: str = "letter_to_read"
) -> None:
    await work.received.quarantined(email_id, kind=kind, rule=rule, reason=why[:300])
    await work.tasks.add(kind=task, role=Role.QUALITY, says=f"A letter waits in quarantine: {why}"[:300], at=now, subject_id=email_id)
    work.audit.add("letter_quarantined", at=now, subject_id=email_id, rule=rule)
