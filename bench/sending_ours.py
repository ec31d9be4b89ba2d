"""Our own part of the sending benchmark, in a process of its own: an approved notice to many recipients, from a full queue to the relay."""

import asyncio
import json
import re
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from service.adapters.smtp import RelayAccount, SmtpRelay
from service.database.ids import new_id
from service.database.keys import MasterKey
from service.database.unit_of_work import Database
from service.domain.audience import Addressee, bound_content, fingerprint
from service.domain.delivery import Lane
from service.flow.deliver import deliver_due
from service.flow.house import House
from service.flow.post import new_delivery
from service.flow.sandbox import Sandbox
from service.logs import set_up_logs
from service.mail.authenticity import parse_profile
from service.mail.prefab import freeze
from service.mail.templates import Rendered, Templates
from service.mail.tokens import Tokens, digest

MASTER = MasterKey(b"a master key for the bench only!")
MAILBOX = "alerts@hub.test"
SIZE = 10_000
CHUNK = 5_000
LETTERS = Path(__file__).resolve().parents[1] / "mail_templates"


def ten_kilobytes() -> bytes:
    """Freeze a letter of text and HTML that is 10 kB on the wire."""
    words = "Somebody at this authority may know the family. Please look, and tell us what you find. £\n"
    text, page = words * 40, f"<p>{words}</p>\n" * 52
    link = '<a href="\x00link\x00">Answer</a>'
    letter = Rendered(name="alert", subject="National Alert", text=f"{text}\n\x00link\x00\n\x00token\x00\n", html=page + link)
    return freeze(letter, sender_name="National Alerts, Kent County Council", sender_address=MAILBOX)


async def fill(database: Database, place: Path, tokens: Tokens, count: int) -> None:
    """Queue one letter for each of *count* recipients of one approved notice."""
    now = datetime.now(UTC)
    people = tuple(Addressee(gss_code=f"X{n:08d}", name=f"Éxample {n}", address=f"duty@la-{n:06d}.test") for n in range(count))
    notice_id, case_id = new_id(), new_id()
    async with database.begin() as work:
        letter = await work.letters.add(ten_kilobytes(), kind="alert", case_id=None, key_id=None, at=now)
    recipients = json.dumps([[one.gss_code, one.name, one.address] for one in people])
    content, at = bound_content(letter.sha256, fingerprint(people)), str(now)
    with sqlite3.connect(place) as raw:  # the case behind them plays no part in sending, so its rows are not made
        raw.execute(
            "INSERT INTO cascades (id, notice_id, letter_id, recipients_sha256, recipients, frozen_at) VALUES (?, ?, ?, '', ?, ?)",
            (new_id(), notice_id, letter.id, recipients, at),
        )
        raw.execute(
            "INSERT INTO approvals (id, notice_id, approver_id, notice_version, content_sha256, number, token_hash, asked_at, not_after,"
            " used_at, verdict) VALUES (?, ?, '', 1, ?, '', '', ?, ?, ?, 'approve')",
            (new_id(), notice_id, content, at, at, at),
        )
    for start in range(0, count, CHUNK):
        made = [
            new_delivery(
                kind="alert",
                letter_id=letter.id,
                lane=Lane.ALERT,
                case_id=case_id,
                notice_id=notice_id,
                gss_code=one.gss_code,
                recipient_name=one.name,
                address=one.address,
                mailbox=MAILBOX,
                token_purpose="a",
                link_path="/answer/{token}",
                now=now,
            )
            for one in people[start : start + CHUNK]
        ]
        async with database.begin() as work:
            await work.deliveries.queue(made, {one.id: digest(tokens.issue("a", one.id)) for one in made})


async def send(database: Database, tokens: Tokens, relay: RelayAccount, connections: int) -> dict[str, float]:
    """Return how many letters the relay took, in how many seconds."""
    sandbox = Sandbox()
    house = House(
        begin=database.begin,
        read=database.read,
        journal=database.journal,
        templates=Templates(LETTERS),
        tokens=tokens,
        sandbox=sandbox,
        origin=parse_profile("none"),
        base_url="https://alerts.hub.test",
    )
    mailer, taken = SmtpRelay(relay), 0
    started, processor = time.perf_counter(), time.process_time()
    while sent := await deliver_due(house, mailer, now=datetime.now(UTC), connections=connections):
        taken += sent
    told = {"letters": taken, "seconds": time.perf_counter() - started, "processor": time.process_time() - processor}
    sandbox.close()
    return told


async def work(place: Path, task: str, words: list[str]) -> dict[str, float]:
    """Do what the command line asks."""
    url = f"sqlite+aiosqlite:///{place}"
    database, tokens = Database(url, MASTER), Tokens(MASTER.derive("tokens"))
    try:
        if task == "fill":
            from service.database import schema  # with Alembic, which sending does not need

            await schema.upgrade(url)
            await fill(database, place, tokens, int(words[0]))
            return {}
        relay = RelayAccount(host="127.0.0.1", port=int(words[0]), tls="none", pipelining=words[2] == "yes")
        return await send(database, tokens, relay, int(words[1]))
    finally:
        await database.close()


def main() -> None:
    """Run *fill PLACE COUNT* or *send PLACE PORT CONNECTIONS yes|no* and print JSON."""
    set_up_logs()
    told = asyncio.run(work(Path(sys.argv[2]), sys.argv[1], sys.argv[3:]))
    # not getrusage, which on Linux begins with what the parent had
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps({**told, "peak": int(peak[1]) / 1024 if peak else 0}))


if __name__ == "__main__":
    main()
