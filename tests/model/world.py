"""The real flow on SQLite with the fakes of its mailbox and its relay, and one look at everything that stands in it."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from email import message_from_bytes, policy
from email.utils import getaddresses
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from service.database import counting, schema
from service.database import tables as t
from service.database.people_tables import persons
from service.database.unit_of_work import Database, Work
from service.domain.audience import bound_content, fingerprint
from service.flow.break_glass import look_at_broken_glass
from service.flow.care import look_at_children_in_care
from service.flow.chase import chase_silent
from service.flow.clock import look_at_dates, look_for_stuck_letters
from service.flow.cover import look_at_waiting_decisions
from service.flow.deliver import deliver_due, slots_for
from service.flow.house import House
from service.flow.receive import file_away, receive_new
from service.flow.reconcile import differences, reconcile_boards
from service.flow.rounds import notice_round, triage_round
from service.mail.prefab import personalise
from service.ports import Envelope, SendOutcome, SendResult
from tests.databases import LONG_AGO, MASTER
from tests.directory.decided import set_contact
from tests.model.faults import Faulty
from tests.model.reference import Reference
from tests.model.seen import Frozen, Left, Seen
from tests.service.flow.home import AUTHORITIES, home_of, move_in
from tests.service.flow.walk import COMPLETE

NAMES = ("Quillfeather", "Oddlington")  # no letter may show them outside its body, and no column of the database unsealed
HANDS = (
    look_for_stuck_letters, look_at_waiting_decisions, look_at_broken_glass, look_at_dates, chase_silent, look_at_children_in_care,
    reconcile_boards,
)  # fmt: skip
ROOMS = ("receive", "triage", "notices", "deliver", "file")
SECOND = f"second@{AUTHORITIES[0].lower()}.test"
_TAKEN = SendResult(outcome=SendOutcome.ACCEPTED, code=250, queue_id="Q1")
FATES = {
    "takes it": _TAKEN,
    "puts it off": SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, code=451),
    "refuses it": SendResult(outcome=SendOutcome.REFUSED_FOR_GOOD, code=550, enhanced_status="5.1.1"),
    "hangs up after the dot": SendResult(outcome=SendOutcome.IN_DOUBT),
}


def form(name: str) -> str:
    """A whole form about another child."""
    return COMPLETE.replace("Surname: Example", f"Surname: {name}")


@cache
def _settled() -> Path:
    """A database that Kent is settled in, made once for all runs."""
    where = Path(tempfile.mkdtemp(prefix="model-")) / "alerts.db"
    atexit.register(shutil.rmtree, where.parent)

    async def make() -> None:
        url = f"sqlite+aiosqlite:///{where}"
        await schema.upgrade(url)
        database = Database(url, MASTER)
        home = await move_in(database)
        async with database.begin() as work:
            await set_contact(
                work.register, gss_code=AUTHORITIES[0], address=SECOND, role="hub", order=1, who="test", why="test", at=home.now
            )
        await database.close()

    asyncio.run(make())
    return where


class World:
    """One house from its first day, with two workers; every step ends with a look at everything and the questions of the model."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._folder = Path(tempfile.mkdtemp(prefix="model-"))
        self.file = self._folder / "alerts.db"
        shutil.copy(_settled(), self.file)
        self.model = Reference(canaries=NAMES)
        self.fates: dict[str, str] = {}
        self.whole = True  # nothing has been found that does not hold
        self.run(self._open())
        self.seen = self.run(self.look())

    async def _open(self) -> None:
        url = f"sqlite+aiosqlite:///{self.file}"
        self._databases = (Database(url, MASTER), Database(url, MASTER))
        self.home = home_of(self._databases[0])
        self._processes = tuple(Faulty(one) for one in self._databases)
        self.houses = tuple(
            process.house(home_of(database).house) for process, database in zip(self._processes, self._databases, strict=True)
        )
        self.home.house = self.houses[0]
        self.home.mailer.answers = self._answers
        self.home.mailer.after_the_dot = lambda: self._processes[0].reach("after the dot")
        self._shown = 0

    def close(self) -> None:
        """End the run, and look for names in what lies on the disk."""
        for database in self._databases:
            self.run(database.close())
        self._runner.close()
        written = b"".join(one.read_bytes() for one in self._folder.iterdir())
        shutil.rmtree(self._folder)
        assert not any(name.encode() in written for name in NAMES), "INV11: a name lies unsealed on the disk"

    def run(self, work: Awaitable[Any]) -> Any:
        """Let something happen."""

        async def happen() -> Any:
            return await work

        return self._runner.run(happen())

    def _answers(self, envelope: Envelope) -> SendResult:
        return FATES[self.fates.get(envelope.recipient, "takes it")]

    def room(self, name: str, house: House) -> Awaitable[int]:
        """One round of one room."""
        home = self.home
        rounds: dict[str, Callable[[], Awaitable[int]]] = {
            "receive": lambda: receive_new(house, home.mailbox, home.inbox, now=home.now),
            "triage": lambda: triage_round(house, now=home.now),
            "notices": lambda: notice_round(house, now=home.now),
            "deliver": lambda: deliver_due(house, home.mailer, now=home.now),
            "file": lambda: file_away(house, home.mailbox, home.inbox),
        }
        return rounds[name]()

    async def settle(self, house: House) -> None:
        """Let every room of one worker work until nothing is left to do."""
        for _ in range(12):
            if not sum([await self.room(name, house) for name in ROOMS]):
                return

    async def tick(self, house: House) -> None:
        """Let every hand of the clock look once."""
        for hand in HANDS:
            await hand(house, now=self.home.now)

    async def die_in(self, work: Awaitable[object], point: str, number: int) -> bool:
        """Let one worker work, dying at a point; return whether it came to it."""
        self._processes[0].arm(point, number)
        return await self._processes[0].live(work)

    def step(self, work: Awaitable[object] | None = None, *, workers: int = 1, crash: bool = False) -> Any:
        """Let something happen, and ask whether everything still holds."""
        self.whole, result = False, self.run(work) if work is not None else None
        before, self.seen = self.seen, self.run(self.look())
        new = self.home.mailer.sent[self._shown :]
        self._shown += len(new)
        left = self.run(self._left(new))
        self.model.check(before, self.seen, left, workers=workers, crashed=crash)
        self.whole = True
        return result

    def rest(self) -> None:
        """Let every room and every hand of the clock work, and ask what lies where nobody sees it."""
        self.step(self.settle(self.houses[0]))
        self.step(self.tick(self.houses[0]))
        self.step(self.settle(self.houses[0]))
        in_folders = sum(map(len, self.home.mailbox.folders.values()))
        if not self.home.mailer.away:
            self.whole = False
            self.model.at_rest(self.seen, in_folders=in_folders)
            self.whole = True

    async def look(self) -> Seen:
        """Read everything that stands in the database."""
        async with self.home.database.read() as work:
            rows = {table.name: await _rows(work, table) for table in _TABLES}
            notices = {one["id"]: one for one in rows["notices"]}
            frozen = [await _frozen(work, one) for one in rows["cascades"]]
            boards = {one.notice_id: await differences(work, one) for one in await counting.cascaded(work, ended_after=LONG_AGO)}
            return Seen(
                now=self.home.now,
                received=rows["received_emails"],
                cases={one["id"]: one for one in rows["cases"]},
                notices=notices,
                approvals=rows["approvals"],
                frozen=frozen,
                deliveries={one["id"]: one for one in rows["deliveries"]},
                chased=[(one["chaser_id"], one["delivery_id"]) for one in rows["chased"]],
                responses=rows["responses"],
                repaired=frozenset((one["gss_code"], one["address"]) for one in rows["repairs"]),
                tasks=rows["tasks"],
                audit=rows["audit_events"],
                chain_holds=(await work.audit.verify()).holds,
                differences=boards,
                people={one["id"]: one["address"] for one in rows["persons"]},
            )

    async def _left(self, sent: list[tuple[Envelope, bytes]]) -> list[Left]:
        async with self.home.database.read() as work:
            return [await self._one(work, envelope, wire) for envelope, wire in sent]

    async def _one(self, work: Work, envelope: Envelope, wire: bytes) -> Left:
        delivery = await work.deliveries.get(envelope.delivery_id)
        assert delivery is not None
        frozen = (await work.letters.get(delivery.letter_id)).wire
        letter = message_from_bytes(wire, policy=policy.default)
        named = getaddresses([str(value) for name in ("To", "Cc", "Bcc") for value in letter.get_all(name, [])])
        files = [part.get_filename() or "" for part in letter.walk()]
        body = letter.get_body(("plain",))
        links = [word for word in str(body.get_content() if body else "").split() if "://" in word]
        return Left(
            delivery_id=delivery.id,
            recipient=envelope.recipient,
            named=tuple(address for _, address in named),
            wire=wire,
            as_frozen=personalise(frozen, slots_for(self.home.house, delivery)) == wire,
            outside=" ".join((str(letter["Subject"]), envelope.sender, *files, *links)),
        )


_TABLES = (
    t.received_emails, t.cases, t.notices, t.approvals, t.cascades, t.deliveries, t.chased, t.responses, t.repairs, t.tasks, t.audit_events,
    persons,
)  # fmt: skip


async def _rows(work: Work, table: sa.Table) -> list[dict[str, Any]]:
    columns = [one for one in table.c if not one.name.endswith("_sealed")]
    return [dict(one) for one in (await work.connection.execute(sa.select(*columns).order_by(*table.primary_key))).mappings()]


async def _frozen(work: Work, row: dict[str, Any]) -> Frozen:
    cascade = await work.notices.frozen_with(row["notice_id"], row["letter_id"])
    letter = await work.letters.get(row["letter_id"])
    assert cascade is not None
    return Frozen(
        notice_id=row["notice_id"],
        letter_id=row["letter_id"],
        content=bound_content(letter.sha256, fingerprint(cascade.recipients)),
        recipients={one.gss_code: one.addresses for one in cascade.recipients},
        stands_for={one.gss_code: one.stands_for for one in cascade.recipients},
    )
