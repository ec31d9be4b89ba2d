"""Whom to ask again: only the silent, on working days where they are, first by letter to one address after another, then by telephone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from service.domain.calendar import WorkingCalendar
from service.domain.delivery import GAVE_UP, Answer, DeliveryState, current_of
from service.domain.notice import NoticeKind
from service.domain.policy import Chasing

_NOT_LEFT = (DeliveryState.QUEUED, DeliveryState.SENDING)
_FULL = (NoticeKind.ALERT, NoticeKind.RENEWAL)
_NAMED = ("custodian", "designated")  # posts that one person holds, as against a desk that many read


class Step(StrEnum):
    """What to do about a letter without an answer today."""

    WAIT = "wait"
    WRITE = "write"
    CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One letter of a notice to an authority, as far as chasing needs it. *number* is that of the notice in its case."""

    id: str
    case_id: str
    reference: str
    policy: str
    policy_version: str
    notice_id: str
    kind: NoticeKind
    number: int
    gss_code: str
    name: str
    address: str = field(repr=False)
    state: DeliveryState
    answer: Answer
    confirmed: bool
    rank: int
    at: datetime

    @property
    def reached(self) -> bool:
        """Whether their mail system has it, may have it, or is still to get it."""
        return self.state not in GAVE_UP


def silent(letters: Iterable[Asked]) -> tuple[Asked, ...]:
    """Return for each authority and case the letter that it owes an answer to; nothing for one that a person answered.

    A whole notification, a renewal like an alert, asks anew; an update only asks those who had not answered before. An answer that
    could not be tied to the authority does not count. What came back is for a person to repair, and is not chased.
    """
    by_authority: dict[tuple[str, str], list[Asked]] = {}
    last_full: dict[str, int] = {}
    for one in letters:
        by_authority.setdefault((one.case_id, one.gss_code), []).append(one)
        if one.kind in _FULL:
            last_full[one.case_id] = max(last_full.get(one.case_id, 0), one.number)
    owed = []
    for (case_id, _), own in by_authority.items():
        since = last_full.get(case_id, 0)
        asking = [one for one in own if one.number >= since] or own
        if any(one.answer is not Answer.NONE and one.confirmed for one in asking):
            continue
        newest = max(one.number for one in asking)
        current = current_of([one for one in asking if one.number == newest])
        if current.reached and current.state not in _NOT_LEFT:
            owed.append(current)
    return tuple(sorted(owed, key=lambda one: one.id))


def step(rule: Chasing, calendar: WorkingCalendar, asked: date, chased: Sequence[date], today: date) -> Step:
    """Say what to do today about a letter that left on one day and was chased on others; a day that was missed is made good on the next."""
    if not calendar.is_working_day(today):
        return Step.WAIT
    days = (*rule.letters_after, rule.call_after)
    place = min(len(chased), len(rule.letters_after))
    rest = days[place] - days[place - 1] if chased and place else 0
    ripe = calendar.working_days_between(asked, today) >= days[place]
    rested = not chased or calendar.working_days_between(chased[-1], today) >= rest
    if not (ripe and rested):
        return Step.WAIT
    return Step.WRITE if place < len(rule.letters_after) else Step.CALL


def ladder(proved: str, contacts: Sequence[tuple[str, str]], dead: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the addresses to try, one each time: the last proved one, the fallbacks in their order, then the person who holds the post.

    *contacts* are address and role, in the order of the directory; *dead* addresses did not take the letter itself.
    """
    gone = {one.casefold() for one in dead}
    named = [address for address, role in contacts if any(word in role.casefold() for word in _NAMED)]
    desks = [address for address, _ in contacts if address not in named]
    rungs = dict[str, str]()
    for one in (proved, *desks, *named):
        if one.casefold() not in gone:
            rungs.setdefault(one.casefold(), one)
    return tuple(rungs.values()) or (proved,)
