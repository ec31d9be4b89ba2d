"""aiosmtplib's protocol with two more promises: a reply nobody asked for is noticed, and the letter leaves before its final dot."""

import asyncio
import re
from typing import cast

from aiosmtplib import SMTP, SMTPConnectResponseError, SMTPResponse, SMTPServerDisconnected
from aiosmtplib.protocol import SMTPProtocol

LINE_END = re.compile(rb"\r\n|\r|\n")
LEADING_DOT = re.compile(rb"(?m)^\.")


def line_ends(message: bytes) -> bytes:
    """Make every line end CR LF, also bare CR and LF, and end with one."""
    lines = LINE_END.sub(b"\r\n", message)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def stuffed(lines: bytes) -> bytes:
    """Double the dot at the start of a line, so that no line of the letter can end it."""
    return LEADING_DOT.sub(b"..", lines)


class Wire(SMTPProtocol):
    """One line to the relay."""

    def __init__(self, loop: asyncio.AbstractEventLoop, lost: "SafeSmtp") -> None:
        super().__init__(loop=loop, connection_lost_callback=lost._on_connection_lost)
        self.unasked = b""

    @property
    def in_step(self) -> bool:
        """Say whether every reply so far answered a command."""
        return self.is_connected and not self.unasked and not self._buffer

    def data_received(self, data: bytes) -> None:
        """Take a reply, or remember that one came which nobody asked for."""
        waiter = self._response_waiter
        if not self._response_pending or waiter is None or waiter.done():
            self.unasked = (self.unasked + data)[:1000]
            return
        super().data_received(data)

    async def write_all(self, data: bytes) -> None:
        """Write *data* and return when the system has taken all of it."""
        if not self.in_step or self.transport is None:
            raise SMTPServerDisconnected("The line is not usable.")
        cast(asyncio.WriteTransport, self.transport).set_write_buffer_limits(high=0)
        self.write(data)
        await self._drain_helper()
        if not self.in_step:
            raise SMTPServerDisconnected("The relay spoke or left before the letter was complete.")

    async def final_dot(self) -> SMTPResponse:
        """Write the final dot and wait for the relay's word, as long as the caller allows."""
        self._response_pending = True
        self.write(b".\r\n")
        return await self.read_response(timeout=None)


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
