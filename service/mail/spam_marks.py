"""How sure a mail server was of a letter, by the marks it leaves: clean, grey or spam. A forged mark can only make us stricter."""

import re
from enum import StrEnum

from service.mail.message import IncomingEmail


class SpamMark(StrEnum):
    """What the marks of a letter come to."""

    CLEAN = "clean"
    GREY = "grey"
    SPAM = "spam"


_REPORTS = ("X-Forefront-Antispam-Report", "X-Forefront-Antispam-Report-Untrusted", "X-Microsoft-Antispam")
_LEVEL = "X-MS-Exchange-Organization-SCL"
_IS_SPAM = frozenset(("SPM", "SKB", "SKS", "BLK"))  # filtering verdicts of Exchange: spam, or blocked by a rule
_SPAM_LEVEL, _GREY_LEVEL = 5, 2  # spam confidence levels of Exchange: from 5 on it is spam, -1 to 1 is not
_YES = re.compile(r"^\s*yes\b", re.I)
_SOFT = re.compile(r"\bcompauth\s*=\s*softpass\b", re.I)


def spam_mark(email: IncomingEmail) -> SpamMark:
    """Weigh the marks that Exchange and SpamAssassin leave; the worst one counts, and without any the letter is clean."""
    said: dict[str, set[str]] = {name: set() for name in ("SFV", "SCL", "CAT", "SFTY")}
    for value in (value for name in _REPORTS for value in email.all(name)):
        for mark in value.split(";"):
            name, _, held = mark.strip().partition(":")
            if name.upper() in said and held.strip():
                said[name.upper()].add(held.strip().upper())
    level = max((_level(value) for value in (*said["SCL"], *email.all(_LEVEL))), default=-1)
    flagged = any(_YES.match(value) for name in ("X-Spam-Flag", "X-Spam-Status") for value in email.all(name))
    if flagged or said["SFV"] & _IS_SPAM or level >= _SPAM_LEVEL:
        return SpamMark.SPAM
    soft = any(_SOFT.search(value) for value in email.all("Authentication-Results"))
    return SpamMark.GREY if soft or said["CAT"] - {"NONE"} or said["SFTY"] or level >= _GREY_LEVEL else SpamMark.CLEAN


def _level(value: str) -> int:
    return int(value) if re.fullmatch(r"-?[0-9]{1,3}", value.strip()) else -1
