"""Adapters between the reading of letters and the scorers of labelled letters: plain bytes in, plain dictionaries out."""

from typing import Any

from service.mail.bounce import read_bounce
from service.mail.classify import Sort, sort_of
from service.mail.decision import read_decision
from service.mail.message import IncomingEmail, addresses_in, parse
from service.mail.quoting import new_text


def decide(raw: bytes) -> dict[str, str | None]:
    """Return the decision in one reply."""
    decision = read_decision(parse(raw))
    return {"decision": decision.verdict.value, "request_number": decision.number, "reason": decision.reason}


def classify(raw: bytes) -> dict[str, Any]:
    """Return the kind of one letter, what a bounce reports, and the new text of a reply."""
    email = parse(raw)
    sort = sort_of(email)
    answer: dict[str, Any] = {"kind": {Sort.READ_RECEIPT: "mdn"}.get(sort, sort.value), "reply_text": new_text(email)}
    if sort in (Sort.BOUNCE, Sort.DSN_SUCCESS):
        report = read_bounce(email)
        recipients = [r for r in report.recipients if r.action in ("failed", "delayed")] if report else []
        first = next(iter(recipients), None)
        answer |= {"recipients": [r.address for r in recipients], "status": first.status if first else ""}
        if first:
            answer |= {"delayed": all(r.delayed for r in recipients), "hard": any(r.hard for r in recipients)}
    elif sort is Sort.READ_RECEIPT:
        answer["recipients"] = _reporting(email)
    return answer


def _reporting(email: IncomingEmail) -> list[str]:
    final = [
        line.partition(";")[2]
        for line in email.returned_text.splitlines()
        if line.lower().startswith(("final-recipient", "original-recipient"))
    ]
    named = [a for value in final for a in addresses_in(value)]
    return named or [a for a in (email.from_address,) if a]
