"""Rows F1 to F9 of the table of bad input: a file is read whole or refused whole, in words that say what to do, and nothing is guessed."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from directory.authority import by_gss, shipped
from directory.contact import Contact
from directory.exporting import contacts_csv, contacts_xlsx
from directory.importing import COLUMNS, FAULTS_TOLD, Import, read_contacts
from directory.planning import plan

KENT, MEDWAY = "E10000016", "E06000035"
HEADER = ("gss_code", "role", "address", "phone")
ROW = (KENT, "custodian", "alerts@kent.test", "01632 960001")


def book(*rows: tuple[object, ...], change: Callable[[Any, Any], None] = lambda _book, _sheet: None) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows or (HEADER, ROW):
        sheet.append(row)
    change(workbook, sheet)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def repacked(raw: bytes, *, add: dict[str, bytes] | None = None, change: Callable[[str, bytes], bytes] = lambda _, part: part) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in (add or {}).items():
            new.writestr(name, part)
    return out.getvalue()


def read(raw: bytes) -> Import:
    return read_contacts(raw, test_environment=True)


def says(raw: bytes) -> list[str]:
    found = read(raw)
    assert not found.usable
    return [str(fault) for fault in found.faults]


def csv_of(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_f1_a_workbook_is_read_as_the_same_table_as_csv() -> None:
    assert read(book()).rows == read(csv_of(",".join(HEADER), ",".join(ROW))).rows
    assert read(book()).usable


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"\xff\xfeg\0s\0\x00\xd8", b"gss_code\0", b"gss_code,role,address\n\x9d"])
def test_f1_letters_that_cannot_be_read_refuse_the_file_whole(raw: bytes) -> None:
    assert says(raw) == ["The letters of this file cannot be read. Save it as CSV UTF-8 and try again."]


def test_f1_a_quotation_mark_left_open_names_its_row_and_the_rows_before_it_are_not_taken() -> None:
    raw = csv_of("gss_code,role,address", f"{KENT},custodian,a@kent.test", f'{MEDWAY},"custodian,b@medway.test')
    assert says(raw) == ["The quotation marks are not closed as they should be, in row 3 or after it."]
    assert read(raw).rows == ()


@pytest.mark.parametrize("header", [("gss_code", "adress", "role"), ("gss_code", "role", "address", "notes"), (1, 2)])
def test_f2_mistyped_and_extra_column_names_of_a_workbook_are_refused(header: tuple[object, ...]) -> None:
    assert any("is missing" in line or "not known" in line for line in says(book(header, ROW[:3])))


def test_f2_swapped_columns_of_a_workbook_are_refused() -> None:
    assert says(book(("gss_code", "role", "address"), (KENT, "a@kent.test", "custodian"))) == [
        "Row 2: The role holds an address or a code; are the columns in the wrong order?",
        "Row 2: The address must contain exactly one @ sign.",
    ]


def test_f3_more_faults_than_anybody_can_read_are_counted_and_not_kept() -> None:
    found = read(csv_of("gss_code,role,address", *["x,y,z"] * 2100))
    assert len(found.faults) == FAULTS_TOLD + 1
    assert found.faults[-1].says.startswith("There are 3,200 more faults.")


def test_f4_a_duplicate_a_shared_mailbox_and_an_empty_address_are_all_told_at_once() -> None:
    rows = [
        (KENT, "custodian", "a@kent.test"),
        (KENT, "duty", "b@kent.test"),
        (MEDWAY, "custodian", "A@kent.test"),
        ("E06000001", "duty", None),
    ]
    told = says(book(HEADER[:3], *rows))
    assert [line.partition(":")[0] for line in told] == ["Row 3", "Row 4", "Row 5"]


def test_f4_a_former_code_and_an_authority_that_has_ended_are_told_with_what_follows() -> None:
    ended = next(a for a in shipped() if a.valid_to is not None)
    former = next(a for a in shipped() if a.former_codes and a.former_codes[0] not in by_gss())
    raw = csv_of("gss_code,role,address", f"{ended.gss_code},custodian,a@x.test", f"{former.former_codes[0]},custodian,b@x.test")
    after, old = (str(fault) for fault in read_contacts(raw, on=date(2099, 1, 1), test_environment=True).faults)
    assert f"{ended.name} has ended; it is followed by " in after
    assert f"a former one of {former.name}, which has {former.gss_code} now" in old


@pytest.mark.parametrize("address", ["a@kent.test\r\nBcc: b@x.test", "a@kent.test, b@x.test", '"a"@kent.test', "Amy Sample <a@kent.test>"])
def test_f5_a_bad_address_in_a_workbook_is_refused_and_not_repeated(address: str) -> None:
    [told] = says(book(HEADER[:3], (KENT, "custodian", address)))
    assert told.startswith("Row 2: ")
    assert "kent.test" not in told


@pytest.mark.parametrize("address", ["alerts@kent.gov.uk.evil.example.com", "alerts@kent-gov.uk.com"])
def test_f6_a_lookalike_domain_is_remarked_on_and_needs_a_second_person(address: str) -> None:
    known = [Contact(gss_code=KENT, address="alerts@kent.gov.uk", role="custodian")]
    planned = plan(read_contacts(csv_of("gss_code,role,address", f"{KENT},custodian,{address}")).rows, known)
    assert "The domain is not the one this authority used until now." in [remark.says for remark in planned.remarks]
    assert planned.second_person_reason() is not None


def test_f7_a_personal_mailbox_is_remarked_on() -> None:
    planned = plan(read_contacts(csv_of("gss_code,role,address", f"{KENT},custodian,amy.sample@kent.gov.uk")).rows, [])
    assert [remark.says for remark in planned.remarks] == [
        "This looks like the mailbox of one person; alerts should go to a mailbox that a team reads."
    ]


def hide_row(_: Any, sheet: Any) -> None:
    sheet.row_dimensions[2].hidden = True


def hide_column(_: Any, sheet: Any) -> None:
    sheet.column_dimensions["D"].hidden = True


def merge(_: Any, sheet: Any) -> None:
    sheet.merge_cells("B2:B3")


def hidden_sheet(workbook: Any, _: Any) -> None:
    workbook.create_sheet("old").sheet_state = "veryHidden"


def second_sheet(workbook: Any, _: Any) -> None:
    workbook.create_sheet("notes")


def far_away(_: Any, sheet: Any) -> None:
    sheet["XFD2"] = "something"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (hide_row, "Row 2 is hidden, perhaps by a filter."),
        (hide_column, "A column is hidden"),
        (merge, "The cells B2:B3 are merged."),
        (hidden_sheet, "hidden sheet"),
        (second_sheet, "more than one sheet"),
        (far_away, "to the right of column 30"),
    ],
)
def test_f8_what_cannot_be_seen_or_could_mean_two_things_refuses_the_workbook(change: Callable[[Any, Any], None], reason: str) -> None:
    [told] = says(book(change=change))
    assert reason in told
    assert read(book(change=change)).rows == ()


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/externalLinks/externalLink1.xml", "links to other files"),
        ("xl/connections.xml", "links to other files"),
    ],
)
def test_f8_macros_and_links_to_other_files_refuse_the_workbook(part: str, reason: str) -> None:
    assert reason in says(repacked(book(), add={part: b"<x/>"}))[0]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("=HYPERLINK(1)", "holds a formula"),
        (date(2026, 11, 1), "holds a date"),
        (
            datetime(2026, 11, 1, 12),  # noqa: DTZ001 - a spreadsheet knows no zones
            "holds a date",
        ),
        (1632960001, "loses its leading zeros"),
        (1632.5, "loses its leading zeros"),
        (True, "loses its leading zeros"),
        ("#N/A", "holds an error"),
    ],
)
def test_f8_a_cell_that_is_no_text_is_refused_with_its_row_and_column(value: object, reason: str) -> None:
    [told] = says(book(HEADER, ROW, (MEDWAY, "custodian", "alerts@medway.test", value)))
    assert told.startswith("Row 3: The column phone ")
    assert reason in told


def test_a_partner_agency_cannot_be_the_primary_contact() -> None:
    raw = csv_of("gss_code,role,address,order", f"{KENT},police,a@kent.test,0", f"{KENT},Police,b@kent.test,1")
    assert [line[:43] for line in says(raw)] == ["Row 2: A partner agency (police, NHS, educa"]


def test_f8_the_order_may_be_a_number() -> None:
    assert [row.order for row in read(book((*HEADER, "order"), (*ROW, 3))).rows] == [3]


def test_f8_a_document_type_through_which_a_file_grows_without_end_is_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'

    def change(name: str, part: bytes) -> bytes:
        return bomb + part.partition(b"?>")[2] if name.endswith("sheet1.xml") else part

    assert "not an Excel workbook" in says(repacked(book(), change=change))[0]


def test_f8_a_small_file_that_unpacks_to_a_large_one_is_refused_unread() -> None:
    raw = repacked(book(), change=lambda name, part: part + b" " * 6_000_000 if name == "xl/styles.xml" else part)
    assert len(raw) < 50_000
    assert "far larger than a list of contacts" in says(raw)[0]


@pytest.mark.parametrize("old", [b'r="2"', b'r="B2"'])
def test_f8_rows_and_cells_out_of_their_order_are_refused_and_not_left_out(old: bytes) -> None:
    new = b'r="1"' if old == b'r="2"' else b'r="A2"'
    raw = repacked(book(), change=lambda name, part: part.replace(old, new) if name.endswith("sheet1.xml") else part)
    assert says(raw) == ["This is not an Excel workbook (.xlsx) that can be read. Save it as .xlsx or CSV and try again."]


A_BOOK = book()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_f8_a_workbook_with_any_byte_changed_is_read_or_refused_in_a_sentence(data: st.DataObject) -> None:
    raw = bytearray(A_BOOK)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    found = read(bytes(raw))
    assert found.usable or all(fault.says.endswith(".") for fault in found.faults)


def test_w17_a_formula_goes_out_as_text_in_csv_and_in_a_workbook() -> None:
    contact = Contact(gss_code=KENT, address="=cmd@kent.test", role="@role", phone="+44 1632 960001", secure_note="=cmd|' /C calc'!A0")
    for cell in contacts_csv([contact]).decode("utf-8-sig").splitlines()[1].split(","):
        assert cell.strip('"')[:1] not in {"=", "+", "-", "@"}
    sheet = load_workbook(io.BytesIO(contacts_xlsx([contact]))).worksheets[0]
    assert {(cell.data_type, cell.number_format) for cell in sheet[2] if cell.value is not None} == {("s", "@")}
    assert {cell.value for cell in sheet[1]} == set(COLUMNS)
