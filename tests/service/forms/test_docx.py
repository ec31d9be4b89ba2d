"""What Word shows is read, and nothing else: marks, tracked changes, styles, text boxes, nested and merged cells."""

import pytest

from .documents import TITLE, TYPES, control, package, paragraph, read, read_form, row, run, table
from .word_parts import W, box, child, grid, merged, with_parts


def test_a_text_box_is_read_once_also_inside_a_cell() -> None:
    reading = read_form(
        f"<w:p>{box(paragraph('Police reference: XY/1') + table(('Surname', 'Example')))}</w:p>",
        table(("Forename", f"<w:p>{box(paragraph('Amy'))}</w:p>")),
    )
    assert (reading.fields["police_reference"], reading.provenance["police_reference"].place) == ("XY/1", "text box 1")
    assert (child(reading)["family_name"], child(reading)["given_names"], len(reading.fields["children"])) == ("Example", "Amy", 1)
    assert reading.findings == ()


def test_headers_are_read_once_and_protective_marks_are_no_answers() -> None:
    header = f"<w:hdr {W}>{paragraph('OFFICIAL - SENSITIVE')}{paragraph('Police reference: XY/9')}</w:hdr>"
    body = paragraph("Surname: Example") + paragraph("Reason for concern:")
    reading = with_parts(body, {"word/header1.xml": header, "word/header2.xml": header})
    assert reading.fields["police_reference"] == "XY/9"
    assert reading.fields["reason_for_concern"] is None
    assert (reading.provenance["police_reference"].place, reading.findings) == ("page header", ())


def test_a_nested_table_belongs_to_the_words_beside_it_and_keeps_its_own_place() -> None:
    inner = table(("Name", "Jo Example"), ("Date of birth", "01/07/1994"))
    people = table(("Name", "DOB"), ("Amy Example", "04/03/2018"), ("Bo Example", "01/02/2020"))
    reading = read_form(
        grid(("Mother", f"<w:tc>{inner}<w:p/></w:tc>"), (f"<w:tc>{paragraph('Children')}{people}<w:p/></w:tc>", "")),
        table(("Police reference", "XY/1")),
    )
    assert reading.fields["adults"][0]["date_of_birth"] == "1994-07-01"
    assert reading.provenance["adults[0].date_of_birth"].place == "table 2, row 2"
    assert [(one["given_names"], one["date_of_birth"]) for one in reading.fields["children"]] == [
        ("Amy", "2018-03-04"),
        ("Bo", "2020-02-01"),
    ]
    assert reading.provenance["children[1].date_of_birth"].place == "table 3, row 3"
    assert reading.provenance["police_reference"].place == "table 4, row 1"


def test_titles_merged_down_the_side_and_across_name_whose_answers_follow() -> None:
    reading = read_form(
        grid(
            (merged("Child", down="restart"), "Surname", "Example"),
            (merged("", down="continue"), "Forename", "Amy"),
            (merged("Mother", down="restart"), "Name", "Jo Example"),
            (merged("", down="continue"), "DOB", "01/07/1994"),
            (merged("GP", down="restart"), "Name", "Dr Sample"),
            (merged("", down="continue"), "Address", "1 Surgery Lane"),
            (merged("Social worker", across=3),),
            ("Name", "Sam Worker", ""),
            ("Tel", "01632 960001", ""),
        )
    )
    assert (child(reading)["family_name"], child(reading)["given_names"], child(reading)["date_of_birth"]) == ("Example", "Amy", None)
    assert reading.fields["adults"][0]["date_of_birth"] == "1994-07-01"
    assert reading.fields["social_worker"]["phone"] == "01632 960001"
    assert reading.fields["addresses"] == []
    assert "Dr Sample" not in str(reading.fields)


