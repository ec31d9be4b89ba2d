"""The same story on real servers: Postfix carries every letter, Dovecot keeps the mailboxes, PostgreSQL the cases.

The service is built by its own composition root and its worker runs beside the people, who only write and read letters.
"""

import asyncio
import imaplib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

import aiosmtplib
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from directory.authority import shipped
from service.app import App, open_app
from service.database import schema
from service.database.counting import bring_forward
from service.database.tables import delivery_events
from service.demo.people import ReadLetter, new_letter, read_letter, write_reply
from service.domain.case import Case
from service.domain.delivery import Delivery, DeliveryEvent, DeliveryState, named_state, wait_before_retry
from service.domain.people import Role
from service.flow.understanding import understand
from service.mail.classify import Sort
from service.settings import REAL_RECIPIENTS, ImapSettings, OAuthSettings, Settings, SmtpSettings
from tests.databases import prove_origin
from tests.directory.decided import set_contact
from tests.servers.postfix_dovecot import MailServers
from tests.servers.token_endpoint import TokenEndpoint

T = TypeVar("T")
FORM = Path(__file__).resolve().parents[1] / "examples" / "notification.docx"
DOCX = "vnd.openxmlformats-officedocument.wordprocessingml.document"
MASTER_KEY = "YSBtYXN0ZXIga2V5IGZvciB0aGUgdGVzdHMgb25seSE="
STEP_SECONDS = 15.0
ACKNOWLEDGES, KNOWS, UNPROVED, AWAY, SILENT = (f"duty@la-{number}.test" for number in ("011", "012", "013", "014", "015"))
NO_SUCH_USER, ANOTHER, BY_POLICY, SLOW = (f"duty@la-{number}.test" for number in ("211", "212", "251", "281"))
REFUSED, GREYLISTED, FULL = (f"duty@la-{number}.test" for number in ("911", "811", "711"))
# What Postfix does to each letter and what its reader does with it decide where the letter must end.
ENDS = {
    ACKNOWLEDGES: "Acknowledged",
    KNOWS: "Known there: contact them",
    UNPROVED: "Acknowledged (sender not confirmed)",
    AWAY: "Sent, no answer yet",
    SILENT: "Sent, no answer yet",
    NO_SUCH_USER: "Bounced: not received",
    ANOTHER: "Bounced: not received",
    BY_POLICY: "Bounced: not received",
    SLOW: "Bounced: not received",
    REFUSED: "Refused: not received",
    GREYLISTED: "Waiting to be sent",
    FULL: "Waiting to be sent",
}
CARRIERS = {"verp", "envid"}
BOUNCE_CODES = {NO_SUCH_USER: "5.1.1", ANOTHER: "5.1.1", BY_POLICY: "5.7.1"}


