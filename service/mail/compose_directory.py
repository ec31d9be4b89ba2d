"""The letters to the addresses of the directory: what changed, whether an address is right, and exercises. None speaks of a case."""

from datetime import datetime

from service.mail.compose import Context, Sender, begin
from service.mail.wording import moment, rows

PURPOSE = "v"
_LISTED = "your address is in the directory of those who get national alerts about missing children."


def confirm(
    *, sender: Sender, authority: str, address: str, role: str, phone: str, out_of_hours: str, instead: bool, shared: bool = False
) -> Context:
    """Ask whether an address is still right; *instead* when an earlier contact of the same authority did not answer.

    *shared*: who is asked serves several authorities, which are not named.
    """
    facts = rows(
        ("Authority", authority),
        ("Address", address),
        ("Who reads it", role),
        ("Phone", phone or "none known"),
        ("Out of hours", out_of_hours or "none known"),
    )
    return begin(sender, "", _LISTED, PURPOSE, authority=authority, facts=facts, instead=instead, shared=shared)


def verify(*, sender: Sender, authority: str, address: str, role: str) -> Context:
    """Ask a new address to prove itself."""
    facts = rows(("Authority", authority), ("Address", address), ("Who reads it", role))
    return begin(sender, "", "somebody noted your address for national alerts.", PURPOSE, authority=authority, facts=facts)


def changed(*, sender: Sender, authority: str, address: str, by: str, at: datetime, gone: bool) -> Context:
    """Tell an address that it was taken out (*gone*) or put in, by whom and when. The other address is never named."""
    facts = rows(("Authority", authority), ("Address", address), ("Changed by", by), ("When", moment(at)))
    reason = "your address was in our directory." if gone else "your address was put into our directory."
    return begin(sender, "", reason, authority=authority, facts=facts, gone=gone)


def exercise(*, sender: Sender) -> Context:
    """Ask whoever would act on an alert to answer an exercise."""
    return begin(sender, "", f"{_LISTED} This is an exercise.", PURPOSE)
