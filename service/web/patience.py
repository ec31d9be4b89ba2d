"""How long the web server waits for a client that hardly sends, or hardly takes what it asked for; uvicorn itself would wait for ever."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS_WITHIN = 10.0  # seconds from the first byte, or from connecting, to the end of the headers
TAKEN_WITHIN = 60.0  # seconds until a client makes room for the rest of its answer


class Impatient(H11Protocol):
    """HTTP/1.1 that hangs up on clients who hold a connection without using it."""

    _asking: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the client its time to ask."""
        super().connection_made(transport)
        self._asking = self.loop.call_later(HEADERS_WITHIN, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Take what came. What has begun to come is to be whole in time, and so is a form that was answered before its end."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE and self.conn.our_state is not h11.DONE:
            self._asking = _stopped(self._asking)
        elif self._asking is None:
            self._asking = self.loop.call_later(HEADERS_WITHIN, self.transport.abort)

    def pause_writing(self) -> None:
        """Give the client its time to take what is on its way."""
        super().pause_writing()
        self._taking = _stopped(self._taking) or self.loop.call_later(TAKEN_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        """The client takes its answer."""
        super().resume_writing()
        self._taking = _stopped(self._taking)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._asking, self._taking = _stopped(self._asking), _stopped(self._taking)
        super().connection_lost(exc)


def _stopped(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    if timer:
        timer.cancel()
    return None
