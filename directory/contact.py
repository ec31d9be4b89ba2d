"""A contact of an authority: the mailbox that alerts go to, and the rules an address must meet before it is believed."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

PRIMARY = 0
ROLES = ("custodian", "designated officer", "duty desk", "police", "NHS", "education")
_PARTNERS = ("police", "nhs", "education")
FRESH = timedelta(days=90)


class How(StrEnum):
    """How a mailbox was last proved, from the relay that took a letter to the person who pressed a button in it."""

    ACCEPTED = "accepted"
    DSN = "dsn"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    VERIFIED = "verified"

    @property
    def by_a_person(self) -> bool:
        """Whether somebody answered, and not only a mail server."""
        return self in (How.ACKNOWLEDGED, How.CONFIRMED, How.VERIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One mailbox of an authority: order 0 is the primary one, 1 and up are used when it fails.

    A mailbox that covers several authorities stands at each of them. *proved_by* is the id of the evidence. *changed_at* is when letters
    began to go elsewhere than before. *version* is the change that made it what it is, and is not compared.
    """

    gss_code: str
    address: str = field(repr=False)
    role: str
    order: int = PRIMARY
    phone: str = field(default="", repr=False)
    out_of_hours: str = field(default="", repr=False)
    secure_note: str = field(default="", repr=False)
    proved_at: datetime | None = None
    proved_how: How | None = None
    proved_by: str | None = None
    changed_at: datetime | None = None
    version: int = field(default=0, compare=False)

    @property
    def is_partner(self) -> bool:
        """Whether it is a partner agency (police, NHS, education), to which no alert goes."""
        return self.role.casefold().startswith(_PARTNERS)


Pair = tuple[Contact | None, Contact | None]  # a contact as it is, and as it would be; one of them at least
Place = tuple[str, int]  # the code of the authority, and the order


def place_of(pair: Pair) -> Place:
    """Return where a contact stands, or would."""
    one = pair[1] or pair[0]
    assert one is not None
    return one.gss_code, one.order


def contact_after(
    old: Contact | None,
    *,
    gss_code: str,
    order: int,
    address: str,
    role: str,
    phone: str,
    out_of_hours: str | None = None,
    secure_note: str | None = None,
) -> Contact:
    """Return the contact as it would be stored: proof belongs to an address and does not outlive it; None keeps what there is."""
    new = Contact(
        gss_code=gss_code,
        order=order,
        address=address,
        role=role,
        phone=phone,
        out_of_hours=(old.out_of_hours if old else "") if out_of_hours is None else out_of_hours,
        secure_note=(old.secure_note if old else "") if secure_note is None else secure_note,
        changed_at=old.changed_at if old else None,
        version=old.version if old else 0,
    )
    if old is None or old.address != address:
        return new
    return replace(new, proved_at=old.proved_at, proved_how=old.proved_how, proved_by=old.proved_by)


def proved(contact: Contact, *, how: How, by: str | None, at: datetime) -> Contact:
    """Return the contact with this proof; a mail server's word does not replace a person's of the last 90 days, nor old proof new."""
    if contact.proved_at is not None:
        weaker = contact.proved_how is not None and contact.proved_how.by_a_person and not how.by_a_person
        if at < contact.proved_at or (weaker and at - contact.proved_at < FRESH):
            return contact
    return replace(contact, proved_at=at, proved_how=how, proved_by=by)


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
