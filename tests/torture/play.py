"""One run: the real service in a child process, struck once at a planned place, started again without repair, and looked over."""

import asyncio
import base64
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr

from directory.contact import PRIMARY
from service.app import open_app
from service.database import schema
from service.database.counting import desk
from service.database.tables import cases
from service.database.unit_of_work import Database, Work
from service.domain.case import CaseState
from service.domain.notice import NoticeKind
from service.settings import REAL_RECIPIENTS, Settings
from tests.databases import MASTER, prove_origin, settle_kent
from tests.directory.decided import set_contact
from tests.factories import NOW
from tests.servers.programs import free_ports
from tests.torture.invariants import Seen, broken
from tests.torture.town import MAILBOX, PASSWORD, Town
from tests.torture.weather import Weather

ROOT = Path(__file__).parents[2]
ORIGIN = "rfc8601:mx.demo.test"
CONNECTIONS = 3
PATIENCE = 8.0  # seconds without a letter, in bad weather
LEASE_AND_MORE = 16 * 60  # what was claimed by the dead is due again, and a refused address is asked about
GSS_CODES = (
    "E08000035", "E06000035", "W06000015", "E09000001", "E09000002", "E09000003", "E09000004", "E09000005", "E09000006", "E09000007",
)  # fmt: skip
CANARIES = ("Amy Jane", "Siôn", "kent.test", "Exampleton", "helen@")

Copies = Callable[[Path], AbstractAsyncContextManager[str]]  # a settled database for one run in this folder, by its URL


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where and how to strike; nowhere with *place* empty."""

    place: str = ""
    hit: int = 0
    action: str = "kill"

    def __str__(self) -> str:
        return f"{self.place} hit {self.hit} {self.action}" if self.place else "undisturbed"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it. *hits* counts how often each place was passed."""

    plan: Plan
    faults: tuple[str, ...]
    struck: bool
    twice: int
    seconds: float
    hits: Counter[str] = field(repr=False)


def addresses(gss_codes: Sequence[str] = GSS_CODES) -> tuple[str, ...]:
    """The authorities of the town, in the order of their mailboxes."""
    return tuple(f"duty@{gss_code.lower()}.test" for gss_code in gss_codes)


async def settle(url: str, gss_codes: Sequence[str] = GSS_CODES) -> None:
    """Make a database with Kent, its people and the authorities."""
    await schema.upgrade(url)
    database = Database(url, MASTER)
    async with database.begin() as work:
        await work.register.load_shipped()
        for gss_code, address in zip(gss_codes, addresses(gss_codes), strict=True):
            await set_contact(work.register, gss_code=gss_code, address=address, role="custodian", who="test", why="test", at=NOW)
            # The people of the town do not answer letters about their address, and the sums are about alerts.
            await work.register.prove_contact(gss_code=gss_code, order=PRIMARY, who="test", why="test", at=NOW)
        for due in await work.register.letters_due.waiting(limit=100):
            await work.register.letters_due.written(due.id, at=NOW)
        await settle_kent(work)
        await prove_origin(work, ORIGIN, MAILBOX)
    await database.close()


class Child:
    """The service in a process of its own."""

    def __init__(self, folder: Path, url: str, town: Town, port: int, *, block: int = 100, fence: Path | None = None) -> None:
        self._block, self._ahead = block, 0
        self.clock, self.hits, self.output = folder / "clock", folder / "hits", folder / "output"
        self.begins = folder  # nothing is counted before this is there
        self.clock.write_text("0")
        self.hits.touch()
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "NATIONAL_ALERTS_DATABASE_URL": url,
            "NATIONAL_ALERTS_MASTER_KEY": base64.b64encode(b"a master key for the tests only!").decode(),
            "NATIONAL_ALERTS_LETTERS_GO_TO": REAL_RECIPIENTS,
            "NATIONAL_ALERTS_BASE_URL": f"http://127.0.0.1:{port}",
            "NATIONAL_ALERTS_PORT": str(port),
            "NATIONAL_ALERTS_ORIGIN": ORIGIN,
            "NATIONAL_ALERTS_SECOND_FACTOR": "off",
            "NATIONAL_ALERTS_TICK_SECONDS": "0.1",
            "NATIONAL_ALERTS_POLL_SECONDS": "1",
            "NATIONAL_ALERTS_IMAP__ADDRESS": MAILBOX,
            "NATIONAL_ALERTS_IMAP__HOST": "127.0.0.1",
            "NATIONAL_ALERTS_IMAP__PORT": str(town.server.imap_port),
            "NATIONAL_ALERTS_IMAP__USER": MAILBOX,
            "NATIONAL_ALERTS_IMAP__PASSWORD": PASSWORD,
            "NATIONAL_ALERTS_IMAP__TLS": "false",
            "NATIONAL_ALERTS_IMAP__FOLDERS": '["INBOX"]',
            "NATIONAL_ALERTS_CANARY": "false",
            "NATIONAL_ALERTS_FENCE_FILE": str(fence or folder / "fence"),
            "NATIONAL_ALERTS_SMTP__HOST": "127.0.0.1",
            "NATIONAL_ALERTS_SMTP__PORT": str(town.server.smtp_port),
            "NATIONAL_ALERTS_SMTP__TLS": "none",
            "NATIONAL_ALERTS_SMTP__CONNECTIONS": str(CONNECTIONS),
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, plan: Plan, command: str = "run") -> None:
        """Start it, armed with *plan*."""
        armed = {"place": plan.place, "hit": plan.hit, "action": plan.action, "block": self._block}
        armed |= {"begins": str(self.begins), "hits": str(self.hits), "clock": str(self.clock)}
        with self.output.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.torture.child", command, cwd=ROOT, stdout=output, stderr=output,
                env={**self._environment, "TORTURE": json.dumps(armed)},
            )  # fmt: skip

    @property
    def dead(self) -> bool:
        """Whether it has ended."""
        return self.process is None or self.process.returncode is not None

    @property
    def struck(self) -> bool:
        """Whether the plan was carried out."""
        return "struck" in self.hits.read_text().split()

    def jump(self) -> None:
        """Move its clock on, past every lease."""
        self._ahead += LEASE_AND_MORE
        self.clock.write_text(str(self._ahead))

    def wake(self) -> None:
        """Let it go on when it was frozen."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    async def end(self) -> None:
        """Kill it."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


