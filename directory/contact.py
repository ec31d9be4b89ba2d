"""A contact of an authority: the mailbox that alerts go to, and the rules an address must meet before it is believed."""

from dataclasses import dataclass, field
from datetime import datetime

from email_validator import EmailNotValidError, validate_email

PRIMARY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One mailbox of an authority: order 0 is the primary one, 1 and up are used when it fails."""

    gss_code: str
    address: str = field(repr=False)
    role: str
    order: int = PRIMARY
    phone: str = field(default="", repr=False)
    proved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """An authority and the address that a letter to it goes to, as they stand now."""

    gss_code: str
    name: str
    address: str = field(repr=False)


class BadAddress(ValueError):  # noqa: N818
    """An address that cannot be used; *says* is the reason in a sentence, without the address."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


def normalise_address(text: str, *, test_environment: bool = False) -> str:
    """Return the one way this address is written (domain in lower case), or raise BadAddress; `.test` only in a test environment."""
    says = _plain_fault(text)
    if says is not None:
        raise BadAddress(says)
    try:
        checked = validate_email(text, check_deliverability=False, test_environment=test_environment)
    except EmailNotValidError:
        # from None: the library's message repeats parts of the address.
        raise BadAddress("The address is not a valid email address.") from None
    return f"{checked.local_part}@{checked.domain}"


def address_key(address: str) -> str:
    """Return what two addresses have in common when they mean the same mailbox."""
    return address.casefold()


def _plain_fault(text: str) -> str | None:
    if not text:
        return "The address is empty."
    if "\r" in text or "\n" in text:
        return "The address contains a line break."
    if any(ord(letter) > 126 for letter in text):
        return "The address contains a letter or sign that is not plain ASCII."
    if any(ord(letter) < 32 for letter in text) or " " in text:
        return _SPACED.get("<" in text, _SPACED[False])
    for sign, says in _SIGNS.items():
        if sign in text.lower():
            return says
    if text[0] in "'=+-" or text[-1] == "'":
        return "The address begins or ends with a quotation mark or with a sign that a spreadsheet reads as a formula."
    if text.endswith("."):
        return "The address ends with a full stop."
    if text.count("@") != 1:
        return "The address must contain exactly one @ sign."
    domain = text.rpartition("@")[2].lower()
    if domain.replace(".", "").isdigit():
        return "The address uses a number in place of a domain name."
    if any(label.startswith("xn--") for label in domain.split(".")):
        return "The domain of the address is written with letters that are not plain ASCII."
    return None


_SPACED = {
    False: "The address contains a space, a tab or a control character.",
    True: "Give the address alone, without a display name or angle brackets.",
}
_SIGNS = {
    "mailto:": "Give the address alone, without mailto: before it.",
    "<": "Give the address alone, without a display name or angle brackets.",
    ">": "Give the address alone, without a display name or angle brackets.",
    ",": "The address contains a comma; give one address only.",
    ";": "The address contains a semicolon; give one address only.",
    '"': "The address contains quotation marks.",
    "[": "The address uses a number in place of a domain name.",
    "]": "The address uses a number in place of a domain name.",
}
