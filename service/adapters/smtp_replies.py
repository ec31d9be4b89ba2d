"""What a relay's reply means for a letter: about this recipient, about us, or come back later."""

import re
from enum import StrEnum

from service.ports import SendOutcome, SendResult

REPLY_LIMIT = 500

# our login, sender, tenant or quota: the same answer would come for every recipient
ABOUT_US = frozenset({"5.7.3", "5.7.30", "5.7.57", "5.7.60", "5.7.139", "5.7.705", "5.1.8", "5.1.90"})
ABOUT_US_CODES = frozenset({530, 534, 535, 538})
ABOUT_US_WORDS = ("SendAsDenied", "SubmissionQuotaExceeded", "OutboundSpam")
TOO_LARGE = frozenset({"5.2.3", "5.3.4"})
STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
QUEUE_ID = re.compile(r"queued as ([A-Za-z0-9._-]{1,100})|\bOK\s+<([^<>\s]{1,200})>", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Stage(StrEnum):
    """How far the dialogue had come when the reply was given."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    AFTER_DOT = "after_dot"


def readable(message: str) -> str:
    """Make a reply safe to store: valid text, no control characters, at most 500 characters."""
    text = message.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return CONTROL.sub(" ", text)[:REPLY_LIMIT]


def enhanced_status(message: str) -> str | None:
    """Read the enhanced status at the start of a reply."""
    found = STATUS.match(message)
    return found.group(1) if found else None


def outcome_of(stage: Stage, code: int, message: str) -> SendOutcome:
    """Decide what a reply other than the expected one means."""
    status = enhanced_status(message)
    if stage is Stage.AFTER_DOT and not 400 <= code <= 599:
        return SendOutcome.ACCEPTED if 200 <= code <= 299 else SendOutcome.IN_DOUBT
    if not 500 <= code <= 599:
        return SendOutcome.REFUSED_FOR_NOW
    if status in ABOUT_US or code in ABOUT_US_CODES or any(word.lower() in message.lower() for word in ABOUT_US_WORDS):
        return SendOutcome.RELAY_UNUSABLE
    if status in TOO_LARGE:
        return SendOutcome.REFUSED_FOR_GOOD
    if status == "5.2.2" or (stage is Stage.RECIPIENT and code == 552):
        return SendOutcome.REFUSED_FOR_NOW  # a full mailbox is emptied one day
    if stage is Stage.SENDER:
        return SendOutcome.RELAY_UNUSABLE
    if stage is Stage.DATA and code == 503:
        return SendOutcome.REFUSED_FOR_NOW  # out of step: says nothing about the letter
    return SendOutcome.REFUSED_FOR_GOOD


def read_reply(stage: Stage, code: int, message: str) -> SendResult:
    """Turn a reply into the result of sending."""
    text = readable(message)
    outcome = outcome_of(stage, code, text)
    queued = QUEUE_ID.search(text) if outcome is SendOutcome.ACCEPTED else None
    return SendResult(
        outcome=outcome,
        code=code if 200 <= code <= 599 else None,
        enhanced_status=enhanced_status(text),
        reply=text,
        queue_id=(queued.group(1) or queued.group(2)) if queued else None,
    )


def leaves_line_usable(stage: Stage, code: int, message: str) -> bool:
    """Tell whether the connection may carry another letter after this reply."""
    if not 200 <= code <= 599 or code == 421 or (code == 432 or enhanced_status(message) == "4.3.2"):
        return False
    if stage is Stage.DATA and (code < 400 or code == 503):
        return False
    return outcome_of(stage, code, message) not in {SendOutcome.RELAY_UNUSABLE, SendOutcome.IN_DOUBT}
