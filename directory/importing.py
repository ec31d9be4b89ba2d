"""Contacts out of a CSV file: all the faults at once, nothing guessed, nothing stored."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from directory.authority import Authority, by_gss, find_by_name
from directory.contact import PRIMARY, BadAddress, address_key, normalise_address

REQUIRED = ("gss_code", "role", "address")
OPTIONAL = ("name", "order", "phone", "shared")
SIZE_LIMIT = 5_000_000
ROW_LIMIT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong, in a sentence, and in which row (the line of column names is row 1); no row when the whole file is meant."""

    row: int | None
    says: str

    def __str__(self) -> str:
        return self.says if self.row is None else f"Row {self.row}: {self.says}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """One good row of the file."""

    row: int
    gss_code: str
    role: str
    address: str = field(repr=False)
    order: int = PRIMARY
    phone: str = field(default="", repr=False)
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What a file says: its good rows, and every fault found. A file with a fault must not be imported."""

    rows: tuple[ContactRow, ...]
    faults: tuple[Fault, ...]

    @property
    def usable(self) -> bool:
        """Whether the file can be imported."""
        return bool(self.rows) and not self.faults


class _Unreadable(Exception):  # noqa: N818
    pass


def read_contacts_csv(raw: bytes, *, known: Mapping[str, Authority] | None = None, test_environment: bool = False) -> Import:
    """Read contacts from a CSV file; *known* are the authorities by GSS code (the shipped ones unless given)."""
    authorities = by_gss() if known is None else known
    try:
        text = _decoded(raw)
        columns, delimiter = _columns(text)
        records = _records(text, delimiter)
    except _Unreadable as unreadable:
        return Import(rows=(), faults=(Fault(row=None, says=str(unreadable)),))
    except _FaultyColumns as faulty:
        return Import(rows=(), faults=tuple(Fault(row=1, says=says) for says in faulty.says))
    if not records:
        return Import(rows=(), faults=(Fault(row=None, says="The file has no rows below the column names."),))
    rows: list[ContactRow] = []
    faults: list[Fault] = []
    for number, cells in records:
        if len(cells) != len(columns):
            faults.append(Fault(row=number, says=f"There are {len(cells)} cells where {len(columns)} are expected."))
            continue
        read = _Row(number, dict(zip(columns, cells, strict=True)), authorities, test_environment)
        faults.extend(Fault(row=number, says=says) for says in read.faults)
        if not read.faults:
            rows.append(read.contact)
    faults.extend(_clashes(rows, authorities))
    return Import(rows=tuple(rows), faults=tuple(sorted(faults, key=lambda fault: fault.row or 0)))


class _Row:
    """One row being read; gathers its faults instead of stopping at the first."""

    def __init__(self, number: int, cells: Mapping[str, str], known: Mapping[str, Authority], test_environment: bool) -> None:
        self.faults: list[str] = []
        self._known = known
        gss_code = self._gss_code(cells["gss_code"].strip(), cells.get("name", "").strip())
        self.contact = ContactRow(
            row=number,
            gss_code=gss_code,
            role=self._role(cells["role"].strip()),
            address=self._address(cells["address"], test_environment),
            order=self._order(cells.get("order", "").strip()),
            phone=self._phone(cells.get("phone", "").strip()),
            shared=self._shared(cells.get("shared", "").strip().lower()),
        )

    def _gss_code(self, code: str, name: str) -> str:
        if not code:
            self.faults.append("The GSS code is missing.")
        elif code not in self._known:
            self.faults.append("The GSS code is not one of the authorities in the register.")
        elif name and not _same_name(name, self._known[code]):
            self.faults.append(f"The name does not go with the GSS code, which belongs to {self._known[code].name}.")
        return code

    def _role(self, role: str) -> str:
        if not role:
            self.faults.append("The role is missing; say what the mailbox is for, such as custodian.")
        elif "@" in role or role in self._known:
            self.faults.append("The role holds an address or a code; are the columns in the wrong order?")
        elif role[0] in "=+-@'" or not role.isprintable() or len(role) > 80:
            self.faults.append("The role must be a few plain words (at most 80 characters) and not a formula.")
        return role

    def _address(self, address: str, test_environment: bool) -> str:
        try:
            return normalise_address(address, test_environment=test_environment)
        except BadAddress as bad:
            self.faults.append(bad.says)
            return ""

    def _order(self, order: str) -> int:
        if not order:
            return PRIMARY
        if not re.fullmatch(r"[0-9]", order):
            self.faults.append("The order must be 0 for the primary contact, or 1 to 9 for the ones to fall back on.")
            return PRIMARY
        return int(order)

    def _phone(self, phone: str) -> str:
        phone = phone[1:] if phone.startswith("'+") else phone
        if not phone:
            return ""
        digits = re.sub(r"\D", "", phone)
        if not re.fullmatch(r"\+?[0-9][0-9 ()-]*(?: ?(?:ext|x)\.? ?[0-9]+)?|\([0-9][0-9 ()-]*", phone) or len(phone) > 40:
            self.faults.append("The telephone number is not written as a telephone number.")
        elif not phone.startswith(("0", "+", "(0")) and len(digits) >= 9:
            self.faults.append("The telephone number seems to have lost its leading zero; format the column as text.")
        return phone

    def _shared(self, shared: str) -> bool:
        if shared not in {"", "yes", "no"}:
            self.faults.append("Write yes in the shared column when one mailbox serves several authorities, or leave it empty.")
        return shared == "yes"


