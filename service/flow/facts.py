"""What the rows say about one case, as the values that the law of due dates asks for. Opens the sealed notices of that case."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState, Outcome
from service.domain.children import ChildStatus, children_of, expected, places_with, status_of
from service.domain.due import ChildFacts, Facts, FoundReport, Sent
from service.domain.fields import full_date
from service.domain.notice import Notice, NoticeKind, NoticeState
from service.flow.same_child import earlier_cases_of

BY_THE_CLOCK = "clock"  # who ticked a task off when what it asked for was seen to be done
_NO_EPISODE = (Outcome.REFUSED, Outcome.WITHDRAWN)
_DEAD = (NoticeState.REFUSED, NoticeState.SUPERSEDED)


async def facts_of(work: Work, case: Case, *, count_episodes: bool) -> Facts:
    """Gather the facts of one case; the episodes of a likely same child are counted only where a policy asks for them."""
    notices = [one for one in await work.notices.of_case(case.id) if one.state not in _DEAD]
    latest = notices[-1].fields if notices else {}
    ticked = await work.tasks.ticked(case.id, but_by=BY_THE_CLOCK)
    return Facts(
        live=case.state is CaseState.LIVE,
        closed=case.state is CaseState.CLOSED,
        opened_at=case.opened_at,
        sent=tuple(Sent(kind=one.kind, at=one.decided_at) for one in notices if one.state is NoticeState.CASCADED and one.decided_at),
        found=_found_reports(notices),
        strategy_discussed=any(one.fields.get("strategy_discussion_date") for one in notices),
        children=tuple(
            ChildFacts(
                status=status_of(child),
                unborn=bool(child.get("unborn")),
                born=full_date(child.get("date_of_birth")),
                expected=expected(child),
            )
            for child in children_of(latest)
        ),
        episodes=await _episodes(work, case, latest) if count_episodes else 1,
        done=frozenset(subject.removeprefix(case.id).strip() for subject in ticked),
    )


async def _episodes(work: Work, case: Case, fields: Mapping[str, Any]) -> int:
    """Count this episode and the earlier ones of a child who looks the same; whether it is the same child is for a person to say."""
    others = [await work.cases.get(one) for one in await earlier_cases_of(work, case, fields)]
    return 1 + sum(1 for one in others if one.opened_at < case.opened_at and one.outcome not in _NO_EPISODE)


def _found_reports(notices: Sequence[Notice]) -> tuple[FoundReport, ...]:
    """Find each report of children found: a found notice, or an update that says so of children nobody had said it of before."""
    reports = []
    known = set[int]()
    for notice in notices:
        found = set(places_with(notice.fields, ChildStatus.FOUND))
        if notice.kind is NoticeKind.FOUND:
            found = set(range(len(children_of(notice.fields))))
        said = notice.fields.get("found") or {}
        new = [children_of(notice.fields)[place] for place in sorted(found - known)]
        if notice.kind is NoticeKind.FOUND or new:
            interview = not said.get("deceased") and any(not child.get("unborn") and not _died(child) for child in new)
            reports.append(
                FoundReport(
                    received_at=notice.created_at,
                    found_on=full_date(said.get("date")),
                    waiting=notice.state is not NoticeState.CASCADED,
                    interview=interview,
                )
            )
        known |= found
    return tuple(reports)


def _died(child: object) -> bool:
    return isinstance(child, dict) and status_of(child) is ChildStatus.DECEASED
