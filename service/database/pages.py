"""Read models of the web pages: each asks one bounded question and returns plain frozen values."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from service.database import schema
from service.database.people_tables import persons
from service.database.received import ReceivedState
from service.database.tables import audit_events, cases, deliveries, notices, received_emails, tasks
from service.database.tasks import Task
from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState, Outcome
from service.domain.delivery import DeliveryState
from service.domain.errors import NotFound
from service.domain.notice import Notice, NoticeKind, NoticeState
from service.domain.people import Role

_WAITING = (NoticeState.CHECKING, NoticeState.RETURNED, NoticeState.AWAITING_APPROVAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case in the list."""

    id: str
    reference: str
    state: CaseState
    outcome: Outcome | None
    missing_since: date | None
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingNotice:
    """One notice that waits for a person."""

    id: str
    case_id: str
    reference: str
    kind: NoticeKind
    number: int
    state: NoticeState
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The figures of the home page."""

    live_cases: int
    to_check: int
    to_approve: int
    quarantined: int
    letters_waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One audit event of a case; *who* is a member of staff's name, or None for the service itself."""

    number: int
    at: datetime
    action: str
    who: str | None
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLetter:
    """One letter that waits in quarantine, without its bytes."""

    id: str
    received_at: datetime
    size: int
    complete: bool
    state: ReceivedState
    kind: str | None
    rule: str | None
    reason: str | None
    case_id: str | None


async def cases_of(work: Work, authority_id: str, *, limit: int = 50, skip: int = 0) -> tuple[CaseLine, ...]:
    """Return the cases of one issuing authority, newest first."""
    columns = [cases.c[name] for name in ("id", "reference", "state", "outcome", "missing_since", "opened_at")]
    query = (
        sa.select(*columns)
        .where(cases.c.issuing_authority_id == authority_id)
        .order_by(cases.c.opened_at.desc(), cases.c.id.desc())
        .limit(limit)
        .offset(skip)
    )
    rows = (await work.connection.execute(query)).mappings()
    return tuple(
        CaseLine(**{**row, "state": CaseState(row["state"]), "outcome": Outcome(row["outcome"]) if row["outcome"] else None})
        for row in rows
    )


async def case_of(work: Work, case_id: str, authority_id: str) -> Case:
    """Return one case of one issuing authority; raises NotFound, also for a case of another authority."""
    case = await work.cases.get(case_id)
    if case.issuing_authority_id != authority_id:
        raise NotFound
    return case


async def notice_of(work: Work, case_id: str, notice_id: str) -> Notice:
    """Return one notice of one case; raises NotFound, also for a notice of another case."""
    notice = await work.notices.get(notice_id)
    if notice.case_id != case_id:
        raise NotFound
    return notice


async def notices_waiting(work: Work, authority_id: str, *, limit: int = 100) -> tuple[WaitingNotice, ...]:
    """Return the notices of one issuing authority that wait for a person, oldest first."""
    columns = [notices.c[name] for name in ("id", "case_id", "kind", "number", "state", "created_at")]
    reference = sa.select(cases.c.reference).where(cases.c.id == notices.c.case_id).scalar_subquery()
    query = (
        sa.select(*columns, reference.label("reference"))
        .where(notices.c.state.in_(_WAITING), _ours(notices.c.case_id, authority_id))
        .order_by(notices.c.created_at, notices.c.id)
        .limit(limit)
    )
    rows = (await work.connection.execute(query)).mappings()
    return tuple(WaitingNotice(**{**row, "kind": NoticeKind(row["kind"]), "state": NoticeState(row["state"])}) for row in rows)


async def tasks_for(work: Work, authority_id: str, mailbox: str, roles: Iterable[Role], *, limit: int = 100) -> tuple[Task, ...]:
    """Return the open tasks of *roles*: those about this authority's cases and letters, and those about neither; oldest first."""
    query = (
        sa.select(tasks)
        .outerjoin(cases, cases.c.id == tasks.c.case_id)
        .outerjoin(received_emails, received_emails.c.id == tasks.c.subject_id)
        .where(tasks.c.done_at.is_(None), tasks.c.role.in_(list(roles)))
        .where(sa.or_(tasks.c.case_id.is_(None), cases.c.issuing_authority_id == authority_id))
        .where(sa.or_(received_emails.c.id.is_(None), sa.func.lower(received_emails.c.mailbox) == mailbox.casefold()))
        .order_by(tasks.c.created_at, tasks.c.id)
        .limit(limit)
    )
    rows = (await work.connection.execute(query)).mappings()
    return tuple(Task(**{**row, "role": Role(row["role"])}) for row in rows)


