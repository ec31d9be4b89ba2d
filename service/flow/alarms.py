"""Raises the alarm: a task, a letter to every system administrator and a webhook, once for each incident, and tells when it is over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from service.database import watching
from service.database.alarms import Incident
from service.database.unit_of_work import Work
from service.domain.delivery import STUCK_AFTER, Lane
from service.domain.people import Role
from service.flow.canary import MAIL_CLOCK, heartbeat_of
from service.flow.facts import BY_THE_CLOCK
from service.flow.fence import held_because
from service.flow.house import House
from service.flow.post import sender_of, write
from service.flow.watch import Alarm, Sights, alarms, off
from service.mail import compose_alarm
from service.ports import Webhook

log = structlog.get_logger()
EVERY = timedelta(seconds=20)  # one worker looks, however many there are
_BLIND_AFTER = timedelta(minutes=1)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_BLIND = Alarm(
    name="database",
    title="The service cannot write to its database",
    check="Nothing comes in or leaves until it can. Is the database up, and is its disk full? Until then phone, and read the mailbox.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What only this machine can tell: the free part of its disk, whether intake is paused for it, and what ends when."""

    free: Callable[[], float]
    paused: Callable[[], bool] = lambda: False
    ends: Callable[[], Mapping[str, datetime]] = dict


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks at everything and raises the alarm. It knows since when it looks, and how long it has not been able to."""

    house: House
    inboxes: Sequence[str]
    machine: Machine
    clock: Callable[[], datetime]
    since: datetime
    webhook: Webhook | None = None
    canary: bool = True
    paced: bool = False
    _blind_since: datetime | None = field(default=None, init=False)
    _blindness_told: bool = field(default=False, init=False)

    async def look(self) -> None:
        """Look once, and tell; when the rows cannot be had, the webhook alone is told."""
        now = self.clock()
        try:
            async with self.house.begin() as work:
                mine = await work.signals.take_turn("watch", before=now - EVERY, at=now)
                if mine:
                    await self._raise(work, await self._see(work, now), now)
            if mine:
                await self._tell(now)
        except Exception as error:
            log.error("watch_failed", error=type(error).__name__)
            await self._tell_of_blindness(now)
            return
        if self._blindness_told and self.webhook is not None:
            await self.webhook.post(_message(_BLIND.name, _BLIND.title, now, over=True))
        self._blind_since, self._blindness_told = None, False

    async def _see(self, work: Work, now: datetime) -> Sights:
        beats = {one.name: one for one in await work.signals.all()}
        clocks = {}
        if (theirs := await watching.clock_of_the_database(work)) is not None:
            clocks["the database"] = off(theirs, now, self.clock())
        if MAIL_CLOCK in beats and (by := beats[MAIL_CLOCK].trouble):
            clocks["the mail server"] = timedelta(seconds=float(by))
        watched = [box for box in self.inboxes if self.canary and heartbeat_of(box) in beats]
        return Sights(
            since=self.since,
            polled={box: beats[f"inbox {box}"].at if f"inbox {box}" in beats else None for box in self.inboxes},
            canaries={box: beats[heartbeat_of(box)].at for box in watched},
            oldest_waiting=await watching.waiting_since(work),
            last_accepted=await watching.last_accepted(work),
            paced=self.paced,
            stuck=len(await work.deliveries.stuck(before=now - STUCK_AFTER)),
            clocks=clocks,
            free=self.machine.free(),
            intake_paused=self.machine.paused(),
            ends=self.machine.ends(),
            held=await _held(work),
        )

    async def _raise(self, work: Work, seen: Sights, now: datetime) -> None:
        wrong = {one.name: one for one in alarms(seen, now)}
        # A watch that began a moment ago excuses what is late, and so it cannot say that what was late before is over.
        not_over = {one.name for one in alarms(replace(seen, since=_EVER), now)}
        known = {one.name: one for one in await work.alarms.open()}
        over = [one for name, one in known.items() if name not in not_over]
        new = [one for name, one in wrong.items() if name not in known]
        for incident in over:
            await work.tasks.settle_subject(subject_id=_subject(incident.name), by=BY_THE_CLOCK, at=now)
            await self._write(work, incident.says, "", incident.began_at, over=now)
            work.audit.add("alarm_over", at=now, subject_id=incident.id, alarm=incident.name)
        await work.alarms.end([one.id for one in over], at=now)
        for alarm in new:
            says = f"{alarm.title}. {alarm.check}"
            await work.alarms.begin(alarm.name, alarm.title[:600], at=now, tell=self.webhook is not None)
            await work.tasks.add(kind="alarm", role=Role.SYSTEM, says=_cut(says), at=now, subject_id=_subject(alarm.name))
            await self._write(work, alarm.title, alarm.check, now, still=[one.title for one in wrong.values() if one is not alarm])
            work.audit.add("alarm_raised", at=now, alarm=alarm.name)
            log.error("alarm", alarm=alarm.name)

    async def _write(
        self, work: Work, title: str, check: str, began: datetime, *, over: datetime | None = None, still: Sequence[str] = ()
    ) -> None:
        now = over or began
        for authority in await work.people.authorities():
            context = compose_alarm.alarm(sender=sender_of(authority), title=title, check=check, began=began, over=over, still=still)
            for person in await work.people.with_role(authority.id, Role.SYSTEM):
                await write(
                    work,
                    self.house,
                    authority,
                    "alarm",
                    context,
                    to_name=person.name,
                    to_address=person.address,
                    lane=Lane.DECISION,
                    now=now,
                )

    async def _tell(self, now: datetime) -> None:
        """Hand the webhook what it has not taken yet; what it does not take is tried again at the next look."""
        if self.webhook is None:
            return
        async with self.house.read() as work:
            untold = await work.alarms.untold()
        taken = True
        for incident in untold:
            for over in (False, True):
                if taken and not (incident.told_over if over else incident.told_began) and (incident.over_at or not over):
                    taken = await self._tell_of(incident, over=over)
        if untold:
            async with self.house.begin() as work:
                trouble = None if taken else "The webhook for alarms does not take them."
                await work.signals.beat("webhook", at=now, trouble=trouble)

    async def _tell_of(self, incident: Incident, *, over: bool) -> bool:
        assert self.webhook is not None
        at = incident.over_at if over and incident.over_at else incident.began_at
        if not await self.webhook.post(_message(incident.name, incident.says, at, over=over)):
            return False
        async with self.house.begin() as work:
            await work.alarms.told(incident.id, over=over)
        return True

    async def _tell_of_blindness(self, now: datetime) -> None:
        self._blind_since = self._blind_since or now
        if self.webhook is not None and not self._blindness_told and now - self._blind_since >= _BLIND_AFTER:
            self._blindness_told = await self.webhook.post(_message(_BLIND.name, f"{_BLIND.title}. {_BLIND.check}", now, over=False))


async def _held(work: Work) -> str | None:
    because = await held_because(work)
    return because and f"{because} Compare it with what was really sent, then: national-alerts resume. docs/operations.md says how."


def _subject(name: str) -> str:
    return f"alarm {name}"


def _cut(says: str) -> str:
    return says if len(says) <= 300 else f"{says[:297]}..."


def _message(name: str, says: str, at: datetime, *, over: bool) -> dict[str, str]:
    words = f"National Alerts: {'over: ' if over else ''}{says}"
    return {"text": words, "alarm": name, "state": "over" if over else "began", "at": at.isoformat(timespec="seconds")}
