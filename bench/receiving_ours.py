"""The parts of the receiving benchmark, each in a process of its own: a bare loop, our receiving, triage, and one letter with IDLE."""

import asyncio
import imaplib
import json
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from aioimaplib import IMAP4

from bench.sending_ours import LETTERS, MASTER
from service.adapters.fence_file import FenceFile
from service.adapters.imap import ImapAccount, ImapMailbox
from service.adapters.smtp import RelayAccount, SmtpRelay
from service.database import schema
from service.database.received import ReceivedState
from service.database.unit_of_work import Database
from service.flow.fence import Fence
from service.flow.house import House
from service.flow.receive import Inbox, receive_new
from service.flow.rounds import triage_round
from service.flow.sandbox import Sandbox
from service.flow.understanding import understand
from service.logs import set_up_logs
from service.mail.authenticity import parse_profile
from service.mail.templates import Templates
from service.mail.tokens import Tokens
from service.worker import Worker
from tests.databases import settle_kent

BATCH = 50
INBOX = Inbox(address="alerts@kent.test", folders=("INBOX",), move=False)
Told = dict[str, float]


async def bare(port: int, domain: str) -> Told:
    """Fetch the whole mailbox and throw it away."""
    client = IMAP4(host="127.0.0.1", port=port, timeout=60)
    await client.wait_hello_from_server()
    await client.login(f"any@{domain}", "pw")
    await client.select("INBOX")
    started, letters = time.perf_counter(), 0
    uids = (await client.uid_search("ALL", charset=None)).lines[0].split()
    for start in range(0, len(uids), BATCH):
        numbers = b",".join(uids[start : start + BATCH]).decode()
        answer = await client.uid("fetch", numbers, "(UID BODY.PEEK[])")
        letters += sum(isinstance(line, bytearray) for line in answer.lines)
    told = {"letters": letters, "seconds": time.perf_counter() - started}
    await client.logout()
    return told


def _mailbox(port: int, domain: str) -> ImapMailbox:
    return ImapMailbox(ImapAccount(host="127.0.0.1", port=port, user=f"any@{domain}", password="pw", tls=False))


async def receive(house: House, port: int, domain: str) -> Told:
    """Keep the whole mailbox."""
    async with _mailbox(port, domain).open() as mailbox:
        started = time.perf_counter()
        letters = await receive_new(house, mailbox, INBOX, now=datetime.now(UTC))
        return {"letters": letters, "seconds": time.perf_counter() - started}


async def triage(house: House) -> Told:
    """Triage what was kept. *processor* is the time of the house without the reader; *understood* is what the reader alone can do."""
    async with house.read() as work:
        raws = [await work.received.raw(one) for one in await work.received.next_new(500, at=datetime.now(UTC))]
    before = time.process_time()
    for raw in raws:
        understand(raw, datetime.now(UTC).date())
    understood = len(raws) / (time.process_time() - before)
    started, before, letters = time.perf_counter(), time.process_time(), 0
    while done := await triage_round(house, now=datetime.now(UTC)):
        letters += done
    seconds, ours = time.perf_counter() - started, time.process_time() - before
    house.sandbox.close()  # type: ignore[attr-defined]
    return {"letters": letters, "seconds": seconds, "processor": ours, "understood": understood}


async def idle(house: House, port: int, domain: str, letter: bytes) -> Told:
    """Let letters arrive one by one while the worker waits, and return the seconds until each was triaged."""
    relay = SmtpRelay(RelayAccount(host="127.0.0.1", port=1, tls="none"))
    worker = Worker(
        house=house,
        mailer=relay,
        mailboxes=((INBOX, _mailbox(port, domain)),),
        clock=lambda: datetime.now(UTC),
        tick_seconds=1.0,
        poll_seconds=60.0,
        connections=1,
        fence=Fence(house, FenceFile(Path(tempfile.mkdtemp()) / "fence"), alone=True),
        lead=_alone,
    )
    plain = imaplib.IMAP4("127.0.0.1", port)
    plain.login(f"any@{domain}", "pw")
    running, waits = asyncio.create_task(worker.run()), list[float]()
    for number in range(8):
        await asyncio.sleep(2.3)
        started = time.perf_counter()
        await asyncio.to_thread(plain.append, "INBOX", "", "", letter.replace(b"NUMBER", b"idle%d" % number))
        await _triaged(house, number)
        waits.append(time.perf_counter() - started)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    # the first also starts the process that reads
    return {"most": max(waits[1:]), "median": sorted(waits[1:])[len(waits) // 2 - 1], "first": waits[0]}


@asynccontextmanager
async def _alone(what: str, *, silent_for: float) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    async def still() -> None:
        return

    yield still


async def _triaged(house: House, number: int) -> None:
    while True:
        async with house.read() as work:
            if await work.received.count() - await work.received.count(ReceivedState.NEW) > number:
                return
        await asyncio.sleep(0.01)


async def work(task: str, words: list[str]) -> Told:
    """Do what the command line asks."""
    if task == "bare":
        return await bare(int(words[0]), words[1])
    url = f"sqlite+aiosqlite:///{words[0]}"
    await schema.upgrade(url)
    database, sandbox = Database(url, MASTER), Sandbox()
    async with database.begin() as first:
        if await first.people.authority_at(INBOX.address) is None:
            await settle_kent(first)
    house = House(
        begin=database.begin,
        read=database.read,
        journal=database.journal,
        templates=Templates(LETTERS),
        tokens=Tokens(MASTER.derive("tokens")),
        sandbox=sandbox,
        origin=parse_profile("rfc8601:mx.kent.test"),
        base_url="https://alerts.kent.test",
    )
    tasks: dict[str, Callable[[], Awaitable[Told]]] = {
        "receive": lambda: receive(house, int(words[1]), words[2]),
        "triage": lambda: triage(house),
        "idle": lambda: idle(house, int(words[1]), words[2], Path(words[3]).read_bytes()),
    }
    try:
        return await tasks[task]()
    finally:
        sandbox.close()
        await database.close()


def main() -> None:
    """Run *bare PORT DOMAIN*, *receive|idle PLACE PORT DOMAIN [LETTER]* or *triage PLACE* and print JSON."""
    set_up_logs(level=30)
    told = asyncio.run(work(sys.argv[1], sys.argv[2:]))
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps({**told, "peak": int(peak[1]) / 1024 if peak else 0}))


if __name__ == "__main__":
    main()