async def came_back(work: Work, ids: Iterable[str]) -> frozenset[str]:
    """Return which of *ids* are letters of a notice to an authority that did not get there."""
    failed = deliveries.c.state.in_((DeliveryState.BOUNCED, DeliveryState.FAILED)) & deliveries.c.notice_id.is_not(None)
    query = sa.select(deliveries.c.id).where(deliveries.c.id.in_(list(ids)), failed, deliveries.c.gss_code.is_not(None))
    return frozenset(await work.connection.scalars(query))


async def owners_of_answers(work: Work, case_id: str) -> dict[str, tuple[str, datetime]]:
    """Return who is on the answers that matter of a case, and since when: delivery id → name and moment; the last who said so counts."""
    query = (
        sa.select(tasks.c.subject_id, persons.c.name, tasks.c.done_at)
        .join(persons, persons.c.id == tasks.c.done_by)
        .where(tasks.c.case_id == case_id, tasks.c.kind == "answer_matters", tasks.c.done_at.is_not(None))
        .order_by(tasks.c.created_at)
    )
    return {row.subject_id: (row.name, row.done_at) for row in await work.connection.execute(query)}


async def numbers(work: Work, authority_id: str, mailbox: str) -> Numbers:
    """Count what stands open at one issuing authority."""
    of_notices = sa.select(sa.func.count()).where(_ours(notices.c.case_id, authority_id))
    waiting = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.IN_DOUBT)
    letters = sa.select(sa.func.count()).where(_ours(deliveries.c.case_id, authority_id))
    live = sa.and_(cases.c.issuing_authority_id == authority_id, cases.c.state == CaseState.LIVE)
    queries = {
        "live_cases": sa.select(sa.func.count()).where(live),
        "to_check": of_notices.where(notices.c.state == NoticeState.CHECKING),
        "to_approve": of_notices.where(notices.c.state == NoticeState.AWAITING_APPROVAL),
        "quarantined": sa.select(sa.func.count()).select_from(received_emails).where(_held(mailbox)),
        "letters_waiting": letters.where(deliveries.c.state.in_(waiting)),
    }
    return Numbers(**{name: await work.connection.scalar(query) or 0 for name, query in queries.items()})


def _ours(case_id: sa.ColumnElement[str], authority_id: str) -> sa.ColumnElement[bool]:
    """Say that a row is about a case of one authority; asked of each row, so that what stands open is looked up first."""
    return sa.exists(sa.select(1).where(cases.c.id == case_id, cases.c.issuing_authority_id == authority_id))


async def timeline(work: Work, case_id: str, *, limit: int = 300) -> tuple[Happening, ...]:
    """Return what happened to a case, newest first."""
    query = (
        sa.select(audit_events, persons.c.name)
        .outerjoin(persons, persons.c.id == audit_events.c.actor)
        .where(audit_events.c.case_id == case_id)
        .order_by(audit_events.c.number.desc())
        .limit(limit)
    )
    rows = (await work.connection.execute(query)).mappings()
    return tuple(
        Happening(number=row["number"], at=row["at"], action=row["action"], who=row["name"], detail=json.loads(row["detail"]))
        for row in rows
    )


async def corrections_of(work: Work, case_id: str, notice_id: str) -> tuple[str, ...]:
    """Return the letters that corrected one notice, oldest first, as the audit trail names them."""
    query = (
        sa.select(audit_events.c.detail)
        .where(audit_events.c.case_id == case_id, audit_events.c.subject_id == notice_id, audit_events.c.action == "notice_corrected")
        .order_by(audit_events.c.number)
    )
    letters = [json.loads(detail).get("letter") for detail in await work.connection.scalars(query)]
    return tuple(letter for letter in letters if letter)


async def quarantine(work: Work, mailbox: str, *, limit: int = 100) -> tuple[HeldLetter, ...]:
    """Return the letters of one mailbox that wait for a person, newest first."""
    query = sa.select(*_HELD_COLUMNS).where(_held(mailbox)).order_by(received_emails.c.id.desc()).limit(limit)
    return tuple(map(_letter, (await work.connection.execute(query)).mappings()))


async def held_letter(work: Work, email_id: str, mailbox: str) -> HeldLetter:
    """Return one letter that waits in this mailbox's quarantine; raises NotFound."""
    query = sa.select(*_HELD_COLUMNS).where(_held(mailbox), received_emails.c.id == email_id)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound
    return _letter(row)


async def has_current_shape(work: Work) -> bool:
    """Say whether the database has the shape this version expects."""
    return await schema.is_current(work.connection.engine)


_HELD_COLUMNS = [
    received_emails.c[name] for name in ("id", "received_at", "size", "complete", "state", "kind", "rule", "reason", "case_id")
]


def _held(mailbox: str) -> sa.ColumnElement[bool]:
    return sa.and_(received_emails.c.state == ReceivedState.QUARANTINED, sa.func.lower(received_emails.c.mailbox) == mailbox.casefold())


def _letter(row: sa.RowMapping) -> HeldLetter:
    return HeldLetter(**{**row, "state": ReceivedState(row["state"])})
