"""A small house on a real SQLite database, with a mailbox and a relay in memory."""

from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from service.database.unit_of_work import Database
from service.flow.deliver import deliver_due
from service.flow.house import House
from service.flow.receive import Inbox, file_away, receive_new
from service.flow.rounds import notice_round, triage_round
from service.flow.understanding import Understood, understand
from service.mail.authenticity import parse_profile
from service.mail.templates import Templates
from service.mail.tokens import Tokens
from tests.databases import MASTER, prove_origin, settle_kent
from tests.directory.decided import set_contact
from tests.factories import NOW
from tests.fakes import FakeMailbox, FakeMailer

AUTHORITIES = ("E08000035", "E06000035", "W06000015")  # Leeds, Medway, Cardiff


class ReadsHere:
    """Reads letters in this process; the sandbox has its own test."""

    async def understand(self, raw: bytes, today: date) -> Understood:
        return understand(raw, today)


@dataclass(kw_only=True)
class Home:
    """The house with its mailbox, its relay and a clock that a test sets."""

    house: House
    database: Database
    inbox: Inbox
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    now: datetime = NOW

    async def settle(self) -> None:
        """Let every room work until nothing is left to do."""
        for _ in range(8):
            busy = await receive_new(self.house, self.mailbox, self.inbox, now=self.now)
            busy += await triage_round(self.house, now=self.now)
            busy += await notice_round(self.house, now=self.now)
            busy += await deliver_due(self.house, self.mailer, now=self.now)
            busy += await file_away(self.house, self.mailbox, self.inbox)
            if not busy:
                return

    def letters_to(self, address: str) -> list[EmailMessage]:
        """The letters one address got, parsed."""
        return [message_from_bytes(wire, policy=policy.default) for wire in self.mailer.to(address)]

    def text_to(self, address: str) -> str:
        """The words of the newest letter to one address."""
        body = self.last_to(address).get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def last_to(self, address: str) -> EmailMessage:
        """The newest letter to one address."""
        return self.letters_to(address)[-1]

    def post(
        self, sender: str, text: str, *, to: str = "alerts@kent.test", subject: str = "A letter", forged: bool = False, **headers: str
    ) -> None:
        """Let a letter arrive in the shared mailbox, its origin stamped by the mail server."""
        letter = EmailMessage()
        verdict = "fail" if forged else "pass"
        letter["Authentication-Results"] = f"mx.kent.test; dmarc={verdict} header.from={sender.rpartition('@')[2]}"
        letter["From"], letter["To"], letter["Subject"] = sender, to, subject
        letter["Delivered-To"] = to
        before = sum(map(len, self.mailbox.folders.values()))
        letter["Message-ID"] = f"<{before}.{abs(hash((sender, text, to)))}@{sender.rpartition('@')[2]}>"
        for name, value in headers.items():
            letter[name.replace("_", "-")] = value
        letter.set_content(text)
        self.mailbox.put(letter.as_bytes(policy=policy.SMTP))

    def reply(self, letter: EmailMessage, sender: str, text: str, **more: str | bool) -> None:
        """Let somebody answer one of our letters."""
        self.post(sender, text, to=str(letter["Reply-To"]), subject=f"RE: {letter['Subject']}", **more)  # type: ignore[arg-type]


@pytest.fixture
async def home(sqlite: Database) -> Home:
    """The house of Kent, with three authorities in the directory."""
    return await move_in(sqlite)


@pytest.fixture
async def home_on_each(database: Database) -> Home:
    """The same house on SQLite and on PostgreSQL."""
    return await move_in(database)


async def move_in(database: Database) -> Home:
    """Settle Kent in a migrated database."""
    async with database.begin() as work:
        await work.register.load_shipped()
        for gss_code in AUTHORITIES:
            await set_contact(
                work.register, gss_code=gss_code, address=f"duty@{gss_code.lower()}.test", role="custodian", who="test", why="test", at=NOW
            )
        await settle_kent(work)
        await prove_origin(work, "rfc8601:mx.kent.test", "alerts@kent.test")
    return home_of(database)


def home_of(database: Database) -> Home:
    """Make the house of a database that Kent is settled in."""
    house = House(
        begin=database.begin,
        read=database.read,
        journal=database.journal,
        templates=Templates(Path(__file__).parents[3] / "mail_templates"),
        tokens=Tokens(MASTER.derive("tokens")),
        sandbox=ReadsHere(),
        origin=parse_profile("rfc8601:mx.kent.test"),
        base_url="https://alerts.kent.test",
    )
    return Home(house=house, database=database, inbox=Inbox(address="alerts@kent.test"))
