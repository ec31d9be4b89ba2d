"""The journal of sending: what is about to leave and what became of it, many connections' lines in one commit.

It is kept in order: the outcome of a connection's letter is committed no later than the doubt about its next one, so that a crash leaves
each connection at most one letter that may have been taken.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.database.leaving import Move
from service.database.unit_of_work import WriteJournal
from service.domain.waiting import sooner

# A commit costs as much for one line as for twenty, so it waits a little for the connections that are about to have one.
_FOR_DOUBT, _FOR_AN_OUTCOME = 0.005, 0.02
# An outcome that is not written down is a letter sent twice, so a full disk or a locked database is waited out.
_WAITS = (0.1, 0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True, slots=True)
class _Line:
    move: Move
    done: asyncio.Future[bool] | None


class Journal:
    """Group commit: every connection that waits to write shares the next transaction. *turn* is held while one is written.

    *writers* says how many connections may have something to write: when all of them wait, nobody else is waited for.
    """

    def __init__(self, commit: WriteJournal, clock: Callable[[], datetime], writers: Callable[[], int]) -> None:
        self._commit = commit
        self._clock = clock
        self._writers = writers
        self._waiting: list[_Line] = []
        self._doubts = 0
        self._all_wait = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._later: asyncio.TimerHandle | None = None
        self.turn = asyncio.Lock()

    async def write(self, move: Move) -> bool:
        """Commit one move; False when the law or the lease refused it."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Line(move, done))
        self._doubts += 1
        if self._doubts >= self._writers():
            self._all_wait.set()
        self._begin()
        return await done

    def note(self, move: Move) -> None:
        """Commit one move with or before the next that is written, or soon without one; `close` raises when it could not be."""
        self._waiting.append(_Line(move, None))
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(_FOR_AN_OUTCOME, self._begin)

    async def close(self) -> None:
        """Return when everything is committed."""
        self._all_wait.set()
        if self._later is not None:
            self._begin()
        if self._writer is not None:
            await self._writer

    def _begin(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._waiting and (self._writer is None or self._writer.done()):
            self._writer = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        failures = 0
        while self._waiting:
            await self._gather()
            async with self.turn:
                group, self._waiting, self._doubts = self._waiting, [], 0
                self._all_wait.clear()
                try:
                    moved = await self._commit([line.move for line in group], self._clock())
                except Exception as error:
                    _refuse(group, error)
                    self._waiting[:0] = [line for line in group if line.done is None]
                    if failures == len(_WAITS):
                        raise
                    failures += 1
                    await asyncio.sleep(sooner(timedelta(seconds=_WAITS[failures - 1])).total_seconds())
                    continue
            failures = 0
            for line in group:
                if line.done is not None and not line.done.done():
                    line.done.set_result(line.move.delivery_id in moved)

    async def _gather(self) -> None:
        """Wait a little, until every connection that is about to write does."""
        if self._doubts:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FOR_DOUBT):
                    await self._all_wait.wait()


def _refuse(group: Sequence[_Line], error: Exception) -> None:
    for line in group:
        if line.done is not None and not line.done.done():
            line.done.set_exception(error)
