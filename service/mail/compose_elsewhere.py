"""The letters about what is not ours to send round: passed on to whom it concerns, told to who sent it, or left to a person."""

from collections.abc import Sequence
from datetime import datetime

from service.mail.compose import Context, Sender
from service.mail.wording import Row, moment, rows

Gap = tuple[str, str]  # an item that is not there, and the sentence that asks for it


def passed_on(
    *,
    sender: Sender,
    what: str,
    title: str,
    came_from: str,
    at: datetime,
    why: str,
    source: str,
    facts: Sequence[Row] = (),
    missing: Sequence[Gap] = (),
    read: Sequence[Row] = (),
    attached: bool = False,
    kept: str = "",
) -> Context:
    """Hand a notice to whom it concerns. *kept* says where the original is when it is not *attached*; *why* and *source* are the rule."""
    return {
        "sender": sender,
        "reference": "",
        "purpose": "",
        "reason": f"your post is the one that {why}.",
        "what": what,
        "title": title,
        "source": source,
        "facts": [*rows(("Came from", came_from), ("Came in", moment(at))), *facts],
        "missing": list(missing),
        "read": list(read),
        "attached": attached,
        "kept": kept,
    }


def not_ours(
    *,
    sender: Sender,
    looks_like: str,
    goes_to: str,
    passed_on: bool,
    say: Sequence[str] = (),
    missing: Sequence[Gap] = (),
    source: str = "",
    facts: Sequence[Row] = (),
) -> Context:
    """Tell who wrote that it is no national alert: *looks_like* "a placement notice", *goes_to* a team; *missing* is what it lacks."""
    return {
        "sender": sender,
        "reference": "",
        "purpose": "",
        "reason": "you wrote to this mailbox.",
        "looks_like": looks_like,
        "goes_to": goes_to,
        "passed_on": passed_on,
        "say": list(say),
        "missing": list(missing),
        "source": source,
        "facts": list(facts),
    }


def read_by_hand(*, sender: Sender, title: str, why: Sequence[str], do: Sequence[str], reference: str = "") -> Context:
    """Tell who wrote that a person has to read it, *why*, and what they can *do* to be quicker."""
    return {
        "sender": sender,
        "reference": reference,
        "purpose": "",
        "reason": "you wrote to this mailbox.",
        "title": title,
        "why": list(why),
        "do": list(do),
    }
