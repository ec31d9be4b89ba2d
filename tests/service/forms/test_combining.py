"""Several files in one letter: never a merged child, the fuller form read, and every difference told."""

from dataclasses import replace

import pytest

from service.forms.answers import find_answers
from service.forms.blocks import Document, Line
from service.forms.combining import compare_with_page
from service.forms.filling import fill
from service.forms.labels import load_labels
from service.forms.reading import Reading, SourceFile, read_files

from .documents import TITLE, TODAY, docx, paragraph, table

AMY = (("Surname", "Example"), ("Forename", "Amy"), ("DOB", "04/03/2018"), ("Date missing", "20/10/2026"))
BO = (("Surname", "Sample"), ("Forename", "Bo"), ("DOB", "01/02/2020"), ("Date missing", "21/10/2026"), ("School", "Sample School"))


def form(*rows: tuple[str, ...], title: str = TITLE) -> bytes:
    return docx(paragraph(title), table(*rows))


def both(*files: bytes | str) -> Reading:
    named = [
        SourceFile("the letter itself", "text/plain", one.encode()) if isinstance(one, str) else SourceFile(f"{number}.docx", "", one)
        for number, one in enumerate(files, start=1)
    ]
    reading = read_files(named, today=TODAY)
    assert reading is not None
    return reading


def test_forms_of_two_families_are_never_merged_and_the_fuller_is_read() -> None:
    for files in ((form(*AMY), form(*BO)), (form(*BO), form(*AMY))):
        reading = both(*files)
        assert [child["given_names"] for child in reading.fields["children"]] == ["Bo"]
        assert reading.fields["date_went_missing"] == "2026-10-21"
        assert [(one.field, one.problem) for one in reading.findings] == [("children", "contradiction")]
        assert "one email for each family" in reading.findings[0].says


def test_nothing_of_another_familys_form_fills_a_gap() -> None:
    reading = both(form(*BO, ("Circumstances", "Left by night.")), form(*AMY, ("Police reference", "XY/1")))
    assert reading.fields["police_reference"] is None
    assert all(source.file == "1.docx" for source in reading.provenance.values())


def test_the_same_form_twice_is_no_finding() -> None:
    assert both(form(*AMY), form(*AMY)).findings == ()


def test_a_truncated_copy_yields_to_the_full_one_in_either_order() -> None:
    whole = form(*AMY, ("Circumstances", "They left the flat in the night and nobody has seen them since."), ("Risk level", "High"))
    cut = form(*AMY[:2], ("Circumstances", "They left the flat in the night and nob"))
    for files in ((whole, cut), (cut, whole)):
        reading = both(*files)
        assert reading.findings == ()
        assert str(reading.fields["circumstances"]).endswith("seen them since.")
        assert reading.fields["risk_level"] == "high"


def test_two_forms_for_one_child_with_two_missing_dates_are_told_apart() -> None:
    reading = both(
        form(*AMY, ("Risk level", "High"), ("School", "Sample School")),
        form(*AMY[:3], ("Date missing", "01/02/2025"), ("Police reference", "XY/1")),
    )
    assert reading.fields["police_reference"] is None
    assert [one.field for one in reading.findings] == ["date_went_missing"]


def test_a_second_form_for_the_same_child_fills_gaps_and_disagrees_aloud() -> None:
    reading = both(form(*AMY, ("School", "Sample School")), form(*AMY[:2], ("DOB", "05/03/2018"), ("Police reference", "XY/1")))
    assert reading.fields["police_reference"] == "XY/1"
    assert reading.fields["children"][0]["date_of_birth"] == "2018-03-04"
    assert [one.field for one in reading.findings] == ["children[0].date_of_birth"]


def test_a_child_only_the_second_form_names_is_not_taken_over() -> None:
    reading = both(form(*AMY, ("School", "Sample School")), form(("Surname", "Example"), ("Forename", "Amy"), ("Child 2 Forename", "Cy")))
    assert [child["given_names"] for child in reading.fields["children"]] == ["Amy"]
    assert [one.field for one in reading.findings] == ["children"]


def test_a_found_report_beside_the_old_alert_is_the_news() -> None:
    found = form(*AMY[:2], ("Date found", "23/11/2026"), ("Seen by", "Sam Worker"), title="Found notification")
    for files in ((form(*AMY), found), (found, form(*AMY))):
        reading = both(*files)
        assert (reading.kind, reading.form_title) == ("found", "Found notification")
        assert reading.findings == ()


def test_the_body_fills_gaps_and_differences_are_told() -> None:
    reading = both(form(*AMY), "Please see attached.\n\nDate missing: 21/10/2026\nPolice reference: XY/1\nLinks to areas: Leeds\n")
    assert reading.fields["date_went_missing"] == "2026-10-20"
    assert reading.fields["police_reference"] == "XY/1"
    assert reading.fields["links_to_areas"] == ["Leeds"]
    assert [one.field for one in reading.findings] == ["date_went_missing"]


def test_a_partial_date_does_not_contradict_the_whole_one() -> None:
    assert both(form(*AMY), "Please see attached.\n\nDate missing: October 2026\nPolice reference: XY/1\n").findings == ()


@pytest.mark.parametrize(("printed", "fields"), [("20 October 2026", []), ("21/10/2026", ["date_went_missing"]), ("", [])])
def test_the_page_of_a_fillable_form_is_compared_and_the_form_field_stays(printed: str, fields: list[str]) -> None:
    held = Document(file="form.pdf", is_form=True, blocks=(Line(text="Date missing: 20/10/2026", place="page 1, line 1"),))
    shown = replace(
        held, blocks=(Line(text=f"Date missing: {printed}", place="page 1, line 1"), Line(text="Pet: Dog", place="page 1, line 2"))
    )
    drafts = [fill("form.pdf", find_answers(one, load_labels()), today=TODAY) for one in (held, shown)]
    assert [one.field for one in compare_with_page(*drafts)] == fields
    assert drafts[0].fields["date_went_missing"] == "2026-10-20"
