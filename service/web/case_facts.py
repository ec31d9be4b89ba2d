"""What stands at the top of a case: the next dates with the sentences they rest on, and cases that may be about the same child."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.database.unit_of_work import Work
from service.domain.case import Case
from service.domain.due import local_date
from service.domain.notice import Notice
from service.domain.reference import references_in
from service.flow.clock import prompts_of
from service.mail.compose_due import in_short
from service.web.render import day, when

AHEAD = timedelta(days=200)  # far enough for a renewal after six months


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDate:
    """One thing that is due."""

    by: str
    says: str
    source: str
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """What was found to be alike, and the cases it names that this person may open, as id and reference."""

    says: str = field(repr=False)
    cases: tuple[tuple[str, str], ...]


async def next_dates(work: Work, case: Case, now: datetime) -> tuple[NextDate, ...]:
    """Return what is due about a case or will be, the nearest first; the law of due dates is asked as of a day far enough ahead."""
    coming, _ = await prompts_of(work, case, now + AHEAD)
    today = local_date(now)
    found = {}
    for one in sorted(coming, key=lambda prompt: prompt.due):
        late = one.by < now if one.by else one.due < today
        says = in_short(one.kind, one.due, late=late)
        found[one.kind, one.due] = NextDate(by=when(one.by) if one.by else day(one.due), says=says, source=one.source, late=late)
    return tuple(found.values())


async def alike(work: Work, case: Case, notices: Sequence[Notice]) -> tuple[Alike, ...]:
    """Return what looks like the same child elsewhere; only cases of the same authority can be opened from here."""
    says = dict.fromkeys(one.says for notice in notices for one in notice.findings if one.outcome == "likely_same")
    found = []
    for sentence in says:
        others = [await work.cases.by_reference(reference) for reference in references_in(sentence)]
        links = tuple((one.id, one.reference) for one in others if one and one.issuing_authority_id == case.issuing_authority_id)
        found.append(Alike(says=sentence, cases=links))
    return tuple(found)
