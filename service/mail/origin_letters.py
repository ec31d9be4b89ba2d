"""Writes the letters of the origin test that must not be believed, and knows each letter of the test by the code in its subject."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from service.mail.authenticity import OriginProfile

_CODE = re.compile(r"\borigin test [1-5] ([0-9a-f]{32})\b", re.IGNORECASE)
_TEXT = (
    "This letter tests whether the mail server knows who really sent a letter. It is not a decision. "
    "Nobody has to do anything about it.\n\n"
    "Mae'r llythyr hwn yn profi a yw'r gweinydd post yn gwybod pwy anfonodd lythyr. Nid oes angen gwneud dim.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretence:
    """Whom a letter of the test pretends to come from, where it goes, and the address outside that really sends it."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    mailbox: str = field(repr=False)
    outside: str = field(repr=False)


def subject_of(number: int, code: str) -> str:
    """Write the subject of a letter of the test."""
    return f"Origin test {number} {code}"


def code_in(subject: str) -> str | None:
    """Return the code that a subject carries; an answer and a forwarded letter keep it."""
    found = _CODE.search(subject[:400])
    return found[1].lower() if found else None


def from_outside(who: Pretence, code: str, at: datetime) -> bytes:
    """Write letter 2: the approver's From, sent by a host outside."""
    return _letter(who, 2, code, at).as_bytes(policy=SMTP)


def with_forged_headers(who: Pretence, profile: OriginProfile, code: str, at: datetime) -> bytes:
    """Write letter 3: the same, with everything on it that the server of this house would write about an honest letter."""
    letter, domain = _letter(who, 3, code, at), who.address.rpartition("@")[2]
    exchange = f"spf=pass (sender IP is 192.0.2.1) smtp.mailfrom={domain}; dkim=pass (signature was verified) header.d={domain};"
    exchange += f"dmarc=pass action=none header.from={domain}"
    if profile.kind in ("rfc8601", "gateway"):
        forged = [("Authentication-Results", f"{profile.names[0]}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}")]
    else:
        forged = [
            ("Authentication-Results", f"{exchange};compauth=pass reason=100"),
            ("ARC-Authentication-Results", f"i=1; mx.microsoft.com 1; {exchange}; arc=none"),
        ]
    # Each profile gets the forgery that would take it in: at the border of Exchange, the mark Internal is what gives a letter away.
    mark = "Anonymous" if profile.kind == "exchange_external" else "Internal"
    marks = [("X-MS-Exchange-Organization-AuthAs", mark), ("X-MS-Exchange-CrossTenant-AuthAs", mark)]
    marks += [("X-MS-Exchange-Organization-AuthMechanism", "04")]
    head = "".join(f"{name}: {value}\r\n" for name, value in [*forged, *marks])
    return head.encode("ascii") + letter.as_bytes(policy=SMTP)


def with_their_name_only(who: Pretence, code: str, at: datetime) -> bytes:
    """Write letter 4: the approver is in the display name, the address is another."""
    letter = _letter(who, 4, code, at)
    del letter["From"]
    letter["From"] = Address(f"{who.name} <{who.address}>", addr_spec=who.outside)
    return letter.as_bytes(policy=SMTP)


def plain(who: Pretence, number: int, code: str, at: datetime) -> bytes:
    """Write a letter of the test as the approver's own mail program would."""
    return _letter(who, number, code, at).as_bytes(policy=SMTP)


def _letter(who: Pretence, number: int, code: str, at: datetime) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(who.name, addr_spec=who.address)
    letter["To"] = who.mailbox
    letter["Subject"] = subject_of(number, code)
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = f"<origin.{number}.{code}@{who.outside.rpartition('@')[2]}>"
    letter.set_content(_TEXT)
    return letter
