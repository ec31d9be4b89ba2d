"""Plays one dialogue between the relay adapter and a scripted relay."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.adapters.smtp import RelayAccount, RelayConnection, SmtpRelay
from service.ports import Envelope, RelayUnavailable, SendResult
from tests.servers.scripted import Conversation, Script, ScriptedServer, scripted

LETTER = b"From: alerts@hub.test\r\nTo: a@la-001.test\r\nSubject: test\r\n\r\nHello\r\n"


async def nothing() -> None:
    return


def to(recipient: str = "a@la-001.test", sender: str = "alerts@hub.test") -> Envelope:
    return Envelope(sender=sender, recipient=recipient, delivery_id="0123456789abcdef0123456789abcdef")


def local(server: ScriptedServer, **more: Any) -> RelayAccount:
    quick = {"connect_timeout": 1.0, "command_timeout": 1.0, "body_timeout": 1.0, "final_timeout": 1.0}
    return RelayAccount(host="127.0.0.1", port=server.port, **{"tls": "none", **quick, **more})


@contextlib.asynccontextmanager
async def against(script: Script, **more: Any) -> AsyncIterator[tuple[RelayConnection, ScriptedServer]]:
    async with scripted(script) as server, SmtpRelay(local(server, **more)).connect() as connection:
        yield connection, server


async def send_to(script: Script, wire: bytes = LETTER, **more: Any) -> tuple[SendResult, bool, ScriptedServer]:
    async with against(script, **more) as (connection, server):
        result = await connection.send(to(), (wire,), nothing)
        return result, connection.usable, server


async def fails_to_connect(script: Script, **more: Any) -> tuple[RelayUnavailable, ScriptedServer]:
    async with scripted(script) as server:
        with pytest.raises(RelayUnavailable) as caught:
            async with SmtpRelay(local(server, **more)).connect():
                pass
        return caught.value, server


def after_ehlo(*replies: str, offers: tuple[str, ...] = ()) -> Script:
    """Answer each command after EHLO with the next reply, then stay silent."""

    async def script(line: Conversation) -> None:
        await line.greet(*offers)
        await line.answer(*replies)
        await line.gone()

    return script
