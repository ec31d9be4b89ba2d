"""A shared mailbox over IMAP: implements ports.OpensMailbox and ports.Mailbox with aioimaplib.

Every command has its own deadline; after any timeout or loss the session is thrown away.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from aioimaplib import AioImapException
from aioimaplib.aioimaplib import IdleCommand, Response, quoted

from service.adapters.endpoint import is_loopback, pin_loggers, verified_tls
from service.adapters.imap_answers import bodies_of, found_uids, letter_sizes, retry_after
from service.adapters.imap_protocol import SafeProtocol
from service.adapters.oauth import TokenUnavailable
from service.ports import FetchedLetter, FolderView, MailboxUnavailable

BATCH = 100
MOST_TOGETHER = 50
TOGETHER = 2 * 2**20  # this many bytes of small letters are asked for in one command
LOOKED_THROUGH = 5_000  # a search reads the header of each letter
_SEARCH_KEYS = ("SUBJECT", "TO")  # every other header field is asked for by HEADER (RFC 9051 §6.4.4)
HEADER_LIMIT = 256 * 1024
LONGEST_IDLE = timedelta(minutes=25)  # servers close an idle line after 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """Where a mailbox is and how we log in: a password, or *token* for XOAUTH2."""

    host: str
    port: int
    user: str = field(repr=False)
    password: str | None = field(default=None, repr=False)
    token: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)
    forget_token: Callable[[], None] | None = field(default=None, repr=False)
    tls: bool = True
    ca_file: Path | None = None
    timeout: float = 30.0
    letter_timeout: float = 300.0

    def __post_init__(self) -> None:
        if not self.tls and not is_loopback(self.host):
            raise ValueError("A mailbox without TLS is only allowed on this machine itself.")
        if (self.password is None) == (self.token is None):
            raise ValueError("A mailbox needs either a password or a token source.")


@dataclass(frozen=True, slots=True)
class ImapMailbox:
    """Opens sessions with one mailbox."""

    account: ImapAccount

    @asynccontextmanager
    async def open(self) -> AsyncIterator["ImapSession"]:
        """Log in and hand out a session, closed on leaving."""
        pin_loggers("aioimaplib", "aioimaplib.aioimaplib")
        try:
            session = await self._log_in()
        except MailboxUnavailable as refusal:
            if not refusal.login_refused or self.account.forget_token is None:
                raise
            self.account.forget_token()
            session = await self._log_in()
        try:
            yield session
        finally:
            await session.close()

    async def _log_in(self) -> "ImapSession":
        account = self.account
        secret = account.password
        if account.token is not None:
            try:
                secret = await account.token()
            except TokenUnavailable as trouble:
                raise MailboxUnavailable(trouble.reason, login_refused=trouble.refused) from None
        loop = asyncio.get_running_loop()
        protocol = SafeProtocol(loop)
        context = verified_tls(account.ca_file) if account.tls else None
        try:
            async with asyncio.timeout(account.timeout):
                await loop.create_connection(lambda: protocol, account.host, account.port, ssl=context)
        except TimeoutError:
            raise MailboxUnavailable("The mail server did not answer in time.") from None
        except OSError:
            raise MailboxUnavailable("The mail server cannot be reached, or its certificate is not good.") from None
        session = ImapSession(protocol, account)
        try:
            await session.log_in(str(secret))
        except BaseException:
            protocol.give_up()
            raise
        return session


class ImapSession:
    """One logged-in session."""

    def __init__(self, protocol: SafeProtocol, account: ImapAccount) -> None:
        self._protocol = protocol
        self._account = account
        self._selected: str | None = None

    async def log_in(self, secret: str) -> None:
        """Wait for the greeting, log in, and ask again what the server can do."""
        account, protocol = self._account, self._protocol
        await self._within(protocol.wait("AUTH|NONAUTH"), account.timeout)
        if account.token is not None:
            try:
                answer = await self._within(protocol.xoauth2(account.user, secret), account.timeout)
            except MailboxUnavailable as silence:
                raise MailboxUnavailable(silence.reason, login_refused=protocol.token_refused) from None
        else:
            answer = await self._within(protocol.login(quoted(account.user), secret), account.timeout)
        if answer.result != "OK":
            self._refuse(answer, "The mail server refused our login.", login=True)
        # the list from before the login lacks MOVE on some servers
        await self._within(protocol.capability(), account.timeout)

    async def close(self) -> None:
        """Say goodbye if the line still stands, and close it in any case."""
        if not self._protocol.lost.done():
            with suppress(MailboxUnavailable):
                await self._within(self._protocol.logout(), min(5.0, self._account.timeout))
        self._protocol.give_up()
        await asyncio.sleep(0)

    async def look(self, folder: str) -> FolderView | None:
        """Select *folder* and list it; None when the folder does not exist."""
        answer = await self._select(folder)
        if answer is None:
            return None
        found = re.search(rb"UIDVALIDITY (\d+)", b"\n".join(bytes(line) for line in answer.lines))
        if found is None:
            self._protocol.give_up()
            raise MailboxUnavailable("The mail server did not say which generation of the folder this is.")
        listed = await self._ask(self._protocol.search("ALL", by_uid=True, charset=None), "The mail server would not list the folder.")
        return FolderView(folder=folder, uidvalidity=int(found.group(1)), uids=found_uids(listed.lines))

    async def fetch(self, folder: str, uids: Sequence[int], *, size_limit: int) -> AsyncIterator[FetchedLetter]:
        """Yield the letters of *uids* that are still there, never marking them seen, sizes asked first."""
        rest = iter(uids)
        while batch := list(islice(rest, BATCH)):
            await self._enter(folder)
            numbers = ",".join(str(int(uid)) for uid in batch)
            sizes = letter_sizes((await self._fetch(numbers, "(UID RFC822.SIZE INTERNALDATE)")).lines)
            small = {uid: size for uid, (size, _) in sizes.items() if size <= size_limit}
            for group in _together([uid for uid in batch if uid in sizes], small):
                await self._enter(folder)
                bodies = await self._bodies(group, "", TOGETHER + 1) if len(group) > 1 else {}
                for uid in group:
                    size, received_at = sizes[uid]
                    raw = bodies.get(uid)
                    if (raw is None or len(raw) > TOGETHER) and uid in small:
                        await self._enter(folder)
                        raw = (await self._bodies([uid], "", size_limit + 1)).get(uid)
                    complete = raw is not None and len(raw) <= size_limit
                    if not complete:
                        # a size can be a guess of the server: what came too long is cut like what was announced too long
                        await self._enter(folder)
                        size, raw = max(size, size_limit + 1), (await self._bodies([uid], "HEADER", HEADER_LIMIT)).get(uid)
                    if raw is not None:
                        yield FetchedLetter(uid=uid, size=size, raw=raw, received_at=received_at, complete=complete)

    async def naming(self, folder: str, uids: Sequence[int], fields: Sequence[tuple[str, str]]) -> tuple[int, ...]:
        """Return the newest of *uids* with such a word in a header field: a hint, () when the server will not tell."""
        newest = sorted(uids)[-LOOKED_THROUGH:]
        if not newest or not fields:
            return ()
        await self._enter(folder)
        words = ["OR"] * (len(fields) - 1) + [
            f"{field if field in _SEARCH_KEYS else f'HEADER {field}'} {quoted(word)}" for field, word in fields
        ]
        command = self._protocol.search("UID", f"{newest[0]}:{newest[-1]}", *words, by_uid=True, charset=None)
        answer = await self._within(command, self._account.letter_timeout)
        if answer.result == "OK":
            return tuple(sorted(set(newest) & set(found_uids(answer.lines))))
        if retry_after(answer.lines) is not None:
            self._refuse(answer, "The mail server refused a search.")
        return ()

    async def move(self, folder: str, uid: int, target: str) -> bool:
        """Move one letter to *target* (made when missing); False when it was no longer there."""
        await self._enter(folder)
        if uid not in found_uids((await self._ask(self._protocol.search("UID", str(uid), by_uid=True, charset=None))).lines):
            return False
        if "MOVE" in self._protocol.capabilities:
            await self._into(target, lambda: self._protocol.move(str(uid), quoted(target), by_uid=True))
            return True
        await self._into(target, lambda: self._protocol.copy(str(uid), quoted(target), by_uid=True))
        await self._ask(self._protocol.store(str(uid), "+FLAGS.SILENT", "(\\Deleted)", by_uid=True))
        if "UIDPLUS" in self._protocol.capabilities:
            # a plain EXPUNGE would also remove what a person marked as deleted
            await self._ask(self._protocol.expunge(str(uid), by_uid=True))
        return True

    async def wait_for_news(self, folder: str, limit: timedelta) -> None:
        """Return when the server says that *folder* changed, or after *limit*: a hint, never the truth."""
        await self._enter(folder)
        protocol, loop = self._protocol, asyncio.get_running_loop()
        end = loop.time() + min(limit, LONGEST_IDLE).total_seconds()
        if "IDLE" not in protocol.capabilities:
            await asyncio.wait({protocol.lost}, timeout=max(0.0, end - loop.time()))
            self._check()
            return
        while not protocol.idle_queue.empty():
            protocol.idle_queue.get_nowait()
        idle = asyncio.ensure_future(protocol.execute(IdleCommand(protocol.new_tag(), protocol.idle_queue, loop=loop)))
        try:
            await self._within(_first(protocol.wait_for_idle_response(), idle), self._account.timeout)
            while not idle.done():
                push = await self._news(end - loop.time())
                if push is None or any(re.search(rb"\d+ (EXISTS|RECENT|EXPUNGE)", bytes(line)) for line in push):
                    break
            if not idle.done():
                protocol.idle_done()
            answer = await self._within(_passed_on(idle), self._account.timeout)
            if answer.result != "OK":
                self._refuse(answer, "The mail server would not tell us about new letters.")
        finally:
            if not idle.done():
                idle.cancel()
                protocol.give_up()
            await asyncio.gather(idle, return_exceptions=True)

    async def _news(self, seconds: float) -> list[bytes] | None:
        waiting = asyncio.ensure_future(self._protocol.idle_queue.get())
        try:
            await asyncio.wait({waiting, self._protocol.lost}, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
            self._check()
            return list(waiting.result()) if waiting.done() else None
        finally:
            waiting.cancel()

    async def _enter(self, folder: str) -> None:
        if self._selected != folder and await self._select(folder) is None:
            raise MailboxUnavailable("The folder is no longer there.")

    async def _select(self, folder: str) -> Response | None:
        self._selected = None
        answer = await self._within(self._protocol.select(quoted(folder)), self._account.timeout)
        if answer.result == "OK":
            self._selected = folder
            return answer
        if answer.result == "NO" and retry_after(answer.lines) is None:
            listed = await self._ask(self._protocol.simple_command("LIST", '""', quoted(folder)))
            # the last line is the server's own "completed"; a folder that is there has a line before it
            if not any(b"\\NonExistent" not in bytes(line) for line in listed.lines[:-1]):
                return None
        self._refuse(answer, "The mail server would not open the folder for us.")
        return None

    async def _into(self, target: str, command: Callable[[], Coroutine[Any, Any, Response]]) -> None:
        answer = await self._within(command(), self._account.timeout)
        if answer.result == "NO" and retry_after(answer.lines) is None:
            # made without asking first: an answer of "already exists" is as good
            await self._within(self._protocol.simple_command("CREATE", quoted(target)), self._account.timeout)
            answer = await self._within(command(), self._account.timeout)
        if answer.result != "OK":
            self._refuse(answer, "The mail server would not move the letter.")

    async def _fetch(self, numbers: str, parts: str) -> Response:
        return await self._ask(self._protocol.fetch(numbers, parts, by_uid=True), seconds=self._account.letter_timeout)

    async def _bodies(self, uids: Sequence[int], section: str, limit: int) -> dict[int, bytes]:
        self._protocol.largest_literal = limit + 1024
        numbers = ",".join(map(str, uids))
        return bodies_of((await self._fetch(numbers, f"(UID BODY.PEEK[{section}]<0.{limit}>)")).lines, section)

    async def _ask(
        self,
        command: Coroutine[Any, Any, Response],
        reason: str = "The mail server refused a command.",
        *,
        seconds: float | None = None,
    ) -> Response:
        answer = await self._within(command, seconds or self._account.timeout)
        if answer.result != "OK":
            self._refuse(answer, reason)
        return answer

    def _refuse(self, answer: Response, reason: str, *, login: bool = False) -> None:
        wait = retry_after(answer.lines)
        self._protocol.give_up()
        busy = wait is not None or any(b"[UNAVAILABLE]" in bytes(line) for line in answer.lines)
        if login and busy:
            reason = "The mail server is too busy to let us in."
        raise MailboxUnavailable(reason, retry_after=wait, login_refused=login and not busy)

    def _check(self) -> None:
        if self._protocol.lost.done():
            raise MailboxUnavailable("The mail server closed the line.", retry_after=retry_after([self._protocol.greeting_refused]))

    async def _within(self, command: Coroutine[Any, Any, Any], seconds: float) -> Any:  # noqa: ANN401, RUF100
        if self._protocol.lost.done():
            command.close()
            self._check()
        task = asyncio.ensure_future(command)
        try:
            await asyncio.wait({task, self._protocol.lost}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            self._check()
            raise MailboxUnavailable("The mail server did not answer in time.")
        except (AioImapException, IndexError, ValueError):
            # never the library's own words: they can hold the command with our secret in it
            raise MailboxUnavailable("The mail server's answer made no sense.") from None
        finally:
            if not task.done():
                task.cancel()
                self._protocol.give_up()
                await asyncio.gather(task, return_exceptions=True)


def _together(uids: Sequence[int], sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """Put small letters into groups, in their order; a large one, or one without a size, is a group by itself."""
    group: list[int] = []
    weight = 0
    for uid in uids:
        size = sizes.get(uid, TOGETHER)
        if group and (weight + size > TOGETHER or len(group) == MOST_TOGETHER):
            yield group
            group, weight = [], 0
        group.append(uid)
        weight += size
    if group:
        yield group


async def _passed_on(task: "asyncio.Future[Response]") -> Response:
    return await asyncio.shield(task)


async def _first(hint: Coroutine[Any, Any, None], command: "asyncio.Future[Response]") -> None:
    task = asyncio.ensure_future(hint)
    try:
        await asyncio.wait({task, command}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()
