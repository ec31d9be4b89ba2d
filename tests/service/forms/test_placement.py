"""Placement notifications: every mandatory item is told apart from one that is only printed."""

from dataclasses import dataclass

import pytest

from service.forms.placement import is_answered, missing_items
from service.policies import policy_named

from .documents import docx, paragraph, read, table

ROWS = (
    ("Surname", "Example"), ("Forename", "Amy"), ("Date of birth", "04/03/2018"), ("Current address", "1 Example Road, ZZ99 9ZZ"),
    ("Legal Status", "Accommodated under Section 20"), ("Placing Authority", "Leeds City Council"),
    ("Name of social worker", "Sam Worker"),
    ("Independent Reviewing Officer", "Iris Sample, 01632 960005"),
)  # fmt: skip
TITLE = "STATUTORY NOTIFICATION OF NEW PLACEMENT"


@dataclass(frozen=True)
class Item:
    field_path: str
    words: tuple[str, ...] = ()


REQUIRED = policy_named("bradford").passes_on["placement_notification"].required


def test_a_complete_notification_states_every_item() -> None:
    reading = read(docx(paragraph(TITLE), table(*ROWS)))
    assert reading.kind == "placement_notification"
    assert missing_items(reading, REQUIRED) == []


@pytest.mark.parametrize("row", range(len(ROWS)))
def test_an_item_that_is_left_out_is_missing_and_no_other(row: int) -> None:
    rows = tuple((label, "" if number == row else words) for number, (label, words) in enumerate(ROWS))
    assert len(missing_items(read(docx(paragraph(TITLE), table(*rows))), REQUIRED)) == 1


def test_not_known_and_placeholders_answer_nothing() -> None:
    for words in ("Not known", "TBC", "[insert]", "", "Yes / No"):
        assert not is_answered(f"IRO | {words} | Tel | 01632 960001", ("iro",))
        assert not is_answered(f"IRO: {words}\nSchool: Sample School", ("iro",))
    assert is_answered("IRO:\nIris Sample", ("iro",))
    assert is_answered("Name of IRO: Iris Sample", ("iro",))
    assert not is_answered("Environment: rural", ("iro",))


def test_what_a_policy_requires_is_looked_up_by_field_or_by_words() -> None:
    reading = read(docx(paragraph(TITLE), table(*ROWS[:3], ROWS[7])))
    items = [Item("children[].family_name"), Item("addresses[].text"), Item("social_worker.name"), Item("", ("iro", "reviewing officer"))]
    assert missing_items(reading, items) == items[1:3]
