"""OpenDocument texts: tables, fields and ticks are read; what was deleted, struck out, hidden or never filled in is not."""

import pytest

from service.forms.blocks import Control, Document, Line, Unreadable
from service.forms.formats import take_apart

from .documents import package

NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:form="urn:oasis:names:tc:opendocument:xmlns:form:1.0" '
    'xmlns:field="urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
)
STYLES = (
    '<style:style style:name="Bold" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="Lit" style:family="text"><style:text-properties fo:background-color="#ffff00"/></style:style>'
    '<style:style style:name="Under" style:family="text"><style:text-properties style:text-underline-style="solid"/></style:style>'
    '<style:style style:name="Boxed" style:family="text"><style:text-properties loext:border="1pt solid #ff0000"/></style:style>'
    '<style:style style:name="Shaded" style:family="table-cell"><style:table-cell-properties fo:background-color="#cccccc"/></style:style>'
    '<style:style style:name="Struck" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="Kin" style:family="text" style:parent-style-name="Struck"/>'
    '<style:style style:name="Plain" style:family="text"><style:text-properties style:text-line-through-style="none"/></style:style>'
    '<style:style style:name="Unseen" style:family="text"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="Gone" style:family="paragraph"><style:text-properties style:text-line-through-type="single"/></style:style>'
)


def odt(*blocks: str, header: str = "", extra: dict[str, str | bytes] | None = None) -> Document:
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{STYLES}</office:automatic-styles>"
        f"<office:body><office:text>{''.join(blocks)}</office:text></office:body></office:document-content>"
    )
    styles = (
        f"<office:document-styles {NAMES}><office:master-styles><style:master-page><style:header>{header}</style:header>"
        "<style:footer><text:p>Footer: 1</text:p></style:footer></style:master-page></office:master-styles></office:document-styles>"
    )
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "styles.xml": styles, **(extra or {})}
    document = take_apart("form.odt", "", package(parts))
    assert document is not None
    return document


def p(inner: str) -> str:
    return f"<text:p>{inner}</text:p>"


def cell(inner: str, attributes: str = "") -> str:
    """Return a cell of a paragraph, or of the XML given."""
    return f"<table:table-cell {attributes}>{inner if inner.startswith('<') else p(inner)}</table:table-cell>"


def row(*cells: str, attributes: str = "") -> str:
    made = "".join(one if one.startswith(("<table:table-cell", "<table:covered")) else cell(one) for one in cells)
    return f"<table:table-row {attributes}>{made}</table:table-row>"


def table(*rows: str) -> str:
    return f"<table:table>{''.join(rows)}</table:table>"


def texts(document: Document) -> list[str | list[list[str]]]:
    return [one.text if isinstance(one, Line) else [[cell.text for cell in row] for row in one.rows] for one in document.blocks]


def controls(document: Document) -> list[Control]:
    return [control for block in document.blocks if isinstance(block, Line) for control in block.controls]


def test_tables_headings_lists_and_page_headers_are_read_and_footers_are_not() -> None:
    document = odt(
        '<text:h text:outline-level="1">Child 1</text:h>',
        table(row("Surname", "Example"), row("Links", "<text:list><text:list-item><text:p>Leeds</text:p></text:list-item></text:list>")),
        header=p("National Missing Child Alert"),
    )
    assert texts(document) == ["Child 1", [["Surname", "Example"], ["Links", "Leeds"]], "National Missing Child Alert"]
    assert [block.heading for block in document.blocks if isinstance(block, Line)] == [True, False]


def test_words_that_are_struck_out_hidden_or_deleted_are_not_read() -> None:
    document = odt(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Deleted</text:p></text:deletion></text:changed-region>"
        "</text:tracked-changes>",
        p('Gender: <text:span text:style-name="Struck">Male /</text:span> Female<text:span text:style-name="Kin"> or other</text:span>'),
        p('Ethnicity:<text:span text:style-name="Unseen"> secret</text:span>'),
        '<text:p text:style-name="Gone">School: Old<text:span text:style-name="Plain">School: New</text:span></text:p>',
        p("Surname: Example<office:annotation><text:p>a remark</text:p></office:annotation><text:note><text:p>a note</text:p></text:note>"),
    )
    assert texts(document) == ["Gender:  Female", "Ethnicity:", "School: New", "Surname: Example"]


def test_spaces_tabs_and_line_breaks_are_kept() -> None:
    assert texts(odt(p('A<text:s text:c="3"/>B<text:tab/>C<text:line-break/>D'))) == ["A   B\tC", "D"]


def test_merged_and_repeated_cells_keep_the_columns() -> None:
    [block] = odt(
        table(
            row(cell("Child 1", 'table:number-columns-spanned="2"'), "<table:covered-table-cell/>", "Seen"),
            row(cell("Names", 'table:number-rows-spanned="2"'), "Example", "Yes"),
            row("<table:covered-table-cell/>", "Sample", "No"),
            row(cell("", 'table:number-columns-repeated="3"'), attributes='table:number-rows-repeated="1000000"'),
        )
    ).blocks
    assert not isinstance(block, Line)
    assert [[one.text for one in cells] for cells in block.rows] == [
        ["Child 1", "Seen"], ["Names", "Example", "Yes"], ["", "Sample", "No"], ["", "", ""]
    ]  # fmt: skip
    assert (block.rows[0][0].across, block.rows[2][0].merged) == (2, True)


