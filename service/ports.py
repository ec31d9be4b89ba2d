"""What the house knows of the outside: a mailbox that letters come from, a mailer that letters leave by, and the values they exchange.

`service.adapters` implements these against real servers; the tests have one fake of each, with a twin test on Dovecot and Postfix.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class MailboxUnavailable(Exception):  # noqa: N818
    """The mailbox cannot be reached, refuses our login, or went away; *retry_after* is what the server asked for, if it did."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None, login_refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.login_refused = login_refused


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderView:
    """One look at a folder: its UIDVALIDITY and every UID in it, ascending."""

    folder: str
    uidvalidity: int
    uids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedLetter:
    """One message as it lies on the server. *raw* is cut to the headers when *size* is over the limit asked for."""

    uid: int
    size: int
    raw: bytes = field(repr=False)
    received_at: datetime | None
    complete: bool


class Mailbox(Protocol):
    """One open session with a shared mailbox. Every method may raise MailboxUnavailable; the session is then thrown away."""

    async def look(self, folder: str) -> FolderView | None:
        """Select *folder* and list it; None when the folder does not exist."""

    def fetch(self, folder: str, uids: Sequence[int], *, size_limit: int) -> AsyncIterator[FetchedLetter]:
        """Yield the letters of *uids* that are still there, never marking them seen, sizes asked first."""

    async def naming(self, folder: str, uids: Sequence[int], fields: Sequence[tuple[str, str]]) -> tuple[int, ...]:
        """Return the newest of *uids* with such a word in a header field: a hint, () when the server will not tell."""

    async def move(self, folder: str, uid: int, target: str) -> bool:
        """Move one letter to *target* (made when missing); False when it was no longer there."""

    async def wait_for_news(self, folder: str, limit: timedelta) -> None:
        """Return when the server says that *folder* changed, or after *limit*: a hint, never the truth."""


class OpensMailbox(Protocol):
    """Something that opens a session with one configured mailbox."""

    def open(self) -> AbstractAsyncContextManager[Mailbox]:
        """Log in and hand out a session, closed on leaving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a machine remembers of the database it works with, outside that database."""

    database: str
    beats: int
    machine: str


class RemembersDatabase(Protocol):
    """A place on this machine that no restored database brings back."""

    machine: str

    def recall(self) -> Mark | None:
        """Return what was kept; None when nothing was, or it cannot be understood."""

    def keep(self, mark: Mark) -> None:
        """Keep it; raises OSError."""


class SendOutcome(StrEnum):
    """How one dialogue with the relay ended."""

    ACCEPTED = "accepted"  # 250 after the final dot
    REFUSED_FOR_NOW = "refused_for_now"  # 4xx, or the line dropped before the final dot: try again
    REFUSED_FOR_GOOD = "refused_for_good"  # 5xx about this recipient or this letter
    IN_DOUBT = "in_doubt"  # the line dropped after the final dot: it may have been taken
    RELAY_UNUSABLE = "relay_unusable"  # our login, TLS, sender or quota: nothing to do with this recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What the relay said about one letter. *reply* is the relay's own words, cut to 500 characters; *queue_id* if it named one."""

    outcome: SendOutcome
    code: int | None = None
    enhanced_status: str | None = None
    reply: str = field(default="", repr=False)
    queue_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The envelope of one letter: one recipient, always."""

    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    delivery_id: str


class MailerConnection(Protocol):
    """One open connection to the relay. After any outcome but accepted or a refusal it must not be used again."""

    usable: bool

    async def send(self, envelope: Envelope, letter: tuple[bytes, ...], before_final_dot: Callable[[], Awaitable[None]]) -> SendResult:
        """Send one letter, in pieces; *before_final_dot* is awaited after the relay said 354 and before its first byte leaves."""


class Mailer(Protocol):
    """A relay that takes our letters."""

    def connect(self) -> AbstractAsyncContextManager[MailerConnection]:
        """Open a connection (TLS, login); raises RelayUnavailable with the reason in plain words."""


class RelayUnavailable(Exception):  # noqa: N818
    """The relay cannot be reached or refuses our login: nothing was sent, everything stays queued."""

    def __init__(self, reason: str, *, code: int | None = None, login_refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.login_refused = login_refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a provider of work accounts vouches for. *address* only when the provider has verified it, *proved_at* if it says when."""

    issuer: str
    subject: str = field(repr=False)
    address: str | None = field(repr=False)
    second_factor: bool
    proved_at: datetime | None


class AccountsUnavailable(Exception):  # noqa: N818
    """The provider cannot be reached, or what it answered does not hold; *reason* is for the log and holds no claim."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WorkAccounts(Protocol):
    """A provider of work accounts (OpenID Connect). Both methods may raise AccountsUnavailable."""

    name: str

    async def way_there(self, *, state: str, nonce: str, verifier: str, fresh: bool) -> str:
        """Return where to send the browser; with *fresh* the provider is to ask again although the person is signed in there."""

    async def identity(self, *, code: str, nonce: str, verifier: str) -> Identity:
        """Exchange the code that the browser came back with, and check what the provider says with it."""


class Webhook(Protocol):
    """Somewhere outside that is told of alarms, by another way than mail."""

    async def post(self, words: Mapping[str, str]) -> bool:
        """Hand over one message without personal data and say whether it was taken."""
