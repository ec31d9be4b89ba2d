"""Servers that play one script: send a line, expect a line, wait, hang up. For faults that real servers do not show on request."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.servers.certificate import Certificate

Script = Callable[["Conversation"], Awaitable[None]]


class Conversation:
    """One client on the line. *heard* holds every line the client sent, on all connections of this server."""

    always_offers: tuple[str, ...] = ()

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: list[str], number: int) -> None:
        self.reader, self.writer, self.heard, self.number = reader, writer, heard, number
        self.letters: list[bytes] = []

    async def say(self, *lines: str | bytes) -> None:
        """Send lines, each ended with CR LF, in one write."""
        self.writer.write(b"".join((line.encode() if isinstance(line, str) else line) + b"\r\n" for line in lines))
        await self.writer.drain()

    async def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self) -> str:
        """Wait for a line; raises ConnectionError when the client has gone."""
        line = await self.reader.readline()
        if not line:
            raise ConnectionResetError
        self.heard.append(line.decode("utf-8", "replace").rstrip("\r\n"))
        return self.heard[-1]

    async def gone(self) -> None:
        """Wait until the client hangs up, noting what it still says."""
        while True:
            await self.hear()

    def hang_up(self) -> None:
        """Drop the line at once."""
        self.writer.transport.abort()

    async def start_tls(self, certificate: Certificate) -> None:
        """Go over to TLS."""
        await self.writer.start_tls(server_tls(certificate))

    async def greet(self, *offers: str) -> None:
        """Play SMTP up to the answer to EHLO."""
        await self.say("220 scripted.test ESMTP")
        await self.hear()
        await self.offer(*offers)

    async def offer(self, *offers: str) -> None:
        """Answer EHLO."""
        lines = ["scripted.test", *self.always_offers, *offers]
        await self.say(*(f"250{'-' if index < len(lines) - 1 else ' '}{line}" for index, line in enumerate(lines)))

    async def answer(self, *replies: str) -> None:
        """Hear one command for each reply, and give the reply."""
        for reply in replies:
            await self.hear()
            await self.say(reply)

    async def letter(self) -> bytes:
        """Read a letter up to its final dot, as strictly as the standard wants: CR LF dot CR LF."""
        data = b""
        while not (data.endswith(b"\r\n.\r\n") or data == b".\r\n"):
            more = await self.reader.read(1)
            if not more:
                raise ConnectionResetError
            data += more
        body = data[: -len(b".\r\n")]
        self.letters.append(re.sub(rb"(?m)^\.", b"", body))
        return self.letters[-1]

    async def imap_tag(self) -> tuple[str, str]:
        """Hear an IMAP command: its tag, and the rest."""
        tag, _, rest = (await self.hear()).partition(" ")
        return tag, rest

    async def imap_log_in(self, *capabilities: str) -> None:
        """Play IMAP up to the capabilities after the login."""
        able = " ".join(["IMAP4rev1", *capabilities])
        await self.say("* OK scripted")
        for untagged in ("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2", None, f"* CAPABILITY {able}"):
            tag, _ = await self.imap_tag()
            await self.say(*([untagged] if untagged else []), f"{tag} OK done")

    async def imap_select(self, uidvalidity: int = 7) -> None:
        """Answer SELECT."""
        tag, _ = await self.imap_tag()
        await self.say("* 1 EXISTS", f"* OK [UIDVALIDITY {uidvalidity}] ok", f"{tag} OK [READ-WRITE] done")


class ScriptedServer:
    """Plays the same script for every connection."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: list[str] = []
        self.conversations: list[Conversation] = []


def server_tls(certificate: Certificate) -> ssl.SSLContext:
    """Build a server's TLS context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    return context


@asynccontextmanager
async def scripted(script: Script, *, certificate: Certificate | None = None) -> AsyncIterator[ScriptedServer]:
    """Serve *script* on the loopback, with TLS from the first byte when a certificate is given."""
    served = ScriptedServer()
    tasks: set[asyncio.Task[None]] = set()
    mistakes: list[BaseException] = []

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = Conversation(reader, writer, served.heard, len(served.conversations))
        served.conversations.append(conversation)
        try:
            await script(conversation)
        except (OSError, asyncio.CancelledError):
            return
        except Exception as mistake:
            mistakes.append(mistake)
        finally:
            writer.transport.abort()

    def start(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(play(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(start, "127.0.0.1", 0, ssl=server_tls(certificate) if certificate else None)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)
    if mistakes:
        raise mistakes[0]
