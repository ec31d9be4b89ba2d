"""A file of contacts is read whole or refused with every fault and its row."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.authority import shipped
from directory.contact import Contact, address_key
from directory.exporting import contacts_csv, contacts_xlsx
from directory.importing import Import, read_contacts
from directory.planning import plan

HEADER = "gss_code,name,role,address,phone"
KENT = "E10000016,Kent County Council,custodian,alerts@kent.test,01632 960001"
MEDWAY = "E06000035,Medway,custodian,alerts@medway.test,"


def read(*lines: str) -> Import:
    return read_contacts("\r\n".join(lines).encode(), test_environment=True)


def says(read: Import) -> list[str]:
    return [str(fault) for fault in read.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_is_read_in_each_encoding_and_with_each_delimiter(encoding: str, delimiter: str, newline: str) -> None:
    text = newline.join((HEADER, KENT.replace("custodian", "équipe"), MEDWAY)).replace(",", delimiter)
    found = read_contacts(text.encode(encoding), test_environment=True)
    assert found.faults == ()
    assert [(row.row, row.gss_code, row.role, row.address, row.phone) for row in found.rows] == [
        (2, "E10000016", "équipe", "alerts@kent.test", "01632 960001"),
        (3, "E06000035", "custodian", "alerts@medway.test", ""),
    ]


def test_utf_16_with_its_bytes_the_other_way_round_is_read() -> None:
    raw = b"\xfe\xff" + "\n".join((HEADER, KENT)).encode("utf-16-be")
    assert read_contacts(raw, test_environment=True).usable


def test_a_line_break_in_a_quoted_cell_does_not_move_the_row_numbers() -> None:
    found = read(HEADER, 'E10000016,"Kent\nCounty Council",custodian,alerts@kent.test,', "X,,custodian,a@b.test,")
    assert [row.row for row in found.rows] == [2]
    assert says(found) == ["Row 3: The GSS code is not one of the authorities in the register."]


def test_columns_are_found_by_name_in_any_order() -> None:
    found = read("Address,ROLE,gss_code", "alerts@kent.test,custodian,E10000016")
    assert found.usable
    assert found.rows[0].gss_code == "E10000016"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("gss_code,name,role,phone", "The column address is missing."),
        ("gss_code,role,adress", "The column address is missing."),
        ("gss_code,role,address,notes", "Column 4 has a name that is not known"),
        ("gss_code,role,address,address", "The column address is there more than once."),
        ("one line of text", "The column gss_code is missing."),
    ],
)
def test_missing_mistyped_and_unknown_columns_are_refused_and_not_guessed(header: str, reason: str) -> None:
    found = read(header, "E10000016,custodian,alerts@kent.test,x")
    assert found.rows == ()
    assert any(reason in line for line in says(found))


def test_swapped_columns_are_refused() -> None:
    found = read("gss_code,role,address", "E10000016,alerts@kent.test,custodian", "custodian,E06000035,alerts@medway.test")
    assert {fault.row for fault in found.faults} == {2, 3}
    assert found.rows == ()


def test_all_faults_are_told_at_once_with_their_rows() -> None:
    found = read(HEADER, KENT, "E99999999,,,bad address,", "E06000035,Leeds,custodian,,123456789012", "too,short")
    assert {fault.row for fault in found.faults} == {3, 4, 5}
    assert sum(fault.row == 3 for fault in found.faults) == 3
    assert sum(fault.row == 4 for fault in found.faults) == 3
    assert not found.usable


def test_a_name_that_belongs_to_another_code_is_refused() -> None:
    found = read(HEADER, KENT.replace("Kent County Council", "Medway Council"))
    assert "belongs to Kent County Council" in says(found)[0]


def test_two_contacts_of_one_order_are_refused_with_the_row_of_the_first() -> None:
    found = read(HEADER, KENT, KENT.replace("alerts@", "other@"))
    assert says(found) == [
        "Row 3: Kent County Council already has a contact of order 0 in row 2; give each its own order.",
    ]


def test_a_primary_and_a_fallback_are_read() -> None:
    found = read("gss_code,role,address,order", "E10000016,custodian,a@kent.test,0", "E10000016,duty team,b@kent.test,1")
    assert [row.order for row in found.rows] == [0, 1]
    assert found.usable


def test_one_mailbox_for_two_authorities_is_refused_unless_both_rows_say_that_it_is_shared() -> None:
    rows = ("E10000016,custodian,one@joint.test", "E06000035,custodian,ONE@joint.test")
    assert [fault.row for fault in read("gss_code,role,address", *rows).faults] == [3]
    assert read("gss_code,role,address,shared", *(f"{row},yes" for row in rows)).usable


@pytest.mark.parametrize(
    "address", ['"alerts@kent.test\nBcc: x@y.test"', "Alerts <a@kent.test>", "mailto:a@kent.test", "a@kent.test ", "a@[192.0.2.1]"]
)
def test_a_bad_address_in_a_cell_is_refused_and_not_repeated(address: str) -> None:
    found = read("gss_code,role,address", f"E10000016,custodian,{address}")
    assert [fault.row for fault in found.faults] == [2]
    assert "kent.test" not in says(found)[0]


@pytest.mark.parametrize("role", ["=cmd()", "+1", "-1", "@x", ""])
def test_a_role_that_is_a_formula_or_missing_is_refused(role: str) -> None:
    assert len(read("gss_code,role,address", f"E10000016,{role},a@kent.test").faults) == 1


@pytest.mark.parametrize(
    ("phone", "good"), [("+44 (0)1632 960001", True), ("(01632) 960001", True), ("1632960001", False), ("4.42E+11", False), ("=1", False)]
)
def test_a_telephone_number_must_look_like_one_and_have_its_leading_zero(phone: str, good: bool) -> None:
    assert read("gss_code,role,address,phone", f"E10000016,custodian,a@kent.test,{phone}").usable is good


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel file"),
        (b"gss_code,role,address\n\x81\x8d", "letters of this file"),
        ("gss_code,role,address".encode("utf-16-le"), "letters of this file"),
        (b"gss_code,role,address\n", "no rows"),
        (b'gss_code,role,address\nE10000016,"custodian,a@kent.test\n', "row 2"),
        (b"gss_code,role,address\n" + b"x,y,z\n" * 100_001, "more than 100,000 rows"),
        (b"x" * 25_000_001, "25 MB"),
    ],
)
def test_a_file_that_cannot_be_a_list_of_contacts_is_refused_whole(raw: bytes, reason: str) -> None:
    found = read_contacts(raw, test_environment=True)
    assert found.rows == ()
    assert reason in says(found)[0]


@given(st.binary(max_size=300))
def test_any_bytes_are_answered_with_rows_or_faults(raw: bytes) -> None:
    found = read_contacts(raw, test_environment=True)
    assert found.rows or found.faults


PHONES = st.sampled_from(["", "01632 960001", "+44 1632 960001", "(01632) 960001"])
contacts = st.builds(
    Contact,
    gss_code=st.sampled_from(sorted(a.gss_code for a in shipped() if a.valid_to is None)),
    order=st.integers(0, 3),
    address=st.from_regex(r"[a-z][a-z0-9_]{0,10}@[a-z]{1,8}\.test", fullmatch=True),
    role=st.sampled_from(["custodian", "duty team, nights", 'the "front door"', "équipe; garde"]),
    phone=PHONES,
    out_of_hours=PHONES,
    secure_note=st.one_of(
        st.sampled_from(["=cmd|' /C calc'!A0", "'quoted'", "''", "'=1", "+44", "-", "@SUM(1)", "first line\nsecond line"]),
        st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), max_size=40),
    ),
)


@settings(deadline=None)
@given(
    st.lists(contacts, min_size=1, max_size=12, unique_by=(lambda c: (c.gss_code, c.order), lambda c: (c.gss_code, address_key(c.address))))
)
def test_what_is_written_is_read_back_unchanged(written: list[Contact]) -> None:
    for raw in (contacts_csv(written), contacts_xlsx(written)):
        found = read_contacts(raw, test_environment=True)
        assert found.faults == ()
        assert plan(found.rows, []).added == tuple(sorted(written, key=lambda c: (c.gss_code, c.order)))
        assert plan(found.rows, written).empty


def test_a_column_that_the_file_does_not_have_leaves_what_is_known() -> None:
    known = Contact(gss_code="E10000016", address="old@kent.test", role="custodian", phone="01632 960001", secure_note="Egress")
    [change] = plan(read("gss_code,role,address", "E10000016,custodian,new@kent.test").rows, [known]).changed
    assert (change.new.address, change.new.phone, change.new.secure_note) == ("new@kent.test", "01632 960001", "Egress")


def test_a_list_of_all_authorities_is_read() -> None:
    lines = [f'{a.gss_code},"{a.name}",custodian,alerts@{a.code.lower()}.test,' for a in shipped()]
    assert len(read(HEADER, *lines).rows) == len(shipped())
    assert read(HEADER, *lines).usable