@dataclass(kw_only=True)
class Reader:
    """Somebody with a mailbox on Dovecot who answers through Postfix. Letters from before this test are not theirs."""

    servers: MailServers
    address: str
    seen: int = -1
    unread: list[tuple[ReadLetter, EmailMessage]] = field(default_factory=list)

    def folder(self, name: str = "INBOX", *, above: int = 0) -> dict[int, bytes]:
        """Read every letter of a folder with a number greater than *above*."""
        with imaplib.IMAP4("127.0.0.1", self.servers.imap_port, timeout=10) as client:
            client.login(self.address, self.servers.password)
            if client.select(name, readonly=True)[0] != "OK":
                return {}
            uids = [int(word) for word in client.uid("SEARCH", "ALL")[1][0].split()]
            fetched = {uid: client.uid("FETCH", str(uid), "(BODY.PEEK[])")[1][0] for uid in uids if uid > above}
            return {uid: answer[1] for uid, answer in fetched.items() if isinstance(answer, tuple)}

    async def arrive(self) -> "Reader":
        """Take note of what already lies in the mailbox."""
        self.seen = max(await asyncio.to_thread(self.folder), default=0)
        return self

    async def find(self, wanted: Callable[[ReadLetter], bool]) -> tuple[ReadLetter, EmailMessage] | None:
        """Take the first unread letter that is *wanted*."""
        for uid, raw in (await asyncio.to_thread(self.folder, above=self.seen)).items():
            self.unread.append((read_letter(raw), message_from_bytes(raw, policy=policy.default)))
            self.seen = max(self.seen, uid)
        return next((self.unread.pop(place) for place, (one, _) in enumerate(self.unread) if wanted(one)), None)

    async def post(self, letter: EmailMessage, *, proved: bool = True) -> None:
        """Hand a letter to Postfix. The line of the border server, which these tests have not, comes with the letter."""
        if proved:
            letter["Authentication-Results"] = f"mx.hub.test; dmarc=pass header.from={self.address.rpartition('@')[2]}"
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.servers.smtp_port, start_tls=False, timeout=10) as line:
            await line.sendmail(self.address, [str(letter["To"])], letter.as_bytes(policy=policy.SMTP))

    async def reply(self, to: ReadLetter, words: str, *, proved: bool = True, automatic: bool = False) -> None:
        """Reply as a mail program does, the original quoted below."""
        letter = write_reply(to, name="Reader", address=self.address, words=words)
        if automatic:
            letter["Auto-Submitted"] = "auto-replied"
        await self.post(letter, proved=proved)

    async def send_form(self, mailbox: str) -> None:
        """Send the form of the examples as an attachment."""
        letter = new_letter(name="Sam Worker", address=self.address, to=mailbox, subject="National alert notification")
        letter.set_content("Please find attached a notification for a national alert.\n")
        letter.add_attachment(await asyncio.to_thread(FORM.read_bytes), maintype="application", subtype=DOCX, filename=FORM.name)
        await self.post(letter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The service with its worker at work."""

    app: App
    worker: "asyncio.Task[None]"

    async def until(self, look: Callable[[], Awaitable[T | None]], says: str, *, seconds: float = STEP_SECONDS) -> T:
        """Wait until *look* finds something, and fail with the sentence *says* when it does not."""
        end = time.monotonic() + seconds
        while True:
            if self.worker.done():
                pytest.fail(f"The worker stopped by itself before this was so: {says}")
            if found := await look():
                return found
            if time.monotonic() > end:
                pytest.fail(f"Not within {seconds:.0f} seconds: {says}")
            await asyncio.sleep(0.15)

    async def letter(self, reader: Reader, purpose: str, says: str) -> tuple[ReadLetter, EmailMessage]:
        """Wait for a letter whose reply address has that purpose."""
        return await self.until(lambda: reader.find(lambda one: one.purpose == purpose), says)

    async def board(self, reference: str) -> Mapping[str, Delivery]:
        """Return where every authority stands, by address; empty while nothing is sent."""
        async with self.app.database.read() as work:
            case = await work.cases.by_reference(reference)
            notices = await work.notices.of_case(case.id) if case else ()
            return {one.address: one for notice in notices for one in await work.deliveries.of_notice(notice.id)}


@asynccontextmanager
async def running(settings: Settings, staff: Mapping[str, Role], authorities: tuple[str, ...]) -> AsyncIterator[Running]:
    """Set up a council on an empty database and run the service."""
    assert settings.imap is not None
    at = datetime.now(UTC)
    await schema.upgrade(settings.database_url)
    async with open_app(settings) as app:
        async with app.database.begin() as work:
            await work.register.load_shipped()
            places = [one.gss_code for one in shipped() if one.in_uk and one.gss_code != "E10000016"]
            for gss_code, address in zip(places, authorities, strict=False):
                await set_contact(work.register, gss_code=gss_code, address=address, role="custodian", who="test", why="test", at=at)
            council = await work.people.add_authority(
                gss_code="E10000016",
                name="Kent County Council",
                code="KEN",
                policy="national",
                mailbox=settings.imap.address,
                phone="01632 960100",
            )
            await prove_origin(work, settings.origin, settings.imap.address)  # these tests have no border that takes forged headers away
            for address, role in staff.items():
                name = address.partition("@")[0].title()
                person_id = await work.people.add(authority_id=council, name=name, address=address, roles=frozenset({role}))
                if role is Role.APPROVER:  # not their first decision, which is never taken by reply
                    work.audit.add("notice_approved", at=at, actor=person_id)
        worker = asyncio.create_task(app.worker().run())
        try:
            yield Running(app=app, worker=worker)
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker


def settings_for(servers: MailServers, database_url: str, mailbox: str, oauth: OAuthSettings | None = None) -> Settings:
    """Point the service at the test's servers: implicit TLS for IMAP, STARTTLS for SMTP, the test's own authority trusted."""
    password = None if oauth else SecretStr(servers.password)
    return Settings(
        letters_go_to=REAL_RECIPIENTS,
        database_url=database_url,
        master_key=SecretStr(MASTER_KEY),
        origin="rfc8601:mx.hub.test",
        tick_seconds=0.2,
        poll_seconds=2,
        imap=ImapSettings(
            address=mailbox,
            host=servers.host,
            port=servers.imaps_port,
            user=mailbox,
            password=password,
            oauth=oauth,
            ca_file=servers.ca_file,
            folders=("INBOX",),
        ),
        smtp=SmtpSettings(
            host=servers.host,
            port=servers.smtp_port,
            user=mailbox,
            password=password,
            oauth=oauth,
            ca_file=servers.ca_file,
            connections=2,
        ),
    )


async def act(service: Running, servers: MailServers, reference: str) -> None:
    """Let the authorities that got the alert read it and answer, as far as they do."""

    async def alert_to(address: str) -> tuple[Reader, ReadLetter]:
        reader = Reader(servers=servers, address=address)
        says = f"the alert lies in the mailbox of {address}."
        letter, _ = await service.until(lambda: reader.find(lambda one: one.purpose == "a" and one.reference == reference), says)
        return reader, letter

    for address, words, proved in ((ACKNOWLEDGES, "Received", True), (KNOWS, "Answer: 2", True), (UNPROVED, "Received", False)):
        reader, letter = await alert_to(address)
        await reader.reply(letter, words, proved=proved)
    reader, letter = await alert_to(AWAY)
    await reader.reply(letter, "I am away until Monday.", automatic=True)
    await alert_to(SILENT)


async def test_a_missing_child_is_told_through_real_servers_and_every_authority_ends_in_a_named_state(
    mail_servers: MailServers, postgres_url: str
) -> None:
    # One domain is one mailbox on this Dovecot, so each member of staff has a domain of their own.
    staff = {"sam@la-101.test": Role.REPORTER, "priya@la-102.test": Role.QUALITY, "helen@la-103.test": Role.APPROVER}
    sam, priya, helen = [await Reader(servers=mail_servers, address=address).arrive() for address in staff]
    # Not hub.test itself: late reports about other tests' letters arrive there.
    mailbox = "alerts@la-601.test"
    async with running(settings_for(mail_servers, postgres_url, mailbox), staff, tuple(ENDS)) as service:
        await sam.send_form(mailbox)
        receipt, as_received = await service.letter(sam, "c", "the social worker has a receipt for the form.")
        assert receipt.subject.startswith("Received")
        assert receipt.reference is not None
        assert any("with ESMTPSA" in line for line in as_received.get_all("Received", [])), "the relay was used without TLS or login"
        reference = receipt.reference

        check, _ = await service.letter(priya, "q", "quality assurance is asked.")
        await priya.reply(check, "PASS")
        request, _ = await service.letter(helen, "d", "the approver is asked.")
        assert await service.board(reference) == {}
        # Approval by reply, because that is the way that depends on the mail servers: tokens, plus addresses and quoting.
        await helen.reply(request, f"APPROVE {request.number}")

        async def all_queued() -> bool:
            return set(await service.board(reference)) == set(ENDS)

        await service.until(all_queued, "a letter to every authority is queued.")
        await act(service, mail_servers, reference)
        ends: dict[str, str] = {}

        async def all_ended() -> bool:
            for address, one in (await service.board(reference)).items():
                ends[address] = named_state(one.state, one.answer, confirmed=one.confirmed)
            return ends == ENDS

        try:
            await service.until(all_ended, "every authority is in its named state.", seconds=25)
        except pytest.fail.Exception:
            assert ends == ENDS  # shows which authority stands elsewhere
            raise
        await check_board(service, reference)
        await check_letters(service, reference)

        # When the wait is over, the letters that were put off are tried again, and again stay in the queue.
        async with service.app.database.begin() as work:
            assert await bring_forward(work, now=datetime.now(UTC)) == 2

        async def tried_again() -> bool:
            board = await service.board(reference)
            return all((board[one].state, board[one].attempts) == (DeliveryState.QUEUED, 2) for one in (GREYLISTED, FULL))

        await service.until(tried_again, "the letters that were put off have been tried a second time.")
        hub = Reader(servers=mail_servers, address=mailbox)

        async def all_filed() -> bool:
            return not await asyncio.to_thread(hub.folder) and bool(await asyncio.to_thread(hub.folder, "Processed"))

        await service.until(all_filed, "every handled letter has been moved to Processed.")


async def check_board(service: Running, reference: str) -> None:
    """Check what the mail servers said, and that what is still waiting will be tried again."""
    board = await service.board(reference)
    assert {address: board[address].smtp_status for address in BOUNCE_CODES} == BOUNCE_CODES
    assert (board[REFUSED].smtp_code, board[REFUSED].smtp_status) == (550, "5.1.1")
    for address, code in ((GREYLISTED, 451), (FULL, 552)):
        waiting = board[address]
        assert (waiting.smtp_code, waiting.accepted_at) == (code, None)
        assert waiting.attempts == 1
        assert waiting.due_at >= waiting.created_at + wait_before_retry(1, lambda: 0.99)
    async with service.app.database.read() as work:
        happened = sa.select(delivery_events.c.event).where(delivery_events.c.delivery_id == board[SLOW].id).order_by(delivery_events.c.id)
        events = list((await work.connection.scalars(happened)).all())
        assert events[:3] == [DeliveryEvent.ACCEPTED, DeliveryEvent.DELAY_REPORTED, DeliveryEvent.BOUNCE_REPORTED]
        tasks = [task.kind for task in await work.tasks.open()]
        assert (await work.audit.verify()).holds
    assert tasks.count("address_bounced") == 4
    assert tasks.count("address_refused") == 1
    assert tasks.count("answer_matters") == 1
    assert "bounce_unmatched" not in tasks


async def check_letters(service: Running, reference: str) -> None:
    """Check that Postfix's reports named their letter by return path and envelope id, and the failing recipient."""
    addresses = {one.id: address for address, one in (await service.board(reference)).items()}
    reported = []
    async with service.app.database.read() as work:
        case = await work.cases.by_reference(reference)
        assert isinstance(case, Case)
        for row in await work.received.of_case(case.id):
            said = understand(await work.received.raw(row.id), datetime.now(UTC).date())
            if said.sort is Sort.BOUNCE and said.bounce is not None:
                carriers = said.bounce.delivery_ids
                assert set(carriers) >= CARRIERS
                (delivery_id,) = set(carriers.values())
                assert [one.address for one in said.bounce.recipients] == [addresses[delivery_id]]
                reported.append(addresses[delivery_id])
    assert sorted(reported) == sorted([*BOUNCE_CODES, SLOW, SLOW])


async def test_tokens_open_the_mailbox_and_the_relay_and_a_revoked_token_is_replaced(
    mail_servers: MailServers, token_endpoint: TokenEndpoint, postgres_url: str
) -> None:
    mailbox = token_endpoint.user = "alerts@la-600.test"
    staff = {"sam@la-111.test": Role.REPORTER, "priya@la-112.test": Role.QUALITY, "helen@la-113.test": Role.APPROVER}
    sam, priya, helen = [await Reader(servers=mail_servers, address=address).arrive() for address in staff]
    oauth = OAuthSettings(token_url=token_endpoint.token_url, client_id="app", client_secret=SecretStr("secret"), scope="mail/.default")
    async with running(settings_for(mail_servers, postgres_url, mailbox, oauth), staff, (ACKNOWLEDGES,)) as service:
        await sam.send_form(mailbox)
        _, receipt = await service.letter(sam, "c", "the form was read and receipted with tokens.")
        assert any("with ESMTPSA" in line for line in receipt.get_all("Received", [])), "the relay was used without a login"
        check, _ = await service.letter(priya, "q", "quality assurance is asked.")
        asked = len(token_endpoint.requests)
        assert asked == 2, "the mailbox and the relay fetch one token each"
        assert {one["grant_type"] for one in token_endpoint.requests} == {"client_credentials"}

        # The organisation revokes every token: the relay refuses the old one and the service fetches another by itself.
        token_endpoint.good.clear()
        await priya.reply(check, "PASS")
        await service.letter(helen, "d", "the approver is asked, with a new token.")
        assert len(token_endpoint.requests) > asked
