"""Who is asked when nobody decides: after T a reminder, after one and a half T the deputies, after two T the telephone.

T hangs on the level of risk and is the policy's. Silence never decides, and a request that runs out is put again. On hold, time stands.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.approval import Approval, Verdict

OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is due about one notice that waits: whom to remind, whose request goes to the deputies, and whether all are asked anew."""

    remind: tuple[Approval, ...] = ()
    hand_on: tuple[Approval, ...] = ()
    ask_anew: bool = False


def decide_within(hours: Mapping[str, int], risk_level: object) -> timedelta:
    """Return T for a level of risk."""
    return timedelta(hours=hours.get(str(risk_level), hours[OTHERWISE]))


def hands_on_after(within: timedelta) -> timedelta:
    """Return after how long the deputies are asked."""
    return within * 3 / 2


def phones_after(within: timedelta) -> timedelta:
    """Return after how long somebody has to phone."""
    return within * 2


def alive(requests: Sequence[Approval], now: datetime) -> tuple[Approval, ...]:
    """Return the requests that can still be answered."""
    return tuple(one for one in requests if one.used_at is None and one.not_after >= now)


def is_on_hold(requests: Sequence[Approval]) -> bool:
    """Whether one of those who were asked put the notice on hold: then nobody is reminded until somebody decides."""
    return any(one.used_at is None and one.verdict is Verdict.HOLD for one in requests)


def due(requests: Sequence[Approval], *, away: Collection[str], within: timedelta, now: datetime) -> Due:
    """Say what is due about the requests of one version of a notice. *away* are the people whose mailbox says that they are away."""
    own = [one for one in alive(requests, now) if not one.as_deputy]
    if is_on_hold(requests):
        return Due()
    if not own:
        return Due(ask_anew=bool(requests))
    waited = now - min(one.asked_at for one in own)
    late = waited >= hands_on_after(within)
    return Due(
        remind=tuple(one for one in own if waited >= within and one.reminded_at is None and one.approver_id not in away),
        hand_on=tuple(one for one in own if one.handed_on_at is None and (late or one.approver_id in away)),
    )


def must_phone(requests: Sequence[Approval], *, within: timedelta, now: datetime) -> bool:
    """Whether somebody has to phone: it has taken too long, or everyone's request was handed on and there is nobody to take it."""
    open_ones = alive(requests, now)
    own = [one for one in open_ones if not one.as_deputy]
    if not own or is_on_hold(requests):
        return False
    nobody_left = all(one.handed_on_at is not None for one in own) and len(own) == len(open_ones)
    return nobody_left or now - min(one.asked_at for one in own) >= phones_after(within)
