"""Choices that forms offer: boxes, ticks, grids and marked words; an offer is no answer."""

import pytest

from .documents import read_form, table
from .layouts import children


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        (
            (("Ethnicity (please tick)", "", "", ""), ("White British", "x", "White Irish", ""), ("Indian", "", "Any other", "")),
            "White British",
        ),
        ((("Ethnicity",), ("☐", "White British", "☐", "White Irish"), ("☒", "Indian", "☐", "Pakistani")), "Indian"),
        ((("Ethnicity",), ("", "White British", "", "White Irish"), ("✓", "Indian", "", "Pakistani")), "Indian"),
        ((("Ethnicity", "☐ White British", "☒ Irish"), ("", "☐ Indian", "☐ African")), "Irish"),
        ((("Ethnicity", "White British", "", "Irish", "x"), ("", "Indian", "", "African", "")), "Irish"),
        ((("Ethnicity", "White British", "Irish", "Indian"), ("", "", "X", "")), "Irish"),
        ((("Ethnicity (please tick)", "", ""), ("White British", "Irish", "Indian"), ("", "", "")), None),
        ((("Ethnicity", "☐ White British ☐ Irish\n☒ Indian ☐ African"),), "Indian"),
    ],
)
def test_a_grid_of_boxes_gives_the_ticked_option(rows: tuple[tuple[str, ...], ...], answer: str | None) -> None:
    reading = read_form(table(("Surname", "Example")), table(*rows), table(("School", "Sample Primary")))
    assert children(reading, "family_name", "ethnicity", "school") == [("Example", answer, "Sample Primary")]
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (("Is a parent in custody?", "Yes", "", "No", "x"), False),
        (("Is a parent in custody?", "x", "Yes", "", "No"), True),
        (("Is a parent in custody?", "Yes ☐", "No ☒"), False),
        (("Is a parent in custody?", "☒ Yes", "☐ No"), True),
        (("Is a parent in custody?", "Yes", "No"), None),
        (("Is a parent in custody?", "Yes", "x", "No"), None),
        (("Is a parent in custody?", "", "Yes", "x", "No", ""), None),
        (("Is a parent in custody?", "Yes / No", ""), None),
        (("Is a parent in custody?", "Yes / [No]"), False),
        (("Is a parent in custody?", "Yes / No (delete as appropriate)", "No"), False),
    ],
)
def test_choices_in_cells_of_their_own(row: tuple[str, ...], answer: bool | None) -> None:
    reading = read_form(table(("Surname", "Example")), table(row))
    assert reading.fields["whereabouts"]["parent_in_custody"] is answer
    assert reading.findings == ()


def test_columns_of_choices_hold_a_tick() -> None:
    reading = read_form(
        table(("", "Yes", "No", "Not known"), ("Is a parent in custody?", "", "x", ""), ("Could they be temporarily absent?", "", "", "✓")),
        table(("", "Low", "Medium", "High"), ("Level of risk", "", "", "X")),
        table(("Surname", "Example")),
    )
    assert (reading.fields["whereabouts"]["parent_in_custody"], reading.fields["whereabouts"]["temporarily_absent"]) == (False, None)
    assert reading.fields["risk_level"] == "high"


def test_a_question_whose_yes_names_a_status() -> None:
    reading = read_form(
        table(
            ("Surname", "Example"),
            ("Is the child subject to a Child Protection Plan?", "☒ Yes ☐ No"),
            ("Is the child looked after?", "No"),
            ("Subject to an interim care order", "Yes / No"),
        )
    )
    assert children(reading, "legal_status") == [(["child_protection_plan"],)]
    assert reading.findings == ()
