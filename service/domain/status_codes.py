"""What a mail server means by an enhanced status code (RFC 3463, and the codes registered since), in a sentence for a person."""

import re

_CODE = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})")
_ASK = "Ask them for the right address."
_WORDS = {
    "1.0": f"Something is wrong with the address. {_ASK}",
    "1.1": f"There is no such mailbox there. {_ASK}",
    "1.2": f"There is no such mail domain, or it takes no mail. {_ASK}",
    "1.3": "The address is not written as an address must be. Look for a slip.",
    "1.4": f"The address fits more than one mailbox there. {_ASK}",
    "1.6": f"The mailbox has moved and left no new address. {_ASK}",
    "1.7": "Their mail system did not accept our own address as a sender. The person who runs this service has to look.",
    "1.8": "Their mail system did not accept our own domain as a sender. The person who runs this service has to look.",
    "1.10": f"That domain says that it takes no mail at all. {_ASK}",
    "2.0": "Something is wrong with their mailbox. Call them.",
    "2.1": f"The mailbox is switched off. {_ASK}",
    "2.2": "Their mailbox is full. Call them; the address itself may be right.",
    "2.3": "The letter is larger than their mailbox takes. Call them.",
    "2.4": "Their distribution list is broken. Call them.",
    "3.1": "Their mail system is full. Call them; the address itself may be right.",
    "3.2": "Their mail system takes no mail at the moment. Call them if it is urgent.",
    "3.4": "The letter is larger than their mail system takes. Call them.",
    "3.5": "Their mail system is not set up rightly. Call them.",
    "4.1": "Their mail server did not answer. Call them if it is urgent.",
    "4.2": "The connection to their mail server broke. Call them if it is urgent.",
    "4.3": "The name of their mail server could not be looked up. Look for a slip in the domain.",
    "4.4": f"There is no way to their mail server. Look for a slip in the domain. {_ASK}",
    "4.5": "Their mail server is too busy. Call them if it is urgent.",
    "4.6": "Their mail goes round in a circle. Call them.",
    "4.7": "Their mail server could not be reached for too long, and the mail system gave up. Call them.",
    "7.0": "Their mail system refused the letter for reasons of security. Call them.",
    "7.1": "Their mail system does not let us write to this mailbox. Call them, and ask them to allow our address.",
    "7.2": "Their distribution list does not take letters from outside. Call them.",
    "7.20": "Their mail system missed a right signature on our letter. The person who runs this service has to look.",
    "7.23": "Their mail system does not believe that the letter comes from us. The person who runs this service has to look.",
    "7.25": "Their mail system does not know our mail server. The person who runs this service has to look.",
    "7.26": "Their mail system does not believe that the letter comes from us. The person who runs this service has to look.",
}
_SUBJECTS = {
    "1": _WORDS["1.0"],
    "2": _WORDS["2.0"],
    "3": "Something is wrong with their mail system. Call them.",
    "4": "The way to their mail server is broken. Call them if it is urgent.",
    "5": "The two mail systems did not understand each other. The person who runs this service has to look.",
    "6": "Their mail system could not take the letter as it is written. The person who runs this service has to look.",
    "7": _WORDS["7.0"],
}
_REFUSED = "Their mail system refused the letter and did not say why in a way we know. Call them."


def in_words(status: str | None, code: int | None = None) -> str:
    """Say what a mail server meant by its *status*, or if it gave none by its reply *code*, and what helps."""
    match = _CODE.fullmatch(status or "")
    if match is None:
        return {550: _WORDS["1.1"], 551: _WORDS["1.6"], 552: _WORDS["2.2"], 553: _WORDS["1.3"]}.get(code or 0, _REFUSED)
    return _WORDS.get(f"{match[1]}.{match[2]}") or _SUBJECTS.get(match[1], _REFUSED)
