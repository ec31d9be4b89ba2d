"""Rich text: lines, tables and form fields as they are shown; what was struck out, deleted or hidden is not."""

import pytest

from service.forms.blocks import Control, Document, Line, Unreadable
from service.forms.formats import take_apart

from .documents import read

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset2 Wingdings;}{\f2\fcharset238 Arial CE;}}"
    rb"{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\*\cs10 Default;}}{\info{\title Never}{\author Nobody}}"
)


def rtf(body: bytes) -> Document:
    document = take_apart("form.rtf", "", HEAD + body + b"}")
    assert document is not None
    return document


def texts(body: bytes) -> list[str | list[list[str]]]:
    return [one.text if isinstance(one, Line) else [[cell.text for cell in row] for row in one.rows] for one in rtf(body).blocks]


def row(*cells: bytes, merges: tuple[bytes, ...] = ()) -> bytes:
    marks = merges or (b"",) * len(cells)
    defined = b"".join(mark + rb"\cellx%d" % (1000 * number) for number, mark in enumerate(marks, start=1))
    return rb"\trowd" + defined + b"".join(rb"\pard\intbl " + cell + rb"\cell" for cell in cells) + rb"\row" + b"\n"


def control_of(body: bytes) -> tuple[Control, ...]:
    [line] = rtf(body).blocks
    assert isinstance(line, Line)
    return line.controls


def field(instruction: bytes, data: bytes, result: bytes = b"") -> bytes:
    return rb"{\field{\*\fldinst " + instruction + rb"{\*\formfield{" + data + rb"}}}{\fldrslt " + result + b"}}"


def test_lines_headings_and_tables_are_told_apart() -> None:
    body = (
        rb"\pard\s1 Child 1\par\pard Date missing: 20/10/2026\par" + row(b"Surname", b"Example") + row(b"Gender", b"") + rb"\pard End\par"
    )
    assert texts(body) == ["Child 1", "Date missing: 20/10/2026", [["Surname", "Example"], ["Gender", ""]], "End"]
    first, second = (one for one in rtf(body).blocks[:2] if isinstance(one, Line))
    assert (first.heading, second.heading) == (True, False)


def test_letters_of_every_kind_are_kept() -> None:
    body = rb"Si\'e2n ap Rh\u375?s \u8217\'92 \f2\'e6\f0  \emdash  \~x\line next {\uc0\u353}\u-10179?\u-8704?\u-10179?\par"
    assert texts(body) == ["Siân ap Rhŷs ’ ć —  x", "next š😀�"]


def test_words_that_are_struck_out_deleted_or_hidden_are_not_read() -> None:
    body = rb"Gender: {\strike Male} / Female{\deleted  or} {\striked1 x}{\v secret}{\strike a\strike0 b}\par"
    assert texts(body) == ["Gender:  / Female b"]


def test_remarks_pictures_footers_and_unknown_parts_are_not_read() -> None:
    body = (
        rb"{\footer Page 1\par}{\*\unknown no}{\pict\pngblip 89504e47}{\object{\*\objdata 00}{\result no}}{\footnote no}{\*\annotation no}"
        rb"{\listtext 1.\tab}Surname: Example\par{\header National Missing Child Alert\par}"
    )
    assert texts(body) == ["Surname: Example", "National Missing Child Alert"]


def test_raw_bytes_of_pictures_are_stepped_over() -> None:
    assert texts(rb"{\pict\bin9 }}}}{{{\par}Surname: Example\par") == ["Surname: Example"]


def test_merged_cells_keep_the_columns() -> None:
    [table] = rtf(
        row(b"Child 1", b"", b"Seen", merges=(rb"\clmgf", rb"\clmrg", b""))
        + row(b"Names", b"Example", b"Yes", merges=(rb"\clvmgf", b"", b""))
        + row(b"", b"Sample", b"No", merges=(rb"\clvmrg", b"", b""))
    ).blocks
    assert not isinstance(table, Line)
    assert [[cell.text for cell in cells] for cells in table.rows] == [
        ["Child 1", "Seen"],
        ["Names", "Example", "Yes"],
        ["", "Sample", "No"],
    ]
    assert (table.rows[0][0].across, table.rows[2][0].merged) == (2, True)


