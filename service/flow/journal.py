"""The journal of sending: what is about to leave and what became of it, many connections' lines in one commit.

It is kept in order: the outcome of a connection's letter is committed no later than the doubt about its next one, so that a crash leaves
each connection at most one letter that may have been taken.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.database.leaving import Move
from service.database.unit_of_work import WriteJournal
from service.domain.waiting import sooner

# An outcome that is not written down is a letter sent twice, so a full disk or a locked database is waited out.
_WAITS = (0.1, 0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True, slots=True)
class _Line:
    move: Move
    done: asyncio.Future[bool] | None


class Journal:
    """Group commit: every connection that waits to write shares the next transaction. *turn* is held while one is written."""

    def __init__(self, commit: WriteJournal, clock: Callable[[], datetime]) -> None:
        self._commit = commit
        self._clock = clock
        self._waiting: list[_Line] = []
        self._writer: asyncio.Task[None] | None = None
        self.turn = asyncio.Lock()

    async def write(self, move: Move) -> bool:
        """Commit one move; False when the law or the lease refused it."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._add(_Line(move, done))
        return await done

    def note(self, move: Move) -> None:
        """Commit one move with or before whatever is written next; `close` raises when it could not be."""
        self._add(_Line(move, None))

    async def close(self) -> None:
        """Return when everything is committed."""
        if self._writer is not None:
            await self._writer

    def _add(self, line: _Line) -> None:
        self._waiting.append(line)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        failures = 0
        while self._waiting:
            await self._gather()
            async with self.turn:
                group, self._waiting = self._waiting, []
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
        """Let the loop hear what has already arrived: as long as lines are added, the commit is worth waiting for."""
        before = -1
        while len(self._waiting) > before:
            before = len(self._waiting)
            await asyncio.sleep(0)
            await asyncio.sleep(0)


def _refuse(group: Sequence[_Line], error: Exception) -> None:
    for line in group:
        if line.done is not None and not line.done.done():
            line.done.set_exception(error)
