"""What the national protocol finds in a notice."""

from datetime import date, timedelta
from typing import Any

import pytest

from service.domain.notice import NoticeKind
from service.domain.threshold import findings_for, value_at
from service.policies import policy_named
from tests import factories

TODAY = date(2026, 11, 24)
POLICY = policy_named("national")


def outcome(fields: dict[str, Any], rule: str, kind: NoticeKind = NoticeKind.ALERT) -> str:
    return next(one.outcome for one in findings_for(POLICY, kind, fields, TODAY) if one.rule == rule)


def test_a_complete_notice_leaves_nothing_open() -> None:
    findings = findings_for(POLICY, NoticeKind.ALERT, factories.fields(), TODAY)
    assert {one.outcome for one in findings} <= {"met", "not_applicable"}


@pytest.mark.parametrize(("days", "expected"), [(19, "not_met"), (20, "met"), (21, "met")])
def test_the_twenty_first_day_counts(days: int, expected: str) -> None:
    fields = factories.fields(date_went_missing=(TODAY - timedelta(days=days)).isoformat())
    assert outcome(fields, "wait") == expected


def test_a_partial_date_cannot_show_three_weeks() -> None:
    assert outcome(factories.fields(date_went_missing="2026-10"), "wait") == "not_answered"


def test_a_known_locality_is_never_a_national_alert() -> None:
    fields = factories.fields()
    fields["whereabouts"] = {**fields["whereabouts"], "locality_known": True}
    assert outcome(fields, "locality_known") == "not_met"


def test_an_exceptional_criterion_widens_who_but_does_not_waive_the_wait() -> None:
    fields = factories.fields(date_went_missing=TODAY.isoformat(), exceptional_criterion="section_47")
    fields["children"] = [{**fields["children"][0], "legal_status": ["section_47"]}]
    assert (outcome(fields, "eligible"), outcome(fields, "wait")) == ("met", "not_met")


def test_a_low_risk_is_not_enough() -> None:
    assert outcome(factories.fields(risk_level="low"), "risk") == "not_met"


def test_each_child_is_asked_about() -> None:
    fields = factories.fields()
    fields["children"] = [fields["children"][0], {"given_names": "Ben"}]
    asked = [one.field_path for one in findings_for(POLICY, NoticeKind.ALERT, fields, TODAY) if one.outcome == "not_answered"]
    assert asked == ["children[1].family_name", "children[1].date_of_birth"]


def test_an_unborn_child_needs_an_expected_date_instead_of_a_birthday() -> None:
    fields = factories.fields()
    fields["children"] = [{**fields["children"][0], "date_of_birth": None, "unborn": True, "expected_delivery_date": "2027-01-05"}]
    assert all(one.outcome != "not_answered" for one in findings_for(POLICY, NoticeKind.ALERT, fields, TODAY))


def test_a_child_who_was_not_seen_is_not_found() -> None:
    fields = {"found": {"date": "2026-11-20", "physically_seen": False}}
    assert outcome(fields, "found", NoticeKind.FOUND) == "not_met"


def test_every_finding_carries_its_sentence() -> None:
    assert all(one.source for one in findings_for(POLICY, NoticeKind.ALERT, {}, TODAY))


def test_a_path_that_is_not_there_is_none() -> None:
    assert value_at({"children": []}, "children[3].family_name") is None