def test_a_nested_table_comes_after_the_table_around_it() -> None:
    inner = rb"\pard\intbl\itap2 Inner\nestcell x\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}{\nonesttables no\par}"
    body = rb"\trowd\cellx1000\cellx2000\pard\intbl Surname\cell " + inner + rb"\pard\intbl Example\cell\row\pard"
    assert texts(body) == [[["Surname", "Example"]], [["Inner", "x"]]]
    [_, within] = rtf(body).blocks
    assert not isinstance(within, Line)
    assert within.beside == "Example"


def test_form_fields_show_words_ticks_and_choices() -> None:
    words = field(b"FORMTEXT", rb"\fftype0{\*\ffname surname}{\*\ffdeftext Default}", b"Example")
    assert texts(b"Surname: " + words + rb"\par") == ["Surname: Example"]
    assert control_of(b"Surname: " + words + rb"\par") == (Control(tag="surname", title="", text="Example"),)
    for state, shown in ((rb"\ffres1", "☒"), (rb"\ffres0", "☐"), (rb"\ffres25\ffdefres1", "☒"), (rb"\ffres25\ffdefres0", "☐")):
        assert texts(field(b"FORMCHECKBOX", rb"\fftype1" + state) + rb" Yes\par") == [f"{shown} Yes"]
    entries = rb"{\*\ffl Low}{\*\ffl High}"
    assert texts(b"Risk: " + field(b"FORMDROPDOWN", rb"\fftype2\ffres1" + entries) + rb"\par") == ["Risk: High"]
    assert texts(b"Risk: " + field(b"FORMDROPDOWN", rb"\fftype2\ffres25\ffdefres0" + entries) + rb"\par") == ["Risk:"]


def test_ticks_of_symbol_fonts_are_ticks() -> None:
    assert texts(rb"{\f1\'fe} Yes {\f1\'a8} No \u-3842? Maybe\par") == ["☒ Yes ☐ No ☒ Maybe"]


def test_a_choice_that_alone_is_marked_is_the_one_that_was_made() -> None:
    for mark in (rb"\b", rb"\ul", rb"\highlight7", rb"\chbrdr\brdrs"):
        assert texts(rb"\pard Yes / {" + mark + rb" No}\par") == ["☐ Yes ☒ No"]
    shaded = rb"\trowd\cellx1000\cellx2000\clcbpat3\cellx3000\pard\intbl In custody?\cell Yes\cell No\cell\row"
    assert texts(shaded) == [[["In custody?", "☐ Yes", "☒ No"]]]


def test_text_boxes_are_read_once() -> None:
    body = rb"{\shp{\*\shpinst{\sp{\sn a}{\sv no}}{\shptxt Surname: Example\par}}{\shprslt Surname: Example\par}}\par"
    assert texts(body) == ["Surname: Example"]


def test_deep_nesting_ends_with_a_sentence_and_broken_files_in_what_there_is() -> None:
    with pytest.raises(Unreadable):
        rtf(b"{" * 100_000)
    assert texts(rb"Surname: Example\par }}}}}} Forename: Amy\par \'zz \u99999999999999? {")[:1] == ["Surname: Example"]


def test_a_whole_form_is_read() -> None:
    body = rb"\pard\s1 National Missing Child Alert\par" + row(b"Date missing", b"20/10/2026", b"Level of risk", b"High")
    body += rb"\pard Child 1\par" + row(b"Surname", b"Example", b"Forename", b"Amy")
    reading = read(HEAD + body + b"}", "form.rtf")
    assert (reading.kind, reading.fields["date_went_missing"], reading.fields["risk_level"]) == ("alert", "2026-10-20", "high")
    assert (reading.fields["children"][0]["family_name"], reading.fields["children"][0]["given_names"]) == ("Example", "Amy")
