"""Contacts out of a CSV file or a workbook: all the faults at once, nothing guessed, nothing stored."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from sys import intern

from directory.authority import Authority, by_gss, find_by_name, today
from directory.cells import BadCell, Cell, Progress, Row, Unreadable
from directory.contact import PRIMARY, BadAddress, Contact, address_key, normalise_address
from directory.sheets import rows_of

REQUIRED = ("gss_code", "role", "address")
OPTIONAL = ("name", "order", "phone", "out_of_hours", "secure_note", "shared")
COLUMNS = (*REQUIRED, *OPTIONAL)
FAULTS_TOLD = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong, in a sentence, and in which row (the line of column names is row 1); no row when the whole file is meant."""

    row: int | None
    says: str

    def __str__(self) -> str:
        return self.says if self.row is None else f"Row {self.row}: {self.says}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """One good row of the file; None where the file has no such column, and what is known stays as it is."""

    row: int
    gss_code: str
    role: str
    address: str = field(repr=False)
    order: int = PRIMARY
    phone: str | None = field(default=None, repr=False)
    out_of_hours: str | None = field(default=None, repr=False)
    secure_note: str | None = field(default=None, repr=False)
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


def read_contacts(
    raw: bytes,
    *,
    known: Mapping[str, Authority] | None = None,
    on: date | None = None,
    test_environment: bool = False,
    progress: Progress = lambda _: None,
) -> Import:
    """Read contacts from a CSV file or a workbook; *progress* is told how many rows are behind us.

    *known* are the authorities by GSS code (the shipped ones unless given), *on* the day on which they must answer for their area.
    """
    faults = _Faults()
    rows: list[ContactRow] = []
    try:
        table = rows_of(raw, COLUMNS)
        columns = _columns(next(table, (1, ())), faults)
        if columns:
            reader = _Reader(by_gss() if known is None else known, today() if on is None else on, test_environment)
            for count, (number, cells) in enumerate(table, start=1):
                said, row = reader.read(number, columns, cells)
                faults.add(number, said)
                rows += [] if row is None else [row]
                if count % 500 == 0:
                    progress(count)
            progress(len(rows))
            if not rows and not faults.count:
                faults.add(None, ["The file has no rows below the column names."])
            for number, says in reader.clashes(rows):
                faults.add(number, [says])
    except Unreadable as unreadable:
        return Import(rows=(), faults=(Fault(row=None, says=unreadable.says),))
    return Import(rows=tuple(rows), faults=faults.told())


def faults_in(*, role: str, phone: str, out_of_hours: str, secure_note: str, known: Mapping[str, Authority]) -> dict[str, list[str]]:
    """Return what is wrong with the words about one contact, by field: the rules of a form are those of a file."""
    found = {
        "role": _role_faults(role, known),
        "phone": _phone_faults(phone, "telephone number"),
        "out_of_hours": _phone_faults(out_of_hours, "out-of-hours number"),
        "secure_note": _note_faults(secure_note),
    }
    return {name: says for name, says in found.items() if says}


class _Faults:
    """Every fault up to a limit, and how many more there are: a file that is wrong in all its rows must not fill the memory."""

    def __init__(self) -> None:
        self.count = 0
        self._told: list[Fault] = []

    def add(self, row: int | None, said: Sequence[str]) -> None:
        self.count += len(said)
        self._told += [Fault(row=row, says=says) for says in said[: max(0, FAULTS_TOLD - len(self._told))]]

    def told(self) -> tuple[Fault, ...]:
        more = self.count - len(self._told)
        rest = [Fault(row=None, says=f"There are {more:,} more faults. Put these right first, and the rest will be told.")] if more else []
        return (*sorted(self._told, key=lambda fault: fault.row or 0), *rest)


def _columns(header: Row, faults: _Faults) -> tuple[str, ...]:
    """Return the column names; none, and the faults, where a name is missing, unknown or there twice: nothing is guessed."""
    number, cells = header
    if not cells:
        raise Unreadable("The file is empty.")
    names = tuple("" if isinstance(cell, BadCell) else cell.strip().lower() for cell in cells)
    says = [f"The column {name} is missing." for name in REQUIRED if name not in names]
    unknown = [place for place, name in enumerate(names, start=1) if name not in COLUMNS]
    says += [f"Column {place} has a name that is not known; known are {', '.join(COLUMNS)}." for place in unknown]
    says += [f"The column {name} is there more than once." for name in COLUMNS if names.count(name) > 1]
    faults.add(number, says)
    return () if says else names


class _Reader:
    """Reads one row after the other."""

    def __init__(self, known: Mapping[str, Authority], on: date, test_environment: bool) -> None:
        self._known = known
        self._on = on
        self._test_environment = test_environment
        self._former = {code: authority for authority in known.values() for code in authority.former_codes if code not in known}

    def read(self, number: int, columns: Sequence[str], cells: Sequence[Cell]) -> tuple[list[str], ContactRow | None]:
        """Return the faults of a row, or what it says."""
        if len(cells) != len(columns):
            return [f"There are {len(cells)} cells where {len(columns)} are expected."], None
        says = [f"The column {name} {cell.says}." for name, cell in zip(columns, cells, strict=True) if isinstance(cell, BadCell)]
        if says:
            return says, None
        text = {name: str(cell) if name == "address" else str(cell).strip() for name, cell in zip(columns, cells, strict=True)}
        says += self._authority_faults(text["gss_code"], text.get("name", ""))
        says += _role_faults(text["role"], self._known)
        address, fault = self._address(text["address"])
        order, phone, hours, note = (text.get(name) for name in ("order", "phone", "out_of_hours", "secure_note"))
        says += [*fault, *_order_faults(order), *_phone_faults(phone, "telephone number"), *_phone_faults(hours, "out-of-hours number")]
        says += _note_faults(note)
        if not says and int(order or PRIMARY) == PRIMARY and Contact(gss_code="", address="", role=text["role"]).is_partner:
            says.append("A partner agency (police, NHS, education) cannot be the primary contact; give it an order of 1 to 9.")
        if text.get("shared", "").lower() not in {"", "yes", "no"}:
            says.append("Write yes in the shared column when one mailbox serves several authorities, or leave it empty.")
        if says:
            return says, None
        return says, ContactRow(
            row=number,
            gss_code=self._known[text["gss_code"]].gss_code,
            role=intern(text["role"]),
            address=address,
            order=int(order or PRIMARY),
            phone=phone,
            out_of_hours=hours,
            secure_note=None if note is None else note.replace("\r\n", "\n"),
            shared=text.get("shared", "").lower() == "yes",
        )

    def clashes(self, rows: Iterable[ContactRow]) -> Iterator[tuple[int, str]]:
        """Say which rows cannot both be right."""
        places: dict[tuple[str, int], ContactRow] = {}
        mailboxes: dict[str, ContactRow] = {}
        seen: set[tuple[str, str]] = set()
        for row in rows:
            first = places.setdefault((row.gss_code, row.order), row)
            if first is not row:
                name = self._known[row.gss_code].name
                yield row.row, f"{name} already has a contact of order {row.order} in row {first.row}; give each its own order."
            first = mailboxes.setdefault(address_key(row.address), row)
            if (row.gss_code, address_key(row.address)) in seen:
                yield row.row, "The same mailbox is given twice for this authority."
            elif first is not row and not (row.shared and first.shared):
                says = (
                    f"Row {first.row} gives the same mailbox to another authority; write yes in the shared column of both if that is right."
                )
                yield row.row, says
            seen.add((row.gss_code, address_key(row.address)))

    def _authority_faults(self, code: str, name: str) -> list[str]:
        if not code:
            return ["The GSS code is missing."]
        if code in self._former:
            now = self._former[code]
            return [f"The GSS code is a former one of {now.name}, which has {now.gss_code} now."]
        if code not in self._known:
            return ["The GSS code is not one of the authorities in the register."]
        authority = self._known[code]
        if authority.valid_to is not None and authority.valid_to < self._on:
            followed = ", ".join(self._known[other].name for other in authority.successors if other in self._known)
            return [f"{authority.name} has ended" + (f"; it is followed by {followed}." if followed else ".")]
        if name and not _same_name(name, authority):
            return [f"The name does not go with the GSS code, which belongs to {authority.name}."]
        return []

    def _address(self, address: str) -> tuple[str, list[str]]:
        try:
            return normalise_address(address, test_environment=self._test_environment), []
        except BadAddress as bad:
            return "", [bad.says]


def _role_faults(role: str, known: Mapping[str, Authority]) -> list[str]:
    if not role:
        return ["The role is missing; say what the mailbox is for, such as custodian."]
    if "@" in role or role in known:
        return ["The role holds an address or a code; are the columns in the wrong order?"]
    if role[0] in "=+-@'" or not role.isprintable() or len(role) > 80:
        return ["The role must be a few plain words (at most 80 characters) and not a formula."]
    return []


def _order_faults(order: str | None) -> list[str]:
    if order and not re.fullmatch(r"[0-9]", order):
        return ["The order must be 0 for the primary contact, or 1 to 9 for the ones to fall back on."]
    return []


def _phone_faults(phone: str | None, which: str) -> list[str]:
    if not phone:
        return []
    if not re.fullmatch(r"\+?[0-9][0-9 ()-]*(?: ?(?:ext|x)\.? ?[0-9]+)?|\([0-9][0-9 ()-]*", phone) or len(phone) > 40:
        return [f"The {which} is not written as a telephone number."]
    if not phone.startswith(("0", "+", "(0")) and len(re.sub(r"\D", "", phone)) >= 9:
        return [f"The {which} seems to have lost its leading zero; format the column as text."]
    return []


def _note_faults(note: str | None) -> list[str]:
    if note and (len(note) > 500 or not all(sign.isprintable() or sign in "\r\n" for sign in note)):
        return ["The note on secure mail must be plain text of at most 500 characters."]
    return []


def _same_name(name: str, authority: Authority) -> bool:
    found = find_by_name(name)
    return name.casefold() in {authority.name.casefold(), authority.short_name.casefold()} or (
        found is not None and found.gss_code == authority.gss_code
    )
