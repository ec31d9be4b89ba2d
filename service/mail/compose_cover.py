"""The letters about a decision that is late, and about a role that somebody took in an emergency."""

from collections.abc import Sequence
from datetime import datetime

from service.mail.compose import Context, Sender, begin, kind_in_words
from service.mail.wording import moment, rows


def approval_reminder(
    *,
    sender: Sender,
    reference: str,
    kind: str,
    since: datetime,
    also_asked: Sequence[str],
    deputies_at: datetime,
    phone_at: datetime,
    on_the_page: bool,
) -> Context:
    """Remind an approver: since when it waits, who else was asked, when the deputies are asked, and when somebody phones."""
    facts = rows(
        ("Waiting since", moment(since)),
        ("Also asked", list(also_asked) or "nobody else"),
        ("Your deputies are asked on", moment(deputies_at)),
        ("Then somebody phones, on", moment(phone_at)),
    )
    reason = "you may approve national alerts. It is for you alone: do not forward it."
    return begin(sender, reference, reason, "d", kind=kind_in_words(kind), facts=facts, on_the_page=on_the_page)


def glass_broken(*, sender: Sender, by: str, role: str, reason: str, at: datetime, until: datetime) -> Context:
    """Tell administrators, auditors and approvers that somebody took a role for an hour, and why."""
    facts = rows(("Who", by), ("Role", role), ("Why", reason), ("From", moment(at)), ("Until", moment(until)))
    return begin(sender, "", "you watch over who may do what in National Alerts.", facts=facts)
