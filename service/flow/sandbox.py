"""The hostile-bytes zone: letters are read in child processes with limits on memory, processor time and the clock.

A letter that breaks its limits takes its child process with it and nothing else. Most do not get that far: reading is stopped first,
and the letter is understood without its form.
"""

import asyncio
import fcntl
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import ParamSpec, TypeVar

from directory.authority import Authority
from directory.importing import Import, read_contacts
from service.flow.original import Original, SavedFile, file_of, take_original
from service.flow.understanding import TookTooLong, Understood, understand

P = ParamSpec("P")
T = TypeVar("T")

# The service and all readers take 150 MB of address space once loaded (measured), so a letter has 360 MB for itself.
MEMORY_BYTES = 512 * 2**20
# A converter of old Word documents needs more for itself; no child may ever take more than this.
MOST_MEMORY_BYTES = 4 * 2**30
READING_SECONDS = 6.0  # of the processor
WAITING_SECONDS = 9.0  # by the clock
PROCESSOR_SECONDS = 10
CLOCK_SECONDS = 30.0


class CannotUnderstand(Exception):  # noqa: N818
    """The letter took too long, too much memory, or broke the reader; the text names the limit, never the letter."""


class Sandbox:
    """Reads letters in child processes; a broken child is replaced."""

    def __init__(self, *, children: int = 1) -> None:
        self._children = children
        self._pool: ProcessPoolExecutor | None = None

    async def understand(self, raw: bytes, today: date) -> Understood:
        """Read one letter; raises CannotUnderstand."""
        return await self._apart(understand, raw, today)

    async def original(self, raw: bytes) -> Original:
        """Take one letter apart for display; raises CannotUnderstand."""
        return await self._apart(take_original, raw)

    async def file_of(self, raw: bytes, number: int) -> SavedFile | None:
        """Return one file of a letter to be saved; raises CannotUnderstand."""
        return await self._apart(file_of, raw, number)

    async def contacts(self, raw: bytes, known: Mapping[str, Authority], on: date, *, test_environment: bool) -> Import:
        """Read a list of contacts (a CSV file or a workbook); raises CannotUnderstand."""
        return await self._apart(read_contacts, raw, known=dict(known), on=on, test_environment=test_environment)

    async def _apart(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._pool is None:
            self._pool = _children(self._children)
        try:
            return await asyncio.wait_for(
                asyncio.get_running_loop().run_in_executor(self._pool, partial(_limited, work, *args, **kwargs)), CLOCK_SECONDS
            )
        except TimeoutError:
            self.close()
            raise CannotUnderstand("The letter took too long to read.") from None
        except BrokenProcessPool:
            self.close()
            raise CannotUnderstand("Reading the letter took too much memory or processor time.") from None
        except TookTooLong:
            raise CannotUnderstand("The letter took too long to read.") from None
        except Exception as error:
            raise CannotUnderstand(f"The reader failed ({type(error).__name__}).") from None

    def children(self) -> list[BaseProcess]:
        """List the child processes that run now."""
        return list((self._pool._processes or {}).values()) if self._pool is not None else []

    def close(self) -> None:
        """End the child processes, also those that hang."""
        if self._pool is not None:
            _end(self._pool)
            self._pool = None


def run_apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run *work* once in a child process of its own with the same limits; what it raises is raised here, else CannotUnderstand."""
    pool = _children(1)
    try:
        return pool.submit(partial(_limited, work, *args, **kwargs)).result(timeout=CLOCK_SECONDS)
    except (TimeoutError, TookTooLong, MemoryError, BrokenProcessPool):
        raise CannotUnderstand("Reading it took too long, or too much memory.") from None
    finally:
        _end(pool)


def _children(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)


def _end(pool: ProcessPoolExecutor) -> None:
    for child in list((pool._processes or {}).values()):
        child.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _begin() -> None:
    _end_with_the_service()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, _stop_reading)
    signal.signal(signal.SIGALRM, _stop_reading)


def _end_with_the_service() -> None:
    """Let the system say when the service is gone, also by SIGKILL: nobody else would end this child, and it holds its memory for good."""
    signal.signal(signal.SIGIO, _service_is_gone)
    service = multiprocessing.parent_process()
    assert service is not None
    line = service.sentinel
    fcntl.fcntl(line, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(line, fcntl.F_SETFL, fcntl.fcntl(line, fcntl.F_GETFL) | os.O_ASYNC)
    if wait([line], 0):
        os._exit(1)  # it was gone before we asked to be told


_at_work = False


def _service_is_gone(number: int, frame: FrameType | None) -> None:
    if not _at_work:
        os._exit(1)  # not an exception: the pool takes those for results
    raise SystemExit  # what was laid down is cleared away first


def _stop_reading(number: int, frame: FrameType | None) -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    raise TookTooLong


def _limited(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    global _at_work
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + PROCESSOR_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    try:
        signal.setitimer(signal.ITIMER_PROF, READING_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, WAITING_SECONDS)
        try:
            _at_work = True
            return work(*args, **kwargs)
        finally:
            _at_work = False
    except SystemExit:
        os._exit(1)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
