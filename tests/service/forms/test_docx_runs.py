"""Content controls, legacy form fields and symbols in the runs of a Word document."""

import pytest

from .documents import cell, checkbox, control, paragraph, read_form, row, run, table
from .word_parts import W15, child, grid, legacy, with_parts


@pytest.mark.parametrize("where", ["row", "cell", "block", "inline"])
def test_a_control_of_any_kind_is_read_beside_its_label(where: str) -> None:
    plain = cell("Example")
    forms = {
        "row": f"<w:tbl>{control(row('Surname', 'Example'), tag='r')}</w:tbl>",
        "cell": f"<w:tbl><w:tr>{cell('Surname')}{control(plain, tag='c')}</w:tr></w:tbl>",
        "block": grid(("Surname", f"<w:tc>{control(paragraph('Example'), tag='b')}</w:tc>")),
        "inline": grid(("Surname", paragraph(control(run("Example"), tag="i")))),
    }
    reading = read_form(forms[where])
    assert (child(reading)["family_name"], reading.findings) == ("Example", ())
    assert set(reading.provenance) == {"children[0].family_name"}


def test_a_placeholder_in_a_cell_control_is_no_answer() -> None:
    empty = control(cell("Click here"), tag="c", extra="<w:showingPlcHdr/>")
    reading = read_form(f"<w:tbl><w:tr>{cell('School')}{empty}</w:tr>{row('Surname', 'Example')}</w:tbl>")
    assert child(reading)["school"] is None


def test_repeating_sections_are_one_child_each_and_the_group_is_no_value() -> None:
    def item(given: str, born: str) -> str:
        return control(table(("Surname", "Example"), ("Forename", given), ("DOB", born)), extra=f"<w15:repeatingSectionItem {W15}/>")

    items = item("Amy", "04/03/2018") + item("Bo", "01/02/2020")
    reading = read_form(control(items, tag="Child 1", title="Children", extra=f"<w15:repeatingSection {W15}/>"))
    assert [(one["given_names"], one["date_of_birth"]) for one in reading.fields["children"]] == [
        ("Amy", "2018-03-04"),
        ("Bo", "2020-02-01"),
    ]
    assert reading.findings == ()


def test_date_list_and_box_controls_give_what_was_chosen() -> None:
    reading = read_form(
        table(
            ("Surname", "Example"),
            ("Date missing", paragraph(control(run("20 October"), extra='<w:date w:fullDate="2026-10-20T00:00:00Z"/>'))),
            ("Level of risk", paragraph(control(run("High"), extra="<w:dropDownList/>"))),
            ("Is a parent in custody?", paragraph(run("Yes "), checkbox(False), run(" No "), checkbox(True))),
        )
    )
    assert reading.fields["date_went_missing"] == "2026-10-20"
    assert reading.fields["risk_level"] == "high"
    assert reading.fields["whereabouts"]["parent_in_custody"] is False


def test_legacy_fields_are_read_beside_their_label_and_by_their_name() -> None:
    text = "<w:textInput/>"
    reading = read_form(
        table(("Surname", paragraph(legacy("Text1", text, "Example"))), ("School", paragraph(legacy("Text2", text, "\u2002\u2002\u2002")))),
        paragraph(legacy("police_reference", text, "XY/1")),
        table(
            (
                "Level of risk",
                paragraph(legacy("D1", '<w:ddList><w:result w:val="1"/><w:listEntry w:val="Low"/><w:listEntry w:val="High"/></w:ddList>')),
            )
        ),
    )
    assert (child(reading)["family_name"], child(reading)["school"]) == ("Example", None)
    assert (reading.fields["police_reference"], reading.fields["risk_level"]) == ("XY/1", "high")


def test_fields_within_fields_hide_their_codes_only() -> None:
    nested = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>MERGEFIELD x</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("code")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("Example")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert child(read_form(table(("Surname", f"<w:p>{nested}</w:p>"))))["family_name"] == "Example"


def test_tick_marks_of_symbol_fonts_are_ticks() -> None:
    wing = '<w:rFonts w:ascii="Wingdings"/>'
    reading = read_form(
        table(
            ("Surname", "Example"),
            (
                "Is a parent in custody?",
                paragraph('<w:r><w:sym w:char="F0FE"/></w:r>', run(" Yes "), '<w:r><w:sym w:char="F0A8"/></w:r>', run(" No")),
            ),
            (
                "Could the family be temporarily absent?",
                paragraph(run("¨", properties=wing), run(" Yes "), run("þ", properties=wing), run(" No")),
            ),
        )
    )
    assert reading.fields["whereabouts"]["parent_in_custody"] is True
    assert reading.fields["whereabouts"]["temporarily_absent"] is False


def test_an_empty_control_shows_what_it_is_bound_to() -> None:
    def bound(path: str) -> str:
        binding = f'<w:dataBinding w:prefixMappings="xmlns:ns0=\'urn:case\'" w:xpath="{path}" w:storeItemID="{{ABC}}"/><w:showingPlcHdr/>'
        return paragraph(control(run("Click here"), tag="x", extra=binding))

    children = "".join(f"<c:child><c:surname>{name}</c:surname></c:child>" for name in ("Example", "Sample"))
    store = f'<c:case xmlns:c="urn:case">{children}</c:case>'
    properties = '<ds:datastoreItem ds:itemID="{abc}" xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>'
    body = table(
        ("Surname", bound("/ns0:case[1]/ns0:child[2]/ns0:surname[1]")),
        ("School", bound("//ns0:surname")),
        ("Forename", bound("/ns0:case[1]/ns0:child[9]/ns0:surname[1]")),
        ("Police reference", "XY/1"),
    )
    reading = with_parts(body, {"customXml/item1.xml": store, "customXml/itemProps1.xml": properties})
    assert (child(reading)["family_name"], child(reading)["given_names"], child(reading)["school"]) == ("Sample", None, None)