class _FaultyColumns(Exception):  # noqa: N818
    def __init__(self, says: list[str]) -> None:
        super().__init__("columns")
        self.says = says


def _decoded(raw: bytes) -> str:
    if len(raw) > SIZE_LIMIT:
        raise _Unreadable("The file is larger than 5 MB; a list of contacts is far smaller.")
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _Unreadable("This is a spreadsheet file. Save it as CSV (comma separated) and give us that.")
    encodings = ("utf-16",) if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise _Unreadable("The letters of this file cannot be read. Save it as CSV UTF-8 and try again.")


def _columns(text: str) -> tuple[tuple[str, ...], str]:
    """Return the column names and the delimiter: the one that explains most of the names."""
    if not text.strip():
        raise _Unreadable("The file is empty.")
    tried = [(_header(text, delimiter), delimiter) for delimiter in ",;\t"]
    names, delimiter = max(tried, key=lambda pair: len(set(pair[0]) & {*REQUIRED, *OPTIONAL}))
    says = [f"The column {name} is missing." for name in REQUIRED if name not in names]
    unknown = [place for place, name in enumerate(names, start=1) if name not in {*REQUIRED, *OPTIONAL}]
    says += [f"Column {place} has a name that is not known; known are {', '.join((*REQUIRED, *OPTIONAL))}." for place in unknown]
    says += [f"The column {name} is there more than once." for name in (*REQUIRED, *OPTIONAL) if names.count(name) > 1]
    if says:
        raise _FaultyColumns(says)
    return names, delimiter


def _header(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(cell.strip().lower() for cell in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))
    except csv.Error:
        return ()


def _records(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > 1 and any(cell.strip() for cell in cells):
                records.append((number, cells))
    except csv.Error:
        raise _Unreadable(f"The quotation marks are not closed as they should be, in row {number + 1} or after it.") from None
    if len(records) > ROW_LIMIT:
        raise _Unreadable(f"The file has {len(records)} rows; no more than {ROW_LIMIT} are read at once.")
    return records


def _clashes(rows: list[ContactRow], known: Mapping[str, Authority]) -> Iterator[Fault]:
    places: dict[tuple[str, int], ContactRow] = {}
    mailboxes: dict[str, list[ContactRow]] = {}
    for row in rows:
        first = places.setdefault((row.gss_code, row.order), row)
        if first is not row:
            name = known[row.gss_code].name
            says = f"{name} already has a contact of order {row.order} in row {first.row}; give each its own order."
            yield Fault(row=row.row, says=says)
        mailboxes.setdefault(address_key(row.address), []).append(row)
    for group in mailboxes.values():
        first = group[0]
        for row in group[1:]:
            if row.gss_code == first.gss_code:
                yield Fault(row=row.row, says=f"The same mailbox is given twice for this authority, first in row {first.row}.")
            elif not (row.shared and first.shared):
                says = (
                    f"Row {first.row} gives the same mailbox to another authority; write yes in the shared column of both if that is right."
                )
                yield Fault(row=row.row, says=says)


def _same_name(name: str, authority: Authority) -> bool:
    found = find_by_name(name)
    return name.casefold() in {authority.name.casefold(), authority.short_name.casefold()} or (
        found is not None and found.gss_code == authority.gss_code
    )
