"""aiosmtplib's protocol with two more promises: a reply nobody asked for is noticed, and it is known whether the final dot has left."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import cast

from aiosmtplib import SMTP, SMTPConnectResponseError, SMTPException, SMTPResponse, SMTPServerDisconnected
from aiosmtplib.protocol import MAX_RESPONSE_LENGTH, SMTPProtocol

from service.crashpoints import crashpoint

LINE_END = re.compile(rb"\r\n|\r|\n")
LEADING_DOT = re.compile(rb"(?m)^\.")
FINAL_DOT = b".\r\n"
_LARGE = 1_000


def on_the_wire(pieces: Sequence[bytes]) -> bytes:
    """Join a letter, make every line end CR LF, also a bare CR or LF, and double the dot at the start of a line (RFC 5321 §4.5.2).

    A large piece that goes to many is looked through once; after that only how it begins and ends, with all that stands between.
    """
    letter = b"".join(pieces)
    if _is_ready(b"".join([_seams(piece) if len(piece) > _LARGE else piece for piece in pieces])):
        return letter
    lines = LINE_END.sub(b"\r\n", letter)
    return LEADING_DOT.sub(b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")


def _is_ready(letter: bytes) -> bool:
    return _lines_are_plain(letter) and letter.endswith(b"\r\n") and not letter.startswith(b".")


def _lines_are_plain(words: bytes) -> bool:
    """Say whether every line within *words* ends with CR LF and none begins with a dot; counting is fifty times faster than the pattern."""
    return words.count(b"\r\n") == words.count(b"\n") == words.count(b"\r") and b"\n." not in words


@lru_cache(maxsize=16)
def _seams(piece: bytes) -> bytes:
    """Return what stands for a piece whose inside needs no change, and the piece itself when it does."""
    if not _lines_are_plain(piece):
        return piece
    return (b"." if piece.startswith(b".") else b"-") + (b"\r\n" if piece.endswith(b"\r\n") else b"-")


class LostTooSoon(SMTPServerDisconnected):
    """The line was lost, or the relay spoke, before the system had taken the whole letter: its final dot has not left."""


class Wire(SMTPProtocol):
    """One line to the relay. It also takes several replies to several commands in one write (RFC 2920)."""

    def __init__(self, loop: asyncio.AbstractEventLoop, lost: "SafeSmtp") -> None:
        super().__init__(loop=loop, connection_lost_callback=lost._on_connection_lost)
        self.unasked = b""
        self._replies: list[SMTPResponse] = []
        self._wanted = 0
        self._early = False
        self._told: asyncio.Future[None] | None = None

    @property
    def in_step(self) -> bool:
        """Say whether every reply so far answered a command."""
        return self.is_connected and not self.unasked and not self._buffer

    @property
    def unheard(self) -> str:
        """What the relay said before it was its turn."""
        rest = (self.unasked + self._buffer).decode("utf-8", "surrogateescape")
        return " ".join([*(f"{each.code} {each.message}" for each in self._replies), rest]).strip()

    def data_received(self, data: bytes) -> None:
        """Take a reply, or remember that one came which nobody asked for."""
        if self._told is not None:
            self._take_replies(data)
            return
        waiter = self._response_waiter
        if not self._response_pending or waiter is None or waiter.done():
            self.unasked = (self.unasked + data)[:1000]
            return
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake whoever waits for replies."""
        super().connection_lost(exc)
        self._end_of_replies(SMTPServerDisconnected("Connection lost"))

    def eof_received(self) -> bool:
        """Wake whoever waits for replies."""
        self._end_of_replies(SMTPServerDisconnected("Unexpected EOF received"))
        return super().eof_received()

    async def converse(self, commands: bytes, count: int, limit: float) -> list[SMTPResponse]:
        """Write commands together and return their *count* replies, or those that came before the line was lost or *limit* was over."""
        self._expect(count)
        if self.in_step:
            with suppress(SMTPException, OSError, TimeoutError):
                self.write(commands)
                await self._hear(limit)
        self._told = None
        return self._replies

    async def give_letter(self, letter: bytes, *, body_limit: float, final_limit: float) -> SMTPResponse:
        """Write the letter with its final dot and return the relay's word; raises LostTooSoon when that dot has certainly not left."""
        self._expect(1)
        try:
            if not self.in_step or self.transport is None:
                raise LostTooSoon("The line is not usable.")
            # not 0: the TLS transport would then pause us with an empty buffer
            cast(asyncio.WriteTransport, self.transport).set_write_buffer_limits(high=1, low=0)
            self.write(letter + FINAL_DOT)
            if self._paused:
                await self._until_all_is_taken(body_limit)
            if self._early or not self.is_connected:
                raise LostTooSoon("The relay spoke or left before the letter was complete.")
            crashpoint("O7")
            await self._hear(final_limit)
            crashpoint("O8")
        finally:
            self._told = None
        return self._replies[0]

    async def _until_all_is_taken(self, limit: float) -> None:
        """The dot is the last byte, so until the system has taken everything it has not left."""
        try:
            async with asyncio.timeout(limit):
                await self._drain_helper()
        except (OSError, TimeoutError):
            raise LostTooSoon("The letter could not be written.") from None

    def _expect(self, count: int) -> None:
        self._replies, self._wanted, self._early = [], count, False
        self._told = self._loop.create_future()

    async def _hear(self, limit: float) -> None:
        told = self._told
        assert told is not None
        if not told.done():
            # cheaper than a timeout context, of which a letter would need two
            late = self._loop.call_later(limit, self._end_of_replies, TimeoutError())
            try:
                await told
            finally:
                late.cancel()
        told.result()

    def _take_replies(self, data: bytes) -> None:
        self._early = self._early or self._paused
        self._buffer.extend(data)
        try:
            while len(self._replies) < self._wanted and (reply := self._read_response_from_buffer()) is not None:
                self._replies.append(reply)
        except SMTPException as garbled:
            self._end_of_replies(garbled)
            return
        if len(self._replies) == self._wanted:
            self._end_of_replies(None)
        elif len(self._buffer) > MAX_RESPONSE_LENGTH:
            self._end_of_replies(SMTPServerDisconnected("The reply does not end."))

    def _end_of_replies(self, error: Exception | None) -> None:
        told = self._told
        if told is None or told.done():
            return
        if error is None:
            told.set_result(None)
        else:
            told.set_exception(error)
            told.exception()  # nobody may be waiting yet


class SafeSmtp(SMTP):
    """aiosmtplib's client on a Wire."""

    async def _create_connection(self, timeout: float | None) -> SMTPResponse:  # noqa: ASYNC109 - the library's signature
        loop = asyncio.get_running_loop()
        wire = Wire(loop, self)
        tls = await self._get_tls_context() if self.use_tls else None
        transport, _ = await loop.create_connection(lambda: wire, self.hostname or "localhost", self.port or 25, ssl=tls)
        self.protocol, self.transport = wire, transport
        response = await wire.read_response(timeout=timeout)
        if response.code != 220:
            raise SMTPConnectResponseError(response.code, response.message)
        return response

    @property
    def wire(self) -> Wire | None:
        """Give the line, if it still stands."""
        return self.protocol if isinstance(self.protocol, Wire) else None

    def abort(self) -> None:
        """Drop the line without waiting for anything."""
        if self.transport is not None:
            cast(asyncio.WriteTransport, self.transport).abort()
        self.close()
