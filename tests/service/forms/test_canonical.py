"""Choices: several statuses at once, and what has ended, is not or is only applied for is not current."""

from datetime import date

import pytest

from service.forms.canonical import PLAN_ENDED, choose

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("written", "current", "plan_ended"),
    [
        ("Child protection plan", ["child_protection_plan"], False), ("CPP", ["child_protection_plan"], False),
        ("On CPR since May", ["child_protection_plan"], False),
        ("Interim Care Order; CPP", ["child_protection_plan", "interim_care_order"], False),
        ("Section 47 and CP plan", ["child_protection_plan", "section_47"], False), ("s. 47", ["section_47"], False),
        ("LAC under s20", ["accommodated_section_20", "looked_after"], False), ("UASC", ["uasc"], False),
        ("EPO", ["emergency_protection_order"], False),
        ("Interim Supervision Order", ["supervision_order"], False), ("Care Order (s31)", ["care_order"], False),
        ("CP Plan ended 3 May 2026", None, True), ("Child protection plan, ended 3 May 2026", None, True),
        ("No longer subject to a CP plan", None, True), ("Not subject to a CP plan", None, True),
        ("CP plan ended 3 May 2026; now CIN", ["child_in_need"], True), ("CIN, previously CPP", ["child_in_need"], True),
        ("CPP until 3 May 2026", None, True), ("CPP until 3 May 2027", ["child_protection_plan"], False),
        ("CPP; previously CIN", ["child_protection_plan"], False),
        ("Child protection plan (not looked after)", ["child_protection_plan"], False),
        ("CP plan, ICO applied for", ["child_protection_plan"], False), ("Care order (discharged)", None, False),
        ("child protection conference on 3 May", None, False), ("something else", None, False),
    ],
)  # fmt: skip
def test_only_what_is_current_is_a_legal_status(written: str, current: list[str] | None, plan_ended: bool) -> None:
    choice = choose("children.legal_status", written, today=TODAY)
    assert choice.value == current
    assert (choice.says == PLAN_ENDED, choice.contradiction) == (plan_ended, plan_ended)
    assert choice.value is not None or choice.says


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("children.plan_categories", "Emotional abuse and neglect", ["neglect", "emotional"]),
        ("children.plan_categories", "Neglect (previously emotional)", ["neglect"]), ("children.plan_categories", "PHY", ["physical"]),
        ("risk_level", "HIGH (agreed with police)", "high"), ("risk_level", "Medium to high", None), ("risk_level", "Standard", None),
        ("risk_level", "high, not medium", "high"), ("risk_level", "reduced from high to medium", None), ("risk_level", "Uchel", "high"),
        ("exceptional_criterion", "Abducted by father from placement", "abducted"), ("exceptional_criterion", "s47 enquiry", "section_47"),
        ("exceptional_criterion", "Removed without notice by a parent", "removed"), ("exceptional_criterion", "abducted or removed", None),
        ("children.sex", "F", "female"), ("children.sex", "Boy", "male"), ("children.sex", "Benyw", "female"),
        ("children.sex", "not yet known", "not_known"), ("children.sex", "Trans boy", None), ("children.sex", "M or F", None),
    ],
)  # fmt: skip
def test_an_answer_is_one_canonical_word_or_is_asked_again(name: str, written: str, value: object) -> None:
    choice = choose(name, written, today=TODAY)
    assert choice.value == value
    assert bool(choice.says) is (value is None)
