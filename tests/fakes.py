"""Fakes of the two things we do not own: the mailbox and the relay. `tests/test_real_servers.py` tells the same story on real ones."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from service.ports import Envelope, FetchedLetter, FolderView, RelayUnavailable, SendOutcome, SendResult


class FakeMailbox:
    """A mailbox in memory. *folders* holds the letters by folder and UID."""

    def __init__(self) -> None:
        self.folders: dict[str, dict[int, bytes]] = {"INBOX": {}}
        self.uidvalidity = 1
        self.received_at: datetime | None = None
        self._newest: dict[str, int] = {}
        self.seen: set[int] = set()

    def put(self, raw: bytes, folder: str = "INBOX") -> int:
        """Let a letter arrive."""
        uid = self._newest[folder] = self._newest.get(folder, 0) + 1
        self.folders.setdefault(folder, {})[uid] = raw
        return uid

    async def look(self, folder: str) -> FolderView | None:
        if folder not in self.folders:
            return None
        return FolderView(folder=folder, uidvalidity=self.uidvalidity, uids=tuple(sorted(self.folders[folder])))

    async def fetch(self, folder: str, uids: Sequence[int], *, size_limit: int) -> AsyncIterator[FetchedLetter]:
        for uid in uids:
            raw = self.folders[folder].get(uid)
            if raw is not None:
                whole = len(raw) <= size_limit
                kept = raw if whole else raw.partition(b"\r\n\r\n")[0]
                yield FetchedLetter(uid=uid, size=len(raw), raw=kept, received_at=self.received_at, complete=whole)

    async def naming(self, folder: str, uids: Sequence[int], fields: Sequence[tuple[str, str]]) -> tuple[int, ...]:
        def says(raw: bytes, field: str, word: str) -> bool:
            return re.search(rf"(?mi)^{field}:.*{re.escape(word)}".encode(), raw.partition(b"\r\n\r\n")[0]) is not None

        return tuple(uid for uid in uids if any(says(self.folders[folder][uid], *one) for one in fields))

    async def move(self, folder: str, uid: int, target: str) -> bool:
        raw = self.folders[folder].pop(uid, None)
        if raw is not None:
            self.put(raw, target)
        return raw is not None

    async def wait_for_news(self, folder: str, limit: timedelta) -> None:
        return


Answers = Callable[[Envelope], SendResult]


class FakeMailer:
    """A relay in memory that takes everything, unless *answers* says otherwise."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.sent: list[tuple[Envelope, bytes]] = []
        self.answers = answers or (lambda _: SendResult(outcome=SendOutcome.ACCEPTED, code=250, queue_id="Q1"))
        self.away: str | None = None
        self.dies_after_the_dot = False
        self.after_the_dot: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["_Connection"]:
        if self.away:
            raise RelayUnavailable(self.away)
        yield _Connection(self)

    def to(self, address: str) -> list[bytes]:
        """The letters one address got."""
        return [wire for envelope, wire in self.sent if envelope.recipient == address]


class _Connection:
    usable = True

    def __init__(self, mailer: FakeMailer) -> None:
        self._mailer = mailer

    async def send(self, envelope: Envelope, letter: tuple[bytes, ...], before_final_dot: Callable[[], Awaitable[None]]) -> SendResult:
        result = self._mailer.answers(envelope)
        if result.outcome in (SendOutcome.ACCEPTED, SendOutcome.IN_DOUBT):
            await before_final_dot()
            self._mailer.sent.append((envelope, b"".join(letter)))
            self._mailer.after_the_dot()
            if self._mailer.dies_after_the_dot:
                raise ConnectionResetError
        return result
