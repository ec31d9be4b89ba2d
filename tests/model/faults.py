"""A process that can die between any two lines of ours: at the n-th commit, before or after it, or after the n-th final dot."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime

from service.database.leaving import Move
from service.database.unit_of_work import Database, Work
from service.flow.house import House

POINTS = ("before a commit", "after a commit", "after the dot")


class PowerCut(BaseException):
    """No handler of ours may catch it: the process is gone."""


class Faulty:
    """The doors of one process to its database, and the moment at which it dies."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._journalling: set[asyncio.Future[frozenset[str]]] = set()
        self._point, self._left = "", 0
        self.dead = asyncio.Event()

    def house(self, house: House) -> House:
        """Return the same house behind these doors."""
        return replace(house, begin=self._begin, journal=self._journal)

    def arm(self, point: str, number: int) -> None:
        """Let the process die at the *number*-th time that it comes to *point*."""
        self._point, self._left = point, number

    def reach(self, point: str) -> None:
        """Come to a point; raises PowerCut there, and everywhere from then on."""
        if point and point == self._point and not self.dead.is_set():
            self._left -= 1
            if self._left <= 0:
                self.dead.set()
        if self.dead.is_set():
            raise PowerCut

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[Work]:
        self.reach("")
        async with self._database.begin() as work:
            yield work
            self.reach("before a commit")
        self.reach("after a commit")

    async def _journal(self, moves: Sequence[Move], at: datetime) -> frozenset[str]:
        self.reach("before a commit")
        writing = asyncio.ensure_future(self._database.journal(moves, at))
        self._journalling.add(writing)
        moved = await asyncio.shield(writing)
        self.reach("after a commit")
        return moved

    async def live(self, work: Awaitable[object]) -> bool:
        """Work until it is done or the process dies, and return whether it died."""
        others = asyncio.all_tasks()
        task, death = asyncio.ensure_future(work), asyncio.ensure_future(self.dead.wait())
        await asyncio.wait((task, death), return_when=asyncio.FIRST_COMPLETED)
        died = self.dead.is_set()
        if died:
            await asyncio.gather(*self._journalling, return_exceptions=True)
            task.cancel()
            await asyncio.wait((task,))
            left = asyncio.all_tasks() - others - {death}
            if left:  # connections being handed back, which a cancelled task must not be kept from
                _, hang = await asyncio.wait(left, timeout=2)
                for one in hang:
                    one.cancel()
                await asyncio.gather(*left, return_exceptions=True)
        death.cancel()
        with suppress(asyncio.CancelledError):
            await death
        self._point = ""
        if died:
            self.dead = asyncio.Event()
        else:
            await task
        return died
