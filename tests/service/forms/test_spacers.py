"""Columns that only tell how to fill in a form are left out; a column of answers never is."""

import pytest

from service.forms.blocks import Cell
from service.forms.spacers import without_guidance

ROW = ("Surname", "As on the birth certificate", "Example")


def texts(*rows: tuple[str, ...]) -> list[tuple[str, ...]]:
    kept = without_guidance([tuple(Cell(text=text) for text in row) for row in rows])
    return [tuple(cell.text for cell in row) for row in kept]


@pytest.mark.parametrize(
    "header",
    [("Question", "Guidance", "Response"), ("Item", "Notes for completion", "Details"), ("Field", "Help", "Answer")],
)
def test_the_column_of_guidance_is_left_out(header: tuple[str, ...]) -> None:
    assert texts(header, ROW) == [("", ""), ("Surname", "Example")]


@pytest.mark.parametrize("header", [("Name", "DOB", "Details"), ("Question", "Response", "Date"), ("Question", "Guidance", "Name")])
def test_other_columns_stay(header: tuple[str, ...]) -> None:
    assert texts(header, ROW) == [header, ROW]
