"""Plays one dialogue between the mailbox adapter and a scripted mail server."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from service.adapters.imap import ImapAccount, ImapMailbox, ImapSession
from service.ports import FetchedLetter, MailboxUnavailable
from tests.servers.scripted import Conversation, Script, ScriptedServer, scripted


async def all_of(session: ImapSession, uids: Iterable[int], size_limit: int = 1_000_000) -> list[FetchedLetter]:
    return [each async for each in session.fetch("INBOX", list(uids), size_limit=size_limit)]


def local(server: ScriptedServer, **more: Any) -> ImapMailbox:
    settings: dict[str, Any] = {"password": "pw", "tls": False, "timeout": 1.0, "letter_timeout": 1.0, **more}
    return ImapMailbox(ImapAccount(host="127.0.0.1", port=server.port, user='odd "user"', **settings))


@contextlib.asynccontextmanager
async def against(script: Script, *capabilities: str, **more: Any) -> AsyncIterator[tuple[ImapSession, ScriptedServer]]:
    async def whole(line: Conversation) -> None:
        await line.imap_log_in(*capabilities)
        await script(line)

    async with scripted(whole) as server, local(server, **more).open() as session:
        yield session, server


async def fails_to_open(script: Script, **more: Any) -> MailboxUnavailable:
    async with scripted(script) as server:
        with pytest.raises(MailboxUnavailable) as caught:
            async with local(server, **more).open():
                pass
    return caught.value
