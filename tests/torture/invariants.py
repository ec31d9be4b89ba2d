"""INV1–INV12: what must be true of the database, the mailbox and the relay whenever everything has come to rest.

Each check yields a sentence for every fault; none means that it holds. Nothing here knows what was done to the service.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from service.database.people_tables import persons
from service.database.tables import (
    approvals,
    audit_events,
    cascades,
    deliveries,
    delivery_events,
    letters,
    notices,
    received_emails,
    tasks,
)
from service.database.unit_of_work import Work
from service.domain.audience import line_of
from service.domain.delivery import DeliveryState
from service.flow.deliver import approved_lines, slots_for
from service.flow.house import House
from service.mail.prefab import personalise
from tests.torture.town import Taken

_OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.IN_DOUBT)
_NEVER_TAKEN = (*_OPEN, DeliveryState.FAILED, DeliveryState.SUPERSEDED, DeliveryState.WITHDRAWN)
_ENDS = ("found", "withdrawal")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the outside saw. *crashes*, *connections* and lines *dropped* with a letter bound how many letters may have come twice."""

    in_mailbox: Sequence[bytes] = field(repr=False)
    taken: Sequence[Taken] = field(repr=False)
    most_recipients: int
    crashes: int
    connections: int
    dropped: int = 0
    output: str = field(default="", repr=False)
    canaries: Sequence[str] = field(default=(), repr=False)


async def broken(work: Work, house: House, seen: Seen) -> list[str]:
    """Check everything and return what does not hold."""
    faults: list[str] = []
    rows = await _rows(work)
    for name, check in _CHECKS.items():
        faults += [f"{name}: {says}" for says in check(rows, seen)]
    faults += [f"INV3: {says}" async for says in _only_what_was_approved(work, house, rows, seen)]
    if not (await work.audit.verify()).holds:
        faults.append("INV8: the audit trail does not hold.")
    return faults


@dataclass(frozen=True, kw_only=True)
class _Rows:
    received: Sequence[Any]
    deliveries: dict[str, Any]
    events: Sequence[Any]
    notices: dict[str, Any]
    cascades: Sequence[Any]
    approvals: Sequence[Any]
    tasks: Sequence[Any]
    audit: Sequence[Any]
    letters: dict[str, Any]
    people: dict[str, str]


async def _rows(work: Work) -> _Rows:
    async def all_of(query: sa.Select[Any]) -> Sequence[Any]:
        return (await work.connection.execute(query)).all()

    sealed = ("raw_sealed", "wire_sealed", "values_sealed", "evidence_sealed")

    def plain(table: sa.Table) -> sa.Select[Any]:
        return sa.select(*(column for column in table.c if column.name not in sealed))

    return _Rows(
        received=await all_of(plain(received_emails)),
        deliveries={row.id: row for row in await all_of(plain(deliveries))},
        events=await all_of(plain(delivery_events)),
        notices={row.id: row for row in await all_of(plain(notices))},
        cascades=await all_of(plain(cascades)),
        approvals=await all_of(plain(approvals)),
        tasks=await all_of(plain(tasks)),
        audit=await all_of(plain(audit_events)),
        letters={row.id: row for row in await all_of(plain(letters))},
        people={row.id: row.address for row in await all_of(sa.select(persons.c.id, persons.c.address))},
    )


def _every_letter_is_kept_once(rows: _Rows, seen: Seen) -> Iterator[str]:
    there = Counter(hashlib.sha256(raw).hexdigest() for raw in seen.in_mailbox)
    kept = Counter(row.sha256 for row in rows.received)
    for digest, count in there.items():
        if kept[digest] != count:
            yield f"a letter that lies {count} times in the mailbox was kept {kept[digest]} times."
    yield from ("a kept letter was never handled." for row in rows.received if row.state == "new")
    acted = Counter(row.subject_id for row in rows.audit if row.action in ("letter_handled", "letter_quarantined"))
    for row in rows.received:
        if row.copy_of is None and acted[row.id] != 1:
            yield f"a letter was acted on {acted[row.id]} times."