def test_a_label_merged_down_over_several_rows_of_its_answer() -> None:
    reading = read_form(
        grid(
            ("Surname", "Example"),
            (merged("Home address", down="restart"), "1 Example Road"),
            (merged("", down="continue"), "Exampleton ZZ99 9ZZ"),
            ("School", "Sample Primary"),
        )
    )
    assert reading.fields["addresses"][0]["text"] == "1 Example Road, Exampleton"
    assert child(reading)["school"] == "Sample Primary"


def test_people_side_by_side_under_titles_that_span_columns() -> None:
    reading = read_form(
        grid(
            (merged("Child 1", across=2), merged("Child 2", across=2)),
            ("Surname", "Example", "Surname", "Sample"),
            ("Forename", "Amy", "Forename", "Bo"),
            ("DOB", "", "DOB", "01/02/2020"),
        )
    )
    assert [(one["given_names"], one["family_name"], one["date_of_birth"]) for one in reading.fields["children"]] == [
        ("Amy", "Example", None),
        ("Bo", "Sample", "2020-02-01"),
    ]


STYLES = f"""<w:styles {W}>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="character" w:styleId="Gone"><w:name w:val="Gone"/><w:rPr><w:strike/></w:rPr></w:style>
<w:style w:type="character" w:styleId="GoneToo"><w:name w:val="x"/><w:basedOn w:val="Gone"/></w:style>
<w:style w:type="paragraph" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Grey1"><w:name w:val="Placeholder Text"/></w:style>
<w:style w:type="character" w:styleId="Fat"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style></w:styles>"""


def test_styles_that_strike_out_hide_or_mark_count_as_if_done_by_hand() -> None:
    struck = '<w:rStyle w:val="GoneToo"/>'
    shown_again = '<w:rStyle w:val="Gone"/><w:strike w:val="0"/>'
    body = table(
        ("Surname", paragraph(run("Wrong", properties=struck), run("Example"))),
        ("Forename", paragraph(run("Amy", properties=shown_again))),
        ("School", paragraph("Secret School", style="Secret")),
        ("Police reference", paragraph(control(run("type here", properties='<w:rStyle w:val="Grey1"/>'), tag="x"))),
        ("Is a parent in custody?", paragraph(run("Yes / "), run("No", properties='<w:rStyle w:val="Fat"/>'))),
    )
    reading = with_parts(body, {"word/styles.xml": STYLES})
    assert (child(reading)["family_name"], child(reading)["given_names"], child(reading)["school"]) == ("Example", "Amy", None)
    assert reading.fields["police_reference"] is None
    assert reading.fields["whereabouts"]["parent_in_custody"] is False


def test_a_heading_is_known_by_the_name_of_its_style_in_any_language() -> None:
    body = paragraph("Mother", style="berschrift1") + table(("Name", "Jo Example")) + paragraph("Anything else", style="berschrift1")
    reading = with_parts(body + table(("Surname", "Example"), ("Address", "1 Example Road")), {"word/styles.xml": STYLES})
    assert reading.fields["adults"][0]["name"] == "Jo Example"
    assert child(reading)["family_name"] == "Example"
    assert reading.fields["addresses"][0]["text"] == "1 Example Road"


def test_moved_words_are_read_once_and_deleted_rows_and_cells_not_at_all() -> None:
    moved = f"<w:p><w:moveFrom><w:r><w:t>Example</w:t></w:r></w:moveFrom><w:moveTo>{run('Example')}</w:moveTo></w:p>"
    deleted_row = row("School", "Old").replace("<w:tr>", "<w:tr><w:trPr><w:del/></w:trPr>")
    hidden_row = deleted_row.replace("<w:del/>", "<w:hidden/>").replace("Old", "Hidden")
    reading = read_form(f"<w:tbl>{row('Surname', moved)}{deleted_row}{hidden_row}{row('Forename', 'Amy')}</w:tbl>")
    assert child(reading)["family_name"] == "Example"
    assert child(reading)["school"] is None


