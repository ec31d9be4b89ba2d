"""What is wrong now: the alarms that follow from what was seen of each part, and nothing else. Limits are those of promise P18."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

POLL_WITHIN = timedelta(minutes=5)
LEAVE_WITHIN = timedelta(minutes=10)
CANARY_EVERY = timedelta(minutes=15)
CANARY_WITHIN = timedelta(minutes=10)  # out, through every mail server, and read here again
CLOCKS_DIFFER = timedelta(seconds=5)
LEAST_FREE = 0.2
ENDS_SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that is wrong. *check* is what the reader should do; no part holds personal data."""

    name: str
    title: str
    check: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sights:
    """What was seen. Before *since* nobody looked, so nothing is late that only had to come after it.

    *polled* and *canaries* say for each inbox when it was last read, and when the newest canary that came back was sent; None is never.
    """

    since: datetime
    polled: Mapping[str, datetime | None] = field(default_factory=dict)
    canaries: Mapping[str, datetime | None] = field(default_factory=dict)
    oldest_waiting: datetime | None = None
    last_accepted: datetime | None = None
    paced: bool = False
    stuck: int = 0
    clocks: Mapping[str, timedelta] = field(default_factory=dict)  # of others, less ours
    free: float = 1.0
    intake_paused: bool = False
    ends: Mapping[str, datetime] = field(default_factory=dict)
    held: str | None = None


def alarms(seen: Sights, now: datetime) -> tuple[Alarm, ...]:
    """Return what is wrong at *now*, at most one alarm of each name."""
    found = (
        _inbox(seen, now),
        _queue(seen, now),
        _stuck(seen),
        _canary(seen, now),
        _clock(seen),
        _disk(seen),
        _ends(seen, now),
        _held(seen),
    )
    return tuple(one for one in found if one is not None)


def off(theirs: datetime, earliest: datetime, latest: datetime) -> timedelta:
    """Return how far a clock that was read between two moments of ours is ahead (or, negative, behind)."""
    return max(theirs - latest, timedelta(0)) + min(theirs - earliest, timedelta(0))


def _late(when: Mapping[str, datetime | None], since: datetime, within: timedelta, now: datetime) -> datetime | None:
    """Return since when the latest of these is awaited, when that is longer than allowed."""
    awaited = [max(at or since, since) for at in when.values()]
    return min((at for at in awaited if now - at > within), default=None)


def _inbox(seen: Sights, now: datetime) -> Alarm | None:
    at = _late(seen.polled, seen.since, POLL_WITHIN, now)
    if at is None:
        return None
    return Alarm(
        name="inbox",
        title=f"The inbox has not been read for {_minutes(now - at)}",
        check="Forms, decisions and answers are not seen until it is read again. Is the mail server up, and does it still take our login?"
        " Until then read the shared mailbox yourselves, and phone.",
    )


def _queue(seen: Sights, now: datetime) -> Alarm | None:
    if seen.oldest_waiting is None or now - seen.oldest_waiting <= LEAVE_WITHIN:
        return None
    if seen.paced and seen.last_accepted is not None and now - seen.last_accepted <= LEAVE_WITHIN:
        return None  # a relay that takes so many a minute is at work
    return Alarm(
        name="queue",
        title=f"A letter has waited to leave for {_minutes(now - seen.oldest_waiting)}",
        check="Is the mail relay up, does it take our login, and is the day's number of letters used up? Nothing is lost: every letter"
        " leaves when the relay takes it. If an alert or a found notice waits, phone the authorities near the child.",
    )


def _stuck(seen: Sights) -> Alarm | None:
    if not seen.stuck:
        return None
    many = "Letters have" if seen.stuck > 1 else "A letter has"
    return Alarm(
        name="stuck",
        title=f"{many} been stuck for half an hour",
        check=f"{seen.stuck} did not leave. Each has a task that says to whom it was going: they must be phoned. Then look why.",
    )


def _canary(seen: Sights, now: datetime) -> Alarm | None:
    at = _late(seen.canaries, seen.since, CANARY_EVERY + CANARY_WITHIN, now)
    if at is None:
        return None
    return Alarm(
        name="canary",
        title=f"No test letter has come back for {_minutes(now - at)}",
        check="Every 15 minutes the service writes to its own mailbox. That letter left or arrives no more, so others may be lost as well."
        " Look in the junk folder, the quarantine and the rules of the mailbox, and in the log of the mail server.",
    )


def _clock(seen: Sights) -> Alarm | None:
    far = {name: _ahead(by) for name, by in seen.clocks.items() if abs(by) > CLOCKS_DIFFER}
    if not far:
        return None
    return Alarm(
        name="clock",
        title="The clocks differ",
        check=f"Against ours: {_list(far)}. Deadlines and signatures depend on the time. Set the clocks by a time server.",
    )


def _disk(seen: Sights) -> Alarm | None:
    if seen.free >= LEAST_FREE and not seen.intake_paused:
        return None
    paused = " No letter is taken in until there is room again: they stay in the shared mailbox. Read it yourselves." * seen.intake_paused
    return Alarm(
        name="disk",
        title=f"The disk is nearly full: {seen.free:.0%} is free",
        check=f"Make room or a larger disk before it is full.{paused}",
    )


def _ends(seen: Sights, now: datetime) -> Alarm | None:
    soon = {name: f"on {at.day} {at:%B %Y}" for name, at in sorted(seen.ends.items()) if at - now < ENDS_SOON}
    if not soon:
        return None
    return Alarm(
        name="ends",
        title="A certificate or secret ends soon",
        check=f"{_list(soon)}. Renew it before that day, or no letter comes in or leaves.",
    )


def _held(seen: Sights) -> Alarm | None:
    return Alarm(name="held", title="Nothing is sent until somebody says so", check=seen.held) if seen.held else None


NAMES = ("inbox", "queue", "stuck", "canary", "clock", "disk", "ends", "held", "database")


def _minutes(time: timedelta) -> str:
    return f"{int(time.total_seconds() // 60)} minutes"


def _ahead(by: timedelta) -> str:
    return f"{abs(by).total_seconds():.0f} seconds {'ahead' if by > timedelta(0) else 'behind'}"


def _list(named: Mapping[str, str]) -> str:
    words = "; ".join(f"{name} {what}" for name, what in named.items())
    return words[:1].upper() + words[1:]
