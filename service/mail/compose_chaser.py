"""The letter to an authority that has not answered: one for everything it owes an answer to, and no word about any child."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.mail.compose import ANSWERS, Context, Sender, begin
from service.mail.wording import moment

_WHAT = {
    "alert": "National alert: child missing",
    "update": "Update of a national alert",
    "renewal": "Still missing: renewal of a national alert",
    "found": "Found: stop searching",
    "withdrawal": "Withdrawn: do not act on it",
}
_ENDS = ("found", "withdrawal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One letter without an answer. *link* opens the page on which it is answered."""

    reference: str
    kind: str
    sent_at: datetime
    link: str = field(repr=False)


def chaser(*, sender: Sender, authority: str, owed: Sequence[Owed]) -> Context:
    """Ask for the answers that are *owed*. A reply answers the letter where it is only one; among several nobody could tell which."""
    single = len(owed) == 1
    items = [
        {
            "what": _WHAT[one.kind],
            "reference": one.reference,
            "sent": moment(one.sent_at),
            "press": "We have closed it" if one.kind in _ENDS else "Answer on the web page",
            "link": one.link,
        }
        for one in owed
    ]
    return begin(
        sender,
        owed[0].reference if single else "",
        "your authority has not answered yet.",
        "a" if single else "",
        authority=authority,
        items=items,
        single=single,
        ends=any(one.kind in _ENDS for one in owed),
        ended=single and owed[0].kind in _ENDS,
        answers=ANSWERS,
        names=[],
    )


def what_is_owed(kind: str) -> str:
    """Name a letter that was not answered, for a list of calls."""
    return _WHAT[kind]
