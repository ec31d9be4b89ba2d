"""The contacts as a CSV file that a spreadsheet opens safely and that can be read back unchanged."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping

from directory.authority import Authority, by_gss
from directory.contact import Contact, address_key

COLUMNS = ("gss_code", "name", "role", "order", "address", "phone", "shared")


def contacts_csv(contacts: Iterable[Contact], *, known: Mapping[str, Authority] | None = None) -> bytes:
    """Write contacts as CSV (UTF-8 with a byte order mark, for Excel)."""
    listed = sorted(contacts, key=lambda contact: (contact.gss_code, contact.order))
    authorities = by_gss() if known is None else known
    uses = Counter(address_key(contact.address) for contact in listed)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for contact in listed:
        name = authorities[contact.gss_code].name if contact.gss_code in authorities else ""
        shared = "yes" if uses[address_key(contact.address)] > 1 else ""
        # A spreadsheet takes a cell that begins with + for a formula; the reader takes the apostrophe off again.
        phone = f"'{contact.phone}" if contact.phone.startswith("+") else contact.phone
        writer.writerow((contact.gss_code, name, contact.role, contact.order, contact.address, phone, shared))
    return out.getvalue().encode("utf-8-sig")