def test_a_table_within_a_cell_comes_after_the_table_around_it() -> None:
    document = odt(table(row("Surname", cell(table(row("Inner", "x"))))))
    assert texts(document) == [[["Surname", ""]], [["Inner", "x"]]]
    [_, within] = document.blocks
    assert not isinstance(within, Line)
    assert within.beside == "Surname"


def test_text_boxes_follow_the_paragraph_they_hang_on() -> None:
    box = "<draw:frame><draw:text-box><text:p>Surname: Example</text:p></draw:text-box></draw:frame>"
    assert texts(odt(p(f"Child{box}"))) == ["Child", "Surname: Example"]
    assert texts(odt(table(row("Name", cell(p(box)))))) == [[["Name", "Surname: Example"]]]


def test_form_controls_show_what_was_entered() -> None:
    forms = (
        '<office:forms><form:form><form:text form:name="surname" xml:id="c1" form:current-value="Example"/>'
        '<form:checkbox form:name="cp" xml:id="c2" form:label="Child protection plan" form:current-state="checked"/>'
        '<form:checkbox form:name="cin" xml:id="c3" form:label="Child in need"/>'
        '<form:listbox form:name="risk" xml:id="c4"><form:option form:label="Low"/><form:option form:label="High" '
        'form:current-selected="true"/></form:listbox></form:form></office:forms>'
    )
    shown = "".join(f'<draw:control draw:control="c{number}"/>' for number in range(1, 5))
    document = odt(forms, p(f"Fields: {shown}"))
    assert texts(document) == ["Fields:  Example  ☒ Child protection plan  ☐ Child in need  High"]
    assert controls(document)[0] == Control(tag="surname", title="", text="Example")


def test_content_controls_and_fields_from_word_show_values_and_no_placeholders() -> None:
    document = odt(
        p('Surname: <loext:content-control loext:alias="Family name" loext:tag="surname">Example</loext:content-control>'),
        p('Forename: <loext:content-control loext:showing-place-holder="true">Click here</loext:content-control>'),
        p('Plan: <loext:content-control loext:checkbox="true" loext:checked="true">x</loext:content-control>'),
        p('Custody: <field:fieldmark field:type="vnd.oasis.opendocument.field.FORMCHECKBOX"><field:param field:name="Checkbox_Checked" '
          'field:value="true"/></field:fieldmark> Yes'),
        p('Risk: <field:fieldmark field:type="vnd.oasis.opendocument.field.FORMDROPDOWN"><field:param field:name="Dropdown_ListEntry" '
          'field:value="Low"/><field:param field:name="Dropdown_ListEntry" field:value="High"/><field:param field:name="Dropdown_Selected" '
          'field:value="1"/></field:fieldmark>'),
        p('Media: <text:drop-down><text:label text:value="Yes"/><text:label text:value="No"/>No</text:drop-down>'),
        p("Name: <text:placeholder>&lt;Name&gt;</text:placeholder>"),
    )  # fmt: skip
    assert texts(document) == ["Surname: Example", "Forename:", "Plan: ☒", "Custody: ☒ Yes", "Risk: High", "Media: No", "Name:"]
    assert controls(document) == [Control(tag="surname", title="Family name", text="Example")]


def test_a_choice_that_alone_is_marked_is_the_one_that_was_made() -> None:
    for style in ("Bold", "Lit", "Under", "Boxed"):
        assert texts(odt(p(f'Yes / <text:span text:style-name="{style}">No</text:span>'))) == ["☐ Yes ☒ No"]
    shaded = table(row("In custody?", "Yes", cell("No", 'table:style-name="Shaded"')))
    assert texts(odt(shaded)) == [[["In custody?", "☐ Yes", "☒ No"]]]


def test_boxes_of_symbol_fonts_are_ticks() -> None:
    assert texts(odt(p("\uf0fe Yes \uf0a8 No"))) == ["☒ Yes ☐ No"]


def test_protected_documents_are_for_a_person_and_macros_are_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        odt(p("x"), extra={"META-INF/manifest.xml": "<manifest:encryption-data/>"})
    assert caught.value.by_hand
    with pytest.raises(Unreadable, match="macros"):
        odt(p("x"), extra={"Basic/Standard/Module1.xml": "x"})


def test_deep_nesting_and_vast_tables_are_refused() -> None:
    with pytest.raises(Unreadable):
        odt("<text:section>" * 100 + "</text:section>" * 100)
    with pytest.raises(Unreadable) as caught:
        odt(table(*(row(*("x",) * 100) for _ in range(300))))
    assert caught.value.by_hand
