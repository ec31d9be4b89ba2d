"""A relay over SMTP: implements ports.Mailer and ports.MailerConnection with aiosmtplib, and with pipelining where the relay offers it.

One letter, one recipient, and never a doubt about whether the final dot has left.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPResponse, SMTPResponseException, SMTPServerDisconnected

from service.adapters.endpoint import is_loopback, pin_loggers, verified_tls
from service.adapters.oauth import TokenUnavailable
from service.adapters.smtp_protocol import LostTooSoon, SafeSmtp, on_the_wire
from service.adapters.smtp_replies import Stage, leaves_line_usable, read_reply, readable
from service.crashpoints import crashpoint
from service.ports import Envelope, RelayUnavailable, SendOutcome, SendResult

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")
Step = tuple[Stage, str, tuple[int, ...]]
BEFORE_DOT = "The line to the relay was lost before the letter was complete. Nothing was sent."
AFTER_DOT = "The line to the relay was lost after the letter was complete. It may have been taken."


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayAccount:
    """Where the relay is and how we log in: not at all, with a password, or with *token* for XOAUTH2."""

    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    token: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)
    forget_token: Callable[[], None] | None = field(default=None, repr=False)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: Path | None = None
    ehlo_name: str = "localhost"
    connect_timeout: float = 30.0
    command_timeout: float = 120.0
    body_timeout: float = 180.0
    final_timeout: float = 600.0
    pipelining: bool = True

    def __post_init__(self) -> None:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError("A relay without TLS is only allowed on this machine itself.")
        if self.password is not None and self.token is not None:
            raise ValueError("A relay takes either a password or a token source, not both.")
        if (self.user is None) != (self.password is None and self.token is None):
            raise ValueError("A relay login needs a user and either a password or a token source.")


@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """Opens connections to one relay."""

    account: RelayAccount

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["RelayConnection"]:
        """Open a connection (TLS, login); raises RelayUnavailable with the reason in plain words."""
        pin_loggers("aiosmtplib")
        try:
            client = await self._open()
        except RelayUnavailable as refusal:
            if not refusal.login_refused or self.account.forget_token is None:
                raise
            self.account.forget_token()
            client = await self._open()
        crashpoint("O3")
        connection = RelayConnection(client, self.account)
        try:
            yield connection
        finally:
            await connection.close()

    async def _open(self) -> SafeSmtp:
        account = self.account
        token = ""
        if account.token is not None:
            try:
                token = await account.token()
            except TokenUnavailable as trouble:
                raise RelayUnavailable(trouble.reason, login_refused=trouble.refused) from None
        client = SafeSmtp(
            hostname=account.host,
            port=account.port,
            use_tls=account.tls == "implicit",
            start_tls=account.tls == "starttls",
            tls_context=verified_tls(account.ca_file) if account.tls != "none" else None,
            local_hostname=account.ehlo_name,
            timeout=account.connect_timeout,
        )
        try:
            # the library's own timeout is for each read: a relay that drips would hold us for ever
            async with asyncio.timeout(account.connect_timeout):
                await client.connect()
                await client.ehlo()
                if account.token is not None and account.user is not None:
                    await client.auth_xoauth2(account.user, token)
                elif account.user is not None and account.password is not None:
                    await client.login(account.user, account.password)
        except BaseException as trouble:
            await _hang_up(client)
            if isinstance(trouble, (SMTPException, OSError, TimeoutError, ValueError)):
                raise _unavailable(trouble) from None
            raise
        return client


class RelayConnection:
    """One open connection to the relay."""

    def __init__(self, client: SafeSmtp, account: RelayAccount) -> None:
        self._client = client
        self._account = account
        self._given_up = False

    @property
    def usable(self) -> bool:
        """Say whether another letter may go over this connection."""
        wire = self._client.wire
        return not self._given_up and wire is not None and wire.in_step

    @usable.setter
    def usable(self, value: bool) -> None:
        if not value:
            self._give_up()

    async def close(self) -> None:
        """Say goodbye if the line still stands, and close it in any case."""
        if self.usable:
            with suppress(SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(min(5.0, self._account.command_timeout)):
                    await self._client.quit()
        await _hang_up(self._client)
        crashpoint("O10")

    async def send(self, envelope: Envelope, letter: tuple[bytes, ...], before_final_dot: Callable[[], Awaitable[None]]) -> SendResult:
        """Send one letter; *before_final_dot* is awaited after the relay said 354 and before the first byte of the letter leaves."""
        for address in (envelope.sender, envelope.recipient):
            if CONTROL.search(address):
                raise ValueError("An address holds a line break or another control character.")
        wire = on_the_wire(letter)
        if refusal := self._refuse_ourselves(envelope, wire):
            return refusal
        if not self.usable:
            self._give_up()
            return SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, reply=BEFORE_DOT)
        finished = False
        try:
            crashpoint("O4")
            result = await self._begin(envelope, wire)
            if result is None:
                crashpoint("O5")
                await before_final_dot()
                result = await self._deliver(wire)
            finished = True
            return result
        finally:
            if not finished:
                self._give_up()

    async def _begin(self, envelope: Envelope, letter: bytes) -> SendResult | None:
        """Give the envelope, in one write where the relay offers it; None when the relay waits for the letter."""
        mail = " ".join((f"MAIL FROM:<{envelope.sender}>", *self._mail_options(envelope, letter)))
        rcpt = " ".join((f"RCPT TO:<{envelope.recipient}>", *self._rcpt_options(envelope)))
        steps = ((Stage.SENDER, mail, (250,)), (Stage.RECIPIENT, rcpt, (250, 251, 252)), (Stage.DATA, "DATA", (354,)))
        if self._account.pipelining and self._client.supports_extension("pipelining"):
            return await self._begin_together(steps)
        for stage, command, expected in steps:
            reply = await self._ask(command)
            if reply is None:
                return SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, reply=BEFORE_DOT)
            if reply.code not in expected:
                return await self._refused(stage, reply.code, reply.message)
        return None

    async def _begin_together(self, steps: Sequence[Step]) -> SendResult | None:
        """Ask for sender, recipient and letter in one write (RFC 2920 §3.1), and read all three replies before anything else is done."""
        wire = self._client.wire
        together = "".join(f"{command}\r\n" for _, command, _ in steps).encode("ascii")
        replies = await wire.converse(together, len(steps), self._account.command_timeout) if wire else []
        for (stage, _, expected), reply in zip(steps, replies, strict=False):
            if reply.code in expected:
                continue
            # A relay that refused the recipient and yet waits for a letter is given none, not even an empty one: the line is dropped.
            # One whose last word is no refusal is out of step.
            if len(replies) < len(steps) or not 400 <= replies[-1].code <= 599:
                self._give_up()
            return await self._refused(stage, reply.code, reply.message)
        if len(replies) == len(steps):
            return None
        self._give_up()
        return SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, reply=BEFORE_DOT)

    async def _deliver(self, letter: bytes) -> SendResult:
        wire, account = self._client.wire, self._account
        try:
            if wire is None:
                raise LostTooSoon("The line is gone.")
            reply = await wire.give_letter(letter, body_limit=account.body_timeout, final_limit=account.final_timeout)
        except LostTooSoon:
            early = readable(wire.unheard if wire else "")
            self._give_up()
            return SendResult(outcome=SendOutcome.REFUSED_FOR_NOW, reply=early or BEFORE_DOT)
        except (SMTPException, OSError, TimeoutError):
            self._give_up()
            return SendResult(outcome=SendOutcome.IN_DOUBT, reply=AFTER_DOT)
        result = read_reply(Stage.AFTER_DOT, reply.code, reply.message)
        if not leaves_line_usable(Stage.AFTER_DOT, reply.code, reply.message):
            self._give_up()
        return result

    async def _refused(self, stage: Stage, code: int, message: str) -> SendResult:
        if not leaves_line_usable(stage, code, message):
            self._give_up()
        elif self.usable:
            reset = await self._ask("RSET")
            if reset is None or reset.code != 250:
                self._give_up()
        return read_reply(stage, code, message)

    async def _ask(self, *words: str) -> SMTPResponse | None:
        """Give one command and its reply; None when the line was lost or out of step."""
        try:
            if not self.usable:
                raise SMTPServerDisconnected("The line is not usable.")
            async with asyncio.timeout(self._account.command_timeout):
                return await self._client.execute_command(*(word.encode("ascii") for word in words), timeout=None)
        except (SMTPException, OSError, TimeoutError):
            self._give_up()
            return None

    def _refuse_ourselves(self, envelope: Envelope, letter: bytes) -> SendResult | None:
        largest = self._client.esmtp_extensions.get("size", "").strip()
        reply = ""
        if not envelope.sender.isascii() or not envelope.recipient.isascii() or re.search(r"[<> ]", envelope.recipient + envelope.sender):
            reply = "The address has characters that our relay cannot carry. Nothing was sent."
        elif largest.isdigit() and 0 < int(largest) < len(letter):
            reply = "The letter is larger than the relay takes. Nothing was sent."
        return SendResult(outcome=SendOutcome.REFUSED_FOR_GOOD, reply=reply) if reply else None

    def _mail_options(self, envelope: Envelope, letter: bytes) -> tuple[str, ...]:
        offered = self._client.supports_extension
        options = [f"SIZE={len(letter)}"] if offered("size") else []
        if offered("8bitmime") and not letter.isascii():
            options.append("BODY=8BITMIME")
        if offered("dsn"):
            options += ["RET=HDRS", f"ENVID={xtext(envelope.delivery_id)}"]
        return tuple(options)

    def _rcpt_options(self, envelope: Envelope) -> tuple[str, ...]:
        if not self._client.supports_extension("dsn"):
            return ()
        return "NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;{xtext(envelope.recipient)}"

    def _give_up(self) -> None:
        self._given_up = True
        self._client.abort()


def xtext(value: str) -> str:
    """Write *value* as RFC 3461 wants parameters: everything unusual, '+' and '=' as +XX."""
    return NOT_XTEXT.sub(lambda found: "".join(f"+{byte:02X}" for byte in found.group().encode()), value)


async def _hang_up(client: SafeSmtp) -> None:
    """Cut the line, and wait the turns of the loop that TLS and then the socket take to close."""
    client.abort()
    for _ in range(3):
        await asyncio.sleep(0)


def _unavailable(trouble: BaseException) -> RelayUnavailable:
    """Say in plain words why no connection came about, without the relay's or our own secrets."""
    if isinstance(trouble, SMTPAuthenticationError):
        refused = 500 <= trouble.code <= 599
        words = "The relay refused our login." if refused else "The relay cannot check our login just now."
        if "5.7.139" in trouble.message or "5.7.30" in trouble.message:
            words += " Sending with a login is switched off for this mailbox or for the whole organisation."
        return RelayUnavailable(words, code=trouble.code, login_refused=refused)
    if isinstance(trouble, SMTPResponseException):
        return RelayUnavailable("The relay turned us away.", code=trouble.code if trouble.code > 0 else None)
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return RelayUnavailable("The relay's certificate is not good, so nothing was sent.")
    if isinstance(trouble, ssl.SSLError):
        return RelayUnavailable("No safe connection could be agreed with the relay, so nothing was sent.")
    if isinstance(trouble, TimeoutError):
        return RelayUnavailable("The relay did not answer in time.")
    if isinstance(trouble, OSError):
        return RelayUnavailable("The relay cannot be reached.")
    return RelayUnavailable("The relay does not offer the encryption or the login we require, so nothing was sent.")
