"""The real web server against slow, large and crooked clients: each is cut off, and meanwhile everybody else is served."""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from pydantic import SecretStr

from service.app import App
from service.settings import Settings
from service.web import patience, security
from tests.service.web.conftest import Town

HELLO = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://alerts.test\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait in tenths of a second for what is waited for in tens of seconds."""
    monkeypatch.setattr(patience, "HEADERS_WITHIN", 0.5)
    monkeypatch.setattr(patience, "TAKEN_WITHIN", 0.5)
    monkeypatch.setattr(security, "FORM_WITHIN", 0.5)


@asynccontextmanager
async def serving(town: Town, *, proxies: tuple[str, ...] = ()) -> AsyncIterator[int]:
    """Serve the pages as the service does, on a free port."""
    settings = Settings(database_url="", master_key=SecretStr(""), base_url="http://alerts.test", trusted_proxies=proxies)
    app = App(settings=settings, database=town.database, house=town.house, sandbox=None, viewer=None)  # type: ignore[arg-type]
    server = app.server(town.app)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        running = asyncio.create_task(server.serve(sockets=[listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await running


@pytest.fixture
async def port(town: Town) -> AsyncIterator[int]:
    """Serve the pages to whoever comes directly."""
    async with serving(town) as port:
        yield port


class Caller:
    """One connection that says what it likes, as slowly as it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def call(cls, port: int) -> "Caller":
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def say(self, words: bytes) -> None:
        """Send something."""
        with contextlib.suppress(ConnectionError):
            self.writer.write(words)
            await self.writer.drain()

    async def drip(self, words: bytes, *, every: float = 0.1) -> None:
        """Send something for ever, a little at a time."""
        with contextlib.suppress(ConnectionError):
            while not self.writer.is_closing():
                await self.say(words)
                await asyncio.sleep(every)

    async def hears(self, *, within: float = 9.0) -> bytes:
        """Return everything until the server hangs up; fails when it does not."""
        heard = b""
        async with asyncio.timeout(within):
            with contextlib.suppress(ConnectionError):
                while piece := await self.reader.read(65536):
                    heard += piece
        self.writer.close()
        return heard


async def ask(port: int, request: bytes) -> bytes:
    """Send one request that closes after itself, and return the answer."""
    caller = await Caller.call(port)
    await caller.say(request + b"Connection: close\r\n\r\n")
    return await caller.hears()


async def dripping(port: int, start: bytes, drop: bytes) -> tuple[bytes, float]:
    """Drip *drop* after *start*; return what the server said before it hung up, and after how long."""
    caller, begun = await Caller.call(port), time.monotonic()
    await caller.say(start)
    dripping = asyncio.create_task(caller.drip(drop))
    heard = await caller.hears()
    dripping.cancel()
    return heard, time.monotonic() - begun


async def test_who_says_nothing_is_hung_up_on(port: int) -> None:
    caller = await Caller.call(port)
    assert await caller.hears() == b""


async def test_headers_that_drip_are_hung_up_on_while_others_are_served(port: int) -> None:
    slow = [asyncio.create_task(dripping(port, HELLO, b"X-A: b\r\n")) for _ in range(100)]
    await asyncio.sleep(0.2)
    assert (await ask(port, HELLO)).startswith(b"HTTP/1.1 200")
    for heard, after in await asyncio.gather(*slow):
        assert heard == b""
        assert after < 3


async def test_a_second_request_that_drips_is_hung_up_on_too(port: int) -> None:
    heard, after = await dripping(port, HELLO + b"\r\n" + HELLO, b"X-A: b\r\n")
    assert heard.count(b"HTTP/1.1 200") == 1
    assert after < 3


async def test_a_form_that_drips_is_told_so_and_then_hung_up_on(port: int) -> None:
    heard, after = await dripping(port, FORM + b"Content-Length: 1000\r\n\r\n", b"a")
    assert heard.startswith(b"HTTP/1.1 408")
    assert b"did not arrive in time" in heard
    assert b"default-src 'none'" in heard
    assert after < 4


async def test_a_form_that_was_answered_before_its_end_is_not_listened_to_for_ever(port: int) -> None:
    refused = FORM.replace(b"http://alerts.test", b"http://evil.test")
    heard, after = await dripping(port, refused + b"Content-Length: 1000\r\n\r\n", b"a")
    assert heard.startswith(b"HTTP/1.1 403")
    assert after < 4


async def test_five_gigabytes_are_refused_before_they_come(port: int) -> None:
    heard, after = await dripping(port, FORM + b"Content-Length: 5000000000\r\n\r\n", b"a" * 65536)
    assert heard.startswith(b"HTTP/1.1 413")
    assert after < 4


async def test_a_body_without_a_length_is_cut_off_at_the_same_size(port: int) -> None:
    start = FORM + b"Transfer-Encoding: chunked\r\n\r\n"
    heard, _ = await dripping(port, start, b"1000\r\n" + b"a" * 4096 + b"\r\n")
    assert heard.startswith((b"HTTP/1.1 413", b"HTTP/1.1 408"))
    caller = await Caller.call(port)
    await caller.say(start + (b"1000\r\n" + b"a" * 4096 + b"\r\n") * 20)
    assert (await caller.hears()).startswith(b"HTTP/1.1 413")


async def test_a_form_of_a_hundred_thousand_fields_is_refused(port: int) -> None:
    for fields in (100_000, 31):
        body = b"&".join(b"f%d=" % turn for turn in range(fields))
        heard = await ask(port, FORM + b"Content-Length: %d\r\n" % len(body) + b"Connection: close\r\n\r\n" + body + b"X: ")
        assert heard.split(b" ", 2)[1] in (b"400", b"413")


async def test_who_does_not_take_the_answer_is_hung_up_on(port: int, town: Town) -> None:
    @town.app.get("/large")
    async def large() -> str:
        return "x" * 40_000_000

    caller = await Caller.call(port)
    await caller.say(HELLO.replace(b"/sign-in", b"/large") + b"\r\n")
    await asyncio.sleep(1.5)
    assert len(await caller.hears()) < 40_000_000


async def test_a_client_who_hangs_up_in_its_form_leaves_no_trace_in_the_log(port: int, caplog: pytest.LogCaptureFixture) -> None:
    caller = await Caller.call(port)
    await caller.say(FORM + b"Content-Length: 1000\r\n\r\nabc")
    await asyncio.sleep(0.1)
    caller.writer.close()
    await asyncio.sleep(0.2)
    assert [kept for kept in caplog.records if kept.exc_info or kept.levelname == "ERROR"] == []


@pytest.mark.parametrize(
    "request_",
    [
        HELLO.replace(b"127.0.0.1", b"evil.test"),
        b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.test\r\n",
        b"GET /sign-in HTTP/1.1\r\n",
        HELLO + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        HELLO + b"Transfer-Encoding: xchunked\r\n",
        HELLO + b"Content-Length: 3\r\nContent-Length: 4\r\n",
        HELLO + b"Content-Length: +3\r\n",
        HELLO + b"X-A : b\r\n",
        HELLO + b" folded: b\r\n\x00: c\r\n",
        HELLO + b"X-A: " + b"a" * 100_000 + b"\r\n",
        b"GET http://evil.test/sign-in HTTP/1.1\r\nHost: evil.test\r\n",
    ],
)
async def test_crooked_requests_are_refused(port: int, request_: bytes) -> None:
    heard = await ask(port, request_)
    assert heard.split(b" ", 2)[1] in (b"400", b"431", b"501")
    assert b"Traceback" not in heard


async def test_the_server_does_not_say_what_it_is(port: int) -> None:
    heard = (await ask(port, HELLO)).partition(b"\r\n\r\n")[0].lower()
    assert b"server:" not in heard
    assert b"x-powered-by" not in heard


async def test_no_address_of_a_page_is_logged(port: int, town: Town, caplog: pytest.LogCaptureFixture) -> None:
    # The server's own log of addresses is off; pytest listens to it all the same, so that one is held to its switch.
    assert not logging.getLogger("uvicorn.access").propagate
    caplog.set_level("DEBUG")
    seeds, unknown = town.seeds, "s" * 32
    for path in (f"/answer/{seeds.answer_token}", f"/decide/{seeds.decide_token}", f"/sign-in/{unknown}", f"/cases/{seeds.live}"):
        await ask(port, HELLO.replace(b"/sign-in", path.encode()))
    said = "\n".join(kept.getMessage() for kept in caplog.records if kept.name != "uvicorn.access")
    for secret in (seeds.answer_token, seeds.decide_token, unknown, "/answer/"):
        assert secret not in said


async def test_there_is_no_other_way_to_talk_to_it(port: int) -> None:
    upgrade = (
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    caller = await Caller.call(port)
    await caller.say(HELLO + upgrade)
    assert not (await caller.reader.read(100)).startswith(b"HTTP/1.1 101")
    caller.writer.close()


@pytest.mark.parametrize(("proxies", "statuses"), [((), [200, 200, 429]), (("127.0.0.1",), [200, 200, 200])])
async def test_only_a_trusted_proxy_says_where_a_visitor_comes_from(
    town: Town, monkeypatch: pytest.MonkeyPatch, proxies: tuple[str, ...], statuses: list[int]
) -> None:
    monkeypatch.setattr(security, "ADDRESS", replace(security.ADDRESS, requests=2))
    async with serving(town, proxies=proxies) as port:
        heard = [await ask(port, HELLO + b"X-Forwarded-For: 198.51.100.%d\r\n" % turn) for turn in range(3)]
    assert [int(one.split(b" ", 2)[1]) for one in heard] == statuses


async def test_a_visitor_behind_a_trusted_proxy_cannot_make_up_an_address(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "ADDRESS", replace(security.ADDRESS, requests=2))
    async with serving(town, proxies=("127.0.0.1",)) as port:
        forged = [HELLO + b"X-Forwarded-For: 203.0.113.%d, 198.51.100.7\r\n" % turn for turn in range(3)]
        heard = [await ask(port, request) for request in forged]
    assert [int(one.split(b" ", 2)[1]) for one in heard] == [200, 200, 429]
