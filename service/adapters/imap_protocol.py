"""aioimaplib's protocol with its traps closed: no recursion, no hang on a refused token, no silent loss, no endless literal."""

import asyncio
import re
from typing import Any

from aioimaplib import AioImapException, IncompleteRead
from aioimaplib.aioimaplib import IMAP4ClientProtocol

LITERAL = re.compile(rb"\{(\d+)\}$")
LONGEST_LINE = 16 * 1024 * 1024


class SafeProtocol(IMAP4ClientProtocol):  # type: ignore[misc]
    """One IMAP connection whose end is always noticed: *lost* is done as soon as the line is of no more use."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.lost: asyncio.Future[None] = loop.create_future()
        self.greeting_refused = b""
        self.token_refused = False
        self.largest_literal = 1024 * 1024
        super().__init__(loop, lambda _: self.give_up())
        self.incomplete_line: bytes = b""
        self.current_command: Any = None

    def give_up(self) -> None:
        """Close the line at once and wake everyone who waits for it."""
        if not self.lost.done():
            self.lost.set_result(None)
        for task in self.tasks:
            task.cancel()
        if self.transport is not None:
            self.transport.abort()

    async def welcome(self, command: bytes) -> None:
        """Handle the greeting; a refusal ends the connection instead of being lost in a task."""
        try:
            await super().welcome(command)
        except (AioImapException, IndexError, ValueError):
            self.greeting_refused = command
            self.give_up()

    def data_received(self, data: bytes) -> None:
        """Take bytes as they come; anything the library cannot read ends the connection."""
        try:
            self._feed(data)
        except Exception:  # noqa: BLE001, RUF100 - whatever broke, the line is out of step
            self.give_up()

    def _feed(self, data: bytes) -> None:
        # the library handles one line by calling itself for the next: a burst of lines ends in RecursionError
        data, command = self.incomplete_line + data, self.current_command
        self.incomplete_line, self.current_command = b"", None
        while data:
            if command is not None and command.wait_literal_data():
                data = command.append_literal_data(data)
                if command.wait_literal_data() or not data:
                    self.current_command = command
                    return
            line, separator, rest = data.partition(b"\r\n")
            if not separator:
                if len(data) > LONGEST_LINE:
                    raise IncompleteRead(command)
                self.incomplete_line, self.current_command = data, command
                return
            data = rest
            handled = self._handle_line(line, command)
            if literal := LITERAL.search(line):
                size = int(literal.group(1))
                if size > self.largest_literal or handled is None:
                    raise IncompleteRead(handled)
                handled.begin_literal_data(size)
                command = handled
            else:
                command = handled if handled is not None and handled.wait_data() else None
        self.current_command = command
        if self.pending_sync_command is not None:
            self.pending_sync_command.flush()

    def _continuation(self, line: bytes) -> None:
        command = self.pending_sync_command
        if command is not None and command.name == "AUTHENTICATE":
            self.token_refused = True
            # a refused XOAUTH2 token comes as a challenge: the server says NO only after an empty answer
            self.transport.write(b"\r\n")
            return
        super()._continuation(line)
