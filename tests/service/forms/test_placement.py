"""Placement notifications: every mandatory item is told apart from one that is only printed."""

from dataclasses import dataclass

from service.forms.placement import is_answered, missing_items, placement_items

from .documents import docx, paragraph, read, table

ROWS = (
    ("Surname", "Example"), ("Forename", "Amy"), ("Date of birth", "04/03/2018"), ("Current address", "1 Example Road, ZZ99 9ZZ"),
    ("Legal Status", "Accommodated under Section 20"), ("Placing Authority", "Leeds City Council"),
    ("Independent Reviewing Officer", "Iris Sample, 01632 960005"), ("Is a Risk Management Plan in place?", "Yes, attached"),
)  # fmt: skip
TITLE = "STATUTORY NOTIFICATION OF NEW PLACEMENT"


@dataclass(frozen=True)
class Item:
    field_path: str
    words: tuple[str, ...] = ()


def test_a_complete_notification_states_every_item() -> None:
    reading = read(docx(paragraph(TITLE), table(*ROWS)))
    assert reading.kind == "placement_notification"
    assert placement_items(reading) == dict.fromkeys(placement_items(reading), True)
    assert len(placement_items(reading)) == 7


def test_each_item_that_is_left_out_is_missing_and_no_other() -> None:
    left_out = {"child_name": 1, "date_of_birth": 2, "current_address": 3, "legal_status": 4, "placing_authority": 5,
                "reviewing_officer": 6, "risk_management_plan": 7}  # fmt: skip
    for name, row in left_out.items():
        rows = tuple((label, "" if number == row else words) for number, (label, words) in enumerate(ROWS))
        stated = placement_items(read(docx(paragraph(TITLE), table(*rows))))
        assert [item for item, is_stated in stated.items() if not is_stated] == [name]


def test_not_known_and_placeholders_answer_nothing() -> None:
    for words in ("Not known", "TBC", "[insert]", "", "Yes / No"):
        assert not is_answered(f"IRO | {words} | Tel | 01632 960001", ("iro",))
        assert not is_answered(f"IRO: {words}\nSchool: Sample School", ("iro",))
    assert is_answered("IRO:\nIris Sample", ("iro",))
    assert is_answered("Name of IRO: Iris Sample", ("iro",))
    assert not is_answered("Environment: rural", ("iro",))


def test_what_a_policy_requires_is_looked_up_by_field_or_by_words() -> None:
    reading = read(docx(paragraph(TITLE), table(*ROWS[:3], *ROWS[6:7])))
    items = [Item("children[].family_name"), Item("addresses[].text"), Item("social_worker.name"), Item("", ("iro", "reviewing officer"))]
    assert missing_items(reading, items) == items[1:3]
