"""The assessment is a function of the notice, the policy, the calendar and the day; it never decides."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.assessment import against, assess
from service.domain.fields import days_missing, full_date, value_at
from service.domain.notice import Finding, NoticeKind
from service.policies import policy_named, policy_names
from service.policies.holidays_of import calendar_of
from tests import factories

TODAY = date(2026, 11, 24)
CALENDAR = calendar_of("ENG", (2025, 2026, 2027))
STATUSES = ["child_protection_plan", "child_in_need", "section_47", "care_order", "accommodated_section_20", "looked_after", "uasc"]
ANSWERS = st.sampled_from([None, True, False])
CHILDREN = st.fixed_dictionaries(
    {
        "family_name": st.sampled_from([None, "Example"]),
        "date_of_birth": st.sampled_from([None, "2018-03-04", "2018-03", "2008", "not a date", "2018-99-99"]),
        "unborn": st.booleans(),
        "expected_delivery_date": st.sampled_from([None, "2027-01-05"]),
        "legal_status": st.lists(st.sampled_from(STATUSES), unique=True),
        "status": st.sampled_from(["missing", "found", "deceased"]),
    }
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "children": st.lists(CHILDREN, max_size=3),
        "date_went_missing": st.sampled_from([None, "2026-10-20", "2026-11-23", "2026-10", "2027-01-01"]),
        "exceptional_criterion": st.sampled_from([None, "section_47", "abducted", "removed"]),
        "whereabouts": st.fixed_dictionaries({"locality_known": ANSWERS, "parent_in_custody": ANSWERS, "agencies_have_knowledge": ANSWERS}),
        "strategy_discussion_date": st.sampled_from([None, "2026-11-20", "2027-01-01", "2026-11"]),
        "risk_level": st.sampled_from([None, "low", "high"]),
        "media_strategy": st.fixed_dictionaries({"considered": ANSWERS, "media_to_be_informed": ANSWERS}),
        "found": st.one_of(st.none(), st.fixed_dictionaries({"date": st.sampled_from([None, "2026-11-23"]), "physically_seen": ANSWERS})),
    },
)


def findings(policy: str, kind: NoticeKind, fields: dict[str, Any], today: date = TODAY) -> tuple[Finding, ...]:
    return assess(factories.notice(kind=kind, fields=fields), policy_named(policy), CALENDAR, today)


@given(policy=st.sampled_from(policy_names()), kind=st.sampled_from(list(NoticeKind)), fields=FIELDS)
def test_whatever_a_form_says_there_are_findings_with_sentences_and_the_form_stays_as_it_was(
    policy: str, kind: NoticeKind, fields: dict[str, Any]
) -> None:
    before = deepcopy(fields)
    found = findings(policy, kind, fields)
    assert fields == before
    assert found == findings(policy, kind, fields)
    assert all(one.says and one.source for one in found)
    assert {one.outcome for one in found} <= {"met", "not_met", "not_answered", "not_applicable", "reminder"}
    asked = [one.field_path for one in found if one.asks_the_reporter]
    assert len(asked) == len(set(asked))


@given(policy=st.sampled_from(["kent", "national"]), days=st.integers(0, 60))
def test_time_alone_turns_the_wait_and_nothing_turns_it_back(policy: str, days: int) -> None:
    fields = factories.fields(date_went_missing=(TODAY - timedelta(days=days)).isoformat())
    (wait,) = [one for one in findings(policy, NoticeKind.ALERT, fields) if one.rule == "wait"]
    assert wait.outcome == ("met" if days >= 20 else "not_met")


@given(policy=st.sampled_from(policy_names()), criterion=st.sampled_from(["section_47", "abducted", "removed"]), days=st.integers(0, 60))
def test_no_criterion_changes_anything_but_who_is_eligible(policy: str, criterion: str, days: int) -> None:
    fields = factories.fields(date_went_missing=(TODAY - timedelta(days=days)).isoformat())
    who = ("eligible", "excluded_children_in_care", "exceptional")
    plain, exceptional = (
        [(one.rule, one.outcome) for one in findings(policy, NoticeKind.ALERT, {**fields, **extra}) if one.rule not in who]
        for extra in ({}, {"exceptional_criterion": criterion})
    )
    assert plain == exceptional


def test_a_withdrawal_is_held_to_nothing() -> None:
    assert findings("national", NoticeKind.WITHDRAWAL, {}) == ()


def test_going_against_a_finding_is_going_against_a_no_or_a_contradiction() -> None:
    outcomes = [
        "met",
        "not_met",
        "not_answered",
        "not_applicable",
        "contradiction",
        "unreadable",
        "unrecognised",
        "likely_same",
        "reminder",
    ]
    every = tuple(Finding(rule=outcome, outcome=outcome, says="", source="") for outcome in outcomes)
    assert [one.rule for one in against(every)] == ["not_met", "contradiction"]


def test_no_finding_repeats_a_name_from_the_form() -> None:
    for policy in policy_names():
        assert not any("Amy" in one.says or "Example" in one.says for one in findings(policy, NoticeKind.ALERT, factories.fields()))


def test_a_path_that_is_not_there_is_none() -> None:
    assert value_at({"children": []}, "children[3].family_name") is None
    assert value_at({"children": [{"family_name": "Example"}]}, "children[0].family_name") == "Example"


@pytest.mark.parametrize(("text", "expected"), [("2026-10-20", date(2026, 10, 20)), ("2026-10", None), ("2026-02-30", None), (None, None)])
def test_only_a_whole_date_is_a_date(text: str | None, expected: date | None) -> None:
    assert full_date(text) == expected


def test_the_first_day_is_not_counted() -> None:
    assert days_missing({"date_went_missing": "2026-11-23"}, TODAY) == 1
    assert days_missing({"date_went_missing": "2026-11"}, TODAY) is None
