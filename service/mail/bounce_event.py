"""Reads the events in which a sending service says as JSON what a mail server says in a delivery report (Amazon SES by SNS)."""

import json
import re
from collections.abc import Mapping
from typing import Any

from service.mail.message import IncomingEmail

LARGEST = 200_000
_ACTIONS = {"bounce": "failed", "complaint": "", "delivery": "delivered", "deliverydelay": "delayed", "reject": "failed"}
_LISTS = ("bouncedRecipients", "delayedRecipients", "complainedRecipients")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _event(email: IncomingEmail) -> tuple[str, Mapping[str, Any]] | None:
    text = email.plain_view[:LARGEST]
    begin, end = text.find('{"'), text.rfind("}")
    if begin < 0 or end < begin or not re.search(r'"(?:notification|event)Type"', text):
        return None
    try:
        # a relay breaks lines over a thousand characters with "!", line end and blank
        event = _mapping(json.loads(re.sub(r"!?\n ?", "", text[begin : end + 1])))
        if isinstance(event.get("Message"), str):
            event = _mapping(json.loads(str(event["Message"])))
    except (ValueError, RecursionError):
        return None
    kind = str(event.get("notificationType") or event.get("eventType") or "").replace(" ", "")
    return (kind, event) if kind.lower() in _ACTIONS else None


def is_complaint(email: IncomingEmail) -> bool:
    """Say whether the letter reports that somebody pressed "this is spam"."""
    found = _event(email)
    return found is not None and found[0].lower() == "complaint"


def reported_events(email: IncomingEmail) -> tuple[dict[str, str], ...]:
    """Return the recipients of an event with the field names of RFC 3464; empty when the letter holds no such event."""
    found = _event(email)
    if found is None or not _ACTIONS[found[0].lower()]:
        return ()
    kind, event = found
    body = _mapping(event.get(kind[0].lower() + kind[1:]))
    people: list[Any] = next((body[name] for name in _LISTS if isinstance(body.get(name), list)), [])
    if not people:
        several = body.get("recipients") or _mapping(event.get("mail")).get("destination")
        people = [{"emailAddress": one} for one in several] if isinstance(several, list) else []
    passing = str(body.get("bounceType", "")).lower() == "transient"
    said = str(body.get("smtpResponse") or "")
    fields = []
    for one in map(_mapping, people):
        status = str(one.get("status") or "") or ("4.0.0" if passing else "")
        fields.append(
            {
                "final-recipient": f"rfc822; {one.get('emailAddress', '')}",
                "action": _ACTIONS[kind.lower()],
                "status": status,
                "diagnostic-code": str(one.get("diagnosticCode") or said or body.get("bounceSubType") or ""),
            }
        )
    return tuple(fields)
