"""The letters of the service about itself: an alarm to system administrators, and the canary to its own mailbox."""

from collections.abc import Sequence
from datetime import datetime

from service.mail.compose import Context, Sender, begin
from service.mail.wording import moment, rows

_REASON = "you look after the machines of National Alerts."


def alarm(*, sender: Sender, title: str, check: str, began: datetime, over: datetime | None = None, still: Sequence[str] = ()) -> Context:
    """Say what is wrong, since when, and what to check; with *over*, that it is right again. *still* is what else is wrong."""
    facts = rows(("Alarm since", moment(began)), ("Over since", moment(over) if over else None), ("Also wrong now", list(still)))
    return begin(sender, "", _REASON, title=title, check=check, facts=facts, over=over is not None)


def canary(*, sender: Sender) -> Context:
    """Say what the letter is for, to whoever sees it in the mailbox."""
    return begin(sender, "", "the service writes to itself to see that letters leave and arrive.")