def _one_row_for_each_recipient(rows: _Rows, _seen: Seen) -> Iterator[str]:
    there = Counter((row.notice_id, row.gss_code) for row in rows.deliveries.values() if row.notice_id)
    yield from ("a recipient has two rows for one notice." for count in there.values() if count > 1)
    begun = Counter(row.subject_id for row in rows.audit if row.action == "notice_cascaded")
    for notice_id, count in begun.items():
        if count != 1:
            yield f"a notice was cascaded {count} times."
        told = sum(notice == notice_id for notice, _ in there)
        if rows.notices[notice_id].kind not in _ENDS and told != len(_frozen(rows, notice_id)):
            yield f"{told} rows, and {len(_frozen(rows, notice_id))} recipients that were approved."
    for notice in rows.notices.values():
        if notice.state == "approved":
            yield "an approved notice was not cascaded."


def _frozen(rows: _Rows, notice_id: str) -> set[str]:
    newest = max((row for row in rows.cascades if row.notice_id == notice_id), key=lambda row: row.id)
    return {gss_code for gss_code, _, _ in json.loads(newest.recipients)}


def _copies_are_bounded(rows: _Rows, seen: Seen) -> Iterator[str]:
    copies = Counter(one.delivery_id for one in seen.taken)
    extra = sum(count - 1 for count in copies.values())
    if extra > seen.crashes * seen.connections + seen.dropped:
        yield f"{extra} letters went twice after {seen.crashes} crashes, {seen.connections} connections and {seen.dropped} dropped lines."
    for delivery_id, count in copies.items():
        row = rows.deliveries.get(delivery_id)
        if row is None:
            yield "a letter left that has no row."
        elif count > row.attempts:
            yield f"a letter left {count} times in {row.attempts} attempts."
    for row in rows.deliveries.values():
        if row.state not in _NEVER_TAKEN and not copies[row.id]:
            yield f"a letter stands as {row.state} and was never taken."
        if row.state in _NEVER_TAKEN and copies[row.id] and not _doubt_that_stays(rows, row):
            yield f"a letter stands as {row.state} and was taken."
    same = defaultdict(set)
    for one in seen.taken:
        same[one.delivery_id].add(one.raw)
    yield from ("two copies of one letter differ." for kinds in same.values() if len(kinds) > 1)


def _doubt_that_stays(rows: _Rows, row: Any) -> bool:
    """An alert in doubt when the end of its case was approved never goes again, and what became of it is never known."""
    ended = {one.case_id for one in rows.notices.values() if one.kind in _ENDS and one.state in ("approved", "cascaded")}
    return bool(row.state == DeliveryState.IN_DOUBT and row.kind not in _ENDS and row.gss_code and row.case_id in ended)


def _in_order(rows: _Rows, seen: Seen) -> Iterator[str]:
    """An older notice never comes after a newer one of its case; a second copy of the newest is no step back."""
    newest: dict[tuple[str, str], str] = {}
    for one in seen.taken:
        row = rows.deliveries.get(one.delivery_id)
        if row is None or row.gss_code is None:
            continue
        place = (row.case_id, row.gss_code)
        if row.id < newest.get(place, ""):
            yield "an older notice came after a newer one."
        newest[place] = max(row.id, newest.get(place, ""))


def _no_chaser_after_the_end(rows: _Rows, _seen: Seen) -> Iterator[str]:
    ended = {row.case_id: row.at for row in rows.audit if row.action == "notice_cascaded" and rows.notices[row.subject_id].kind in _ENDS}
    for row in rows.deliveries.values():
        if row.gss_code and row.kind not in _ENDS and row.case_id in ended and row.created_at > ended[row.case_id]:
            yield "something else was queued after the end of a case."


