"""Headings that no list knows open the part of the people they begin with, and sentences open none."""

import pytest

from service.forms.headings import section_of_heading
from service.forms.labels import load_labels


@pytest.mark.parametrize(
    ("heading", "scope"),
    [
        ("OTHER ADULTS BELIEVED TO BE WITH SUBJECTS", "adults"),
        ("Section C – Parents, carers and anyone else at home", "adults"),
        ("Details of adults caring for the baby", "adults"),
        ("Any other people at the address", "elsewhere"),
        ("Relatives living abroad", "elsewhere"),
        ("Section 2: Accompanying adult(s)", "adults"),
        ("Children and their parents", "elsewhere"),
        ("Section 3: Officer completing", "elsewhere"),
        ("Details of children", "children"),
        ("Both parents are in custody.", None),
        ("Parents' views", None),
        ("Adults with a history of violence were seen on 12/11/2026", None),
        ("Contacts", None),
        ("Persons missing from the household", None),
    ],
)
def test_a_heading_opens_the_part_of_the_people_it_begins_with(heading: str, scope: str | None) -> None:
    opened = section_of_heading(heading, load_labels())
    assert (opened.scope if opened is not None else None) == scope
