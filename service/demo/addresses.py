"""Who has which address in the demonstration: one issuing council, its staff, and every authority. All of it under `.test`."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from directory.authority import Authority, by_gss, shipped
from directory.contact import Contact
from service.domain.people import Role

ISSUING_GSS = "E10000016"
ISSUING_NAME = by_gss()[ISSUING_GSS].name
ISSUING_CODE = by_gss()[ISSUING_GSS].code
POLICY = "national"
DOMAIN = "kent.test"
MAILBOX = f"alerts@{DOMAIN}"
# Numbers that are kept free for drama and belong to nobody.
PHONE = "01632 960100"
OUT_OF_HOURS = "01632 960199"
PASSWORD = "demonstration"  # noqa: S105 - the mail server of the demonstration listens on this machine only


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One member of staff of the issuing council."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    roles: frozenset[Role]


SOCIAL_WORKER = Staff(name="Sam Worker", address=f"sam.worker@{DOMAIN}", roles=frozenset({Role.REPORTER}))
QUALITY = Staff(name="Priya Checker", address=f"priya.checker@{DOMAIN}", roles=frozenset({Role.QUALITY}))
APPROVER = Staff(name="Helen Approver", address=f"helen.approver@{DOMAIN}", roles=frozenset({Role.APPROVER}))
ADMINISTRATOR = Staff(name="Alex Admin", address=f"alex.admin@{DOMAIN}", roles=frozenset({Role.DIRECTORY, Role.SYSTEM}))
AUDITOR = Staff(name="Morgan Auditor", address=f"morgan.auditor@{DOMAIN}", roles=frozenset({Role.AUDITOR}))
STAFF = (SOCIAL_WORKER, QUALITY, APPROVER, ADMINISTRATOR, AUDITOR)


@cache
def contacts() -> tuple[Contact, ...]:
    """Return one contact for every authority in the shipped list, the Crown Dependencies too."""
    return tuple(Contact(gss_code=one.gss_code, address=address_of(one), role="custodian") for one in shipped())


@cache
def receiving() -> tuple[Authority, ...]:
    """Return the authorities that get a national alert, by name: all of the United Kingdom, the issuing one included."""
    return tuple(one for one in shipped() if one.in_uk)


def address_of(authority: Authority) -> str:
    """Return the mailbox of an authority's custodian."""
    return f"custodian@{_slug(authority.short_name)}.test"


@cache
def accounts() -> Mapping[str, str]:
    """Return every account of the mail server with its password."""
    return dict.fromkeys((MAILBOX, *(one.address for one in STAFF), *(address_of(one) for one in shipped())), PASSWORD)


def mailbox_of(recipient: str) -> str | None:
    """Return the account that takes letters for *recipient* (anything after a plus sign is for the owner); None when nobody does."""
    local, _, domain = recipient.strip("<>").casefold().rpartition("@")
    account = f"{local.partition('+')[0]}@{domain}"
    return account if account in accounts() else None


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