def test_comments_and_footnotes_are_no_answers() -> None:
    marks = '<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
    value = f'<w:p><w:commentRangeStart w:id="1"/>{run("Example")}{marks}</w:p>'
    comments = f'<w:comments {W}><w:comment w:id="1">{paragraph("Surname: Wrong")}</w:comment></w:comments>'
    notes = f'<w:footnotes {W}><w:footnote w:id="2">{paragraph("School: Wrong")}</w:footnote></w:footnotes>'
    reading = with_parts(table(("Surname", value)), {"word/comments.xml": comments, "word/footnotes.xml": notes})
    assert child(reading)["family_name"] == "Example"
    assert "Wrong" not in str(reading.as_json())


@pytest.mark.parametrize(
    "mark",
    [
        "<w:b/>",
        '<w:highlight w:val="yellow"/>',
        '<w:u w:val="single"/>',
        '<w:bdr w:val="single"/>',
        '<w:shd w:val="clear" w:fill="FFFF00"/>',
    ],
)
def test_the_one_marked_choice_is_the_answer(mark: str) -> None:
    def marked(*options: str, chosen: int) -> str:
        runs = [run(option, properties=mark if number == chosen else "") for number, option in enumerate(options)]
        return paragraph(*(piece for one in runs for piece in (one, run(" / "))))

    reading = read_form(
        table(
            ("Surname", "Example"),
            ("Is a parent in custody?", marked("Yes", "No", chosen=1)),
            ("Gender", marked("M", "F", chosen=1)),
            ("Level of risk", marked("Low", "Medium", "High", chosen=2)),
            ("Category of plan", marked("Physical abuse", "Sexual abuse", "Emotional abuse", "Neglect", chosen=3)),
        )
    )
    assert reading.fields["whereabouts"]["parent_in_custody"] is False
    assert (child(reading)["sex"], reading.fields["risk_level"], child(reading)["plan_categories"]) == ("female", "high", ["neglect"])
    assert reading.findings == ()


def test_choices_all_marked_or_none_are_no_answer_and_a_bold_answer_is_one() -> None:
    bold = "<w:b/>"
    reading = read_form(
        table(
            ("Surname", paragraph(run("Example", properties=bold))),
            ("Is a parent in custody?", paragraph(run("Yes / No", properties=bold))),
            ("Level of risk", paragraph(run("Low", properties=bold), run(" / "), run("Medium", properties=bold), run(" / High"))),
            ("Home address", paragraph(run("1 Example Road / "), run("Exampleton", properties=bold))),
        )
    )
    assert child(reading)["family_name"] == "Example"
    assert reading.fields["whereabouts"]["parent_in_custody"] is None
    assert reading.fields["risk_level"] is None
    assert reading.fields["addresses"][0]["text"] == "1 Example Road / Exampleton"
    assert reading.findings == ()


def test_a_shaded_cell_among_choices_is_the_answer() -> None:
    reading = read_form(
        grid(
            ("Surname", "Example", ""),
            ("Is a parent in custody?", "Yes", merged("No", shade="FFFF00")),
            ("Level of risk", "Medium", "High"),
        )
    )
    assert reading.fields["whereabouts"]["parent_in_custody"] is False
    assert reading.fields["risk_level"] is None


def test_an_enclosed_character_is_a_circled_choice() -> None:
    circled = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>eq \\o\\ac(○,F)</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    reading = read_form(table(("Surname", "Example"), ("Gender", f"<w:p>{run('M / ')}{circled}</w:p>")))
    assert child(reading)["sex"] == "female"


def test_a_document_of_the_strict_kind_is_read_alike() -> None:
    plain = f"<w:document {W}><w:body>{paragraph(TITLE)}{table(('Surname', 'Example'), ('Forename', 'Amy'))}</w:body></w:document>"
    strict = plain.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main"
    )
    reading = read(package({"[Content_Types].xml": TYPES, "word/document.xml": strict}))
    assert child(reading)["family_name"] == "Example"
