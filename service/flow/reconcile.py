"""Once an hour the boards are counted: every recipient of every cascade stands in exactly one named place, and the sums agree.

Authorities that are late with checks of their own are given to a person on the same round.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from service.database import counting
from service.database.delivery_rows import ENDING
from service.database.tasks import ALL
from service.database.unit_of_work import Work
from service.domain.board import place_of
from service.domain.delivery import Answer
from service.domain.people import Role
from service.flow.facts import BY_THE_CLOCK
from service.flow.house import House, today

log = structlog.get_logger()
EVERY = timedelta(hours=1)
LOOKS_BACK = timedelta(days=90)  # to cases that ended so long ago; live ones are always counted
DIFFERS, LATE_CHECKS = "board_differs", "checks_late"


async def reconcile_boards(house: House, *, now: datetime) -> int:
    """Count the boards of live cases and of those that ended lately; what does not add up becomes a task. Return how many do not."""
    async with house.begin() as work:
        if not await work.signals.take_turn("boards", before=now - EVERY, at=now):
            return 0
        await _ask_about_late_checks(work, now)
    async with house.read() as work:
        cascaded = await counting.cascaded(work, ended_after=now - LOOKS_BACK)
    by_case: dict[str, list[counting.Cascaded]] = {}
    for one in cascaded:
        by_case.setdefault(one.case_id, []).append(one)
    wrong = 0
    for case_id, notices in by_case.items():
        async with house.begin() as work:
            wrong += await _count_case(work, case_id, notices, now)
    return wrong


async def _ask_about_late_checks(work: Work, now: datetime) -> None:
    """Give each authority whose own day is past to a person, once for each such day, and take it back when it has answered."""
    late = await counting.late_checks(work, today(now))
    for one in late:
        if not await work.tasks.exists(kind=LATE_CHECKS, subject_id=one.subject):
            says = f"{one.name} wanted to be done with its checks by now, and has not said what it found. Ask them."
            await work.tasks.add(kind=LATE_CHECKS, role=Role.QUALITY, at=now, case_id=one.case_id, subject_id=one.subject, says=says)
    for task in await work.tasks.open(limit=ALL):
        if task.kind == LATE_CHECKS and task.subject_id and task.subject_id not in {one.subject for one in late}:
            await work.tasks.settle_subject(subject_id=task.subject_id, by=BY_THE_CLOCK, at=now)


async def _count_case(work: Work, case_id: str, notices: list[counting.Cascaded], now: datetime) -> int:
    wrong = {one.notice_id: found for one in notices if (found := await differences(work, one))}
    for notice_id, found in wrong.items():
        if not await work.tasks.exists(kind=DIFFERS, subject_id=notice_id):
            work.audit.add(DIFFERS, at=now, case_id=case_id, subject_id=notice_id, found=found)
        log.error("board_differs", notice_id=notice_id, **found)
        await work.tasks.add(
            kind=DIFFERS,
            role=Role.SYSTEM,
            at=now,
            case_id=case_id,
            subject_id=notice_id,
            says="The recipients of a notice do not add up. Somebody may not have been told. Call the person who runs this service.",
        )
    if not wrong:
        await work.tasks.settle(case_id=case_id, kind=DIFFERS, by=BY_THE_CLOCK, at=now)
    return len(wrong)


async def differences(work: Work, cascaded: counting.Cascaded) -> Mapping[str, int]:
    """Count what is wrong with the board of one notice, by kind; nothing when it adds up.

    *missing*: frozen recipients without a letter, *strays*: letters to authorities that were never frozen, *unnamed*: letters in no named
    state, *unanswered*: answers on the board that nobody is on record to have given.
    """
    freezes = await work.notices.freezes(cascaded.notice_id)
    newest = await work.notices.cascade(cascaded.notice_id)
    expected = {one.gss_code: (one.gss_code, *one.stands_for) for one in newest.recipients} if newest else {}
    if cascaded.kind in ENDING:  # whoever was never alerted has nothing to hear the end of
        alerted = (await work.deliveries.alerted(cascaded.case_id)).keys()
        expected = {gss_code: former for gss_code, former in expected.items() if not alerted.isdisjoint(former)}
    unnamed = await counting.unnamed(work, cascaded.notice_id)
    board = () if unnamed else await work.deliveries.of_notice(cascaded.notice_id)
    there = {one.gss_code for one in board}
    ever = {one.gss_code for frozen in freezes for one in frozen.recipients}
    named = [place_of(one.state, one.answer, confirmed=one.confirmed, of_an_end=one.kind in ENDING) for one in board]
    found = {
        "unnamed": unnamed,
        "missing": 0 if unnamed else len(expected.keys() - there),
        "strays": len(there - ever),
        "twice": len(board) - len(there),
        "uncounted": len(board) - sum(bool(place.name and place.owner and place.next) for place in named),
        "unanswered": len({one.id for one in board if one.answer is not Answer.NONE} - await counting.answered(work, cascaded.notice_id)),
    }
    return {kind: number for kind, number in found.items() if number}
