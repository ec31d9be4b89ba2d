"""How fast letters leave, durably journalled, beside smtp-source and GNU Mailman 3: to a sink, to Postfix and to a far relay."""

import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench import relays
from bench.sending_ours import MAILBOX, SIZE, ten_kilobytes
from service.adapters.smtp import RelayAccount, SmtpRelay
from service.database import schema
from service.database.unit_of_work import Database
from service.flow.deliver import deliver_due
from service.flow.receive import receive_new
from service.flow.rounds import notice_round, triage_round
from service.logs import set_up_logs
from service.ports import SendOutcome, SendResult
from tests.databases import MASTER
from tests.directory.decided import give_addresses
from tests.factories import NOW
from tests.service.flow.home import move_in
from tests.service.flow.walk import HELEN, ask_approvers

CONNECTIONS, ROUNDS = 20, 3
TO_SINK, TO_POSTFIX, FAR_AWAY, MEMBERS = 5_000, 2_000, 240, 1_000
LISTS = (1_000, 10_000, 100_000)
DIALOGUES = {"aiosmtplib": "no", "pipelined": "yes"}
Told = dict[str, float]


def run(console: Console) -> str:
    """Measure, print the tables, and return the part of results.md."""
    set_up_logs(level=30)
    with tempfile.TemporaryDirectory() as place, Progress(console=console, transient=True) as progress:
        bar = progress.add_task("Sending", total=5 + len(LISTS))

        def step(work: Callable[[], Any]) -> Any:
            done = work()
            progress.advance(bar)
            return done

        here = Path(place)
        with relays.sink() as (port, _):
            to_sink = step(lambda: _beside("smtp-sink", here, port, TO_SINK))
            with relays.far_away(port) as far:
                distant = step(lambda: _beside("100 ms away", here, far, FAR_AWAY))
            lists = [step(lambda count=count: _list(here, port, count)) for count in LISTS]
        with relays.postfix() as port:
            to_postfix = step(lambda: _beside("Postfix", here, port, TO_POSTFIX))
            approved = step(lambda: asyncio.run(_from_approval(here, port)))
        peer = step(lambda: _mailman(here))
    speeds = (f"Letters of 10 kB over {CONNECTIONS} connections, median of {ROUNDS} rounds", [to_sink, to_postfix, distant])
    head = ("Into", "Letters", "smtp-source, a second", *(f"{one}, a second" for one in DIALOGUES), *(f"{one}, ratio" for one in DIALOGUES))
    parts = (
        (head, *speeds),
        (("Members", "Mailman 3, s", *(f"{one}, times as fast" for one in DIALOGUES)), "The same work as GNU Mailman 3", [peer]),
        (("Recipients", "Dialogue", "Seconds", "µs of processor each", "MiB at most"), "Longer lists into smtp-sink", list(chain(*lists))),
        (("Recipients", "Reply to first letter taken, s", "First to last, s"), "From the approver's reply, into Postfix", [approved]),
    )
    return "\n\n".join(_shown(console, head, rows, title) for head, title, rows in parts)


def _shown(console: Console, head: tuple[str, ...], rows: list[tuple[str, ...]], title: str) -> str:
    table = Table(*head, title=title)
    for one in rows:
        table.add_row(*one)
    console.print(table)
    return "\n".join([f"{title}:", "", *("| " + " | ".join(one) + " |" for one in (head, ("---",) * len(head), *rows))])


def _child(*words: object) -> Told:
    told = subprocess.run([sys.executable, "-m", "bench.sending_ours", *map(str, words)], check=True, capture_output=True, text=True)  # noqa: S603
    answer: Told = json.loads(told.stdout.splitlines()[-1])
    return answer


def _ours(here: Path, port: int, count: int, pipelining: str) -> Told:
    """Send from a copy of a filled database, in a process of its own, so that the memory is that of sending alone."""
    place, filled = here / "alerts.db", here / f"{count}.db"
    if not filled.exists():
        _child("fill", filled, count)
    for each in here.glob("alerts.db*"):
        each.unlink()
    shutil.copy(filled, place)
    told = _child("send", place, port, CONNECTIONS, pipelining)
    if told["letters"] != count:
        raise RuntimeError(f"{told['letters']:.0f} of {count} letters were sent")
    return told


def _beside(name: str, here: Path, port: int, count: int) -> tuple[str, ...]:
    limit: list[float] = []
    ours: dict[str, list[float]] = {name: [] for name in DIALOGUES}
    for _ in range(ROUNDS):
        limit.append(count / relays.source(port, count, CONNECTIONS, SIZE))
        for dialogue, pipelining in DIALOGUES.items():
            told = _ours(here, port, count, pipelining)
            ours[dialogue].append(told["letters"] / told["seconds"])
    rates = (f"{statistics.median(each):,.0f}" for each in (limit, *ours.values()))
    ratios = (f"{statistics.median(mine / its for mine, its in zip(each, limit, strict=True)):.2f}" for each in ours.values())
    return name, f"{count:,}", *rates, *ratios


def _list(here: Path, port: int, count: int) -> list[tuple[str, ...]]:
    rows = []
    for dialogue, pipelining in DIALOGUES.items():
        told = _ours(here, port, count, pipelining)
        each = 1_000_000 * told["processor"] / count
        rows.append((f"{count:,}", dialogue, f"{told['seconds']:.1f}", f"{each:.0f}", f"{told['peak']:.0f}"))
    return rows


def _mailman(here: Path) -> tuple[str, ...]:
    words = ten_kilobytes().partition(b"\r\n\r\n")[2].replace(b"\x00", b"")
    letter = f"From: {MAILBOX}\r\nTo: {MAILBOX}\r\nSubject: National Alert\r\nMessage-ID: <1@hub.test>\r\n\r\n".encode() + words
    with relays.sink() as (port, _):
        ours = [_ours(here, port, MEMBERS, pipelining)["seconds"] for pipelining in DIALOGUES.values()]
    theirs = relays.mailman(MEMBERS, letter)
    if theirs is None:
        return f"{MEMBERS:,}", "not to be had here", "–", "–"
    return f"{MEMBERS:,}", f"{theirs:.1f}", *(f"{theirs / each:.0f}" for each in ours)


class _Watched:
    """A relay that notes when it took each letter."""

    def __init__(self, relay: SmtpRelay, taken: list[float]) -> None:
        self._relay = relay
        self._taken = taken

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Any]:
        async with self._relay.connect() as connection:
            plain = connection.send

            async def send(*words: Any) -> SendResult:
                result = await plain(*words)
                if result.outcome is SendOutcome.ACCEPTED:
                    self._taken.append(time.perf_counter())
                return result

            connection.send = send  # type: ignore[method-assign]
            yield connection


async def _from_approval(here: Path, port: int) -> tuple[str, ...]:
    """Let a form come in, pass, and be approved by reply; measure from the reply in the mailbox to the letters that Postfix took."""
    url = f"sqlite+aiosqlite:///{here / 'approval.db'}"
    await schema.upgrade(url)
    database = Database(url, MASTER)
    home = await move_in(database)
    async with database.begin() as work:
        await give_addresses(work.register, await work.register.authorities(), NOW)
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
    taken: list[float] = []
    relay = _Watched(SmtpRelay(RelayAccount(host="127.0.0.1", port=port, tls="none")), taken)
    started = time.perf_counter()
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    await triage_round(home.house, now=home.now)
    await notice_round(home.house, now=home.now)
    await deliver_due(home.house, relay, now=home.now, connections=CONNECTIONS)
    await database.close()
    return str(len(taken)), f"{taken[0] - started:.2f}", f"{taken[-1] - taken[0]:.2f}"