async def play(plan: Plan, folder: Path, copies: Copies, *, weather: Weather | None = None, limit: float = 300.0) -> Outcome:
    """Play the story once on one of the *copies* of a settled database, with a mail server that has bad days where *weather* says so."""
    started = time.monotonic()
    await asyncio.to_thread(folder.mkdir)
    port = free_ports(1)[0]
    town = Town(addresses(), f"http://127.0.0.1:{port}", weather)
    async with copies(folder) as url, town.server, reader(url) as database:
        child = Child(folder, url, town, port)
        try:
            await child.start(plan)
            await town.begin()
            crashes, stuck = await _until_rest(plan, child, town, database, started + limit)
        finally:
            await town.rest()
            await child.end()
        faults = list(town.troubles) + ([f"It did not come to rest: {stuck}"] if stuck else [])
        faults += await look_over(url, database, town, child.output.read_text(errors="replace"), crashes)
    copies = Counter(one.delivery_id for one in town.taken)
    return Outcome(
        plan=plan,
        faults=tuple(faults),
        struck=child.struck,
        twice=sum(count - 1 for count in copies.values()),
        seconds=time.monotonic() - started,
        hits=Counter(child.hits.read_text().split()),
    )


@asynccontextmanager
async def reader(url: str) -> AsyncIterator[Database]:
    """Open the database beside the service."""
    database = Database(url, MASTER)
    try:
        yield database
    finally:
        await database.close()


async def _until_rest(plan: Plan, child: Child, town: Town, database: Database, until: float) -> tuple[int, str]:
    """Start the service again whenever it ends; return how often it was hurt, and what still moves when the time is over."""
    crashes, handled = 0, False
    taken, since = 0, time.monotonic()
    says = "nothing has happened."
    while time.monotonic() < until and not town.troubles:
        await asyncio.sleep(0.1)
        if child.struck and not handled:
            handled, crashes = True, crashes + 1
            await asyncio.sleep(0.3 if plan.action == "kill" else 1.0)
            child.jump()
            if plan.action == "stall":
                child.wake()
        if child.dead:
            if not child.struck:
                return crashes, "the service ended by itself."
            await child.start(Plan())
        says = await _what_moves(town, database)
        if not says:
            return crashes, ""
        if len(town.taken) != taken:
            taken, since = len(town.taken), time.monotonic()
        elif town.weather is not None and time.monotonic() - since > PATIENCE:
            child.jump()  # what was put off or is in doubt is due
            since = time.monotonic()
    return crashes, says


async def _what_moves(town: Town, database: Database) -> str:
    if not town.told(NoticeKind.FOUND):
        return f"{ {kind.value: len(done) for kind, done in town.answered.items()} } authorities told."
    async with database.read() as work:
        now = await desk(work)
        opened = [await work.cases.get(one) for one in await _case_ids(work)]
    if now.unread or now.leaving or now.received < len(town.posted) or town.server.count(MAILBOX):
        return f"{now}, {len(town.posted)} posted, {town.server.count(MAILBOX)} in the inbox."
    return "" if all(case.state is CaseState.CLOSED for case in opened) else "a case is open."


async def _case_ids(work: Work) -> tuple[str, ...]:
    return tuple(await work.connection.scalars(sa.select(cases.c.id)))


async def look_over(url: str, database: Database, town: Town, output: str, crashes: int) -> list[str]:
    """Check the invariants and return what does not hold."""
    folders = ("INBOX", "Processed", "Needs attention")
    seen = Seen(
        in_mailbox=[raw for folder in folders for raw in town.server.letters(MAILBOX, folder)],
        taken=town.taken,
        most_recipients=town.server.most_recipients,
        crashes=crashes,
        connections=CONNECTIONS,
        dropped=town.weather.lines_dropped if town.weather else 0,
        output=output,
        canaries=CANARIES,
    )
    settings = Settings(
        database_url=url,
        master_key=SecretStr(base64.b64encode(b"a master key for the tests only!").decode()),
        base_url=town.pages,
        letters_go_to=REAL_RECIPIENTS,
    )
    async with open_app(settings) as app, database.read() as work:
        faults = await broken(work, app.house, seen)
        if len(await _case_ids(work)) != 1:
            faults.append(f"{len(await _case_ids(work))} cases came of one form.")
    return faults
