"""The contacts as a CSV file or a workbook that a spreadsheet opens safely and that can be read back without loss."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from directory.authority import Authority, by_gss
from directory.cells import safe
from directory.contact import Contact, address_key

COLUMNS = ("gss_code", "name", "role", "order", "address", "phone", "out_of_hours", "secure_note", "shared")


def contacts_csv(contacts: Iterable[Contact], *, known: Mapping[str, Authority] | None = None) -> bytes:
    """Write contacts as CSV (UTF-8 with a byte order mark, for Excel)."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(_rows(contacts, known))
    return out.getvalue().encode("utf-8-sig")


def contacts_xlsx(contacts: Iterable[Contact], *, known: Mapping[str, Authority] | None = None) -> bytes:
    """Write contacts as a workbook in which every cell is text."""
    from directory.workbooks import write_workbook  # as in sheets

    return write_workbook(_rows(contacts, known), "contacts")


def _rows(contacts: Iterable[Contact], known: Mapping[str, Authority] | None) -> Iterator[tuple[str, ...]]:
    listed = sorted(contacts, key=lambda contact: (contact.gss_code, contact.order))
    authorities = by_gss() if known is None else known
    uses = Counter(address_key(contact.address) for contact in listed)
    yield COLUMNS
    for contact in listed:
        name = authorities[contact.gss_code].name if contact.gss_code in authorities else ""
        shared = "yes" if uses[address_key(contact.address)] > 1 else ""
        said = (contact.phone, contact.out_of_hours, contact.secure_note)
        cells = (contact.gss_code, name, contact.role, str(contact.order), contact.address, *said, shared)
        yield tuple(safe(cell) for cell in cells)
