"""The mail server of the demonstration: SMTP and IMAP in this process and this event loop, letters kept in memory.

Letters go where the envelope says, their bytes untouched below the trace headers, and IDLE pushes at once. It can be told to refuse.
"""

import asyncio
import re
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email import policy
from email.parser import BytesHeaderParser
from email.utils import format_datetime, make_msgid
from types import TracebackType
from typing import Any, Literal, Self
from uuid import uuid4

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.result import ProxyResultLocal
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Flag, Recent, Wildcard, get_system_flags
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

AUTHSERV_ID = "mx.demo.test"
SIZE_LIMIT = 30 * 2**20

OnAccepted = Callable[[str, str, bytes, Mapping[str, str]], Awaitable[None]]

# A line of the header with what continues it, well formed or not, up to the first empty line.
_FIELD = re.compile(rb"[^\r\n][^\n]*\n(?:[ \t]+[^\s][^\n]*\n)*")


class DemoMailServer:
    """An SMTP and an IMAP server on this machine, for as long as the context is entered."""

    def __init__(
        self,
        *,
        accounts: Mapping[str, str],
        mailbox_of: Callable[[str], str | None],
        reply_to_rcpt: Callable[[str], str | None] = lambda recipient: None,
        on_accepted: OnAccepted | None = None,
        host: str = "127.0.0.1",
        smtp_port: int = 0,
        imap_port: int = 0,
    ) -> None:
        self.host = host
        self.smtp_port = smtp_port
        self.imap_port = imap_port
        self.on_accepted = on_accepted
        self._accounts = dict(accounts)
        self._mailbox_of = mailbox_of
        self._reply_to_rcpt = reply_to_rcpt
        self._mailboxes: dict[str, _Mailboxes] = {}
        self._servers: list[asyncio.Server] = []
        self._smtp_lines: set[_DsnSMTP] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        try:
            imap = await asyncio.start_server(self._imap_callback(), self.host, self.imap_port)
            self._servers.append(imap)
            smtp = await asyncio.get_running_loop().create_server(self._smtp_line, self.host, self.smtp_port)
            self._servers.append(smtp)
        except BaseException:
            await self._close()
            raise
        self.imap_port = imap.sockets[0].getsockname()[1]
        self.smtp_port = smtp.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._close()

    async def deliver(self, recipient: str, sender: str, raw: bytes) -> None:
        """Put a letter into the mailbox that takes *recipient*, with the trace headers a mail server adds."""
        account = self._mailbox_of(recipient)
        if account is None:
            raise LookupError("No mailbox of the demonstration takes letters for this recipient.")
        trace = f"Return-Path: <{sender.strip('<>')}>\r\nDelivered-To: {recipient}\r\n".encode()
        letter = trace + stamp_authentication_results(raw, sender.strip("<>"))
        inbox = await self._mailboxes[account].get_mailbox("INBOX")
        await inbox.append(AppendMessage(letter, datetime.now(UTC), frozenset()), recent=True)

    def letters(self, account: str, folder: str = "INBOX") -> list[bytes]:
        """Give every letter in a folder of *account*, oldest first; nothing when the folder does not exist."""
        return self._mailboxes[account].letters(folder)

    def count(self, account: str, folder: str = "INBOX") -> int:
        """Count the letters in a folder of *account*."""
        return len(self._mailboxes[account].letters(folder))

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        lines = [line.drop() for line in self._smtp_lines]
        tasks = [*self._tasks, *(task for task in lines if task is not None)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    def _imap_callback(self) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        settings = Namespace(
            debug=False, host=self.host, port=self.imap_port, cert=None, key=None, tls=False, passlib_cfg=None,
            proxy_protocol=None, inherited_sockets=None, demo_data=False, demo_user="", demo_password="",
        )  # fmt: skip
        # Passwords of the demonstration are no secret: hashing two hundred of them would only make its start slow.
        config = _Config.from_args(settings, hash_context=Cleartext(), cpu_subsystem=Subsystem.for_asyncio(), invalid_user_sleep=0.0)
        config.apply_context()
        login = Login(config)
        for account, password in self._accounts.items():
            login.users_dict[account] = UserMetadata(config, account, password=password)
            self._mailboxes[account] = _Mailboxes()
            config.set_cache[account] = (self._mailboxes[account], FilterSet())
        serve = IMAPServer(login, config)

        async def serve_and_remember(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                with suppress(ConnectionError, asyncio.CancelledError):
                    await serve(reader, writer, SocketInfo.get(writer, ProxyResultLocal(), unique_id=uuid4().bytes))
            finally:
                self._tasks.discard(task)
                writer.close()

        return serve_and_remember

    def _smtp_line(self) -> "_DsnSMTP":
        line = _DsnSMTP(
            self,
            enable_SMTPUTF8=True,
            data_size_limit=SIZE_LIMIT,
            hostname=AUTHSERV_ID,
            auth_require_tls=False,
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )
        self._smtp_lines = {known for known in self._smtp_lines if known.open} | {line}
        return line

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
        if not isinstance(login, LoginPassword):
            return AuthResult(success=False, handled=False)
        known = self._accounts.get(login.login.decode("utf-8", "replace"))
        return AuthResult(success=known is not None and known.encode() == login.password, handled=False)

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer what a modern server offers, delivery status notifications above all."""
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, refuse one nobody is, or give the answer the simulation asked for."""
        fault = self._reply_to_rcpt(address)
        if fault is not None:
            return fault
        if self._mailbox_of(address) is None:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient OK"

    async def handle_DATA(self, server: "_DsnSMTP", session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Deliver by the envelope, then let the simulation know."""
        sender, raw = (envelope.mail_from or "").strip("<>"), envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            await self.deliver(recipient, sender, raw)
            if self.on_accepted is not None:
                wishes = {**server.letter_wishes, **server.recipient_wishes.get(recipient, {})}
                task = asyncio.ensure_future(self.on_accepted(sender, recipient, raw, wishes))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return "250 2.0.0 Queued"


class _DsnSMTP(SMTP):
    """aiosmtpd refuses the parameters of RFC 3461 (ENVID, RET, NOTIFY, ORCPT) and upper-cases them: take them off before it looks."""

    def __init__(self, *settings: Any, **more: Any) -> None:
        super().__init__(*settings, **more)
        self.letter_wishes: dict[str, str] = {}
        self.recipient_wishes: dict[str, dict[str, str]] = {}

    @property
    def open(self) -> bool:
        return self.transport is not None

    def drop(self) -> "asyncio.Task[None] | None":
        """Cut the line and give the task that served it."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        return self._handler_coroutine

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        kept, wishes = _take_off(arg, ("RET", "ENVID"))
        await super().smtp_MAIL(kept)
        self.letter_wishes, self.recipient_wishes = wishes, {}

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        kept, wishes = _take_off(arg, ("NOTIFY", "ORCPT"))
        before = len(self.envelope.rcpt_tos) if self.envelope else 0
        await super().smtp_RCPT(kept)
        if self.envelope and len(self.envelope.rcpt_tos) > before:
            self.recipient_wishes[self.envelope.rcpt_tos[-1]] = wishes


def _take_off(arg: str | None, names: tuple[str, ...]) -> tuple[str | None, dict[str, str]]:
    kept: list[str] = []
    wishes: dict[str, str] = {}
    for word in (arg or "").split():
        name, equals, value = word.partition("=")
        if equals and name.upper() in names:
            wishes[name.upper()] = value
        else:
            kept.append(word)
    return (" ".join(kept) if arg is not None else None), wishes


class _Config(Config):
    @property
    def greeting(self) -> bytes:  # pymap's own asks the DNS for the name of this machine, and waits
        return b"Demonstration"


class _Mailbox(MailboxData):
    """A folder that keeps keywords such as $Processed, which pymap's own drops."""

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        return frozenset((get_system_flags() - {Recent}) | {Wildcard})


class _Mailboxes(MailboxSet):
    """The folders of one account."""

    def __init__(self) -> None:
        super().__init__()
        self._inbox = _Mailbox(self._content_cache, self._thread_cache)

    def letters(self, folder: str) -> list[bytes]:
        found = self._inbox if folder.upper() == "INBOX" else self._set.get(folder)
        return [bytes(letter._content) for letter in found._messages.values() if letter._content] if found else []

    async def add_mailbox(self, name: str) -> ObjectId:
        async with self._set_lock.write_lock():
            if name in self._set:
                raise ValueError(name)
            self._set[name] = mailbox = _Mailbox(self._content_cache, self._thread_cache)
            return mailbox.mailbox_id


def stamp_authentication_results(raw: bytes, sender: str) -> bytes:
    """Say what a border mail server says about a letter, and remove what somebody else says in its name (RFC 8601 section 5).

    The demonstration has no DNS: the domain of the envelope sender stands for what SPF would have shown, and a letter passes when
    its one From address is in that same domain. Everything else gets no result at all.
    """
    position, kept = 0, []
    while (field := _FIELD.match(raw, position)) is not None:
        words = field.group().lower().replace(b"\\", b"")
        if not (b"authentication-results" in words and AUTHSERV_ID.encode() in words):
            kept.append(field.group())
        position = field.end()
    letter = b"".join(kept) + raw[position:]
    domain = _from_domain(b"".join(kept))
    if domain is None or domain != sender.rpartition("@")[2].lower():
        return letter
    return f"Authentication-Results: {AUTHSERV_ID}; dmarc=pass header.from={domain}\r\n".encode() + letter


def _from_domain(head: bytes) -> str | None:
    found = BytesHeaderParser(policy=policy.default).parsebytes(head).get_all("From", [])
    if len(found) != 1 or len(found[0].addresses) != 1:
        return None
    return found[0].addresses[0].domain.lower() or None


def delivery_report(
    *,
    report_to: str,
    recipient: str,
    original: bytes,
    action: Literal["failed", "delayed"],
    status: str,
    diagnostic: str,
    at: datetime,
    envelope_id: str | None = None,
    original_recipient: str | None = None,
    will_retry_until: datetime | None = None,
    reporting_mta: str = AUTHSERV_ID,
    remote_mta: str | None = None,
) -> bytes:
    """Write the report (RFC 3464) a mail server sends to *report_to* about a letter it could not deliver, or not yet.

    *diagnostic* is the SMTP reply of the other side, such as `550 5.1.1 No such mailbox`; of *original* only the headers are sent back.
    """
    per_letter = [f"Reporting-MTA: dns; {reporting_mta}", f"Arrival-Date: {format_datetime(at)}"]
    per_letter += [f"Original-Envelope-Id: {envelope_id}"] if envelope_id else []
    per_recipient = [f"Final-Recipient: rfc822; {recipient}"]
    if original_recipient:
        per_recipient.append(f"Original-Recipient: {original_recipient}")
    per_recipient += [f"Action: {action}", f"Status: {status}"]
    if remote_mta:
        per_recipient.append(f"Remote-MTA: dns; {remote_mta}")
    per_recipient.append(f"Diagnostic-Code: smtp; {diagnostic}")
    if will_retry_until:
        per_recipient.append(f"Will-Retry-Until: {format_datetime(will_retry_until)}")
    subject, sentence = {
        "failed": ("Undelivered Mail Returned to Sender", "Your message could not be delivered to the recipient below."),
        "delayed": ("Delayed Mail (still being retried)", "Your message is delayed. You do not need to send it again."),
    }[action]
    message_id = make_msgid(domain=reporting_mta)
    boundary = "report-" + message_id[1:].partition("@")[0]
    lines = [
        f"From: Mail Delivery System <MAILER-DAEMON@{reporting_mta}>",
        f"To: {report_to}",
        f"Subject: {subject}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {message_id}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
        "",
        *(f"--{boundary}", "Content-Type: text/plain; charset=us-ascii", "", sentence, "", f"<{recipient}>: {diagnostic}", ""),
        *(f"--{boundary}", "Content-Type: message/delivery-status", "", *per_letter, "", *per_recipient, ""),
        *(f"--{boundary}", "Content-Type: text/rfc822-headers", "", ""),
    ]
    headers = re.split(rb"\r?\n\r?\n", original, maxsplit=1)[0]
    return "\r\n".join(lines).encode() + headers + f"\r\n\r\n--{boundary}--\r\n".encode()
