"""The unit of work: `async with begin() as work` is the only way to a transaction. Leaving commits; an exception rolls back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from directory.confirming import Questions
from directory.exercises import Exercises
from directory.register import Register
from service.database.alarms import Alarms
from service.database.approvals import Approvals
from service.database.audit import Audit
from service.database.borrowed_roles import BorrowedRoles
from service.database.cases import Cases
from service.database.checks import Checks
from service.database.credentials import Credentials
from service.database.deliveries import Deliveries
from service.database.deputies import Deputies, KnownDomains
from service.database.engine import make_engine, make_journal_engine
from service.database.fence import Fence
from service.database.keys import Keys, MasterKey
from service.database.leaving import Move, apply_moves
from service.database.letters import Letters
from service.database.likenesses import Likenesses
from service.database.local_notices import LocalNotices
from service.database.notices import Notices
from service.database.origin_tests import OriginTests
from service.database.pacing import Pacing
from service.database.people import People
from service.database.policies import Policies
from service.database.received import Received
from service.database.responses import Responses
from service.database.sessions import Sessions
from service.database.signals import Signals
from service.database.tasks import Tasks
from service.database.unknown_words import Unknown


class Work:
    """One transaction, and the stores that take part in it."""

    def __init__(self, connection: AsyncConnection, master: MasterKey, audit_key: bytes) -> None:
        self.connection = connection
        self.keys = Keys(connection, master)
        self.audit = Audit(connection, audit_key)
        self.people = People(connection)
        self.deputies = Deputies(connection)
        self.known_domains = KnownDomains(connection)
        self.borrowed = BorrowedRoles(connection, self.keys)
        self.policies = Policies(connection)
        self.received = Received(connection, self.keys)
        self.cases = Cases(connection)
        self.notices = Notices(connection, self.keys)
        self.letters = Letters(connection, self.keys)
        self.deliveries = Deliveries(connection)
        self.pacing = Pacing(connection)
        self.fence = Fence(connection, self.keys)
        self.checks = Checks(connection)
        self.approvals = Approvals(connection, self.keys)
        self.responses = Responses(connection, self.keys)
        self.tasks = Tasks(connection)
        self.origin_tests = OriginTests(connection)
        self.local_notices = LocalNotices(connection)
        self.sessions = Sessions(connection)
        self.credentials = Credentials(connection, self.keys)
        self.signals = Signals(connection)
        self.alarms = Alarms(connection)
        self.unknown = Unknown(connection, self.keys, master.derive("unknown words"))
        self.likenesses = Likenesses(connection, master.derive("likenesses"))
        self.register = Register(connection)
        self.questions = Questions(connection)
        self.exercises = Exercises(connection)


Begin = Callable[[], AbstractAsyncContextManager[Work]]
WriteJournal = Callable[[Sequence[Move], datetime], Awaitable[frozenset[str]]]


class Database:
    """The database, opened with its master key."""

    def __init__(self, url: str, master: MasterKey) -> None:
        self.engine: AsyncEngine = make_engine(url)
        self._journal = make_journal_engine(url)
        self._journal_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self._master = master
        self._audit_key = master.derive("audit chain")

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Work]:
        """Open a transaction that may write; the audit events are chained just before it commits."""
        async with self.engine.begin() as connection:
            work = Work(connection, self._master, self._audit_key)
            yield work
            await work.audit.write()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Work]:
        """Open a transaction that only reads and holds nobody up."""
        async with self.engine.connect() as connection:
            await connection.execution_options(read_only=True)
            async with connection.begin() as transaction:
                yield Work(connection, self._master, self._audit_key)
                await transaction.rollback()

    async def journal(self, moves: Sequence[Move], at: datetime) -> frozenset[str]:
        """Commit many moves of deliveries in a transaction of their own, as `Deliveries.move` does, and return the ids that moved."""
        if self._journal is None:
            async with self.begin() as work:
                return await work.deliveries.move(moves, at=at)
        return await asyncio.get_running_loop().run_in_executor(self._journal_thread, self._write_journal, moves, at)

    def _write_journal(self, moves: Sequence[Move], at: datetime) -> frozenset[str]:
        assert self._journal is not None
        with self._journal.begin() as connection:
            return apply_moves(connection, moves, at)

    async def close(self) -> None:
        """Close every connection."""
        self._journal_thread.shutdown()
        if self._journal is not None:
            self._journal.dispose()
        await self.engine.dispose()
