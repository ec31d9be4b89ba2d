"""The secret reference in a letter: how it is made, how it is written into addresses, and every place an answer may carry it in."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

from service.mail.message import IncomingEmail

LETTERS = "dqcahv"
_TOKEN = r"[a-z2-7]{32}"  # noqa: S105
_DELIVERY = r"[0-9a-f]{32}"
_TOKEN_LINE = re.compile(rf"reference[ \t]*:\s*([{LETTERS}])\.((?:[a-z2-7]\s{{0,3}}){{31}}[a-z2-7])(?![a-z2-7])", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedToken:
    """A secret reference found in a letter: what it is for (its letter), and what carried it."""

    letter: str
    token: str = field(repr=False)
    carrier: str


class Tokens:
    """Derives the secret references of this installation; only their digests are ever stored."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("The secret for reply references must have 16 bytes or more.")
        self._secret = secret

    def issue(self, purpose: str, subject_id: str) -> str:
        """Return the reference for *purpose* and *subject_id*: 160 bits, the same every time."""
        # the length in front keeps ("a", "bc") and ("ab", "c") apart
        message = f"{len(purpose)}:{purpose}:{subject_id}".encode()
        return base64.b32encode(hmac.digest(self._secret, message, "sha256")[:20]).decode().lower()


def normalise(token: str) -> str:
    """Return *token* as it was issued: in lower case, without the spaces that a line break or a mail program put in."""
    return re.sub(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+", "", token).casefold()


def digest(token: str) -> str:
    """Return the SHA-256 of a reference, which is all that the database keeps of it."""
    return hashlib.sha256(normalise(token).encode()).hexdigest()


def reply_address(mailbox: str, letter: str, token: str) -> str:
    """Return the address of our mailbox that carries a reference."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{letter}.{token}@{domain}"


def _plus_parts(email: IncomingEmail, mailbox_address: str) -> list[str]:
    local, _, domain = mailbox_address.lower().rpartition("@")
    parts = []
    for address in email.recipients:
        name, _, place = address.rpartition("@")
        if place == domain and name.startswith(local + "+"):
            parts.append(name[len(local) + 1 :])
    return parts


def find_carried(email: IncomingEmail, mailbox_address: str) -> tuple[CarriedToken, ...]:
    """Return every secret reference that this letter carries, each once per carrier."""
    found: dict[tuple[str, str, str], CarriedToken] = {}

    def add(letter: str, token: str, carrier: str) -> None:
        found.setdefault((letter, token, carrier), CarriedToken(letter=letter, token=token, carrier=carrier))

    for part in _plus_parts(email, mailbox_address):
        if match := re.fullmatch(rf"([{LETTERS}])\.({_TOKEN})", part):
            add(match[1], match[2], "address")
    for text in (email.text, email.html_text):
        unquoted = re.sub(r"\n[> \t]*", "\n", text)
        for match in list(_TOKEN_LINE.finditer(unquoted))[:20]:
            add(match[1].lower(), normalise(match[2]), "body")
    return tuple(found.values())


def carried_delivery_ids(email: IncomingEmail, domain: str, mailbox_address: str | None = None) -> tuple[tuple[str, str], ...]:
    """Return the delivery ids that this letter refers to, as (carrier, id): In-Reply-To, References, then the return path."""
    found: list[tuple[str, str]] = []
    ours = re.compile(rf"<({_DELIVERY})@{re.escape(domain.lower())}>")
    if email.in_reply_to and (match := ours.fullmatch(email.in_reply_to.lower())):
        found.append(("in_reply_to", match[1]))
    found += [("references", match[1]) for r in reversed(email.references) if (match := ours.fullmatch(r.lower()))]
    if mailbox_address:
        found += [("verp", m[1]) for p in _plus_parts(email, mailbox_address) if (m := re.fullmatch(rf"b\.({_DELIVERY})", p))]
    return tuple(dict.fromkeys(found))
