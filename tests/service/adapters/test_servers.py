"""The servers that other tests lean on do what they promise."""

import asyncio
import time

import asyncpg

from service.adapters.imap import ImapAccount, ImapMailbox
from service.adapters.smtp import RelayAccount, SmtpRelay
from service.ports import Envelope, SendOutcome
from tests.servers.postfix_dovecot import MailServers


async def nothing() -> None:
    return


async def waits_for_letter(servers: MailServers, domain: str, needle: bytes) -> bytes:
    mailbox = ImapMailbox(
        ImapAccount(host="localhost", port=servers.imaps_port, user=f"any@{domain}", password=servers.password, ca_file=servers.ca_file)
    )
    end = time.monotonic() + 10
    while time.monotonic() < end:
        async with mailbox.open() as session:
            view = await session.look("INBOX")
            if view is not None:
                async for letter in session.fetch("INBOX", view.uids, size_limit=100_000):
                    if needle in letter.raw:
                        return letter.raw
        await asyncio.sleep(0.2)
    raise TimeoutError("no such letter came")


async def test_one_authority_receives_and_the_bounce_of_another_comes_home(mail_servers: MailServers) -> None:
    relay = SmtpRelay(RelayAccount(host="localhost", port=mail_servers.smtp_port, ca_file=mail_servers.ca_file))
    async with relay.connect() as connection:
        for number, name in (("007", "delivered"), ("201", "bounced")):
            envelope = Envelope(sender=f"alerts+b.{name}@hub.test", recipient=f"desk@la-{number}.test", delivery_id=f"delivery-{name}")
            wire = f"From: alerts@hub.test\r\nSubject: {name}\r\n\r\nHello\r\n".encode()
            assert (await connection.send(envelope, (wire,), nothing)).outcome is SendOutcome.ACCEPTED
    assert b"desk@la-007.test" in await waits_for_letter(mail_servers, "la-007.test", b"Subject: delivered")
    bounce = await waits_for_letter(mail_servers, "hub.test", b"Original-Envelope-Id: delivery-bounced")
    assert b"Delivered-To: alerts+b.bounced@hub.test" in bounce
    assert b"Status: 5.1.1" in bounce


async def test_each_test_gets_an_empty_database(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    try:
        assert await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'") == 0
    finally:
        await connection.close()