def _one_recipient(_rows: _Rows, seen: Seen) -> Iterator[str]:
    if seen.most_recipients > 1:
        yield f"a letter had {seen.most_recipients} recipients."
    for one in seen.taken:
        if one.header("Cc") or one.header("Bcc") or one.header("To").count("@") != 1:
            yield "a letter names more than one recipient."


def _every_step_is_in_the_trail(rows: _Rows, _seen: Seen) -> Iterator[str]:
    named = {row.subject_id for row in rows.audit}
    yield from ("a handled letter is not in the trail." for row in rows.received if row.copy_of is None and row.id not in named)
    yield from ("a notice is not in the trail." for one in rows.notices if one not in named)
    told = {row.delivery_id for row in rows.events if row.event == "accepted"}
    for row in rows.deliveries.values():
        if row.accepted_at is not None and row.id not in told:
            yield "a letter was taken and nothing says when."


def _no_token_twice(rows: _Rows, _seen: Seen) -> Iterator[str]:
    decided = Counter(row.subject_id for row in rows.audit if row.action == "notice_approved" and row.subject_id in rows.notices)
    yield from (f"a notice was approved {count} times." for count in decided.values() if count > 1)
    used = Counter(row.notice_id for row in rows.approvals if row.verdict == "approve")
    yield from ("two requests about one notice were used." for count in used.values() if count > 1)


def _three_people(rows: _Rows, _seen: Seen) -> Iterator[str]:
    for row in rows.approvals:
        notice = rows.notices[row.notice_id]
        if row.verdict == "approve" and row.approver_id == notice.passed_by:
            yield "one person passed and approved a notice."
        if row.verdict == "approve" and notice.submitted_by in (rows.people[row.approver_id], rows.people.get(notice.passed_by)):
            yield "the author of a notice passed or approved it."


def _no_names_in_the_output(_rows: _Rows, seen: Seen) -> Iterator[str]:
    yield from (f"canary number {number} is in the output." for number, word in enumerate(seen.canaries) if word in seen.output)


def _nothing_is_left_alone(rows: _Rows, _seen: Seen) -> Iterator[str]:
    owned = {row.subject_id for row in rows.tasks if row.done_at is None}
    yield from (f"a letter is held: {row.reason}" for row in rows.received if row.state == "quarantined")
    for row in rows.deliveries.values():
        if row.state in _OPEN and row.id not in owned and not _doubt_that_stays(rows, row):
            yield f"a letter stands as {row.state} and nobody has a task about it."
        if row.state == DeliveryState.FAILED and row.id not in owned:
            yield "a letter was refused and nobody has a task about it."
    for row in rows.received:
        if row.state == "quarantined" and row.id not in owned:
            yield "a letter is held and nobody has a task about it."


async def _only_what_was_approved(work: Work, house: House, rows: _Rows, seen: Seen) -> AsyncIterator[str]:
    """Build every letter that left again from its frozen bytes, and ask who was approved to get it."""
    for delivery_id, raw in {one.delivery_id: one.raw for one in seen.taken}.items():
        delivery = await work.deliveries.get(delivery_id)
        if delivery is None:
            continue
        letter = await work.letters.get(delivery.letter_id)
        if personalise(letter.wire, slots_for(house, delivery)).strip() != raw.strip():
            yield "a letter left with other bytes than those that were frozen."
        if delivery.notice_id is not None:
            approved = await approved_lines(work, delivery, letter.sha256)
            if line_of(delivery.gss_code or "", delivery.address) not in approved:
                yield "a letter left that nobody approved for this recipient."


_CHECKS: dict[str, Callable[[_Rows, Seen], Iterator[str]]] = {
    "INV1": _every_letter_is_kept_once,
    "INV2": _one_row_for_each_recipient,
    "INV4": _copies_are_bounded,
    "INV5": _in_order,
    "INV6": _no_chaser_after_the_end,
    "INV7": _one_recipient,
    "INV8": _every_step_is_in_the_trail,
    "INV9": _no_token_twice,
    "INV10": _three_people,
    "INV11": _no_names_in_the_output,
    "INV12": _nothing_is_left_alone,
}
