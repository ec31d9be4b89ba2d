"""The restore fence: a database that was restored or copied sends nothing until a person has compared it with what was really sent.

Every few seconds a worker counts one beat in the database and notes the count outside it. A backup is behind that note, and a copy on
another machine has none. In doubt the database goes into HOLD, which only `national-alerts resume` ends.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from service.database.alone import Presence
from service.database.fence import FenceRow
from service.database.unit_of_work import Work
from service.domain.errors import NotAllowed, NotFound
from service.domain.people import Role
from service.flow.house import House
from service.ports import Mark, RemembersDatabase

log = structlog.get_logger()
BEAT_SECONDS = 10.0
LONG_STOP = timedelta(hours=12)  # a whole machine that was put back brings its note with it; its last beat is as old as the copy
SHORT_STOP = timedelta(minutes=2)  # after a longer one the mailbox is asked first
PATIENCE = 3  # beats of others that a new machine waits for
SENDING = "sending"

STRANGE = "This machine has not worked with this database before. It may be a copy, or the service was moved."
OLDER = "The database is older than what this machine last saw of it. It was restored from a backup."
BEHIND = "Letters were sent that the database knows nothing of. It was restored from a backup, or another copy of it is at work."
STOPPED = "The service stood still for more than 12 hours, and letters from before still wait to be sent."


class Fence:
    """The fence of one worker. *alone*: no other worker can be at work on this database.

    *stopped_at* is when the service stood still before this start, if letters wait since then: a mailbox may know what left meanwhile.
    """

    def __init__(
        self, house: House, memory: RemembersDatabase, *, alone: bool, presence: Presence | None = None, beat_seconds: float = BEAT_SECONDS
    ) -> None:
        self._house = house
        self._memory = memory
        self._alone = alone
        self._presence = presence
        self._here: frozenset[int] = frozenset()
        self._seconds = beat_seconds
        self._seen: Mark | None = None
        self.stopped_at: datetime | None = None

    async def enter(self, now: datetime) -> bool:
        """Look, before anything leaves, whether this is the database this machine knows; False when it is in HOLD."""
        known = self._memory.recall()
        if self._presence is not None:
            self._here = await self._presence.look()
        async with self._house.begin() as work:
            row = await work.fence.get() or await work.fence.make(at=now)
            waiting = await work.deliveries.waiting()
            if self._alone or (self._presence is not None and self._here == {self._presence.number}):
                await work.deliveries.free_claims(at=now)
                await work.received.free_claims()
        used = row.beats > 0 or (known is not None and waiting > 0)
        strange = used and (known is None or (known.database, known.machine) != (row.database, self._memory.machine))
        if strange and not await self._others_are_at_work(row):
            await self.hold(STRANGE, now)
        elif not strange and known is not None and known.database == row.database and known.beats > row.beats:
            await self.hold(OLDER, now)
        elif waiting and row.beats > 0 and now - row.beat_at > LONG_STOP and not await self._others_are_at_work(row):
            await self.hold(STOPPED, now)
        if waiting and row.beats > 0 and now - row.beat_at > SHORT_STOP:
            self.stopped_at = row.beat_at
        await self.beat(now)
        return await self.is_open()

    async def beat(self, now: datetime) -> None:
        """Count one beat; a count that went back means that the database was put back under us."""
        before = self._seen
        async with self._house.begin() as work:
            row = await work.fence.beat(at=now)
        self._remember(row)
        if before is not None and (before.database, row.beats > before.beats) != (row.database, True):
            await self.hold(OLDER, now)
        if self._presence is not None:
            await self._take_over(self._presence, now)

    async def leave(self) -> None:
        """Say to the other workers that this one is gone."""
        if self._presence is not None:
            await self._presence.leave()

    async def _take_over(self, presence: Presence, now: datetime) -> None:
        """When a worker is gone, those who had seen it make due what was claimed and had not begun to leave, whoever claimed it.

        It may live and only have lost its session: what it writes about such a letter is refused by the number of its claim, so that it
        cannot send it. A letter in doubt may be leaving at this moment, so it keeps its lease.
        """
        before, self._here = self._here, await presence.look()
        if before - self._here:
            async with self._house.begin() as work:
                freed = await work.deliveries.free_claims(at=now)
            log.info("worker_gone", freed=freed)

    async def is_open(self) -> bool:
        """Say whether letters may leave. Asked before every round, so that a database put back under us sends nothing more."""
        async with self._house.read() as work:
            row = await work.fence.get()
        seen = self._seen
        return row is not None and seen is not None and row.held_at is None and row.database == seen.database and row.beats >= seen.beats

    def _remember(self, row: FenceRow) -> None:
        self._seen = Mark(database=row.database, beats=row.beats, machine=self._memory.machine)
        self._memory.keep(self._seen)

    async def _others_are_at_work(self, row: FenceRow) -> bool:
        """A count that grows while we watch is no copy: workers that know the database are at work on it."""
        for _ in range(0 if self._alone else PATIENCE):
            await asyncio.sleep(self._seconds)
            async with self._house.read() as work:
                later = await work.fence.get()
            if later is not None and later.beats > row.beats:
                return True
        return False

    async def hold(self, because: str, now: datetime) -> None:
        """Let nothing leave until a person says so, and tell the system administrators why."""
        async with self._house.begin() as work:
            if not await work.fence.hold(because, at=now):
                return
            says = f"{because} Nothing leaves until a person ends this: national-alerts resume."
            await work.tasks.add(kind="sending_held", role=Role.SYSTEM, says=says, at=now, subject_id="fence")
            work.audit.add("sending_held", at=now)
        log.error("sending_held")


async def held_because(work: Work) -> str | None:
    """Return why nothing leaves; None when letters may leave."""
    row = await work.fence.get()
    return row.held_because if row and row.held_at else None


async def resume(house: House, *, address: str, why: str, withdraw: bool, now: datetime) -> int:
    """Let letters leave again and return how many were withdrawn instead; raises NotAllowed or NotFound.

    With *withdraw*, whatever waits stays here: a restored database does not know that it left. Letters in doubt stay in doubt.
    """
    if len(why.split()) < 2:
        raise NotAllowed("Say in a few words why letters may leave again.")
    async with house.begin() as work:
        person = await work.people.at_address(address)
        if person is None or Role.SYSTEM not in person.roles:
            raise NotFound("Only a system administrator can let letters leave again. No active one has this address.")
        withdrawn = await work.deliveries.withdraw_all(at=now) if withdraw else 0
        if not await work.fence.resume(why):
            raise NotAllowed("Letters are not held. Nothing was changed.")
        await work.tasks.settle_subject(subject_id="fence", by=person.id, at=now)
        work.audit.add("sending_resumed", at=now, actor=person.id, withdrawn=withdrawn)
    return withdrawn
