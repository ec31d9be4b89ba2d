"""How often we answer a letter by ourselves: so seldom that two machines which answer each other fall silent at once (RFC 3834 §2).

A letter that brings something gets a word each time, as its sender waits for it; a letter that brings nothing gets one in a day.
"""

from datetime import datetime, timedelta

import structlog

from service.database.unit_of_work import Work
from service.domain.people import Role

log = structlog.get_logger()
# the letters that leave because a letter came in, with nobody's hand between
ANSWERS = ("submission_receipt", "submission_questions", "submission_not_ours", "read_by_hand", "decision_unclear")
MOST_AN_HOUR = 60
MOST_A_DAY = 10


async def may_answer(work: Work, kind: str, address: str, now: datetime, *, case_id: str | None = None, most: int = MOST_A_DAY) -> bool:
    """Say whether one more answer of *kind* may go to *address* about this case; when a limit is reached, a person is told."""
    written = work.deliveries.count_written
    if await written((kind,), since=now - timedelta(days=1), address=address, case_id=case_id) >= most:
        log.warning("answer_withheld", kind=kind, limit="day")
        if most == MOST_A_DAY:
            says = f"Somebody has had {most} automatic answers in a day and gets no more. See whether two machines answer each other."
            await work.tasks.add(kind="answers_withheld", role=Role.SYSTEM, at=now, subject_id=now.date().isoformat(), says=says)
        return False
    if await written(ANSWERS, since=now - timedelta(hours=1)) >= MOST_AN_HOUR:
        log.warning("answer_withheld", kind=kind, limit="hour")
        says = f"{MOST_AN_HOUR} automatic answers left within an hour, so no more leave for now. Letters are still taken in: read them."
        await work.tasks.add(kind="answers_stopped", role=Role.SYSTEM, at=now, subject_id=f"{now:%Y-%m-%dT%H}", says=says)
        return False
    return True
